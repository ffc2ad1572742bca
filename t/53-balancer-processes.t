#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What is known of the members outlives the processes that know it: the one
# that probes, others with requests under way, all of them in a restart.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Server ();

plan tests => 20;

my $farm = RProxy::Balancer->start(
    members  => [a => '', b => 'weight=2', c => ''],
    upstream => "RProxyBalancer method=round-robin\n"
        . 'RProxyBalancerProbe http path=/health interval=100ms fast=50ms '
        . "timeout=200ms rise=2 fall=2\n"
        . 'RProxyBalancerEject failures=3 time=60s',
    conf => 'RProxyRetry on=connect,reset,5xx budget=100',
);
my $httpd = $farm->httpd;

sub children { return map { $_ => 1 } $httpd->children }

sub is_good_election {
    my ($what) = @_;
    my $pid;
    RProxy::Server::await(
        sub { my %children = children(); $children{ $pid = $farm->elected } },
        "$what: a child that looks after the members", 5);
    pass("$what: a child looks after the members");
    return $pid;
}

my $first = is_good_election('at the start');

# ---- it is killed ----

{
    $httpd->end_child(KILL => $first);
    my $begun = time;
    RProxy::Server::await(
        sub { my $pid = $farm->elected; $pid && $pid != $first },
        'another election', 5);
    note sprintf 'killed: another one after %.0f ms', 1000 * (time - $begun);
    cmp_ok(time - $begun, '<', 3, 'killed: another one soon');
    my $second = is_good_election('killed');
    $farm->tell(c => 'sick');
    $farm->await_state(c => 'down');
    is($farm->member('c')->{reason}, 'probes failed', 'killed: and it probes');
    $farm->tell(c => 'well');
    $farm->await_state(c => 'up');
}

# ---- a child with requests under way is killed ----

{
    $farm->tell($_ => 'hold') for qw(a b c);
    my @clients = map {
        my $client = $httpd->connect;
        $client->send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        $client;
    } 1 .. 8;
    $farm->await_in_flight(8);
    $httpd->end_child(KILL => $_) for $httpd->children;
    $_->read_until_close for @clients;
    $farm->tell($_ => 'well') for qw(a b c);
    $farm->await_in_flight(0);
    is($farm->upstream->{in_flight}, 0, 'children killed: all is taken back');
    is_deeply([map { $farm->member($_)->{in_flight} } qw(a b c)], [0, 0, 0],
        'children killed: of each member');
    is_good_election('children killed');
    is_deeply($farm->count(8), { a => 2, b => 4, c => 2 },
        'children killed: the turns go on');
}

# ---- a graceful restart ----

{
    $farm->tell(a => 'sick');
    $farm->await_state(a => 'down');
    $farm->tell(c => '500');
    $farm->await_state(c => 'down');
    my %before = map { $_ => $farm->member($_) } qw(a b c);
    my $load = RProxy::Load->start($httpd->port, clients => 3,
        keep_alive => 1, body => 'b', target => '/%d');
    $httpd->await_requests(60, 10);
    my %old = children();
    $httpd->restart_gracefully;
    is($farm->member($_)->{state}, $before{$_}{state},
        "restart: $_ is what it was") for qw(a b c);
    is($farm->member('a')->{downs}, $before{a}{downs},
        'restart: it was not found down anew');
    cmp_ok($farm->member('b')->{requests}, '>=', $before{b}{requests},
        'restart: counters go on');
    cmp_ok($farm->member('a')->{since_s}, '>=', $before{a}{since_s},
        'restart: since the same time');
    $httpd->await_requests(60, 10);
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'restart: no request has failed');
    RProxy::Server::await(
        sub { my $pid = $farm->elected; $pid && !$old{$pid} },
        'a new child to look after the members', 10);
    is_good_election('restart');
    $farm->tell(a => 'well');
    $farm->await_state(a => 'up');
    is($farm->member('a')->{reason}, 'probes passed', 'restart: and it probes');
    ok($httpd->await_gone([keys %old], 10), 'restart: the old children end');
    $farm->await_in_flight(0);
    is($farm->upstream->{in_flight}, 0, 'restart: nothing is left over');
}

is_deeply($httpd->complaints, [], 'nothing else in the log');
