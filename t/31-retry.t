#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A failed attempt is repeated where RFC 9110 section 9.2.2 allows it: when
# nothing of the request was sent, or when the method is idempotent and all of
# the body is still at hand.  Retries have a budget.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Server ();

plan tests => 8 * 5 + 10 * 5 + 29;

my $OK   = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
my $HOST = "Host: a\r\n";

my $first  = RProxy::Origin->listen('origin_a');
my $second = RProxy::Origin->listen('origin_b');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t31_retry', $first, $request);
}

sub with_body {
    my ($method, $path, $body) = @_;
    return "$method $path HTTP/1.1\r\n${HOST}Content-Length: "
        . length($body) . "\r\n\r\n$body";
}

sub fail_by_close { $_[0]->origin->close; return }
sub fail_by_reset { $_[0]->origin->reset; return }

# Reads the whole request before that, so that the end is an orderly one.
sub fail_unanswered {
    my ($x) = @_;
    $x->request->read_body($x->origin);
    $x->origin->close;
    return;
}

sub fail_by {
    my ($bytes) = @_;
    return sub { $_[0]->origin->send($bytes); $_[0]->origin->close };
}

# ---- repeated ----

for my $case (
    ['closed unanswered', "GET / HTTP/1.1\r\n", \&fail_by_close,
        'connection lost before the response'],
    ['reset', "HEAD / HTTP/1.1\r\n", \&fail_by_reset,
        'connection lost before the response'],
    ['a method that may be repeated', "DELETE / HTTP/1.1\r\n",
        \&fail_by_close, 'connection lost before the response'],
    ['a body', with_body(PUT => '/', 'x' x 1000), \&fail_unanswered,
        'connection lost before the response'],
    ['a body by chunks', "PUT / HTTP/1.1\r\n${HOST}"
            . "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        \&fail_unanswered, 'connection lost before the response'],
    ['no answer in time', "GET /timeout HTTP/1.1\r\n", sub { },
        'no response in time'],
    ['a malformed answer', "GET /invalid HTTP/1.1\r\n",
        fail_by("Evil\r\n\r\n"), 'malformed response'],
    ['an answer that says so', "GET /5xx HTTP/1.1\r\n",
        fail_by("HTTP/1.1 503 Evil\r\nContent-Length: 4\r\n\r\nEvil"),
        'answered 503'],
) {
    my ($name, $request, $fail, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin($request);
    $fail->($x);
    $x->arrive($second);
    my $head = $x->request->{line};
    my $body = $x->request->read_body($x->origin)->body;
    is($head, ($request =~ /\A([^\r]*)/)[0], "$name: the second one is asked");
    is(length $body, $request =~ /PUT/ ? ($request =~ /chunked/ ? 4 : 1000) : 0,
        "$name: with the whole body");
    my $got = $x->answer($request =~ /^HEAD/ ? $OK =~ s/ok$//r : $OK);
    is($got->status, 200, "$name: and answers");
    unlike($got->{head} . $got->body, qr/Evil/,
        "$name: nothing of the first one is passed on");
    like($log->await(qr/RP1202: /), qr/\Q$reason\E.*try 1: (?:try|ask)ing/,
        "$name: logged");
}

# ---- not repeated ----

my $CLOSED = 'connection lost before the response .*giving up, because ';
for my $case (
    ['POST', with_body(POST => '/', 'body'), \&fail_unanswered, 502,
        "$CLOSED.*method is not idempotent"],
    ['POST without a body', "POST / HTTP/1.1\r\n", \&fail_by_close, 502,
        "$CLOSED.*method is not idempotent"],
    ['PATCH', with_body(PATCH => '/', 'body'), \&fail_unanswered, 502,
        "$CLOSED.*method is not idempotent"],
    ['an unknown method', "SPRAY / HTTP/1.1\r\n", \&fail_by_close, 502,
        "$CLOSED.*method is not idempotent"],
    ['a body beyond replay=', with_body(PUT => '/', 'x' x 5000),
        \&fail_unanswered, 502,
        "$CLOSED.*the request body cannot be sent again"],
    ['tries=1', "GET /never HTTP/1.1\r\n", \&fail_by_close, 502,
        "$CLOSED.*all tries are used up"],
    ['on=none', "GET /none HTTP/1.1\r\n", \&fail_by_close, 502,
        "$CLOSED.*not enabled for this failure"],
    ['on= without invalid', "GET / HTTP/1.1\r\n", fail_by("Evil\r\n\r\n"), 502,
        'malformed response .*not enabled for this failure'],
    ['POST of which a part was answered', with_body(POST => '/5xx', 'body'),
        fail_by("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), 503, ''],
    ['on= without 5xx', "GET / HTTP/1.1\r\n",
        fail_by("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), 503, ''],
) {
    my ($name, $request, $fail, $status, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin($request);
    $fail->($x);
    my $got = $x->response;
    is($got->status, $status, "$name: $status");
    is($second->has_connection ? 1 : 0, 0, "$name: nobody else is asked");
    is($first->has_connection ? 1 : 0, 0, "$name: nor the same one again");
    unlike($got->{head} . $got->body, qr/Evil/,
        "$name: nothing of it is passed on");
    is($reason && ($log->await(qr/RP1202: /) =~ /$reason/ ? 1 : 0),
        $reason && 1, "$name: logged");
}
# The connection is lost while the body is being sent.
{
    my $x = begin("PUT / HTTP/1.1\r\n${HOST}Content-Length: 8\r\n\r\nhalf");
    $x->origin->read_until('half');
    RProxy::Server::while_stopped(sub {
        $x->client->send('more');
        $x->origin->reset;
    });
    $x->arrive($second);
    is($x->request->read_body($x->origin)->body, 'halfmore',
        'lost within the body: the second one gets all of it');
    is($x->answer($OK)->body, 'ok', 'lost within the body: answered');
}
{
    my $x = begin("GET / HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    $x->client->read_response_head;
    $x->origin->close;
    $x->client->read_until_close;
    is($second->has_connection ? 1 : 0, 0,
        'nothing is repeated once the client has a byte');
}
{
    my $x = begin("GET / HTTP/1.1\r\n");
    $x->origin->close;
    for my $try (2, 3) {
        $x->arrive($second);    # the last one that is left
        $x->origin->close;
    }
    is($x->response->status, 502, 'tries=3: the third failure is the last');
    is($first->has_connection || $second->has_connection ? 1 : 0, 0,
        'tries=3: nobody is asked a fourth time');
}

# ---- a connection that was kept, and closed by the origin meanwhile ----

my $kept = RProxy::Origin->listen('origin_c');

# The origin closes the connection while the next request is on its way.
sub stale {
    my ($request) = @_;
    my $x = RProxy::Exchange->begin('t31_retry', $kept,
        "GET /kept HTTP/1.1\r\n");
    $x->origin->reply(200, 'first');
    is($x->response->body, 'first', 'kept: the first request');
    RProxy::Server::while_stopped(sub {
        $x->client->send($request);
        $x->origin->close;
    });
    my ($method) = $request =~ /\A(\S+)/;
    return RProxy::Exchange->join($x->client, $kept, $method);
}

for my $case (
    ['GET', "GET /kept HTTP/1.1\r\n$HOST\r\n", ''],
    ['PUT', with_body(PUT => '/kept', 'body'), 'body'],
    ['POST', with_body(POST => '/kept', 'body'), 'body'],
    ['PUT beyond replay=', with_body(PUT => '/kept', 'x' x 5000), 'x' x 5000],
) {
    my ($name, $request, $body) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = stale($request);
    is($x->request->read_body($x->origin)->body, $body,
        "kept, $name: comes on a new connection");
    is($x->answer($OK)->body, 'ok', "kept, $name: answered");
    is(scalar(grep {/RP120[23]/} $log->lines), 0,
        "kept, $name: without a warning");
}

# It reads the request and closes then: the same for what may be repeated.
{
    my $x = RProxy::Exchange->begin('t31_retry', $kept,
        "GET /kept HTTP/1.1\r\n");
    $x->origin->reply(200, 'first');
    $x->response;
    $x->client->send("GET /kept HTTP/1.1\r\n$HOST\r\n");
    $x->origin->read_request_head;
    $x->origin->close;
    my $next = RProxy::Exchange->join($x->client, $kept, 'GET');
    is($next->answer($OK)->body, 'ok', 'kept, read and closed: GET comes again');
    my $post = RProxy::Exchange->begin($x->client, $kept,
        "GET /kept HTTP/1.1\r\n");
    $post->origin->reply(200, 'first');
    $post->response;
    $post->client->send(with_body(POST => '/kept', 'body'));
    $post->origin->read_request_head;
    $post->origin->close;
    is($post->client->read_response->status, 502,
        'kept, read and closed: POST does not');
    is($kept->has_connection ? 1 : 0, 0, 'kept, read and closed: not even once');
}

# ---- the budget ----

# 20 % of the requests, and ten retries that lie ready from the start.
undef $first;
undef $second;
my $closing = RProxy::Origin->start('origin_a', sub { $_[0]->read_request });
my $healthy = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    $c->reply(200, 'ok') while $c->read_request;
});
{
    my $log    = RProxy::Log->error_log;
    my %status = (200 => 0, 502 => 0);
    for (1 .. 100) {
        $status{ RProxy::Client->to('t31_retry')->get('/budget')->status }++;
    }
    is($status{200} + $status{502}, 100, 'budget: all are answered');
    cmp_ok($status{200}, '<=', 30, 'budget: no more than its retries');
    cmp_ok($status{200}, '>=', 28, 'budget: which are made');
    is(scalar @{ $healthy->requests }, $status{200},
        'budget: no other request was repeated');
    like($log->await(qr/RP1202: .*giving up/),
        qr/because the retry budget is used up/, 'budget: logged');
}
