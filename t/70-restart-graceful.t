#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Graceful restarts and a graceful stop under load lose no request, and what
# they end is gone soon after.  SOAK=seconds lets the restarts go on so long.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Load ();
use RProxy::Origin ();
use RProxy::Server ();

my @MODES    = RProxy::Httpd::modes();
my $RESTARTS = 10;
my $SOAK     = $ENV{SOAK} // 0;
my $BODY     = 'x' x 3000;

# Elsewhere a connection without a request keeps a thread or a process, which
# ends with it or waits for it as stock httpd's do.
plan skip_all => 'needs the event MPM' if RProxy::Driver::mpm() ne 'event';

plan tests => 28 * @MODES;

my $port   = Apache::Test::vars('origin_a_port');
my $origin = RProxy::Origin->start($port, sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->pause($1 / 1000) if $request->{target} =~ /wait=(\d+)/;
        $c->reply(200, $BODY);
    }
});

my $holding      = RProxy::Origin->listen('origin_b');
my $holding_port = Apache::Test::vars('origin_b_port');
my $httpd;

for my $mode (@MODES) {
    $httpd = RProxy::Httpd->start(
        loop         => $mode,
        children     => 3,
        max_children => 6,
        threads      => 8,
        # Connections are accepted before their first byte, so that there are
        # some without a request.
        conf => <<"CONF",
AcceptFilter http none
KeepAliveTimeout 30
RProxyPass "/held" "http://127.0.0.1:$holding_port"
RProxyPass "/" "http://127.0.0.1:$port"
CONF
    );
    restarts_under_load($mode);
    what_is_under_way($mode);
    handed_off($mode);
    stop_under_load($mode);
    is_deeply($httpd->complaints, [], "$mode: nothing odd in the log");
}

sub load {
    my (%o) = @_;
    return RProxy::Load->start($httpd->port, target => '/n/%d', body => $BODY,
        %o);
}

sub restarts_under_load {
    my ($mode) = @_;
    my @loads = (
        busy  => load(clients => 3, keep_alive => 1),
        idle  => load(clients => 3, keep_alive => 1, pause => 0.02),
        close => load(clients => 3),
    );
    my $until = time + $SOAK;
    my ($n, @old) = 0;
    while ($n < $RESTARTS || time < $until) {
        $httpd->await_requests(60);
        push @old, $httpd->children;
        $httpd->restart_gracefully;
        $n++;
    }
    ok($httpd->await_gone(\@old, 8),
        "$mode: children of $n generations are gone soon");
    while (my ($name, $load) = splice @loads, 0, 2) {
        my $seen = $load->stop;
        is_deeply($seen->{failed}, [], "$mode, $name: no request failed");
        cmp_ok($seen->{requests}, '>', 40, "$mode, $name: and there were many");
        note "$name: $seen->{requests} requests, $seen->{connections} "
            . "connections, $seen->{retried} retried, slowest $seen->{slowest} s";
    }
    is(scalar(grep { $_ eq '08' } $httpd->open_sockets), 0,
        "$mode: no socket is left in CLOSE_WAIT");
}

# Requests in all their stages.
sub what_is_under_way {
    my ($mode) = @_;
    my $slow = $httpd->connect(limit => 8);
    $slow->send("GET /?wait=800 HTTP/1.1\r\nHost: a.example\r\n\r\n");
    my $head = $httpd->connect;
    $head->send("GET /head HTTP/1.1\r\nHost: a.exa");
    my $kept = $httpd->connect;
    is($kept->get('/first')->status, 200, "$mode: a connection that is kept");
    my @fresh = map { $httpd->connect } 1 .. 4;
    # Its answer says that those before it were accepted as well.
    is($httpd->connect->get('/last')->status, 200, "$mode: the last one");

    my @old = $httpd->children;
    $httpd->restart_gracefully;
    for my $client (@fresh) {
        my $response = $client->get('/fresh');
        is($response && $response->status, 200,
            "$mode: a connection without a request is served");
    }
    $head->send("mple\r\n\r\n");
    is($head->read_response->status, 200, "$mode: so is half a head");
    is($slow->read_response->status, 200, "$mode: and a slow response");
    is($kept->wait_for_end(8), 'eof', "$mode: an idle connection is closed");
    ok($httpd->await_gone(\@old, 8), "$mode: and its child ends");
}

# More requests for worker threads than there are, when the restart comes: a
# password takes time to check, so these go to a thread.
sub handed_off {
    my ($mode) = @_;
    my @clients = map { $httpd->connect(limit => 10) } 1 .. 60;
    $_->send("GET /?wait=200 HTTP/1.1\r\nHost: a.example\r\n"
            . "Authorization: Basic YTpi\r\n\r\n") for @clients;
    is($httpd->connect->get('/last')->status, 200,
        "$mode: beside 60 requests for worker threads");
    my @old = $httpd->children;
    $httpd->restart_gracefully;
    is($httpd->connect->get('/after')->status, 200,
        "$mode: the new children answer");
    my @answers = map { eval { $_->read_response } } @clients;
    is(scalar(grep { $_ && $_->status == 200 } @answers), 60,
        "$mode: all 60 are answered");
    ok($httpd->await_gone(\@old, 8), "$mode: and their children end");
}

# The origin's held answer keeps the server there until all the rest is seen.
sub stop_under_load {
    my ($mode) = @_;
    my @loads = map { load(may_end => 1, keep_alive => $_) } 1, 0;
    my $slow  = $httpd->connect(limit => 20);
    $slow->send("GET /held HTTP/1.1\r\nHost: a.example\r\n\r\n");
    my $held = $holding->accept;
    $held->read_request;
    $httpd->await_requests(60);
    $httpd->signal_graceful_stop;
    ok($httpd->await_refusal(8),
        "$mode: the listening socket closes while a response is awaited");
    my @seen = map { $_->stop } @loads;
    is_deeply([map { @{ $_->{failed} } } @seen], [],
        "$mode: no request failed at the stop");
    cmp_ok($seen[1]{unaccepted}, '<=', 4,
        "$mode: no client had more than one connection that nobody accepted");
    $held->reply(200, $BODY);
    is($slow->read_response->status, 200, "$mode: a slow response is sent");
    ok($httpd->await_end(8), "$mode: then the server ends");
}
