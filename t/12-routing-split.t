#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Several targets share the clients by percent; with sticky= a client stays
# where it is.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Routing ();

plan tests => 21;

my @origins = RProxy::Routing::origins('a', 'b');
my $VHOST   = 't12_split';

sub who { return substr RProxy::Routing::way($VHOST, @_), 0, 1 }

# How often each was chosen in so many requests.
sub tally {
    my ($times, $ask) = @_;
    my %tally = (a => 0, b => 0);
    $tally{ $ask->($_) }++ for 1 .. $times;
    return \%tally;
}

# 400 draws of 75 %: outside of 240 to 360 once in 10^11 times.
{
    my $tally = tally(400, sub { who('/draw') });
    cmp_ok($tally->{a}, '>', 240, 'three of four draws are blue');
    cmp_ok($tally->{a}, '<', 360, 'and not more');
    is($tally->{a} + $tally->{b}, 400, 'all are answered');
}

is(tally(50, sub { who('/none') })->{b}, 50, '0% is nobody');

# A header: each user has a side, about half of them each.  The hash has a fixed
# key, so that users are the same on all machines: these figures are certain.
{
    my %side = map { $_ => who('/header', 'X-User' => "user-$_") } 1 .. 100;
    my $blue = grep { $_ eq 'a' } values %side;
    cmp_ok($blue, '>', 30, 'some users see blue');
    cmp_ok($blue, '<', 70, 'some green');
    my @moved = grep { who('/header', 'X-User' => "user-$_") ne $side{$_} }
        1 .. 100;
    is("@moved", '', 'everyone stays');
    my @back = grep {
        $side{$_} eq 'b' && who('/more', 'X-User' => "user-$_") eq 'a'
    } 1 .. 100;
    is("@back", '', 'when green gets more, nobody leaves it');
    my @switched = grep {
        $side{$_} eq 'a' && who('/more', 'X-User' => "user-$_") eq 'b'
    } 1 .. 100;
    cmp_ok(scalar @switched, '>', 10, 'and some come to it');
    is_deeply(
        [map { RProxy::Routing::way($VHOST, '/paths/x', 'X-User' => "user-$_") }
            1 .. 20],
        [map { RProxy::Routing::way($VHOST, '/paths/x', 'X-User' => "user-$_") }
            1 .. 20],
        'targets with paths stick as well');
    my %ways = map {
        RProxy::Routing::way($VHOST, '/paths/x', 'X-User' => "user-$_") => 1
    } 1 .. 20;
    is(join(', ', sort keys %ways), 'a /one/x, b /two/x',
        'each target has its path');
}

# A cookie: set for who has none, then it decides.
{
    my $first = RProxy::Routing::response($VHOST, '/cookie');
    my $set   = $first->field('Set-Cookie') // '';
    like($set, qr{^variant=[0-9a-f]{16}; Path=/; HttpOnly; SameSite=Lax$},
        'a client without a cookie gets one');
    my ($cookie) = $set =~ /^([^;]+)/;
    my $side     = $first->field('X-Origin');
    my $again    = RProxy::Routing::response($VHOST, '/cookie',
        Cookie => "x=y; $cookie");
    is($again->field('Set-Cookie'), undef, 'who has it gets no other');
    is(tally(20, sub { who('/cookie', Cookie => $cookie) })->{$side}, 20,
        'and stays');
    my %values = map {
        RProxy::Routing::response($VHOST, '/cookie')->field('Set-Cookie') => 1
    } 1 .. 20;
    is(scalar keys %values, 20, 'each new client has its own');
    my $sides = tally(60, sub { who('/cookie') });
    cmp_ok($sides->{a}, '>', 0, 'new clients come to blue');
    cmp_ok($sides->{b}, '>', 0, 'and to green');
}
{
    my $client = RProxy::Client->to('t12_tls', tls => 1);
    like($client->get('/')->field('Set-Cookie'), qr/; Secure$/,
        'over TLS the cookie is for TLS only');
}

# Addresses
{
    my %side;
    for my $n (1 .. 40) {
        my $client = RProxy::Client->to($VHOST, from => "127.0.1.$n");
        my @sides  = map { $client->get('/address')->field('X-Origin') } 1 .. 3;
        $side{ join '', @sides } = 1;
    }
    is(join(' ', sort keys %side), 'aaa bbb', 'an address stays with its side');
    is(who('/header'), who('/header'), 'without the header the address counts');
    my %by_address = map {
        my $client = RProxy::Client->to($VHOST, from => "127.0.1.$_");
        $client->get('/header')->field('X-Origin') => 1
    } 1 .. 40;
    is(join(' ', sort keys %by_address), 'a b', 'addresses are not all on one');
}
