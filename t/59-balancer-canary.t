#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyCanary: a good new version gets all of the clients step by step, a bad
# one none of them any more; clients stay where they are; restarts and killed
# processes change nothing; people have the last word.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Balancer ();
use RProxy::ConfigTest ();
use RProxy::Load ();
use RProxy::Server ();
use RProxy::Status ();

my @MISTAKES = (
    ['RProxyCanary new' => q{RProxyCanary: expected in <RProxyUpstream>}],
    [in('RProxyCanary steps=1') => q{RProxyCanary: expected the name of the}],
    [in('RProxyCanary n steps=5,1') => q{'5,1' is wrong: expected steps= of whole}],
    [in('RProxyCanary n steps=5,5') => q{'5,5' is wrong}],
    [in('RProxyCanary n steps=0,5') => q{'0,5' is wrong}],
    [in('RProxyCanary n steps=5,101') => q{'5,101' is wrong}],
    [in('RProxyCanary n steps=1.5') => q{'1.5' is wrong}],
    [in('RProxyCanary n steps=' . join ',', 1 .. 17) => q{16 at most}],
    [in('RProxyCanary n tolerance=x') => q{'x' is wrong: expected tolerance= from}],
    [in('RProxyCanary n latency=90%') => q{'90%' is wrong: expected latency=off}],
    [in('RProxyCanary n sticky=cookie:a;b') => q{'cookie:a;b' is wrong}],
    [in('RProxyCanary n start=soon') => q{'soon' is wrong: expected start=auto}],
    [in('RProxyCanary n step=5') => q{unknown key 'step', did you mean 'steps'?}],
);

plan tests => 3 * @MISTAKES + 75;

{
    my $test = RProxy::ConfigTest->new;
    $test->refuses(@$_) for @MISTAKES;
}

sub in { return "<RProxyUpstream u>\n>>$_[0]\n</RProxyUpstream>" }

# "app" with member a, and its new version "next" with member b.
sub farm {
    my ($options, %o) = @_;
    my $url = RProxy::Balancer->url('b');
    my $farm = RProxy::Balancer->start(
        members => [a => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . "RProxyBalancerEject off\nRProxyCanary next $options",
        conf => <<"CONF", %o);
<RProxyUpstream next>
    RProxyMember $url
</RProxyUpstream>
LogFormat "%{canary}^RP %>s %{upstream}^RP" canary
CustomLog canary canary
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
<Location "/rproxy-metrics">
    SetHandler rproxy-metrics
    RProxyPass "!"
</Location>
CONF
    $farm->start_member('b');
    return $farm;
}

sub canary {
    my ($farm) = @_;
    return RProxy::Status->of('', port => $farm->httpd->port)->{canary}[0];
}

sub await_canary {
    my ($farm, $wanted, $what, $limit) = @_;
    RProxy::Server::await(sub { $wanted->(canary($farm)) }, $what, $limit // 15);
    return canary($farm);
}

sub load {
    my ($farm, %o) = @_;
    return RProxy::Load->start($farm->httpd->port, clients => 3,
        keep_alive => 1, body => qr/^[ab]$/, target => '/%d', %o);
}

sub admin {
    my ($farm) = @_;
    return RProxy::Admin->new(undef, connect => sub { $farm->httpd->connect });
}

# ---- a good one ----

{
    my $farm = farm('steps=10,50,100 step-time=1s min-requests=20 '
        . 'latency=off sticky=none');
    is_deeply([@{ canary($farm) }{qw(upstream canary_upstream state percent)}],
        ['app', 'next', 'running', 10], 'good: the first step');
    my $log  = $farm->httpd->log;
    my $load = load($farm);
    my $line = $log->await(qr/RP3055: canary.*next gets 50%/, 10);
    like($line, qr/it was 10%: as good as the control; next \d+ requests, 0 failed, p95 \d+\.\d ms; app \d+ requests, 0 failed, p95/,
        'good: a step, with figures');
    my ($new, $old) = $line =~ /next (\d+) requests.*app (\d+) requests/;
    cmp_ok($new, '>=', 20, 'good: enough requests of the new version');
    cmp_ok($new / ($new + $old), '<', 0.25, 'good: a tenth of them');
    cmp_ok($new / ($new + $old), '>', 0.03, 'good: not less');
    my $c = await_canary($farm, sub { $_[0]{state} eq 'done' }, 'the end');
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'good: no request has failed');
    is($c->{percent}, 100, 'good: all of the clients');
    is($c->{last}{from_percent}, 100, 'good: after the last step');
    is($c->{reason}, 'as good as the control', 'good: why');
    is_deeply($farm->count(10), { b => 10 }, 'good: the new version answers');
    my $lines = $farm->httpd->text('canary');
    like($lines, qr/^canary 200 next$/m, 'good: log field of the new version');
    like($lines, qr/^control 200 app$/m, 'good: log field of the other');
    my $metrics = $farm->ask('/rproxy-metrics')->body;
    like($metrics, qr/^rproxy_canary_share_percent\{upstream="app",canary="next"\} 100$/m,
        'good: metrics, share');
    like($metrics, qr/^rproxy_canary_requests_total\{upstream="app",canary="next",side="canary"\} [1-9]/m,
        'good: metrics, requests');
    is_deeply($farm->httpd->complaints, [], 'good: nothing else in the log');
}

# ---- bad ones ----

for my $bad (
    ['500', 'latency=off', 'more errors than the control'],
    ['close', 'latency=off', 'more errors than the control'],
    ['slow 0.2', 'latency=300%', 'slower than the control'])
{
    my ($what, $options, $why) = @$bad;
    my $farm = farm("steps=20,100 step-time=60s min-requests=30 sticky=none $options");
    $farm->tell(b => $what);
    my $log  = $farm->httpd->log;
    my $load = load($farm);
    my $line = $log->await(qr/RP3056: /, 15);
    $load->stop;
    like($line, qr/next is rolled back from 20%: $why; next \d+ requests, \d+ failed/,
        "$what: rolled back");
    my $c = canary($farm);
    is_deeply([@$c{qw(state percent)}], ['rolled back', 0], "$what: no share");
    is($c->{last}{reason}, $why, "$what: why");
    cmp_ok($c->{last}{canary}{p95_us}, '>', 3 * $c->{last}{control}{p95_us},
        "$what: the figures are kept") if $what =~ /slow/;
    cmp_ok($c->{last}{canary}{failed}, '>=', 5, "$what: the figures are kept")
        if $what !~ /slow/;
    is_deeply($farm->count(20), { a => 20 }, "$what: nobody gets it any more");
}

# ---- clients stay ----

{
    my $farm = farm('steps=50,60,100 step-time=1h');
    my %side;
    for my $n (1 .. 30) {
        my $response = $farm->ask('/');
        my ($cookie) = ($response->field('Set-Cookie') // '')
            =~ /^(rproxy_canary=[0-9a-f]{16}); Path=\//;
        $side{$cookie} = $response->body;
    }
    is(keys %side, 30, 'sticky: each client has a cookie of its own');
    my %both = map { $_ => 1 } values %side;
    is_deeply(\%both, { a => 1, b => 1 }, 'sticky: both versions serve');
    my @moved = grep {
        my $cookie = $_;
        grep { $farm->ask("/$_", Cookie => "x=y; $cookie")->body ne $side{$cookie} }
            1 .. 3;
    } sort keys %side;
    is_deeply(\@moved, [], 'sticky: a client stays on its side');
    my $again = $farm->ask('/', Cookie => (keys %side)[0]);
    is($again->field('Set-Cookie'), undef, 'sticky: one cookie is enough');
    my ($status) = admin($farm)->post('canary/rollback', {});
    is($status, 200, 'sticky: rolled back by hand');
    my $response = $farm->ask('/');
    is($response->body, 'a', 'sticky: no share, no canary');
    is($response->field('Set-Cookie'), undef, 'sticky: and no cookie');
}

{
    my $farm = farm('steps=50 step-time=1h sticky=header:X-User');
    my %side = map { $_ => $farm->ask('/', 'X-User' => $_)->body } 1 .. 30;
    is(scalar(grep { $side{$_} ne $farm->ask('/', 'X-User' => $_)->body } 1 .. 30),
        0, 'sticky: by a field');
    my %both = map { $_ => 1 } values %side;
    is_deeply(\%both, { a => 1, b => 1 }, 'sticky: both versions serve');
}

# ---- restarts and killed processes ----

{
    my $farm = farm('steps=20,60,100 step-time=1s min-requests=20 '
        . 'latency=off sticky=none');
    my $httpd = $farm->httpd;
    my $load  = load($farm);
    await_canary($farm, sub { $_[0]{percent} == 60 }, 'the second step');
    admin($farm)->post('canary/pause', {});
    $load->stop;
    my $before = canary($farm);
    is_deeply([@$before{qw(state percent)}], ['paused', 60], 'restart: a pause');
    my %old = map { $_ => 1 } $httpd->children;
    $httpd->restart_gracefully;
    my $after = canary($farm);
    is_deeply([@$after{qw(state percent)}], ['paused', 60],
        'restart: the same step');
    cmp_ok($after->{since_s}, '>=', $before->{since_s}, 'restart: since then');
    cmp_ok($after->{canary}{requests}, '>=', $before->{canary}{requests},
        'restart: the figures go on');
    cmp_ok($after->{last}{canary}{requests}, '>=', 20,
        'restart: the last change is known');
    RProxy::Server::await(
        sub { my $pid = $farm->elected; $pid && !$old{$pid} },
        'a new child to look after it', 10);
    my $elected = $farm->elected;
    $load = load($farm);
    admin($farm)->post('canary/start', {});
    $httpd->end_child(KILL => $elected);
    my $c = await_canary($farm, sub { $_[0]{state} eq 'done' },
        'the end of the rollout', 20);
    is($c->{percent}, 100, 'killed: another process goes on');
    isnt($farm->elected, $elected, 'killed: indeed another one');
    $load->stop;
    is_deeply($httpd->complaints, [], 'killed: nothing else in the log');
    $httpd->restart_gracefully;
    is(canary($farm)->{state}, 'done', 'restart: done is done');
}

# ---- by hand ----

{
    my $farm  = farm('steps=10,100 step-time=100ms min-requests=1 latency=off '
        . 'sticky=none start=manual');
    my $admin = admin($farm);
    is(canary($farm)->{state}, 'waiting', 'by hand: it waits');
    is_deeply($farm->count(20), { a => 20 }, 'by hand: nobody gets it');
    my ($status, $json) = $admin->post('canary/pause', { upstream => 'app' });
    is($status, 409, 'by hand: nothing to pause');
    like($json->{error}, qr/it has ended/, 'by hand: says why');
    ($status, $json) = $admin->post('canary/start', { upstream => 'app' });
    is($status, 200, 'by hand: started');
    is_deeply([@$json{qw(state percent step)}], ['running', 10, 1], '... at the first');
    ($status) = $admin->post('canary/start', {});
    is($status, 409, 'by hand: it is running');
    ($status, $json) = $admin->post('canary/pause', {});
    is_deeply([$status, $json->{state}], [200, 'paused'], 'by hand: paused');
    my $log  = $farm->httpd->log;
    my $load = load($farm);
    await_canary($farm, sub { $_[0]{canary}{requests} > 50 && $_[0]{since_s} >= 2 },
        'reasons to step up');
    is(canary($farm)->{percent}, 10, 'by hand: no step up while paused');
    $admin->post('canary/start', {});
    $log->await(qr/RP3055: .* gets 100%, it was 10%/, 10);
    $load->stop;
    pass('by hand: it goes on');
    ($status, $json) = $admin->post('canary/rollback', {});
    is_deeply([@$json{qw(state percent reason)}],
        ['rolled back', 0, 'rolled back by hand'], 'by hand: rolled back');
    is_deeply($farm->count(10), { a => 10 }, '... at once');
    ($status, $json) = $admin->post('canary/promote', {});
    is_deeply([@$json{qw(state percent reason)}],
        ['done', 100, 'promoted by hand'], 'by hand: promoted');
    is_deeply($farm->count(10), { b => 10 }, '... at once');

    for my $wrong ([{ upstream => 'none' }, 404, qr/"none" has no RProxyCanary/],
        [{ upsteam => 'app' }, 400, qr/upsteam/],
        [{ upstream => 5 }, 400, qr/"upstream"/])
    {
        ($status, $json) = $admin->post('canary/start', $wrong->[0]);
        is($status, $wrong->[1], "wrong: $wrong->[1]");
        like($json->{error}, $wrong->[2], '... says why');
    }
    is(canary($farm)->{state}, 'done', 'wrong: nothing was changed');

    my $url = 'http://127.0.0.1:' . $farm->httpd->port . '/rproxy-admin';
    my $ctl = "$FindBin::Bin/../mod_rproxy/rproxyctl --url $url";
    like(`$ctl canary rollback app 2>&1`, qr/app: rolled back, next has 0%/,
        'rproxyctl canary rollback');
    like(`$ctl canary start 2>&1`, qr/app: running, next has 10%/,
        'rproxyctl canary start');
    like(`$ctl canary status 2>&1`, qr/running\s+10%.*app/, 'rproxyctl canary status');
    like(`$ctl canary promote no 2>&1`, qr/404: upstream "no" has no/,
        'rproxyctl: an error');
    my $lines = $farm->httpd->text('error_log');
    like($lines, qr/RP3059: canary of upstream app: paused/, 'by hand: logged');
    like($lines, qr/RP3056: .*rolled back from 100%: rolled back by hand/, '... each');
}
