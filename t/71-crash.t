#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A child that is killed at any moment costs the requests it had, and nothing
# stays behind: neither counted connections nor gauges.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Load ();
use RProxy::Origin ();
use RProxy::Status ();

my @MODES   = RProxy::Httpd::modes();
my $KILLS   = $ENV{SOAK} ? 200 : 12;
my $CLIENTS = 6;
my $MOST    = 40;    # connections of the member, all children together
my $BODY    = 'x' x 2000;

plan tests => 7 * @MODES;

my $port   = Apache::Test::vars('origin_a_port');
my $origin = RProxy::Origin->start($port, sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->pause($1 / 1000) if $request->{target} =~ /wait=(\d+)/;
        $c->reply(200, $BODY);
    }
});

for my $mode (@MODES) {
    my $httpd = RProxy::Httpd->start(
        loop         => $mode,
        children     => 2,
        max_children => 4,
        threads      => 8,
        conf         => <<"CONF",
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
<RProxyUpstream crash>
    RProxyMember "http://127.0.0.1:$port" max-connections=$MOST
</RProxyUpstream>
RProxyPass "/" crash
CONF
    );
    killed_under_load($mode, $httpd);
    all_slots_are_there($mode, $httpd);
    is_deeply($httpd->complaints, [], "$mode: nothing else in the log");
}

sub killed_under_load {
    my ($mode, $httpd) = @_;
    my @loads = map {
        RProxy::Load->start($httpd->port, target => '/n/%d', body => $BODY,
            clients => $CLIENTS / 2, keep_alive => $_)
    } 0, 1;
    for my $n (1 .. $KILLS) {
        $httpd->await_requests(15);
        my @children = $httpd->children;
        my $victim   = $children[ $n % @children ];
        $httpd->end_child($n % 2 ? 'KILL' : 'SEGV', $victim);
        ok(0, "$mode: killed child stays")
            unless $httpd->await_gone([$victim], 10);
    }
    $httpd->await_requests(15);
    my @seen   = map { $_->stop } @loads;
    my @failed = map { @{ $_->{failed} } } @seen;
    my $lost   = grep { /closed without an answer|cut short/ } @failed;
    # Each client has one request under way at most.
    cmp_ok($lost, '<=', $KILLS * $CLIENTS,
        "$mode: no more is lost than was under way");
    is(scalar(grep { !/closed without|cut short|reset/i } @failed), 0,
        "$mode: and nothing is answered wrongly")
        or diag(join '', @failed);
    cmp_ok($seen[0]{requests} + $seen[1]{requests}, '>', 15 * $KILLS,
        "$mode: the others are answered");
}

# What killed children held is counted no more: every connection that is left
# lies idle in a child that lives.
sub all_slots_are_there {
    my ($mode, $httpd) = @_;
    my $port   = $httpd->port;
    my $settle = sub {
        my $member = $_[0]->member('crash');
        return $_[0]{traffic}{active} == 0 && $member->{active} == 0
            && $member->{connections} == $member->{idle};
    };
    my $status = RProxy::Status->await(undef, $settle, 'rest', port => $port);
    is($status->{traffic}{active}, 0, "$mode: no exchange is left over");
    is($status->member('crash')->{connections},
        $status->member('crash')->{idle}, "$mode: nor a counted connection");
    my @clients = map { $httpd->connect(limit => 10) } 1 .. $CLIENTS;
    $_->send("GET /?wait=60 HTTP/1.1\r\nHost: a.example\r\n\r\n")
        for @clients;
    is(scalar(grep { $_->read_response->status == 200 } @clients), $CLIENTS,
        "$mode: $CLIENTS at once are answered");
}
