# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Exchange;

# One request from the client's end to the origin's, in the test's own process:
# what is sent, and when, is in the test's hand on both sides.
#
#   my $origin = RProxy::Origin->listen('origin_a');
#   my $x = RProxy::Exchange->begin('t20_x', $origin, "GET / HTTP/1.1\r\n");
#   is($x->request->{target}, '/');      # as the origin got it
#   $x->origin->send("HTTP/1.1 200 OK\r\n...");
#   is($x->response->status, 200);       # as the client got it
#
# A head without an empty line at its end gets a Host and that line.
use strict;
use warnings FATAL => 'all';

use RProxy::Client ();

sub begin {
    my ($class, $vhost, $origin, $request) = @_;
    my $self = $class->send($vhost, $request);
    return $self->arrive($origin);
}

# The client's half only: for requests that need not arrive.
sub send {
    my ($class, $vhost, $request) = @_;
    my $client = ref $vhost ? $vhost : RProxy::Client->to($vhost);
    $request .= "Host: front.example\r\n\r\n" unless $request =~ /\r\n\r\n/;
    $client->send($request);
    my ($method) = $request =~ /\A(\S+)/;
    return bless { client => $client, method => $method }, $class;
}

# For a request that the client has sent by itself.
sub join {
    my ($class, $client, $origin, $method) = @_;
    my $self = bless { client => $client, method => $method // 'GET' }, $class;
    return $self->arrive($origin);
}

# The origin's half: a new connection and the request's head, without reading
# its body.
sub arrive {
    my ($self, $origin) = @_;
    $self->{origin}  = $origin->accept;
    $self->{request} = $self->{origin}->read_request_head;
    return $self;
}

sub client  { return $_[0]{client} }
sub origin  { return $_[0]{origin} }
sub request { return $_[0]{request} }

# Sends the whole response and ends the connection; returns what came out.
sub answer {
    my ($self, $bytes) = @_;
    $self->{origin}->send($bytes);
    $self->{origin}->close;
    return $self->response;
}

sub response {
    my ($self) = @_;
    return $self->{client}->read_response(method => $self->{method});
}

1;
