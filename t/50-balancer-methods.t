#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The methods choose by what all children know together: weights, requests
# under way, times, keys, tiers and backups.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Balancer ();
use RProxy::Driver ();
use RProxy::Server ();

plan tests => 28;

my $PIDS = <<'CONF';
LogFormat "%P" pid
CustomLog pids pid
LogFormat "%{chosen_by}^RP" chosen
CustomLog chosen chosen
CONF

sub farm { return RProxy::Balancer->start(conf => $PIDS, @_) }

# So many requests, each on a connection of its own.
sub ask_open {
    my ($farm, $n, $target) = @_;
    return map {
        my $client = $farm->httpd->connect;
        $client->send("GET $target HTTP/1.1\r\nHost: a\r\n"
                . "Connection: close\r\n\r\n");
        $client;
    } 1 .. $n;
}

# ---- round robin ----

{
    my $farm = farm(members => [a => '', b => 'weight=2', c => 'weight=3']);
    my ($rounds, %count, %pids) = (0);
    # Until more than one child has had some of them.
    while (++$rounds < 200 && ($rounds < 10 || keys %pids < 2)) {
        $count{ $_->read_response->body }++ for ask_open($farm, 12, '/');
        %pids = map { $_ => 1 } split ' ', $farm->httpd->text('pids');
    }
    $rounds = ($count{a} + $count{b} + $count{c}) / 6;
    is_deeply(\%count, { a => $rounds, b => 2 * $rounds, c => 3 * $rounds },
        'round robin: exactly by weight');
    cmp_ok(scalar keys %pids, '>', 1, 'round robin: over several children');
    is($farm->upstream->{in_flight}, 0, 'round robin: nothing is left over');
    is($farm->member($_)->{requests}, $count{$_}, "round robin: $_ is counted")
        for qw(a b c);
    is_deeply($farm->httpd->complaints, [], 'round robin: nothing in the log');
    like($farm->httpd->text('chosen'), qr/\A(?:method\n){100}/,
        'round robin: the log field');
}

# ---- least connections ----

{
    my $farm = farm(
        members  => [a => '', b => 'weight=3'],
        upstream => 'RProxyBalancer method=least-conn',
    );
    $farm->tell($_ => 'hold') for qw(a b);
    my @clients;
    for my $n (1 .. 8) {
        push @clients, ask_open($farm, 1, '/');
        $farm->await_in_flight($n);
    }
    is_deeply([map { $farm->member($_)->{in_flight} } qw(a b)], [2, 6],
        'least connections: under way by weight, whichever child');
    $farm->tell(b => 'well');
    $farm->await_in_flight(2);
    is_deeply($farm->count(6), { b => 6 },
        'least connections: all to the one that is free');
    $farm->tell(a => 'well');
    $farm->await_in_flight(0);
    is($farm->upstream->{in_flight}, 0, 'least connections: none left');
}

# ---- least time ----

{
    my $farm = farm(
        members  => [a => '', b => ''],
        upstream => 'RProxyBalancer method=least-time',
    );
    $farm->tell(a => 'slow 0.3');
    $farm->count(4);
    my $count = $farm->count(20);
    cmp_ok($count->{b} // 0, '>=', 19, 'least time: to the quick one');
    cmp_ok($farm->member('a')->{first_byte_us}, '>',
        $farm->member('b')->{first_byte_us}, 'least time: it is measured');
}

# ---- random two choices ----

{
    my $farm = farm(
        members  => [a => '', b => '', c => ''],
        upstream => 'RProxyBalancer method=random-two',
    );
    # It holds several: one that another has answered a moment ago still counts
    # there while the next one chooses.
    $farm->tell($_ => 'hold') for qw(a b c);
    my @held;
    RProxy::Server::await(sub {
        push @held, ask_open($farm, 1, '/')
            if $farm->upstream->{in_flight} == @held;
        $farm->member('a')->{in_flight} >= 4;
    }, 'a to hold four');
    $farm->tell($_ => 'well') for qw(b c);
    RProxy::Server::await(
        sub { $farm->upstream->{in_flight} == $farm->member('a')->{in_flight} },
        'the others to answer');
    my $count = $farm->count(30);
    is($count->{a} // 0, 0, 'random two: never the worse of two');
    is(scalar keys %$count, 2, 'random two: all others');
    $farm->tell(a => 'well');
}

# ---- hash ----

{
    my $farm = RProxy::Balancer->start(
        members  => [a => '', b => '', c => ''],
        upstream => 'RProxyBalancer method=hash key=header:X-Key',
        conf     => join("\n", '<RProxyUpstream four>',
            (map {"RProxyMember http://127.0.0.1:$_"}
                map { RProxy::Origin::port("origin_$_") } 'a' .. 'd'),
            'RProxyBalancer method=hash key=header:X-Key',
            '</RProxyUpstream>', 'RProxyPass /four four',
            '<RProxyUpstream uri>',
            (map {"RProxyMember http://127.0.0.1:$_"}
                map { RProxy::Origin::port("origin_$_") } 'a' .. 'c'),
            'RProxyBalancer method=hash key=uri', '</RProxyUpstream>',
            'RProxyPass /uri uri'),
    );
    my $fourth = RProxy::Origin->start('origin_d', sub {
        my ($c) = @_;
        $c->reply(200, 'd') while $c->read_request;
    });
    my (%three, %four, $same);
    for my $key (1 .. 60) {
        $three{$key} = $farm->ask('/', 'X-Key' => $key)->body;
        $four{$key}  = $farm->ask('/four', 'X-Key' => $key)->body;
        $same += $three{$key} eq $farm->ask('/', 'X-Key' => $key)->body;
    }
    is($same, 60, 'hash: the same key, the same member');
    is(join('', sort keys %{ { map { $_ => 1 } values %three } }), 'abc',
        'hash: all members have keys');
    my @moved = grep { $three{$_} ne $four{$_} } keys %three;
    is_deeply([grep { $four{$_} ne 'd' } @moved], [],
        'hash: a new member takes keys, no other key moves');
    cmp_ok(scalar @moved, '>', 3, 'hash: it takes some');
    cmp_ok(scalar @moved, '<', 30, 'hash: but not many');
    my %uri = map { $_ => $farm->ask("/uri/$_")->body } 1 .. 20;
    is(scalar(grep { $farm->ask("/uri/$_")->body eq $uri{$_} } keys %uri), 20,
        'hash: by URI');
    cmp_ok(scalar keys %{ { map { $_ => 1 } values %uri } }, '>', 1,
        'hash: different ones to different members');
    $farm->kill_member('b');
    my %after = map { $_ => $farm->ask('/', 'X-Key' => $_)->body } keys %three;
    is_deeply([grep { $three{$_} ne 'b' && $after{$_} ne $three{$_} }
                keys %three], [],
        'hash: what one leaves does not move the keys of others');
    is(scalar(grep { $_ eq 'b' } values %after), 0,
        'hash: its keys are served elsewhere');
}

# ---- tiers and backups ----

{
    my $farm = farm(
        members  => [a => 'backup=on', b => 'tier=1', c => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerProbe http path=/health interval=50ms fast=50ms '
            . 'fall=1 rise=1',
    );
    is_deeply($farm->count(6), { c => 6 }, 'tiers: the first one');
    $farm->tell(c => 'sick');
    $farm->await_state(c => 'down');
    is_deeply($farm->count(6), { b => 6 }, 'tiers: then the second one');
    $farm->tell(b => 'sick');
    $farm->await_state(b => 'down');
    is_deeply($farm->count(6), { a => 6 }, 'tiers: then the backup');
    $farm->tell(c => 'well');
    $farm->await_state(c => 'up');
    is_deeply($farm->count(6), { c => 6 }, 'tiers: and the first one again');
}
