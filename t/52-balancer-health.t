#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A member that fails, in whatever way, is out after a few requests, and no
# client notices; it comes back by probes or by one trial request.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Log ();
use RProxy::Vars ();

my @WAYS = qw(kill close garbage 500 hang);
my $CLIENTS = 4;

plan tests => 5 * @WAYS + 33;

my $RETRY = 'RProxyRetry tries=3 on=connect,reset,timeout,invalid,500 budget=100';

# ---- a member fails under load ----

for my $way (@WAYS) {
    my $farm = RProxy::Balancer->start(
        members => [a => '', b => '', c => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerEject failures=3 time=60s',
        # The others may be slow at times, as the machine is.
        conf => $way eq 'hang' ? "$RETRY\nRProxyTimeout first-byte=250ms"
            : $RETRY,
    );
    my $load = RProxy::Load->start($farm->httpd->port, clients => $CLIENTS,
        keep_alive => 1, body => qr/^[abc]$/, target => '/%d');
    $farm->httpd->await_requests(200, 20);
    $way eq 'kill' ? $farm->kill_member('b') : $farm->tell(b => $way);
    $farm->await_state(b => 'ejected');
    cmp_ok($farm->member('b')->{failed}, '<=', 3 + $CLIENTS,
        "$way: out after three requests and those that were under way");
    $farm->httpd->await_requests(200, 20);
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], "$way: no request has failed");
    cmp_ok($seen->{requests}, '>', 300, "$way: of many");
    is($farm->member('b')->{reason}, 'requests failed in a row', "$way: why");
    is_deeply($farm->count(6), { a => 3, c => 3 }, "$way: it is not asked");
}

# ---- back by one trial ----

{
    my $farm = RProxy::Balancer->start(
        members  => [a => '', b => 'slow-start=2s'],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerEject failures=2 time=300ms time-max=2s',
        conf => "$RETRY\nLogFormat \"%{chosen_by}^RP %{member}^RP\" chosen\n"
            . 'CustomLog chosen chosen',
    );
    my $log = $farm->httpd->log;
    $farm->tell(b => '500');
    is($farm->ask('/')->status, 200, 'trial: a retry hides it') for 1 .. 6;
    is($farm->member('b')->{state}, 'ejected', 'trial: out');
    like($log->await(qr/RP3001: /), qr/ejected, it was up: requests failed/,
        'trial: logged');
    $farm->await_state(b => 'trial');
    my $begun = time;
    is($farm->ask('/')->body, 'a', 'trial: the trial fails, a retry answers');
    is($farm->member('b')->{reason}, 'the trial failed', 'trial: out again');
    is($farm->member('b')->{ejections}, 2, 'trial: for the second time');
    $farm->tell(b => 'well');
    $farm->await_state(b => 'trial');
    cmp_ok(time - $begun, '>', 0.5, 'trial: the second time is longer');
    my $chosen = $farm->httpd->log('chosen');
    is($farm->ask('/')->body, 'b', 'trial: one request is sent there');
    like($chosen->await(qr/^[^-]/), qr/^trial \S+$/, 'trial: as a log field');
    is($farm->member('b')->{state}, 'up', 'trial: it was good');
    my $ramp = $farm->member('b')->{ramp_percent};
    cmp_ok($ramp, '<', 90, 'slow start: not with all of its weight');
    my $count = $farm->count(20);
    cmp_ok($count->{a}, '>', $count->{b} // 0, 'slow start: fewer requests');
    RProxy::Server::await(
        sub { $farm->member('b')->{ramp_percent} == 100 }, 'the end of it', 4);
    RProxy::Server::await(sub { ($farm->count(4)->{b} // 0) == 2 },
        'half of the requests', 2);
}

# ---- never all of them ----

{
    my $farm = RProxy::Balancer->start(
        members  => [a => '', b => '', c => '', d => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerEject failures=1 time=60s max=50',
    );
    $farm->tell($_ => '500') for qw(a b c d);
    $farm->ask('/') for 1 .. 20;
    my @states = map { $_->{state} } @{ $farm->upstream->{members} };
    is(scalar(grep { $_ eq 'ejected' } @states), 2, 'bound: half of them');
    is(scalar(grep { $_ eq 'up' } @states), 2, 'bound: the others stay');
}

# ---- probes ----

{
    my $farm = RProxy::Balancer->start(
        members  => [a => '', b => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerProbe http path=/health host=probe.example '
            . 'interval=200ms fast=50ms timeout=500ms rise=2 fall=2',
    );
    my $probe = $farm->origin('a')->await_requests(1)->[0];
    is($probe->{target}, '/health', 'probe: its path');
    like($probe->{head}, qr/^Host: probe\.example\r$/m, 'probe: its host');
    $farm->tell(a => 'sick');
    $farm->await_state(a => 'down');
    is($farm->member('a')->{requests}, 0, 'probe: out without a request');
    is_deeply([@{ $farm->member('a') }{qw(reason probe probe_status)}],
        ['probes failed', 'another status than expected', 503], 'probe: why');
    is_deeply($farm->count(4), { b => 4 }, 'probe: it is not asked');
    $farm->tell(a => 'well');
    $farm->await_state(a => 'up');
    is($farm->member('a')->{requests}, 0, 'probe: back again without one');
    is_deeply($farm->count(4), { a => 2, b => 2 }, 'probe: and asked');
    $farm->tell(a => 'hang');
    $farm->await_state(a => 'down');
    is($farm->member('a')->{probe}, 'no answer in time', 'probe: it hangs');
    $farm->kill_member('b');
    $farm->await_state(b => 'down');
    is($farm->member('b')->{probe}, 'no connection', 'probe: it is gone');
    is($farm->ask('/')->status, 503, 'probe: nobody is left');
}

# ---- probes that are no requests ----

{
    my $tls  = RProxy::Vars::value('t75_tls_port');
    my $none = RProxy::Origin::port('origin_h');
    my $plain = RProxy::Origin::port('origin_a');
    my $farm = RProxy::Balancer->start(
        members => [a => ''],
        conf    => <<"CONF",
<RProxyUpstream tls>
    RProxyMember http://127.0.0.1:$tls
    RProxyMember http://127.0.0.1:$plain
    RProxyBalancerProbe tls host=localhost interval=50ms timeout=1s fall=1
</RProxyUpstream>
<RProxyUpstream tcp>
    RProxyMember http://127.0.0.1:$tls
    RProxyMember http://127.0.0.1:$none
    RProxyBalancerProbe tcp interval=50ms fall=1
</RProxyUpstream>
RProxyPass /tls tls
RProxyPass /tcp tcp
CONF
    );
    for my $kind (qw(tls tcp)) {
        my @members;
        RProxy::Server::await(sub {
            @members = @{ $farm->upstream($kind)->{members} };
            return !grep { $_->{probe} eq 'not probed yet' } @members;
        }, 'the first probes', 5);
        is_deeply([map { $_->{state} } @members], ['up', 'down'],
            "$kind: a server, and none");
        is_deeply([map { $_->{probe} } @members],
            ['good', $kind eq 'tls' ? 'no answer in time' : 'no connection'],
            "$kind: why");
    }
}
