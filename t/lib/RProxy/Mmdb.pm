# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Mmdb;

# Writes a small database of addresses in the MaxMind DB format, version 2.0:
# a binary tree over the bits of addresses, the data it leads to, and what
# describes both.  IPv4 lies in the first 96 bits of zeros.
#
#   RProxy::Mmdb::write($path, 'Test-Country', {
#       '192.0.2.0/24'  => { country => { iso_code => 'XA' } },
#       '2001:db8::/32' => { country => { iso_code => 'XB' } },
#   });
#
# Values are hashes of hashes, texts, and numbers (32 bits).  Networks must not
# hold each other.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Socket qw(AF_INET AF_INET6 inet_pton);

use constant {
    TEXT   => 2,
    UINT16 => 5,
    UINT32 => 6,
    MAP    => 7,
    UINT64 => 9,
    LIST   => 11,
};

sub write {
    my ($path, $type, $networks) = @_;
    open my $out, '>', "$path.new" or croak "$path.new: $!";
    binmode $out;
    print $out content($type, $networks);
    close $out or croak "$path.new: $!";
    rename "$path.new", $path or croak "$path: $!";
    return;
}

sub content {
    my ($type, $networks) = @_;
    my ($data, %place) = ('');
    my @nodes = ([undef, undef]);
    for my $network (sort keys %$networks) {
        my $value = encoded($networks->{$network});
        if (!exists $place{$value}) {
            $place{$value} = length $data;
            $data .= $value;
        }
        insert(\@nodes, bits_of($network), $place{$value});
    }
    return tree(\@nodes) . "\0" x 16 . $data
        . "\xab\xcd\xefMaxMind.com" . metadata($type, scalar @nodes);
}

sub bits_of {
    my ($network) = @_;
    my ($address, $length) = split m{/}, $network;
    my $v4    = $address !~ /:/;
    my $bytes = inet_pton($v4 ? AF_INET : AF_INET6, $address)
        // croak "$network: no address";
    $length //= $v4 ? 32 : 128;
    return substr +($v4 ? '0' x 96 : '') . unpack('B*', $bytes), 0,
        $length + ($v4 ? 96 : 0);
}

# A record of a node: undef, [place of data], or the number of a node.
sub insert {
    my ($nodes, $bits, $place) = @_;
    my $node = 0;
    my @bits = split //, $bits;
    my $last = pop @bits;
    for my $bit (@bits) {
        if (!defined $nodes->[$node][$bit]) {
            push @$nodes, [undef, undef];
            $nodes->[$node][$bit] = $#$nodes;
        }
        $node = $nodes->[$node][$bit];
        croak 'one network holds another' if ref $node;
    }
    $nodes->[$node][$last] = [$place];
    return;
}

sub tree {
    my ($nodes) = @_;
    my $count = @$nodes;
    return join '', map {
        substr pack('N', !defined $_ ? $count : ref $_ ? $count + 16 + $_->[0] : $_), 1
    } map { @$_ } @$nodes;
}

sub control {
    my ($type, $size) = @_;
    croak 'too large' if $size > 284;
    my $short = $size < 29 ? $size : 29;
    my $head  = $type < 8 ? chr($type << 5 | $short) : chr($short) . chr($type - 7);
    return $size < 29 ? $head : $head . chr($size - 29);
}

sub number {
    my ($type, $n) = @_;
    my $bytes = pack('N', $n) =~ s/\A\0+//r;
    return control($type, length $bytes) . $bytes;
}

sub text { return control(TEXT, length $_[0]) . $_[0] }

sub encoded {
    my ($value) = @_;
    return control(MAP, scalar keys %$value)
        . join '', map { text($_) . encoded($value->{$_}) } sort keys %$value
        if ref $value;
    return $value =~ /\A\d+\z/ ? number(UINT32, $value) : text($value);
}

sub metadata {
    my ($type, $count) = @_;
    my @pairs = (
        binary_format_major_version => number(UINT16, 2),
        binary_format_minor_version => number(UINT16, 0),
        build_epoch                 => number(UINT64, 1_700_000_000),
        database_type               => text($type),
        description                 => control(MAP, 1) . text('en') . text('a test'),
        ip_version                  => number(UINT16, 6),
        languages                   => control(LIST, 1) . text('en'),
        node_count                  => number(UINT32, $count),
        record_size                 => number(UINT16, 24),
    );
    my $all = control(MAP, @pairs / 2);
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $all .= text($name) . $value;
    }
    return $all;
}

1;
