#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A safe request that waits for too long is sent to a second member; the first
# good answer counts, and the other request is cancelled.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Server ();
use RProxy::Status ();

plan tests => 63;

# Members in turn, all requests through one child, so that turns are certain.
sub farm {
    my ($hedge, %o) = @_;
    return RProxy::Balancer->start(
        members  => $o{members} // [a => '', b => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . "RProxyBalancerHedge $hedge\n" . ($o{upstream} // ''),
        conf     => "LogFormat \"%{hedge}^RP %{tries}^RP %{member}^RP\" hedge\n"
            . "CustomLog hedge hedge\n" . ($o{conf} // ''),
        children => 1,
    );
}

sub hedges { return $_[0]->upstream->{hedges} }
sub numbers { return [@{ hedges($_[0]) }{qw(sent won cancelled failed refused)}] }

# The log's line of a request to the members, once there are so many.
sub logged {
    my ($farm, $n) = @_;
    my @lines;
    RProxy::Server::await(
        sub {
            @lines = grep {/^\S+ \d/} split /\n/, $farm->httpd->text('hedge');
            return @lines >= $n;
        },
        "$n lines", 5);
    return $lines[$n - 1];
}

# Nothing is under way or held when all clients have their answers.
sub is_at_rest {
    my ($farm, $name) = @_;
    $farm->await_in_flight(0);
    my $status;
    my $rest = eval {
        $status = RProxy::Status->await('', sub {
            my ($app) = grep { $_->{name} eq 'app' } @{ $_[0]{upstreams} };
            !grep { $_->{active} } @{ $app->{members} };
        }, 'no request at a member', port => $farm->httpd->port);
        1;
    };
    ok($rest, "$name: all gauges are at 0");
    return;
}

# A member that always holds: the first request of a new farm goes to one of
# the two.  @return its name and the other's
sub first_of {
    my ($farm) = @_;
    RProxy::Server::await(sub {
        grep { @{ $farm->origin($_)->requests } } qw(a b);
    }, 'a first request', 5);
    return @{ $farm->origin('a')->requests } ? qw(a b) : qw(b a);
}

# ---- a slow member ----

{
    my $farm = farm('after=30ms budget=100');
    $farm->httpd->await_children(1);
    my @pids = $farm->httpd->children;
    $farm->ask('/') for 1 .. 4;
    my $open = $farm->httpd->descriptors_of($pids[0]);
    $farm->tell(a => 'slow 2');
    my ($slowest, %who) = 0;
    for (1 .. 12) {
        my $begun = time;
        my $got   = $farm->ask('/');
        my $took  = time - $begun;
        $slowest = $took if $took > $slowest;
        $who{ $got->status . $got->body }++;
    }
    is_deeply(\%who, { '200b' => 12 }, 'slow: the other one answers all');
    cmp_ok($slowest, '<', 1, 'slow: soon');
    my ($sent, $won, $cancelled) = @{ numbers($farm) };
    cmp_ok($won, '>=', 6, 'slow: second requests won');
    is($won + $cancelled, $sent, 'slow: but those of a quick one that paused');
    $farm->origin('a')->await_closed(1);
    is_at_rest($farm, 'slow');
    RProxy::Server::await(
        sub { $farm->httpd->descriptors_of($pids[0]) <= $open + 1 },
        'descriptors', 6);
    pass('slow: no descriptor is left open');
    is($farm->member('a')->{failed}, 0, 'slow: it is not to blame');
    like($farm->httpd->text('hedge'),
        qr/^won 2 \Q@{[ $farm->url('b') ]}\E$/m, 'slow: the log');
}

# ---- the first one answers after all ----

{
    my $farm = farm('after=30ms budget=100');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    my ($first, $second) = first_of($farm);
    $farm->origin($second)->await_requests(1);
    $farm->tell($first => 'well');
    is($client->read_response->body, $first, 'late: the first one answers');
    $farm->await_in_flight(0);
    is_deeply(numbers($farm), [1, 0, 1, 0, 0], 'late: the second is cancelled');
    like(logged($farm, 1), qr/^lost 1 /, 'late: the log');
    $farm->tell($second => 'well');
    $farm->origin($second)->await_closed(1);
    pass('late: its connection is closed');
    is_at_rest($farm, 'late');
}

# ---- what is never hedged ----

for my $case (
    ['POST', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"],
    ['PUT', "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"],
    ['DELETE', "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ['a body', "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"],
) {
    my ($name, $request) = @$case;
    my $farm = farm('after=20ms budget=100');
    $farm->tell($_ => 'slow 0.3') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send($request);
    is($client->read_response->status, 200, "$name: answered");
    is_deeply(numbers($farm), [0, 0, 0, 0, 0], "$name: by one member only");
    like(logged($farm, 1), qr/^- 1 /, "$name: the log");
}
for my $method (qw(HEAD OPTIONS)) {
    my $farm = farm('after=20ms budget=100');
    $farm->tell($_ => 'slow 0.3') for qw(a b);
    my $client = $farm->httpd->connect;
    is($client->ask($method => '/')->status, 200, "$method: answered");
    is(hedges($farm)->{sent}, 1, "$method: a second one is asked");
}

# ---- sessions ----

{
    my $farm = farm('after=20ms budget=100',
        upstream => 'RProxyBalancerSticky cookie=S');
    my ($cookie) = $farm->ask('/')->field('Set-Cookie') =~ /^(S=[^;]+)/;
    my $before = hedges($farm)->{sent};    # of the one without a session
    $farm->tell($_ => 'slow 0.3') for qw(a b);
    is($farm->ask('/', Cookie => $cookie)->status, 200, 'session: answered');
    is(hedges($farm)->{sent}, $before, 'session: nobody else knows it');
}

# ---- the budget ----

{
    my $farm = farm('after=16ms budget=10');
    $farm->tell(a => 'slow 0.1');
    my $n = 50;
    $farm->ask('/') for 1 .. $n;
    my ($sent, $refused) = @{ hedges($farm) }{qw(sent refused)};
    cmp_ok($sent, '<=', 10 + $n / 10, 'budget: ten, and a tenth of the requests');
    cmp_ok($sent, '>=', 10, 'budget: which are sent');
    cmp_ok($refused, '>=', 5, 'budget: others are refused');
    like($farm->httpd->text('hedge'), qr/^refused 1 /m, 'budget: the log');
}

# ---- one of them fails ----

{
    my $farm = farm('after=20ms budget=100', conf => 'RProxyRetry on=none');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    my ($first, $second) = first_of($farm);
    $farm->origin($second)->await_requests(1);
    $farm->tell($first => '500');
    $farm->await_in_flight(1);
    ok($client->is_silent(0.05), 'a bad answer of the first is not passed on');
    $farm->tell($second => 'well');
    is($client->read_response->body, $second, 'the second is waited for');
    is_deeply(numbers($farm), [1, 1, 0, 0, 0], 'it has won');
    is($farm->member($first)->{failed}, 1, 'the first one has failed');
    is_at_rest($farm, 'bad first');
}
{
    my $farm = farm('after=20ms budget=100', conf => 'RProxyRetry on=none');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    my ($first, $second) = first_of($farm);
    $farm->origin($second)->await_requests(1);
    $farm->kill_member($second);
    $farm->await_in_flight(1);
    $farm->tell($first => 'well');
    is($client->read_response->body, $first, 'killed second: the first answers');
    is_deeply(numbers($farm), [1, 0, 0, 1, 0], 'killed second: it failed');
    is_at_rest($farm, 'killed second');
}
{
    my $farm = farm('after=20ms budget=100', conf => 'RProxyRetry on=none');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    my ($first, $second) = first_of($farm);
    $farm->origin($second)->await_requests(1);
    $farm->kill_member($_) for $first, $second;
    is($client->read_response->status, 502, 'both killed: 502');
    is_at_rest($farm, 'both killed');
}

# ---- the client goes away ----

{
    my $farm = farm('after=20ms budget=100');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    $farm->await_in_flight(2);
    $client->close;
    is_at_rest($farm, 'abort');
    $farm->tell($_ => 'well') for qw(a b);
    $farm->origin($_)->await_closed(1) for qw(a b);
    pass('abort: both connections are closed');
    is_deeply(numbers($farm), [1, 0, 0, 0, 0], 'abort: nobody has won');
    like(logged($farm, 1), qr/^sent /, 'abort: the log');
}

# ---- a graceful restart ----

{
    my $farm = farm('after=20ms budget=100');
    $farm->tell($_ => 'hold') for qw(a b);
    my $client = $farm->httpd->connect;
    $client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    $farm->await_in_flight(2);
    $farm->httpd->await_children(1);
    my @before = $farm->httpd->children;
    $farm->httpd->restart_gracefully;
    $farm->tell($_ => 'well') for qw(a b);
    is($client->read_response->status, 200, 'restart: answered');
    ok($farm->httpd->await_gone(\@before, 10), 'restart: the old child ends');
    is_at_rest($farm, 'restart');
    is_deeply($farm->httpd->complaints, [], 'restart: no complaints');
}

# ---- p95 ----

{
    my $farm = farm('after=p95 min=30ms budget=100');
    $farm->tell($_ => 'slow 0.1') for qw(a b);
    $farm->ask('/');
    is(hedges($farm)->{sent}, 0, 'p95: nothing is known yet');
    $farm->tell($_ => 'well') for qw(a b);
    my $load = RProxy::Load->start($farm->httpd->port, clients => 2,
        keep_alive => 1);
    $farm->httpd->await_requests(600, 20);
    is_deeply($load->stop->{failed}, [], 'p95: requests without a failure');
    my $delay = hedges($farm)->{after_us};
    cmp_ok($delay, '>', 0, 'p95: there is a time');
    cmp_ok($delay, '<', 100_000, 'p95: of the quick ones');
    my $before = hedges($farm)->{won};
    $farm->tell(a => 'slow 2');
    my $count = $farm->count(4);
    is_deeply($count, { b => 4 }, 'p95: a slow one is outrun');
    cmp_ok(hedges($farm)->{won}, '>=', $before + 2, 'p95: by second requests');
}

# ---- one that hangs is found out ----

{
    my $farm = farm('after=30ms budget=100',
        upstream => 'RProxyBalancerEject failures=2 time=60s',
        conf     => 'RProxyTimeout first-byte=300ms');
    $farm->tell(a => 'hang');
    my (%who, $begin);
    $begin = time;
    for (1 .. 200) {
        $who{ $farm->ask('/')->body }++;
        last if $farm->member('a')->{state} eq 'ejected';
    }
    is_deeply([keys %who], ['b'], 'hang: no client sees it');
    is($farm->member('a')->{state}, 'ejected', 'hang: it is found out');
    cmp_ok(time - $begin, '>=', 0.3,
        'hang: when it has been waited for long enough');
    is_deeply($farm->count(4), { b => 4 }, 'hang: and not asked');
}
