# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Origin::Record;

# What an origin's processes saw, for the test's process: one line of JSON in a
# shared file for each event, and a byte in a pipe that wakes a waiting test.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Fcntl qw(O_APPEND O_WRONLY O_NONBLOCK F_SETFL F_GETFL);
use File::Temp ();
use JSON::PP ();
use Time::HiRes qw(time);

my $JSON = JSON::PP->new->ascii->canonical;

sub new {
    my ($class) = @_;
    my $file = File::Temp->new;    # gone with the process that made it
    sysopen my $out, $file->filename, O_WRONLY | O_APPEND
        or croak "record: $!";
    pipe my $woken, my $wake or croak "pipe: $!";
    for my $end ($woken, $wake) {
        fcntl $end, F_SETFL, fcntl($end, F_GETFL, 0) | O_NONBLOCK
            or croak "pipe: $!";
    }
    return bless {
        in => $file, out => $out, woken => $woken, wake => $wake,
        events => [], partial => '',
    }, $class;
}

# A line is one write at the end of the file: events of several processes do
# not mix.
sub add {
    my ($self, %event) = @_;
    my $line = $JSON->encode(\%event) . "\n";
    syswrite($self->{out}, $line) == length $line or die "record: $!";
    syswrite $self->{wake}, '.';    # a full pipe wakes as well
    return;
}

# All events of a kind so far.
sub all {
    my ($self, $kind) = @_;
    while (sysread $self->{in}, my $bytes, 1 << 20) {
        $self->{partial} .= $bytes;
    }
    while ($self->{partial} =~ s/\A(.*)\n//) {
        push @{ $self->{events} }, $JSON->decode($1);
    }
    return grep { $_->{event} eq $kind } @{ $self->{events} };
}

# Them, once there are at least n; dies after so many seconds.
sub await {
    my ($self, $kind, $n, $limit) = @_;
    my $until = time + $limit;
    while (1) {
        my @found = $self->all($kind);
        return @found if @found >= $n;
        my $left = $until - time;
        croak "waited $limit s for $n of '$kind', got " . @found if $left <= 0;
        my $bits = '';
        vec($bits, fileno $self->{woken}, 1) = 1;
        select $bits, undef, undef, $left;
        sysread $self->{woken}, my $drained, 65536;
    }
}

1;
