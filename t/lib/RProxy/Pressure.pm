# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Pressure;

# Back-pressure: how much goes in while nobody takes it out, and what that
# costs the server.
use strict;
use warnings FATAL => 'all';

use parent 'Exporter';
use RProxy::Server ();

our @EXPORT_OK = qw(send_what_fits memory);

# Sends bytes over and over until the kernel takes none for a while: all
# buffers on the way are full.  Returns how many it took, at most the limit.
sub send_what_fits {
    my ($wire, $limit) = @_;
    my $socket = $wire->socket;
    my $bytes  = 'x' x 65536;
    my $sent   = 0;
    $limit //= 100_000_000;
    local $SIG{PIPE} = 'IGNORE';
    while ($sent < $limit && is_writable($socket)) {
        my $n = syswrite $socket, $bytes,
            $limit - $sent < 65536 ? $limit - $sent : 65536;
        last unless $n;
        $sent += $n;
    }
    return $sent;
}

sub is_writable {
    my ($socket) = @_;
    my $bits = '';
    vec($bits, fileno $socket, 1) = 1;
    return select(undef, $bits, undef, 0.3) > 0;
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
