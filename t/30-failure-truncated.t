#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A response of which the origin sends only a part never looks complete to the
# client, whatever framing it is told: RFC 9112 section 8.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Compress::Raw::Zlib ();
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

my $LENGTH  = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
my $CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
my $STREAM  = "HTTP/1.1 200 OK\r\n\r\n";

# name => what the origin sends, how its connection ends, what the log says
my @CUTS = (
    ['within the length', "${LENGTH}half", 'close', 'within the body'],
    ['within the length, by reset', "${LENGTH}half", 'reset',
        'connection reset'],
    ['before the length begins', $LENGTH, 'close', 'within the body'],
    ['within a chunk size', "${CHUNKED}4\r\nhalf\r\n4", 'close',
        'within the body'],
    ['behind a chunk size', "${CHUNKED}4\r\nhalf\r\n4\r\n", 'close',
        'within the body'],
    ['within a chunk', "${CHUNKED}9\r\nhalf", 'close', 'within the body'],
    ['behind the data of a chunk', "${CHUNKED}4\r\nhalf", 'close',
        'within the body'],
    ['between chunks', "${CHUNKED}4\r\nhalf\r\n", 'close', 'within the body'],
    ['before the first chunk', $CHUNKED, 'close', 'within the body'],
    ['within the last chunk', "${CHUNKED}4\r\nhalf\r\n0\r\n", 'close',
        'within the body'],
    ['within the trailers', "${CHUNKED}4\r\nhalf\r\n0\r\nX-A: b\r\n", 'close',
        'within the body'],
    ['by reset in a stream without end', "${STREAM}half", 'reset',
        'connection reset'],
);

# Who asks, and how the end of the connection tells that something is missing.
my @CLIENTS = (
    ['1.1', 't30_truncated'], ['1.0', 't30_truncated'],
    ['1.1', 't30_truncated_tls', tls => 1],
);

plan tests => @CUTS * @CLIENTS * 4 + 5;

my $origin = RProxy::Origin->listen('origin_a');

for my $cut (@CUTS) {
    my ($name, $bytes, $end, $reason) = @$cut;
    for my $asking (@CLIENTS) {
        my ($version, $vhost, %o) = @$asking;
        my $who = "$name, HTTP/$version" . ($o{tls} ? ' and TLS' : '');
        my $log = RProxy::Log->error_log;
        my $x   = RProxy::Exchange->begin(RProxy::Client->to($vhost, %o),
            $origin, "GET / HTTP/$version\r\n");
        $x->origin->send($bytes);
        my $got = $x->client->read_response_head;
        is($got && $got->status, 200, "$who: the head is passed on");
        $x->origin->$end;
        $got->read_body($x->client);
        $x->client->read_until_close;
        ok(!is_complete($got, $x->client), "$who: it does not look complete")
            or diag("$got->{framing}, then " . $x->client->ended);
        like($got->body, qr/^(?:half)?$/, "$who: no more than there was");
        like($log->await(qr/RP1203: /),
            qr/truncated: .*\Q$reason\E.*the response was cut short/,
            "$who: the log says why");
    }
}

sub is_complete {
    my ($got, $client) = @_;
    return $got->{framing} eq 'close'
        ? $client->ended eq 'eof'
        : $got->{complete};
}

# A filter that holds data back may not put its own end to it.
{
    my $log = RProxy::Log->error_log;
    my $x   = RProxy::Exchange->begin('t30_truncated', $origin,
        "GET /deflated/ HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
            . "Content-Type: text/plain\r\n\r\n4\r\nhalf\r\n");
    my $got = $x->client->read_response_head;
    is($got->field('Content-Encoding'), 'gzip', 'compressed here');
    $x->origin->close;
    $got->read_body($x->client);
    ok(!$got->{complete}, 'compressed here: it does not look complete');
    my $inflate = Compress::Raw::Zlib::Inflate->new(
        -WindowBits => Compress::Raw::Zlib::WANT_GZIP());
    my $status = $inflate->inflate($got->body, my $text);
    is($text, 'half', 'compressed here: no more than there was');
    isnt($status + 0, Compress::Raw::Zlib::Z_STREAM_END(),
        'compressed here: nor does what is in it');
    like($log->await(qr/RP1203: /), qr/truncated: /,
        'compressed here: the log says why');
}
