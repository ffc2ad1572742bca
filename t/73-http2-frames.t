#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# HTTP/2 frame by frame over plain TCP (RFC 9113): a stream that its client
# resets takes its exchange with it, and an offer to change over within
# HTTP/1.1 holds no event loop.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();

plan skip_all => 'needs an MPM with threads: mod_http2 has no other'
    unless RProxy::Driver::has_threads();

use constant { DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4 };
use constant { END_STREAM => 1, END_HEADERS => 4, CANCEL => 8 };

my $PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
my $RESETS  = 100;
my @MODES   = RProxy::Httpd::modes();

plan tests => 12 * @MODES;

my $port  = Apache::Test::vars('origin_a_port');
my $httpd;

for my $mode (@MODES) {
    $httpd = RProxy::Httpd->start(
        loop    => $mode,
        threads => 4,
        modules => ['http2'],
        conf    => <<"CONF",
Protocols h2c http/1.1
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
RProxyPass "/" "http://127.0.0.1:$port"
CONF
    );
    one_reset($mode);
    many_resets($mode);
    upgrade($mode);
    is_deeply($httpd->complaints, [], "$mode: nothing odd in the log");
}

sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}

# GET, by HPACK's static table and literals that are not indexed (RFC 7541).
sub get {
    my ($stream, $path) = @_;
    return frame(HEADERS, END_STREAM | END_HEADERS, $stream,
        "\x82\x86" . literal(4, $path) . literal(1, 'a.example'));
}

sub literal { return chr($_[0]) . chr(length $_[1]) . $_[1] }

sub cancel { return frame(RST_STREAM, 0, $_[0], pack 'N', CANCEL) }

sub http2 {
    my $client = $httpd->connect;
    $client->send($PREFACE . frame(SETTINGS, 0, 0, ''));
    return $client;
}

# Frames until one of this type and stream; its payload.
sub await_frame {
    my ($client, $type, $stream) = @_;
    while (1) {
        my ($high, $low, $is, undef, $of) =
            unpack 'CnCCN', $client->read_exactly(9);
        my $payload = $client->read_exactly($high << 16 | $low);
        return $payload if $is == $type && $of == $stream;
    }
}

sub answers {
    my ($client, $origin, $stream, $name) = @_;
    $client->send(get($stream, "/stream/$stream"));
    my $c = $origin->accept;
    is($c->read_request->{target}, "/stream/$stream", "$name: goes out");
    $c->reply(200, 'hello');
    is(await_frame($client, DATA, $stream), 'hello', "$name: comes back");
    return $c;
}

sub one_reset {
    my ($mode) = @_;
    my $origin = RProxy::Origin->listen($port);
    my $client = http2();
    answers($client, $origin, 1, "$mode, a stream")->close;
    $client->send(get(3, '/reset'));
    my $c = $origin->accept;
    is($c->read_request->{target}, '/reset', "$mode: a stream waits");
    $client->send(cancel(3));
    like($c->wait_for_end(2), qr/^(?:eof|reset)$/,
        "$mode: reset, it leaves its origin");
    answers($client, $origin, 5, "$mode, a stream after it")->close;
    return;
}

# Faster than any origin answers: no thread and no slot stays taken.
sub many_resets {
    my ($mode) = @_;
    my $origin = RProxy::Origin->start($port, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            $request->{target} eq '/quick' ? $c->reply(200, 'ok') : $c->hang;
        }
    });
    my $client = http2();
    $client->send(get(2 * $_ + 1, '/slow') . cancel(2 * $_ + 1))
        for 1 .. $RESETS;
    is($httpd->connect->get('/quick')->body, 'ok',
        "$mode: another client beside $RESETS resets");
    my $status = RProxy::Status->await(undef,
        sub { $_[0]{traffic}{active} == 0 }, 'rest', port => $httpd->port);
    is($status->{traffic}{active}, 0, "$mode: no exchange is left over");
    is(http2_get('/quick'), 'ok', "$mode: HTTP/2 works on");
    return;
}

sub http2_get {
    my ($path) = @_;
    my $client = http2();
    $client->send(get(1, $path));
    return await_frame($client, DATA, 1);
}

sub upgrade {
    my ($mode) = @_;
    my $origin = RProxy::Origin->start($port, sub {
        my ($c) = @_;
        $c->reply(200, $_->{target}) while local $_ = $c->read_request;
    });
    my @offer = (Connection => 'Upgrade, HTTP2-Settings', Upgrade => 'h2c',
        'HTTP2-Settings' => 'AAMAAABkAAQCAAAAAAIAAAAA');
    my $client = $httpd->connect;
    $client->get('/first');
    $client->send("GET /upgrade HTTP/1.1\r\nHost: a.example\r\n");
    while (my ($name, $value) = splice @offer, 0, 2) {
        $client->send("$name: $value\r\n");
    }
    $client->send("\r\n");
    like($client->read_until("\r\n"), qr{^HTTP/1\.1 (?:200|101) },
        "$mode: an offer to upgrade is answered");
    my @others = map { $httpd->connect->get("/$_") } 1 .. 4;
    is(join(' ', map { $_->body } @others), '/1 /2 /3 /4',
        "$mode: others meanwhile");
    return;
}
