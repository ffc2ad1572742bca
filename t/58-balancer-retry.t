#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What an upstream says of retries counts before what its virtual host says:
# for which statuses, how often, of which member.  A member that says when it
# wants to be asked again is left alone till then.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Balancer ();
use RProxy::Server ();

plan tests => 35;

# Two members in turn, and what the upstream says beside.
sub farm {
    my ($upstream, $conf) = @_;
    return RProxy::Balancer->start(
        members  => [a => '', b => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . "RProxyBalancerEject off\nRProxyRetry budget=100\n$upstream",
        conf     => $conf // '',
        children => 1,
    );
}

# What so many requests are answered with, as a hash of counts.
sub statuses {
    my ($farm, $n, @request) = @_;
    my %count;
    for (1 .. $n) {
        my $client = $farm->httpd->connect;
        @request = ('GET', '/') unless @request;
        $count{ $client->ask(@request, [Connection => 'close'])->status }++;
    }
    return \%count;
}

sub asked { return scalar @{ $_[0]->origin($_[1])->requests } }

# ---- statuses ----

{
    my $farm = farm('RProxyRetry on=500,429');
    my $failed;
    for my $status (500, 429) {
        $farm->tell(a => $status);
        is_deeply(statuses($farm, 8), { 200 => 8 }, "on=: $status is asked for");
        $failed //= asked($farm, 'a');
    }
    is_deeply(statuses($farm, 8, 'POST', '/'), { 200 => 4, 429 => 4 },
        'on=: not for a POST');
    for my $status (503, 404) {
        $farm->tell(a => $status);
        is_deeply(statuses($farm, 8), { 200 => 4, $status => 4 },
            "on=: $status is not");
    }
    is($farm->member('a')->{failed}, $failed + 4,
        'a 429 or 404 is no failure, 500 and 503 are');
}
{
    my $farm = farm('RProxyRetry on=5xx');
    for my $status (502, 503, 504) {
        $farm->tell(a => $status);
        is_deeply(statuses($farm, 4), { 200 => 4 }, "on=5xx: $status");
    }
    $farm->tell(a => 500);
    is_deeply(statuses($farm, 4), { 200 => 2, 500 => 2 }, 'on=5xx: not 500');
}

# ---- the upstream's word and others' ----

{
    my $farm = farm('RProxyRetry tries=1', 'RProxyRetry tries=3 on=500');
    $farm->tell(a => 500);
    is_deeply(statuses($farm, 4), { 200 => 2, 500 => 2 },
        'tries= of the upstream counts before the server\'s');
}
{
    my $farm = farm('RProxyRetry on=500', <<'CONF');
RProxyRetry on=none
<Location "/once">
    RProxyRetry tries=1
</Location>
CONF
    $farm->tell(a => 500);
    is_deeply(statuses($farm, 4), { 200 => 4 },
        'on= of the upstream counts before the server\'s');
    is_deeply(statuses($farm, 4, 'GET', '/once'), { 200 => 2, 500 => 2 },
        'what it does not say is said by others');
}
{
    my $farm = farm('RProxyRetry on=500', <<'CONF');
<RProxyUpstream silent>
    RProxyMember http://127.0.0.1:1
    RProxyBalancer method=round-robin
</RProxyUpstream>
CONF
    $farm->tell(a => 500);
    is_deeply(statuses($farm, 4), { 200 => 4 }, 'it holds for its upstream only');
}

# ---- the same member or another ----

{
    my $farm = farm('RProxyRetry on=500 member=same tries=4');
    $farm->tell(a => 500);
    is_deeply(statuses($farm, 4), { 200 => 2, 500 => 2 },
        'member=same: it goes on failing');
    is(asked($farm, 'a'), 2 * 4, 'member=same: asked until all tries are used');
    is(asked($farm, 'b'), 2, 'member=same: the other one is not');
}
for my $case ([other => 1], [any => 3]) {
    my ($member, $times) = @$case;
    my $farm = farm("RProxyRetry on=reset member=$member tries=4");
    $farm->tell($_ => 'close') for qw(a b);
    is_deeply(statuses($farm, 1), { 502 => 1 }, "member=$member: all fail");
    is(asked($farm, 'a') + asked($farm, 'b'), 1 + $times,
        "member=$member: so many times");
}
{
    my $farm = farm('RProxyRetry on=500 member=other');
    $farm->tell($_ => 500) for qw(a b);
    is_deeply(statuses($farm, 1), { 500 => 1 },
        'member=other: the last answer is passed on');
    is(asked($farm, 'a') + asked($farm, 'b'), 2, 'member=other: each once');
}

# ---- Retry-After ----

for my $status (503, 429) {
    my $farm = farm('RProxyRetry on=503,429');
    $farm->tell(a => "$status wait=1");
    is_deeply(statuses($farm, 8), { 200 => 8 }, "Retry-After, $status: repeated");
    is(asked($farm, 'a'), 1, "Retry-After, $status: it is asked once");
    $farm->tell(a => 'well');
    RProxy::Server::await(sub { ($farm->count(1)->{a} // 0) == 1 },
        'it to be asked again', 5);
    pass("Retry-After, $status: and when its time has come again");
}
{
    my $farm = farm('RProxyRetry on=none');
    $farm->tell(a => '503 wait=60');
    is_deeply(statuses($farm, 8), { 200 => 7, 503 => 1 },
        'Retry-After: also where nothing is repeated');
    $farm->tell(b => '503 wait=60');
    is_deeply(statuses($farm, 8), { 503 => 8 },
        'Retry-After: where all say so all are asked');
    cmp_ok(asked($farm, 'a'), '>', 2, 'Retry-After: in turn');
    $farm->tell($_ => 'well') for qw(a b);
    is_deeply(statuses($farm, 4), { 200 => 4 }, 'Retry-After: and are well again');
}
{
    my $farm = farm('RProxyRetry on=none', 'RProxyClientAbort cancel');
    $farm->tell(a => '500 wait=60');
    is_deeply(statuses($farm, 8), { 200 => 4, 500 => 4 },
        'Retry-After: of another status says nothing');
}

# ---- without a balancer ----

{
    my $farm = farm('RProxyBalancer off');
    $farm->tell(a => '503 wait=60');
    is_deeply(statuses($farm, 8), { 200 => 7, 503 => 1 },
        'members in order: Retry-After as well');
}
