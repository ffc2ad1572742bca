#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who has waited too long, old pages for those, turns for those that have aged,
# connections that others keep, limits that are found.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Server ();

plan tests => 22;

my $farm;

# The one before must be gone: its members have the same ports.
sub begin {
    my (@how) = @_;
    undef $farm;
    $farm = RProxy::Balancer->start(@how);
    return;
}

sub send_request {
    my ($target, @fields) = @_;
    my $client = $farm->httpd->connect;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            . join('', map {"$_\r\n"} @fields) . "\r\n");
    return $client;
}

sub queue { return $farm->upstream->{queue} }

sub count {
    my ($key) = @_;
    my $sum = 0;
    $sum += $_->{$key} for @{ queue()->{classes} };
    return $sum;
}

sub await_waiting {
    my ($n) = @_;
    RProxy::Server::await(sub { queue()->{waiting} == $n },
        "$n requests that wait", 5);
    return;
}

sub occupy {
    my ($target) = @_;
    $farm->tell(a => 'hold');
    my $client = send_request($target // '/first');
    $farm->await_in_flight(1);
    return $client;
}

sub release {
    my ($client) = @_;
    $farm->tell(a => 'well');
    $client->read_response;
    $farm->await_in_flight(0);
    return;
}

# ---- too long ----

{
    begin(
        members  => [a => 'max-connections=1'],
        upstream => 'RProxyBalancerQueue max=3 timeout=400ms',
        conf     => "RProxyMaintenance Off retry-after=77\n"
            . "<Location \"/total\">\nRProxyTimeout total=200ms\n</Location>\n",
    );
    my $first = occupy();
    my $begun = time;
    my $late  = send_request('/late')->read_response;
    my $took  = time - $begun;
    is($late->status, 503, 'timeout: 503');
    cmp_ok($took, '>=', 0.39, 'timeout: not before');
    cmp_ok($took, '<', 5, 'timeout: but then');
    like($late->field('Retry-After'), qr/^[1-9]\d?$/,
        'timeout: comes again when it may be served');
    isnt($late->field('Retry-After'), 77, 'timeout: by the queue');
    is(count('timed_out'), 1, 'timeout: is counted');
    $begun = time;
    is(send_request('/total')->read_response->status, 504,
        'timeout: that of the whole request counts as well');
    cmp_ok(time - $begun, '>=', 0.19, 'timeout: from its begin');
    is(queue()->{waiting}, 0, 'timeout: nobody waits any more');
    release($first);
    is($farm->ask('/then')->status, 200, 'timeout: then there is room again');
    is_deeply([$farm->targets('a')], ['/first', '/then'],
        'timeout: the member saw nothing of it');
}

# ---- an old page is better than none ----

{
    begin(
        members  => [a => 'max-connections=1'],
        upstream => 'RProxyBalancerQueue max=1 timeout=200ms',
        conf     => "RProxyCacheSize 4m\nRProxyCache On\n"
            . "RProxyCacheDefault 1\nRProxyCacheKeepStale 600\n",
    );
    is($farm->ask('/page')->status, 200, 'stale: a page is stored');
    my $stored = time;
    RProxy::Server::await(sub { time > $stored + 2 }, 'its end', 5);
    my $first = occupy('/other');
    my $old   = $farm->ask('/page');
    is($old->status, 200, 'stale: the old page when all are full');
    cmp_ok($old->field('Age') // 0, '>=', 2, 'stale: it is old');
    is($farm->ask('/unknown')->status, 503, 'stale: 503 where there is none');
    release($first);
}

# ---- nobody starves ----

{
    begin(
        members  => [a => 'max-connections=1'],
        upstream => 'RProxyBalancerQueue timeout=20s aging=50ms share=3',
        conf     => "RProxyClass vip priority=90 path=/vip\n",
    );
    my $first = occupy();
    my $old   = send_request('/old');
    await_waiting(1);
    my $since = time;
    my @vips  = map {
        my $client = send_request("/vip/$_");
        await_waiting($_ + 1);
        $client;
    } 1 .. 8;
    RProxy::Server::await(sub { time > $since + 0.05 }, 'it to age', 5);
    release($first);
    $_->read_response for $old, @vips;
    my @order = $farm->targets('a');
    my ($at) = grep { $order[$_] eq '/old' } 0 .. $#order;
    cmp_ok($at, '<=', 3, 'aging: the old one has its turn')
        or diag("@order");
    is(scalar @order, 10, 'aging: all are served');
}

# ---- nobody waits where nobody shall ----

{
    begin(
        members  => [a => 'max-connections=1'],
        upstream => 'RProxyBalancerQueue off',
    );
    my $first = occupy();
    is(send_request('/x')->read_response->status, 503, 'off: 503 at once');
    is(queue(), undef, 'off: there is no queue');
    release($first);
}

# ---- idle connections of other loops and children give way ----

{
    begin(
        members  => [a => 'max-connections=2 idle-timeout=60s'],
        upstream => 'RProxyBalancerQueue timeout=20s',
    );
    my @status = map { $farm->ask('/')->status } 1 .. 20;
    my @more   = map { send_request('/more') } 1 .. 20;
    push @status, map { $_->read_response->status } @more;
    is_deeply(\@status, [(200) x 40], 'idle: all are served');
    $farm->await_in_flight(0);
}

# ---- a limit that is found ----

{
    begin(
        members  => [a => ''],
        upstream => 'RProxyBalancerQueue timeout=20s adaptive=2-8',
    );
    $farm->tell(a => 'hold');
    my @clients = map { send_request("/$_") } 1 .. 12;
    RProxy::Server::await(sub { queue()->{waiting} >= 4 }, 'a queue', 5);
    cmp_ok($farm->upstream->{in_flight}, '<=', 8,
        'adaptive: no more than the most');
    $farm->tell(a => 'well');
    is_deeply([map { $_->read_response->status } @clients], [(200) x 12],
        'adaptive: all are served');
}
