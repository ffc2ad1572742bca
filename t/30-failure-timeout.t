#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Each clock of RProxyTimeout: 504 before the response has begun; after that it
# is cut short, so that no client takes it for complete.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Pressure qw(send_what_fits);

plan tests => 5 * 5 + 3 * 4 + 12;

my $OK      = "HTTP/1.1 200 OK\r\n";
my $CHUNKED = "${OK}Transfer-Encoding: chunked\r\n\r\n";

my $origin = RProxy::Origin->listen('origin_a');
my $other  = RProxy::Origin->listen('origin_b');

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t30_timeout', $origin, $request);
}

# ---- before the response ----

for my $case (
    ['no answer', '/first', '', 'first_byte_timeout: no response within '
        . 'RProxyTimeout first-byte='],
    ['hints and no answer', '/first',
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        'first_byte_timeout: no response within RProxyTimeout first-byte='],
    ['half a status line', '/first', 'HTTP/1.', 'first_byte_timeout: '],
    ['half a head', '/first', "${OK}X-Evil: ", 'first_byte_timeout: '],
    ['no answer, total', '/total', '', 'total_timeout: the whole exchange took '
        . 'longer than RProxyTimeout total='],
) {
    my ($name, $path, $bytes, $reason) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin("GET $path HTTP/1.1\r\n");
    $x->origin->send($bytes);
    my $got = $x->response;
    is($got->status, 504, "$name: 504");
    unlike($got->{head} . $got->body, qr/Evil|127\.0\.0\.1/,
        "$name: nothing about the origin");
    like($log->await(qr/RP1203: /), qr/\Q$reason\E/, "$name: the log says why");
    like($x->origin->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: the origin's connection is closed");
    is($other->has_connection ? 1 : 0, 0, "$name: nobody else is asked");
}

# ---- within the response ----

for my $case (
    ['a length', 'GET /between HTTP/1.1', "${OK}Content-Length: 9\r\n\r\nhalf",
        'eof|reset'],
    ['chunks', 'GET /between HTTP/1.1', "${CHUNKED}4\r\nhalf\r\n", 'eof'],
    ['a client of HTTP/1.0', 'GET /between HTTP/1.0',
        "${CHUNKED}4\r\nhalf\r\n", 'reset'],
) {
    my ($name, $line, $bytes, $end) = @$case;
    my $log = RProxy::Log->error_log;
    my $x   = begin("$line\r\n");
    $x->origin->send($bytes);
    my $got = $x->response;
    is($got->body =~ /^(?:half)?$/ ? 'half' : $got->body, 'half',
        "$name: no more than there was");
    ok(!$got->{complete}, "$name: it does not look complete");
    like($x->client->ended, qr/^(?:$end)$/, "$name: by $end");
    like($log->await(qr/RP1203: /), qr/between_timeout: no byte of the body /,
        "$name: the log says why");
}

# ---- an origin that takes nothing ----

{
    my $log = RProxy::Log->error_log;
    my $x   = begin("POST /send HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 100000000\r\n\r\n");
    send_what_fits($x->client, 100_000_000);
    is($x->response->status, 504, 'a request that is not taken: 504');
    like($log->await(qr/RP1203: /),
        qr/send_timeout: the request was not taken within RProxyTimeout send=/,
        'a request that is not taken: the log says so');
}

# ---- slow, but alive ----

# An origin that takes longer than each clock allows, but never at once; and all
# that time a client that stops half-way, whose time is not the origin's.
{
    my $slow = begin("POST /alive HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 8\r\n\r\nhalf");
    is($slow->origin->read_until('half'), 'half', 'half of an upload');
    my $x = begin("GET /alive HTTP/1.1\r\n");
    for my $part ('HTTP/1.1 200', " OK\r\nTransfer-Encoding: chunked\r\n",
        "\r\n4\r\n", 'ha', "lf\r\n0\r\n\r\n") {
        $x->origin->pause(0.25);
        $x->origin->send($part);
    }
    my $got = $x->response;
    is($got->status, 200, 'an origin that goes on: no timeout');
    is($got->body, 'half', 'but its response');
    $slow->client->send('done');
    is($slow->origin->read_until('done'), 'done', 'the upload goes on');
    is($slow->answer("${OK}Content-Length: 2\r\n\r\nok")->body, 'ok',
        'and is answered');
}
{
    my $log = RProxy::Log->error_log;
    my $x   = begin("GET /total HTTP/1.1\r\n");
    $x->origin->send($CHUNKED);
    until ($x->origin->ended) {
        $x->origin->send("4\r\nmore\r\n");
        $x->origin->wait_for_end(0.03);
    }
    my $got = $x->response;
    is($got->status, 200, 'one that goes on for too long');
    ok(!$got->{complete}, 'is cut short');
    like($log->await(qr/RP1203: /), qr/total_timeout: .*cut short/,
        'and the log says why');
}
is($origin->has_connection ? 1 : 0, 0, 'no request was sent twice');
is($other->has_connection ? 1 : 0, 0, 'not even elsewhere');
