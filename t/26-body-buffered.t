#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyRequestBuffer: an origin is asked when the whole body is there, and told
# its length; what memory does not hold is in a file that nobody sees; a retry
# sends all of it again.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Vars ();

my $KIB     = 1024;
my $MIB     = 1024 * $KIB;
my $CHUNKED = "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n";
my $OK      = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
my $SCRATCH = RProxy::Vars::value('scratch');

# name => request, body and length as the origin gets them
my @BODIES = (
    ['a length', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        'hello'],
    ['chunks', "POST / HTTP/1.1\r\n${CHUNKED}2\r\nhe\r\n3;a=b\r\nllo\r\n"
        . "0\r\n\r\n", 'hello'],
    ['chunks and trailers', "POST / HTTP/1.1\r\n${CHUNKED}5\r\nhello\r\n"
        . "0\r\nX-Sum: 1\r\n\r\n", 'hello'],
    ['no chunk', "POST / HTTP/1.1\r\n${CHUNKED}0\r\n\r\n", ''],
    ['length 0', "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", ''],
    ['a client of HTTP/1.0',
        "POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", 'hello'],
    ['memory, just full', post('/', body(1 * $KIB)), body(1 * $KIB)],
    ['memory and a byte', post('/', body(1 * $KIB + 1)), body(1 * $KIB + 1)],
    ['memory only', post('/memory/', body(1 * $KIB)), body(1 * $KIB)],
    ['memory and file, just full', post('/', body($MIB + $KIB)),
        body($MIB + $KIB)],
);

my $drivers = RProxy::Driver::mpm() eq 'event' ? 2 : 1;
plan tests => $drivers * (5 * @BODIES + 57);

my $origin = RProxy::Origin->listen('origin_a');

# Differs from place to place.
sub body {
    my ($len) = @_;
    return substr join('', map { sprintf '%07d,', $_ } 0 .. $len / 8), 0, $len;
}

sub post {
    my ($path, $body, @fields) = @_;
    my $length = length $body;
    return join("\r\n", "POST $path HTTP/1.1", 'Host: a',
        "Content-Length: $length", @fields, '', '') . $body;
}

# The children's temporary files: sizes.
sub files {
    my @sizes;
    for my $fd (map { glob "/proc/$_/fd/*" } RProxy::Server::child_pids()) {
        my $name = readlink $fd // next;
        push @sizes, -s $fd
            if $name =~ m{^\Q$SCRATCH\E/rproxy-body-\w+ \(deleted\)$};
    }
    return @sizes;
}

sub await_file {
    my ($size) = @_;
    RProxy::Server::await(sub { "@{[files()]}" eq $size },
        "a temporary file of $size bytes");
    return;
}

sub await_no_file {
    my ($name) = @_;
    RProxy::Server::await(sub { !files() }, 'the end of the temporary file');
    is_deeply([glob "$SCRATCH/rproxy-body-*"], [], "$name: no file is left");
    return;
}

# Resident memory of the largest child, KiB.
sub memory {
    my $most = 0;
    for my $pid (RProxy::Server::child_pids()) {
        open my $in, '<', "/proc/$pid/status" or next;
        my ($size) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$in>;
        $most = $size if ($size // 0) > $most;
    }
    return $most;
}

sub is_not_asked {
    my ($name, $wait) = @_;
    is($origin->has_connection($wait) ? 1 : 0, 0, "$name: origin not asked");
    return;
}

# ---- when it is complete ----

sub check_bodies {
    my ($driver, $vhost) = @_;
    for my $case (@BODIES) {
        my ($name, $bytes, $body) = @$case;
        my $x = RProxy::Exchange->begin($vhost, $origin, $bytes);
        my $request = $x->request->read_body($x->origin);
        is($request->{framing}, 'length', "$driver, $name: a length");
        is($request->{length}, length $body, "$driver, $name: the right one");
        ok($request->body eq $body, "$driver, $name: body");
        is(length $x->origin->pending, 0, "$driver, $name: no more than that");
        is($x->answer($OK)->body, 'ok', "$driver, $name: answered");
    }
    return;
}

sub check_no_body {
    my ($driver, $vhost) = @_;
    my $x = RProxy::Exchange->begin($vhost, $origin, "GET / HTTP/1.1\r\n");
    is($x->request->{framing}, 'none', "$driver, no body: none");
    is($x->answer($OK)->body, 'ok', "$driver, no body: answered");
    return;
}

sub check_not_before {
    my ($driver, $vhost) = @_;
    my $name   = "$driver, not all there";
    my $client = RProxy::Client->to($vhost);
    $client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n"
            . "Expect: 100-continue\r\n\r\n");
    is($client->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n",
        "$name: 100 when collecting begins");
    is_not_asked($name);
    $client->send('nine byte');
    is_not_asked($name, 0.1);
    $client->send('s');
    my $x = RProxy::Exchange->join($client, $origin);
    is($x->request->field('Expect'), undef, "$name: Expect is not sent on");
    is($x->request->read_body($x->origin)->body, 'nine bytes',
        "$name: the body, once it is");
    is($x->answer($OK)->body, 'ok', "$name: answered");

    $client = RProxy::Client->to($vhost);
    $client->send($_)
        for split //, "POST / HTTP/1.1\r\n${CHUNKED}2\r\nhe\r\n3\r\nllo\r\n"
        . "0\r\n\r\n";
    $x = RProxy::Exchange->join($client, $origin);
    is($x->request->read_body($x->origin)->body, 'hello',
        "$driver, byte by byte: body");
    is($x->answer($OK)->body, 'ok', "$driver, byte by byte: answered");
    return;
}

# httpd may hold the first response back until the second is there.
sub check_pipelined {
    my ($driver, $vhost) = @_;
    my $name = "$driver, a request behind the body";
    my $body = body(100 * $KIB);
    my $x    = RProxy::Exchange->begin($vhost, $origin,
        post('/', $body) . "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    ok($x->request->read_body($x->origin)->body eq $body, "$name: body");
    $x->origin->send($OK);
    $x->origin->close;
    my $next = RProxy::Exchange->join($x->client, $origin);
    is($next->request->{target}, '/next', "$name: comes next");
    is($next->answer($OK)->body, 'ok', "$name: answered");
    is($next->response->body, 'ok', "$name: both are");
    return;
}

# ---- the file ----

sub check_file {
    my ($driver, $vhost) = @_;
    my $name   = "$driver, a file";
    my $body   = body(300 * $KIB);
    my $client = RProxy::Client->to($vhost);
    $client->send(post('/', $body) =~ s/.\z//sr);
    await_file(300 * $KIB - 1 - $KIB);
    is_not_asked($name);
    is_deeply([glob "$SCRATCH/rproxy-body-*"], [], "$name: has no name");
    $client->send(substr $body, -1);
    my $x = RProxy::Exchange->join($client, $origin);
    ok($x->request->read_body($x->origin)->body eq $body, "$name: body");
    is($x->answer($OK)->body, 'ok', "$name: answered");
    await_no_file($name);
    return;
}

sub check_large {
    my ($driver, $vhost) = @_;
    my $name   = "$driver, 32 MiB";
    my $chunk  = sprintf "%x\r\n%s\r\n", $MIB, body($MIB);
    my $before = memory();
    my $client = RProxy::Client->to($vhost);
    $client->send("POST /large/ HTTP/1.1\r\n$CHUNKED");
    $client->send($chunk) for 1 .. 32;
    await_file(32 * $MIB - 64 * $KIB);
    cmp_ok(memory() - $before, '<', 8 * $KIB, "$name: no memory for it");
    is_not_asked($name);
    $client->send("0\r\n\r\n");
    my $x = RProxy::Exchange->join($client, $origin);
    is($x->request->{length}, 32 * $MIB, "$name: length");
    my $got = $x->origin->read_exactly(24 * $MIB);
    cmp_ok(memory() - $before, '<', 8 * $KIB, "$name: nor while it is sent");
    $got .= $x->origin->read_exactly(8 * $MIB);
    ok($got eq body($MIB) x 32, "$name: body");
    is($x->answer($OK)->body, 'ok', "$name: answered");
    await_no_file($name);
    return;
}

sub check_retry {
    my ($driver, $vhost) = @_;
    my $name   = "$driver, a retry";
    my @member = map { RProxy::Origin->listen("origin_$_") } qw(b c);
    my $body   = body(300 * $KIB);
    my $x      = RProxy::Exchange->begin($vhost, $member[0],
        post('/two/', $body) =~ s/^POST/PUT/r);
    is($x->origin->read_exactly(200 * $KIB), substr($body, 0, 200 * $KIB),
        "$name: part of it goes to the first member");
    $x->origin->close;
    $x->arrive($member[1]);
    my $request = $x->request->read_body($x->origin);
    is($request->{framing}, 'length', "$name: a length");
    ok($request->body eq $body, "$name: all of it goes to the next");
    is($x->answer($OK)->body, 'ok', "$name: answered");
    await_no_file($name);
    return;
}

# ---- none of it goes on ----

sub check_too_large {
    my ($driver, $vhost) = @_;
    for my $case (
        ['/', $MIB + $KIB, 'memory and file'], ['/memory/', $KIB, 'memory'],
    ) {
        my ($path, $most, $what) = @$case;
        my $name   = "$driver, larger than $what";
        my $client = RProxy::Client->to($vhost);
        my $log    = RProxy::Log->error_log;
        my $body   = body($most + 1);
        $client->send(post($path, $body, 'Expect: 100-continue')
                =~ s/\r\n\r\n\K.*//sr);
        my $response = $client->read_response;
        is($response->status, 413, "$name, announced: 413");
        is_deeply($response->{interim}, [], "$name: not asked for by 100");
        like($log->await(qr/RP1203: /), qr/RProxyRequestBuffer/,
            "$name: the log tells the directive");

        $client = RProxy::Client->to($vhost);
        $client->send("POST $path HTTP/1.1\r\n$CHUNKED"
                . sprintf("%x\r\n%s\r\n", length $body, $body) . "0\r\n\r\n");
        is($client->read_response->status, 413, "$name, chunked: 413");
        is($client->wait_for_end, 'eof', "$name: the connection ends");
        is_not_asked($name);
    }
    return;
}

# Half a body, and what becomes of it.
sub check_incomplete {
    my ($driver, $vhost) = @_;
    my $half = substr post('/', body(8 * $KIB)), 0, 4 * $KIB;
    for my $case (
        ['malformed', "POST / HTTP/1.1\r\n${CHUNKED}x\r\nEvil\r\n", 400],
        ['beyond LimitRequestBody', post('/limited/', 'hello world'), 413],
        ['that stops coming', $half, 408],
    ) {
        my ($what, $bytes, $status) = @$case;
        my $client = RProxy::Client->to($vhost);
        $client->send($bytes);
        is($client->read_response->status, $status,
            "$driver, a body $what: $status");
        is_not_asked("$driver, a body $what");
    }
    my $log    = RProxy::Log->error_log;
    my $client = RProxy::Client->to($vhost);
    $client->send($half);
    RProxy::Server::await(sub { files() == 1 }, 'a temporary file');
    $client->close;
    like($log->await(qr/RP1203: /), qr/client_gone/,
        "$driver, a client that goes away: logged");
    is_not_asked("$driver, a client that goes away");
    await_no_file("$driver, a client that goes away");
    return;
}

sub check_no_disk {
    my ($driver, $vhost) = @_;
    my $name   = "$driver, a folder that cannot be written";
    my $log    = RProxy::Log->error_log;
    my $client = RProxy::Client->to($vhost);
    chmod 0555, $SCRATCH or die "$SCRATCH: $!";
    my $response = eval {
        $client->send(post('/', body(2 * $KIB)));
        $client->read_response;
    };
    chmod 01777, $SCRATCH or die "$SCRATCH: $!";
    is($response && $response->status, 500, "$name: 500");
    unlike($response->body, qr/\Q$SCRATCH\E/, "$name: the client is not told");
    my $line = $log->await(qr/RP1205: /);
    like($line, qr/Permission denied/, "$name: the log says why");
    like($line, qr/'\Q$SCRATCH\E' \(RProxyTempDir\)/, "$name: and where");
    is_not_asked($name);
    return;
}

RProxy::Driver::each(t26_buffered => sub {
    my ($driver, $vhost) = @_;
    check_bodies($driver, $vhost);
    check_no_body($driver, $vhost);
    check_not_before($driver, $vhost);
    check_pipelined($driver, $vhost);
    check_file($driver, $vhost);
    check_large($driver, $vhost);
    check_retry($driver, $vhost);
    check_too_large($driver, $vhost);
    check_incomplete($driver, $vhost);
    check_no_disk($driver, $vhost);
});
