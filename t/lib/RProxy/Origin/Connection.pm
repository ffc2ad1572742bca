# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Origin::Connection;

# A connection as the origin sees it: an RProxy::Wire that can read requests
# and reply.
use strict;
use warnings FATAL => 'all';

use parent 'RProxy::Wire';
use RProxy::Message ();

sub new {
    my ($class, $socket, %o) = @_;
    my $self = $class->SUPER::new($socket, %o);
    $self->{number} = $o{number};
    return $self;
}

# 1 for the first connection of the origin, and so on.
sub number { return $_[0]{number} }

# The next request with its body, undef at the end of the connection.
sub read_request {
    my ($self) = @_;
    my $request = $self->read_request_head or return undef;
    return $self->read_request_body($request);
}

# In two steps, for an origin that answers between them.
sub read_request_head {
    my ($self) = @_;
    return RProxy::Message->read_request($self);
}

sub read_request_body {
    my ($self, $request) = @_;
    $request->read_body($self);
    $self->note(request => map { $_ => $request->{$_} }
            qw(method target head body framing complete trailers));
    return $request;
}

sub note {
    my ($self, $event, %about) = @_;
    return unless $self->{record};
    $self->{record}->add(event => $event, connection => $self->{number}, %about);
    return;
}

# A response with a length; fields as a list of names and values.
sub reply {
    my ($self, $status, $body, @fields) = @_;
    return $self->send(head($status, @fields, 'Content-Length', length $body)
            . $body);
}

# A response of these chunks.
sub reply_chunked {
    my ($self, $status, $chunks, @fields) = @_;
    $self->send(head($status, @fields, 'Transfer-Encoding', 'chunked')
            . join "", map { chunk($_) } grep {length} @$chunks);
    return $self->send("0\r\n\r\n");
}

sub head {
    my ($status, @fields) = @_;
    my $head = "HTTP/1.1 $status Reason\r\n";
    while (my ($name, $value) = splice @fields, 0, 2) {
        $head .= "$name: $value\r\n";
    }
    return "$head\r\n";
}

sub chunk {
    my ($data) = @_;
    return sprintf "%x\r\n%s\r\n", length $data, $data;
}

# Waits, without a word, until the peer ends the connection.
sub hang {
    my ($self, $limit) = @_;
    local $self->{limit} = $limit // 30;
    $self->read_until_close;
    return;
}

# Nothing happens for so long: for bytes that must arrive apart.
sub pause {
    my ($self, $seconds) = @_;
    select undef, undef, undef, $seconds;
    return;
}

1;
