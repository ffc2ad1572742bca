#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Everything at random that may happen to a balanced upstream, for CHAOS seconds
# under load: members that are killed, hang, get slow, flap, answer errors or
# garbage, names that change, graceful restarts, and a killed process that looks
# after the members.  No GET is lost but those a killed child had, no connection
# is stuck, and what is counted adds up.
#
#   make -f Makefile.apxs chaos CHAOS=600 CHAOS_SEED=7
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time sleep);
use RProxy::Balancer ();
use RProxy::Discovery ();
use RProxy::Dns ();
use RProxy::Driver ();
use RProxy::Load ();
use RProxy::Origin ();
use RProxy::Rest ();
use RProxy::Status ();

my $CHAOS = $ENV{CHAOS}      || 12;
my $SEED  = $ENV{CHAOS_SEED} || 20261;
# What a killed child had is seen to fail within so many seconds.
my $SEEN    = 1;
my $CLIENTS = 4;
my @MEMBERS = 'a' .. 'e';
# So many of them are bad at once: the others can serve all.
my $BAD_MAX = 2;

plan tests => 9;
note "CHAOS=$CHAOS CHAOS_SEED=$SEED";
srand $SEED;

my $dns  = RProxy::Discovery::has_dns() ? RProxy::Dns->start : undef;
my $port = RProxy::Origin::port('origin_f');
my %at   = map { ($_ => found_member($_)) } qw(127.0.0.1 127.0.0.31);
$dns->say('app.test', A => 1, '127.0.0.1') if $dns;

my $farm = RProxy::Balancer->start(
    members  => [map { ($_ => '') } @MEMBERS],
    children => 2,
    upstream => join("\n", 'RProxyBalancer method=least-conn',
        'RProxyBalancerProbe http path=/health interval=300ms fast=100ms '
            . 'timeout=300ms rise=1 fall=2',
        'RProxyBalancerEject failures=3 time=500ms time-max=2s trial=1s',
        'RProxyRetry tries=6 on=connect,reset,timeout,invalid,500,5xx budget=100',
        $dns ? "RProxyBalancerDiscover dns:app.test:$port server="
            . $dns->address . ' retry=100ms timeout=1s tries=1' : ()),
    conf => 'RProxyTimeout connect=500ms first-byte=500ms',
);
my $httpd = $farm->httpd;
my %bad;         # name => what is wrong with it
my @kills;       # times
my %happened;    # what => how often
my %events = (
    spoil   => [6, \&spoil],
    heal    => [6, \&heal],
    names   => [$dns ? 2 : 0, \&change_names],
    restart => [1, sub { $httpd->restart_gracefully }],
    kill    => [1, \&kill_elected],
);

my $load = RProxy::Load->start($httpd->port, clients => $CLIENTS,
    keep_alive => 1, pause => 0.004, target => '/%d', body => qr/\A\w+\z/);
my $end = time + $CHAOS;
while (time < $end) {
    sleep 0.05 + rand 0.4;
    my $what = draw();
    $happened{$what}++;
    $events{$what}[1]->();
}
heal() while %bad;
my $seen = $load->stop;

note join ', ', map {"$_ $happened{$_}"} sort keys %happened;
note "$seen->{requests} requests, slowest $seen->{slowest} s, "
    . @{ $seen->{failed} } . ' lost';
cmp_ok($seen->{requests}, '>', 20 * $CHAOS, 'many requests');
my @lost  = grep { is_lost($_) } 0 .. $#{ $seen->{failed} };
my %lost  = map { $_ => 1 } @lost;
my @other = map { $seen->{failed}[$_] }
    grep { !$lost{$_} } 0 .. $#{ $seen->{failed} };
is_deeply(\@other, [], 'no request is lost but those of killed children');
cmp_ok(scalar @lost, '<=', @kills * $CLIENTS, '... of which each client has one');
cmp_ok($seen->{slowest}, '<', 6, 'none took as long as all attempts together');

is_deeply([grep { !is_up($_) } @MEMBERS], [], 'all members come up again');
ok(eval { $farm->await_in_flight(0); 1 }, 'no request stays under way');
is(eval { $farm->ask('/')->status }, 200, 'it answers');
counts_add_up();
is_deeply($httpd->complaints, [], 'nothing in the log');

# A member at another address, which discovery finds.
sub found_member {
    my ($address) = @_;
    return RProxy::Origin->start([$address, $port], sub {
        my ($c) = @_;
        $c->reply(200, 'found') while $c->read_request;
    });
}

# By weight.
sub draw {
    my $sum = 0;
    $sum += $_->[0] for values %events;
    my $point = rand $sum;
    for my $what (sort keys %events) {
        $point -= $events{$what}[0];
        return $what if $point < 0;
    }
}

sub one_of { return $_[rand @_] }

sub spoil {
    return if keys %bad >= $BAD_MAX;
    my $name = one_of(grep { !$bad{$_} } @MEMBERS);
    my $how  = one_of(qw(kill hang close garbage 500 503 sick), 'slow 0.2');
    $bad{$name} = $how;
    $how eq 'kill' ? $farm->kill_member($name) : $farm->tell($name => $how);
    return;
}

sub heal {
    my $name = one_of(sort keys %bad) // return;
    my $how  = delete $bad{$name};
    $how eq 'kill' ? $farm->start_member($name) : $farm->tell($name => 'well');
    return;
}

sub change_names {
    my @answers = (['127.0.0.1'], ['127.0.0.31'], [sort keys %at]);
    return $dns->fail('app.test', one_of(qw(SERVFAIL NXDOMAIN silent garbage)))
        if rand() < 0.3;
    return $dns->say('app.test', A => 1, @{ one_of(@answers) });
}

# The process that probes, or, where it is just being elected, another one.
sub kill_elected {
    $httpd->await_children(1);
    my %alive = map { $_ => 1 } $httpd->children;
    my $pid   = eval { $farm->elected };
    $pid = one_of(sort keys %alive) unless $pid && $alive{$pid};
    push @kills, time;
    $httpd->end_child(KILL => $pid);
    return;
}

# Within ten seconds, for who was ejected is tried by a request; else what is
# known of it.
sub is_up {
    my ($name) = @_;
    my $until = time + 10;
    my $member;
    do {
        $farm->ask('/');
        $member = $farm->member($name);
        return 1 if $member->{state} eq 'up';
        sleep 0.02;
    } while time < $until;
    diag join ', ', map {"$_ $member->{$_}"}
        grep { defined $member->{$_} && !ref $member->{$_} } sort keys %$member;
    return 0;
}

sub is_lost {
    my ($at, $text) = ($seen->{failed_at}[ $_[0] ], $seen->{failed}[ $_[0] ]);
    return $text =~ /closed without|cut short|reset|broken pipe|no resp/i
        && grep { $at >= $_ && $at <= $_ + $SEEN } @kills;
}

# From a restart on, with members that are well: as many at the members as were
# asked, and none retried.
sub counts_add_up {
    my $asked = 60;
    my %before = map { $_->{url} => $_->{requests} } @{ $farm->upstream->{members} };
    $farm->ask("/$_") for 1 .. $asked;
    my $counted = 0;
    $counted += $_->{requests} - ($before{ $_->{url} } // 0)
        for @{ $farm->upstream->{members} };
    is($counted, $asked, 'what the members were asked is what was asked for');
    return;
}
