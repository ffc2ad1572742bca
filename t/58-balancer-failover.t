#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Under load, with retries and second requests: a member that is killed, hangs,
# fails or talks nonsense is out soon, and no GET of any client has failed or
# waited for long.  Each case notes the rate that the machine reached.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Server ();

my @WAYS = qw(kill close garbage 500 hang);
my $LOAD = 2;     # seconds of each case, about
my $MANY = 300;   # requests before the member fails

plan tests => 6 * @WAYS + 4;

# One that pauses, as the machine does, may be taken for a bad one: two of the
# three may be out.
sub farm {
    my (%o) = @_;
    return RProxy::Balancer->start(
        members  => [a => '', b => '', c => ''],
        upstream => join("\n", 'RProxyBalancer method=least-conn',
            'RProxyBalancerEject failures=3 time=60s max=70',
            'RProxyBalancerHedge after=100ms budget=20',
            'RProxyRetry tries=3 on=connect,reset,timeout,invalid,500,5xx'
                . ' budget=100', $o{upstream} // ''),
        conf => $o{conf} // '',
    );
}

sub load {
    my ($farm) = @_;
    return RProxy::Load->start($farm->httpd->port, clients => 8,
        keep_alive => 1, body => qr/^[abc]$/, target => '/%d');
}

for my $way (@WAYS) {
    my $farm  = farm(
        conf => $way eq 'hang' ? 'RProxyTimeout first-byte=300ms' : '');
    my $begun = time;
    my $load  = load($farm);
    $farm->httpd->await_requests($MANY, 20);
    $way eq 'kill' ? $farm->kill_member('b') : $farm->tell(b => $way);
    my $took = $farm->await_state(b => 'ejected');
    RProxy::Server::await(sub { time - $begun > $LOAD }, 'the load', 20);
    my $seconds = time - $begun;
    my $seen    = $load->stop;
    note sprintf '%s: %d requests, %.0f a second; out after %.0f ms; the '
        . 'slowest answer took %.0f ms', $way, $seen->{requests},
        $seen->{requests} / $seconds, 1000 * $took, 1000 * $seen->{slowest};
    cmp_ok($took, '<', $way eq 'hang' ? 2 : 1, "$way: out soon");
    is_deeply($seen->{failed}, [], "$way: no GET has failed");
    cmp_ok($seen->{requests}, '>', $MANY, "$way: of many");
    is($seen->{retried}, 0, "$way: and no client connection was lost");
    cmp_ok($seen->{slowest}, '<', 5, "$way: nobody has waited for long");
    $farm->await_in_flight(0);
    ok(!exists $farm->count(6)->{b}, "$way: the others go on");
}

# ---- all of it at once, and back again ----

{
    my $farm = farm(conf => 'RProxyTimeout first-byte=300ms',
        upstream => 'RProxyBalancerProbe http path=/health '
        . 'interval=100ms fast=50ms timeout=200ms rise=1 fall=1');
    my $load = load($farm);
    $farm->httpd->await_requests($MANY, 20);
    for my $way (qw(500 hang garbage close)) {
        $farm->tell(b => $way);
        RProxy::Server::await(sub { $farm->member('b')->{state} ne 'up' },
            "$way to be seen", 5);
        $farm->tell(b => 'well');
    }
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'one after the other: no GET has failed');
    cmp_ok($seen->{requests}, '>', $MANY, 'one after the other: of many');
    $farm->await_in_flight(0);
    pass('one after the other: nothing is left behind');
    is_deeply($farm->httpd->complaints, [], 'one after the other: no complaints');
}
