# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Client;

# A client that sends exactly the bytes it is told to.
#
#   my $client = RProxy::Client->to('t20_chunked');    # a virtual host's name
#   $client->send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
#   my $response = $client->read_response;             # RProxy::Message
#   is($response->status, 200);
#   is($client->wait_for_end, 'eof');
use strict;
use warnings FATAL => 'all';

use parent 'RProxy::Wire';
use Carp qw(croak);
use IO::Socket::IP ();
use RProxy::Message ();

# Connects to a virtual host of the test server by its name in the .conf.in.
sub to {
    my ($class, $vhost, %o) = @_;
    require RProxy::Vars;
    my $port = RProxy::Vars::value("${vhost}_port")
        or croak "no virtual host '$vhost'";
    return $class->connect($port, %o);
}

# address => '127.0.0.1'; from => a loopback address to connect from;
# limit => seconds of each wait; tls => 1 or a hash of IO::Socket::SSL options.
sub connect {
    my ($class, $port, %o) = @_;
    my $limit  = $o{limit} // $RProxy::Wire::LIMIT;
    my $socket = IO::Socket::IP->new(
        PeerHost => $o{address} // '127.0.0.1',
        PeerPort => $port,
        Timeout  => $limit,
        ($o{from} ? (LocalHost => $o{from}) : ()),
    ) or croak "connect to port $port: $@";
    $socket = start_tls($socket, $o{tls}, $limit) if $o{tls};
    return $class->new($socket, %o);
}

sub start_tls {
    my ($socket, $options, $limit) = @_;
    require IO::Socket::SSL;
    my %o = ref $options ? %$options : ();
    $socket->blocking(1);
    return IO::Socket::SSL->start_SSL(
        $socket,
        SSL_verify_mode => IO::Socket::SSL::SSL_VERIFY_NONE(),
        SSL_hostname    => 'localhost',
        Timeout         => $limit,
        %o
    ) || croak 'TLS: ' . IO::Socket::SSL::errstr();
}

# Reads one response, with the 1xx before it.  method: that of the request, for
# it decides about the framing.  undef when the connection ends instead.
sub read_response {
    my ($self, %o) = @_;
    my $response = RProxy::Message->read_response($self, $o{method})
        or return undef;
    return $response->read_body($self);
}

# Only its head: for bodies that the test takes by hand.
sub read_response_head {
    my ($self, %o) = @_;
    return RProxy::Message->read_response($self, $o{method});
}

# A whole request and its response on this connection.
#   $client->ask(GET => '/x', ['X-A' => 1], 'body')
sub ask {
    my ($self, $method, $target, $fields, $body) = @_;
    my @fields = @{ $fields // [] };
    my $head   = "$method $target HTTP/1.1\r\n";
    $head .= "Host: localhost\r\n" unless has_field(Host => @fields);
    while (my ($name, $value) = splice @fields, 0, 2) {
        $head .= "$name: $value\r\n";
    }
    $head .= 'Content-Length: ' . length($body) . "\r\n" if defined $body;
    $self->send("$head\r\n" . ($body // ''));
    return $self->read_response(method => $method);
}

sub has_field {
    my ($name, %fields) = @_;
    return scalar grep { lc $_ eq lc $name } keys %fields;
}

sub get {
    my ($self, $target, @fields) = @_;
    return $self->ask(GET => $target, \@fields);
}

1;
