#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# rproxy-status: numbers that are those of the requests, as JSON and as a page.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Origin ();
use RProxy::Status ();

# The status that the query names.
sub answer {
    my ($c, $request) = @_;
    my ($status) = $request->{target} =~ /status=(\d+)/;
    return $c->reply($status // 200, 'x' x 1000, 'Content-Type', 'text/plain');
}

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        answer($c, $request);
    }
});

RProxy::Driver::each(t60_page => sub {
    my ($driver, $vhost) = @_;
    subtest "$driver: numbers of requests"   => sub { numbers($vhost) };
    subtest "$driver: a failing member"      => sub { failing($vhost) };
    subtest "$driver: names"                 => sub { names($vhost) };
    subtest "$driver: representations"       => sub { representations($vhost) };
    subtest "$driver: methods and access"    => sub { methods($vhost) };
});
$origin->stop;
RProxy::Driver::each(t60_page => sub {
    my ($driver, $vhost) = @_;
    subtest "$driver: under way" => sub { under_way($vhost) };
});
done_testing();

sub numbers {
    my ($vhost) = @_;
    my $before = RProxy::Status->of($vhost);
    my $client = RProxy::Client->to($vhost);
    is($client->get("/app?status=$_")->status, $_, "a $_")
        for 200, 200, 302, 404, 504;
    is($client->ask(POST => '/app/up', [], 'y' x 300)->status, 200, 'a POST');

    my $had = $before->route('/app');
    my $now = RProxy::Status->await($vhost,
        sub { $_[0]->route('/app')->{requests} == $had->{requests} + 6 },
        'six requests to be counted');
    my $has = $now->route('/app');
    is_deeply(
        RProxy::Status::grown($had, $has,
            qw(outcomes.ok failed status.2xx status.3xx status.4xx status.5xx
                bytes_in bytes_out total.count retries)),
        {   'outcomes.ok' => 6,
            'status.2xx'  => 3, 'status.3xx' => 1, 'status.4xx' => 1,
            'status.5xx'  => 1, bytes_in     => 300, bytes_out => 6000,
            failed        => 0, 'total.count' => 6, retries => 0,
        }, 'all that the route counts');
    is($has->{active}, 0, 'none is under way');
    cmp_ok($has->{total}{p50_ms}, '>', 0, 'a median');
    cmp_ok($has->{total}{p99_ms}, '>=', $has->{total}{p50_ms}, 'a percentile');

    my $m = RProxy::Status::grown($before->member('t60_app'),
        $now->member('t60_app'), qw(attempts failures connects reuses
            first_byte.count connect.count));
    is($m->{attempts}, 6, 'attempts at the member');
    is($m->{failures}, 0, 'without failure');
    is($m->{connects} + $m->{reuses}, 6, 'on new connections and kept ones');
    is($m->{'connect.count'}, $m->{connects}, 'each new one is in a histogram');
    is($m->{'first_byte.count'}, 6, 'so is each first byte');
    is($now->member('t60_app')->{max_connections}, 50, 'the limit');
    cmp_ok($now->member('t60_app')->{connections}, '>=', 1, 'kept connections');
    is(RProxy::Status::grown($before, $now, 'traffic.requests')
            ->{'traffic.requests'}, 6, 'and in the sum of all routes');
}

sub failing {
    my ($vhost) = @_;
    my $before = RProxy::Status->of($vhost);
    is(RProxy::Client->to($vhost)->get('/dead')->status, 502, 'a 502');
    my $had = $before->route('/dead');
    my $now = RProxy::Status->await($vhost,
        sub { $_[0]->route('/dead')->{failed} == $had->{failed} + 1 },
        'a failure to be counted');
    is_deeply(
        RProxy::Status::grown($had, $now->route('/dead'),
            qw(requests outcomes.connect_failed outcomes.ok status.5xx)),
        {   requests => 1, 'outcomes.connect_failed' => 1, 'outcomes.ok' => 0,
            'status.5xx' => 0,    # of the upstream there was none
        }, 'as what it is');
    my $m = $now->member('t60_dead');
    ok($m->{paused}, 'its member is paused');
    cmp_ok($m->{paused_ms}, '>', 0, 'for some time');
    cmp_ok($m->{paused_ms}, '<=', 30000, 'not longer than said');
    cmp_ok($m->{failures_in_row}, '>=', 1, 'after failures in a row');
    is($m->{connections}, 0, 'and has no connection');
    ok(RProxy::Client->to($vhost)->get('/rproxy-status')->body
            =~ /paused [\d.]+ m?s/, 'the page says so');
}

sub names {
    my ($vhost) = @_;
    my $status = RProxy::Status->of($vhost);
    my $route  = $status->route(q(~ ^/(<b>|x)&'"?(\d+)$));
    like($route->{server}, qr/^status\.example:\d+$/, 'the virtual host');
    like($route->{defined_at}, qr/60-status-page\.conf:\d+$/, 'the line');
    is_deeply($route->{upstreams}, ['t60_app'], 'the upstream');
    my $place = $status->route('~ ^/in/(?<place>[a-z]+)');
    is($place->{server}, $route->{server}, 'a <LocationMatch> as well');
    # The page shows the routes that have most to do.
    RProxy::Client->to($vhost)->get(q(/x&'1)) for 1 .. 50;
    my $page = RProxy::Client->to($vhost)->get('/rproxy-status')->body;
    ok($page =~ m{~ \^/\(&lt;b&gt;\|x\)&amp;&#39;&quot;\?\(\\d\+\)\$},
        'a name is text on the page');
    ok($page !~ /<b>\|/, 'and not markup');
}

sub representations {
    my ($vhost) = @_;
    my $client = RProxy::Client->to($vhost);
    my %type = (
        ''                                       => 'text/html; charset=utf-8',
        'application/json'                       => 'application/json',
        'application/json, text/plain, */*'      => 'application/json',
        'text/html,application/xhtml+xml,*/*'    => 'text/html; charset=utf-8',
        'text/html, application/json'            => 'text/html; charset=utf-8',
    );
    for my $accept (sort keys %type) {
        my $reply = $client->get('/rproxy-status',
            $accept ? (Accept => $accept) : ());
        is($reply->field('Content-Type'), $type{$accept}, "Accept: $accept");
        is($reply->field('Vary'), 'Accept', 'says that it depends');
    }
    is($client->get('/rproxy-status?format=html', Accept => 'application/json')
            ->field('Content-Type'), 'text/html; charset=utf-8', 'format=html');
    my $page = $client->get('/rproxy-status?refresh=5');
    is($page->field('Cache-Control'), 'no-store', 'not to be stored');
    like($page->field('Content-Security-Policy'), qr/^default-src 'none';/,
        'nothing is to be loaded or run');
    ok($page->body !~ /<script|<link|<img|<iframe|\bsrc=|\@import|url\(/,
        'there is nothing to load');
    ok($page->body =~ /http-equiv="refresh" content="5"/, 'refresh');
    ok($client->get("/rproxy-status?refresh=$_")->body !~ /http-equiv/,
        "no refresh=$_") for 0, -1, 'x', 3601, '99999999999', '5"><b>';
    is(RProxy::Client->to($vhost)->get('/over')->field('Content-Type'),
        'text/html; charset=utf-8', 'SetHandler wins over a route');
}

sub methods {
    my ($vhost) = @_;
    my $client = RProxy::Client->to($vhost);
    my $head = $client->ask(HEAD => '/rproxy-status');
    is($head->status, 200, 'HEAD');
    cmp_ok($head->field('Content-Length'), '>', 1000, 'has the length');
    for my $method (qw(PUT DELETE OPTIONS)) {
        my $reply = $client->ask($method => '/rproxy-status');
        is($reply->status, 405, "no $method");
        like($reply->field('Allow'), qr/\bGET\b/, 'but GET');
    }
    is($client->ask(POST => '/rproxy-status', [], 'x=1')->status, 405,
        'nor POST with a body');
    $client = RProxy::Client->to($vhost);
    is($client->get('/closed')->status, 403, 'Require holds');
    is($client->get('/rproxy-status')->status, 200, 'the connection lives on');
}

sub under_way {
    my ($vhost) = @_;
    my $by_hand = RProxy::Origin->listen('origin_a');
    my $client  = RProxy::Client->to($vhost);
    $client->send("GET /app HTTP/1.1\r\nHost: x\r\n\r\n");
    my $c = $by_hand->accept;
    $c->read_request;
    my $status = RProxy::Status->of($vhost);
    is($status->route('/app')->{active},     1, 'a request of the route');
    is($status->member('t60_app')->{active}, 1, 'at the member');
    cmp_ok($status->member('t60_app')->{connections}, '>=', 1,
        'its connection');
    $c->reply(200, 'done');
    is($client->read_response->body, 'done', 'it ends');
    $status = RProxy::Status->await($vhost,
        sub { $_[0]->route('/app')->{active} == 0 }, 'its end');
    is($status->member('t60_app')->{active}, 0, 'at the member too');
    cmp_ok($status->member('t60_app')->{idle}, '>=', 1,
        'the connection is kept');
}
