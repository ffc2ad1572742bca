# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Origin::Slow;

# An origin for thousands of connections, all in one process: it reads request
# and body, then sends the response piece by piece with pauses between them.
#
#   my $origin = RProxy::Origin::Slow->start('origin_a', pause => 0.003,
#       pieces => 4, piece => 4000);
#   is($response->body, RProxy::Origin::Slow::body(4, 4000));
#   is($origin->await_closed(10), $origin->connections);
#
# A target with "fast" in it is answered without pauses.  Connections stay
# until the client ends them.  record => 0: for long runs, nothing is on record.
use strict;
use warnings FATAL => 'all';

use parent 'RProxy::Origin';
use IO::Handle ();
use Time::HiRes qw(time);

sub start {
    my ($class, $address, %o) = @_;
    return $class->SUPER::start($address, \%o, backlog => 1024);
}

sub body {
    my ($pieces, $length) = @_;
    return join '', map { chr(ord('a') + $_ % 26) x $length } 0 .. $pieces - 1;
}

# In the origin's process.
sub serve {
    my ($self, $o, $watch) = @_;
    $SIG{PIPE}     = 'IGNORE';
    $SIG{TERM}     = $SIG{INT} = 'DEFAULT';
    $self->{shape} = { pause => 0.003, pieces => 4, piece => 4000, %$o };
    $self->{open}  = {};
    $self->{socket}->blocking(0);
    delete $self->{record} unless $o->{record} // 1;
    until ($self->is_over($watch)) {
        my $now = time;
        for my $c (values %{ $self->{open} }) {
            $self->send_piece($c, $now) if $c->{due} && $c->{due} <= $now;
        }
    }
    return;
}

# Waits for what comes first, and takes it.
sub is_over {
    my ($self, $watch) = @_;
    my $bits = '';
    vec($bits, $_, 1) = 1
        for fileno $watch, fileno $self->{socket}, keys %{ $self->{open} };
    my ($due) = sort { $a <=> $b }
        map { $_->{due} || () } values %{ $self->{open} };
    my $left = defined $due ? $due - time : undef;
    return 0 if select($bits, undef, undef, $left && $left < 0 ? 0 : $left) < 1;
    return 1 if vec $bits, fileno $watch, 1;
    $self->take_new if vec $bits, fileno $self->{socket}, 1;
    for my $fd (keys %{ $self->{open} }) {
        $self->take($self->{open}{$fd}) if vec $bits, $fd, 1;
    }
    return 0;
}

sub take_new {
    my ($self) = @_;
    while (my $socket = $self->{socket}->accept) {
        $socket->blocking(0);
        $self->{open}{ fileno $socket } = { socket => $socket, in => '' };
        $self->{record}->add(event => 'open') if $self->{record};
    }
    return;
}

sub take {
    my ($self, $c) = @_;
    my $n = sysread $c->{socket}, $c->{in}, 65536, length $c->{in};
    if (!$n) {
        $self->forget($c) if defined $n || !$!{EAGAIN};
        return;
    }
    $self->look($c) unless $c->{due};
    return;
}

sub forget {
    my ($self, $c) = @_;
    delete $self->{open}{ fileno $c->{socket} };
    close $c->{socket};
    $self->{record}->add(event => 'close') if $self->{record};
    return;
}

# Has a request come whole?
sub look {
    my ($self, $c) = @_;
    $c->{in} =~ /\A(.*?\r\n\r\n)/s or return;
    my $head = $1;
    my $end  = length $head;
    if ($head =~ /^Transfer-Encoding: chunked/mi) {
        $end = index($c->{in}, "\r\n0\r\n\r\n", $end - 2) + 7;
        return if $end < 7;
    }
    $end += $1 if $head =~ /^Content-Length: (\d+)/mi;
    return if length $c->{in} < $end;
    substr $c->{in}, 0, $end, '';
    $c->{pause} = $head =~ /\A\S+ \S*fast/ ? 0 : $self->{shape}{pause};
    $c->{next}  = 0;
    $c->{due}   = time + $c->{pause};
    return;
}

sub send_piece {
    my ($self, $c, $now) = @_;
    my ($pieces, $length) = @{ $self->{shape} }{qw(pieces piece)};
    my $bytes = chr(ord('a') + $c->{next} % 26) x $length;
    $bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
        . $pieces * $length . "\r\n\r\n$bytes" unless $c->{next};
    my $sent = syswrite $c->{socket}, $bytes;
    if (!defined $sent || $sent < length $bytes) {
        $self->forget($c);    # the pieces are small: it does not read
        return;
    }
    $c->{due} = $now + $c->{pause};
    return if ++$c->{next} < $pieces;
    $c->{due} = 0;
    $self->look($c);
    return;
}

1;
