# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Wire;

# One end of a connection, byte by byte, each wait with a time limit (seconds).
# Base of RProxy::Client and of the connections of RProxy::Origin.
#
# How the peer ended it: '' (not yet), 'eof' (orderly) or 'reset'.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Errno qw(EAGAIN EWOULDBLOCK EINTR EPIPE ECONNRESET);
use Socket qw(SOL_SOCKET SO_LINGER SHUT_WR);
use Time::HiRes qw(time);

our $LIMIT = 15;

# A failure is told at the test's line.
our @CARP_NOT = qw(RProxy::Message);

sub new {
    my ($class, $socket, %o) = @_;
    $socket->blocking(0);
    return bless {
        socket => $socket,
        buffer => '',
        ended  => '',
        limit  => $o{limit} // $LIMIT,
    }, $class;
}

sub socket { return $_[0]{socket} }
sub ended  { return $_[0]{ended} }

# Bytes that have arrived and were not taken.
sub pending { return $_[0]{buffer} }

# Sends these bytes.  Returns how many the kernel took: fewer when the peer
# has closed.  Dies when it takes none for as long as the limit.
sub send {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $sent = 0;
    while ($sent < length $bytes) {
        my $n = syswrite $self->{socket}, $bytes, 65536, $sent;
        if (defined $n) {
            $sent += $n;
            next;
        }
        return $sent if $!{EPIPE} || $!{ECONNRESET};
        $self->_retry('sending', 1);
    }
    return $sent;
}

# Waits until bytes arrive or the peer ends the connection; returns 1 or 0.
# Dies after the limit.
sub fill {
    my ($self, $waiting_for) = @_;
    return 0 if $self->{ended};
    while (1) {
        my $n = sysread $self->{socket}, $self->{buffer}, 65536,
            length $self->{buffer};
        return 1 if $n;
        if (defined $n) {
            $self->{ended} = 'eof';
            return 0;
        }
        if ($!{ECONNRESET}) {
            $self->{ended} = 'reset';
            return 0;
        }
        $self->_retry($waiting_for // 'more bytes', 0);
    }
}

# After a read or write that would block: waits, or dies.
sub _retry {
    my ($self, $what, $for_write) = @_;
    return if $!{EINTR};
    croak "$what: $!" unless $!{EAGAIN} || $!{EWOULDBLOCK};
    return if $self->_wait($for_write, $self->{limit});
    croak "no progress for $self->{limit} s, $what; here: "
        . _excerpt($self->{buffer});
}

sub _wait {
    my ($self, $for_write, $limit) = @_;
    my $socket = $self->{socket};
    $for_write = 1
        if $socket->isa('IO::Socket::SSL')
        && $socket->errstr =~ /wants a write/;
    my $bits = '';
    vec($bits, fileno $socket, 1) = 1;
    my $until = time + $limit;
    while ((my $left = $until - time) > 0) {
        my $n = $for_write
            ? select undef, my $w = $bits, undef, $left
            : select my $r = $bits, undef, undef, $left;
        return 1 if $n > 0;
        return 0 if $n == 0;
    }
    return 0;
}

sub _excerpt {
    my ($bytes) = @_;
    $bytes = substr($bytes, 0, 200) . '...' if length $bytes > 200;
    $bytes =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
    return qq("$bytes");
}

# Everything up to and with the marker; undef when the peer ends before it.
sub read_until {
    my ($self, $marker) = @_;
    my $at;
    while (($at = index $self->{buffer}, $marker) < 0) {
        $self->fill('waiting for ' . _excerpt($marker)) or return undef;
    }
    return substr $self->{buffer}, 0, $at + length $marker, '';
}

# Exactly so many bytes; fewer only when the peer ends before.
sub read_exactly {
    my ($self, $n) = @_;
    while (length $self->{buffer} < $n) {
        $self->fill("waiting for $n bytes") or last;
    }
    return substr $self->{buffer}, 0, $n, '' if length $self->{buffer} >= $n;
    return $self->take;
}

# What has arrived so far.
sub take {
    my ($self) = @_;
    my $bytes = $self->{buffer};
    $self->{buffer} = '';
    return $bytes;
}

# Everything until the peer ends the connection; see ended().
sub read_until_close {
    my ($self) = @_;
    1 while $self->fill('waiting for the end of the connection');
    return $self->take;
}

# Waits up to so many seconds for the peer's end: 'eof', 'reset', 'bytes' when
# bytes come instead, '' when neither happens.
sub wait_for_end {
    my ($self, $limit) = @_;
    local $self->{limit} = $limit // $self->{limit};
    return 'bytes' if length $self->{buffer};
    my $came = eval { $self->fill('waiting for the end') };
    if (!defined $came) {
        return '' if $@ =~ /^no progress/;
        die $@;
    }
    return $came ? 'bytes' : $self->{ended};
}

# Does anything (bytes or an end) arrive within so many seconds?
sub is_silent {
    my ($self, $limit) = @_;
    return $self->wait_for_end($limit) eq '';
}

# No more bytes from here; the peer can still send.
sub end_sending {
    my ($self) = @_;
    shutdown $self->{socket}, SHUT_WR;
    return;
}

sub close {
    my ($self) = @_;
    CORE::close $self->{socket};
    return;
}

# Ends with RST: unsent and unread bytes are thrown away.
sub reset {
    my ($self) = @_;
    setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    CORE::close $self->{socket};
    return;
}

1;
