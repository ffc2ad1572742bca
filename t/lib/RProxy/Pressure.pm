# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Pressure;

# Back-pressure: how much goes in while nobody takes it out, and what that
# costs the server.
use strict;
use warnings FATAL => 'all';

use parent 'Exporter';
use RProxy::Server ();

our @EXPORT_OK = qw(send_what_fits pump memory);

# A long body of which every part looks different.
my $PERIOD  = 65_521;
my $PATTERN = join '', map { chr(($_ * $_ * 31 + ($_ >> 7)) & 0xff) }
    1 .. $PERIOD;
my $TWICE = $PATTERN x 3;

sub part {
    my ($offset, $length) = @_;
    return substr $TWICE, $offset % $PERIOD, $length;
}

# Sends the body until the kernel takes none of it for a while: all buffers on
# the way are full.  Returns how many bytes it took, at most the limit.
sub send_what_fits {
    my ($wire, $limit) = @_;
    my $sent = 0;
    local $SIG{PIPE} = 'IGNORE';
    while ($sent < $limit && is_ready($wire, 1, 0.3)) {
        my $n = send_part($wire, $sent, $limit) or last;
        $sent += $n;
    }
    return $sent;
}

sub send_part {
    my ($wire, $sent, $total) = @_;
    my $length = $total - $sent < 65_536 ? $total - $sent : 65_536;
    return syswrite $wire->socket, part($sent, $length);
}

sub is_ready {
    my ($wire, $for_write, $limit) = @_;
    my $bits = '';
    vec($bits, fileno $wire->socket, 1) = 1;
    return $for_write
        ? select(undef, $bits, undef, $limit) > 0
        : select($bits, undef, undef, $limit) > 0;
}

# Sends the rest of a body of so many bytes at one end and reads all of it at
# the other.  Returns what is wrong with it there, '' if nothing.
sub pump {
    my ($from, $to, $sent, $total) = @_;
    my $got = 0;
    while ($got < $total) {
        if ($sent < $total && is_ready($from, 1, 0)) {
            $sent += send_part($from, $sent, $total) // return "sending: $!";
        }
        next unless length $to->pending
            || is_ready($to, 0, $sent < $total ? 0 : 5)
            || $sent == $total;
        $to->fill('the body') or return "ends after $got bytes"
            unless length $to->pending;
        my $bytes = $to->take;
        while (length $bytes) {
            my $some = substr $bytes, 0, 65_536, '';
            $some eq part($got, length $some) or return "differs at $got";
            $got += length $some;
        }
    }
    return $got == $total ? '' : 'too long';
}

# Bytes of memory that the server's children have written to.
sub memory {
    my $sum = 0;
    for my $pid (RProxy::Server::child_pids()) {
        open my $in, '<', "/proc/$pid/status" or next;    # it has ended
        /^RssAnon:\s+(\d+) kB/ and $sum += 1024 * $1 while <$in>;
    }
    return $sum;
}

1;
