#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Clients that speak TLS: records are cut where no message is, the end of a
# connection has a form of its own, and a handshake may come between a request
# and its answer.  RFC 8446 sections 4.6.2, 5.1 and 6.1, RFC 5246 section 7.4.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha256_hex);
use Net::SSLeay ();
use RProxy::Client ();
use RProxy::Origin ();
use Socket qw(SOL_SOCKET SO_LINGER);

plan tests => 38 + 2 * 4 + 2 * 4 + 2 * 16 + 1;

my $LARGE = join '', map { pack 'NN', $_, ($_ * 2654435761) & 0xffffffff }
    1 .. 5 * (1 << 17);
my $HOST = "Host: front.example\r\n";

my $server = RProxy::Origin->start('origin_a', \&serve);

# /large: the body above; else what came and how.
sub serve {
    my ($c) = @_;
    while (my $request = $c->read_request_head) {
        $request->read_body($c);
        $c->note(request => target => $request->{target},
            complete => $request->{complete});
        $c->reply(200, $request->{target} eq '/large' ? $LARGE
            : "$request->{target} " . sha256_hex($request->body)
                . ' ' . ($request->field('X-Verified') // '-'));
    }
    return;
}

sub said {
    my ($target, $body, $verified) = @_;
    return "$target " . sha256_hex($body // '') . ' ' . ($verified // '-');
}

sub connect_tls {
    my ($vhost, %options) = @_;
    return RProxy::Client->to($vhost, tls => {%options});
}

# Did the peer say that it is done, or only stop?
sub got_close_notify {
    my ($client) = @_;
    my $ssl = $client->socket->_get_ssl_object;
    return Net::SSLeay::get_shutdown($ssl) & 2 ? 1 : 0;
}

# Ends the connection below TLS: the peer gets no word of it.
my %END = (
    'an end without close_notify' => sub { $_[0]->end_sending },
    'a reset' => sub {
        setsockopt $_[0]->socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
        $_[0]->socket->close(SSL_no_shutdown => 1);
    },
);

for my $version ('TLSv1_2', 'TLSv1_3') {
    my @version = (SSL_version => $version);
    {
        my $client = connect_tls('t75_tls', @version);
        is($client->get("/$_")->body, said("/$_"),
            "$version: request $_ of one connection") for 1 .. 4;
        is($client->wait_for_end, 'eof', "$version: idle, it ends");
        is(got_close_notify($client), 1, "$version: with close_notify");
    }
    for my $size (1 .. 3) {
        my $client = connect_tls('t75_tls', @version);
        my $bytes = "POST /small HTTP/1.1\r\n${HOST}Content-Length: 11\r\n\r\n"
            . 'hello world';
        $client->send($1) while $bytes =~ /(.{1,$size})/gs;
        is($client->read_response->body, said('/small', 'hello world'),
            "$version: records of $size");
    }
    {
        my $client = connect_tls('t75_tls', @version);
        $client->send(join '', map {"GET /$_ HTTP/1.1\r\n$HOST\r\n"} 1, 2);
        is($client->read_response->body, said("/$_"),
            "$version: pipelined in one record, $_") for 1, 2;
        $client->send("POST /3 HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nok"
            . "GET /4 HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n");
        is($client->read_response->body, said('/3', 'ok'),
            "$version: pipelined behind a body, the first");
        my $last = $client->read_response;
        is($last->body, said('/4'), "$version: the second");
        is($last->field('Connection'), 'close', "$version: the last");
        is($client->wait_for_end, 'eof', "$version: then the end");
        is(got_close_notify($client), 1, "$version: with close_notify");
    }
    {
        my $client = connect_tls('t75_tls', @version);
        my $got = $client->get('/large');
        ok($got->body eq $LARGE, "$version: a large response");
        is($client->ask(PUT => '/up', [], $LARGE)->body, said('/up', $LARGE),
            "$version: a large request on the same connection");
        is($client->get('/after')->body, said('/after'),
            "$version: and one more");
    }
}

# ---- clients that go without a word ----

my $origin = RProxy::Origin->listen('origin_b');

for my $name (sort keys %END) {
    my $client = connect_tls('t75_tls');
    is($client->get('/1')->status, 200, "$name: after a response");
    $END{$name}->($client);
    is(connect_tls('t75_tls')->get('/2')->status, 200,
        "$name: others are answered");

    $client = connect_tls('t75_tls');
    $client->send("POST /hand/ HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\n"
        . 'half');
    my $c       = $origin->accept;
    my $request = $c->read_request_head;
    $c->read_until('half');
    $END{$name}->($client);
    $request->read_body($c);
    ok(!$request->{complete}, "$name: within a body, which is not told an end");
    like($c->ended, qr/^(?:eof|reset)$/, "$name: but cut off");
}

# ---- bodies that take their time ----

# A password is checked by a worker thread, which then has the body as well.
for my $case (['on the loop', ''],
    ['on a worker thread', "Authorization: Basic YTpi\r\n"]) {
    my ($name, $fields) = @$case;
    my $head = "POST /hand/ HTTP/1.1\r\n$HOST${fields}Content-Length: 8\r\n\r\n";
    my $client = connect_tls('t75_tls');
    $client->send("${head}half");
    my $c = $origin->accept;
    $c->read_request_head;
    is($c->read_exactly(4), 'half', "$name: half a body");
    $client->send('rest');
    is($c->read_exactly(4), 'rest', "$name: the rest, later");
    $c->reply(200, 'ok', Connection => 'close');
    is($client->read_response->body, 'ok', "$name: and the answer");

    $client->send("${head}half");
    $c = $origin->accept;
    $c->read_request_head;
    $c->read_exactly(4);
    $client->close;
    like($c->wait_for_end, qr/^(?:eof|reset)$/,
        "$name: a client that goes instead takes its exchange with it");
}

# ---- a handshake within a request ----

my @CERTIFICATE = (
    SSL_cert_file => Apache::Test::vars('tls') . '.crt',
    SSL_key_file  => Apache::Test::vars('tls') . '.key',
);

for my $version ('TLSv1_2', 'TLSv1_3') {
    my @version = (SSL_version => $version);
    {
        my $client = connect_tls('t75_verify', @version, @CERTIFICATE);
        is($client->get('/open')->body, said('/open'),
            "$version: no certificate is asked for");
        # Here the server asks, and the client does not hear it.
        $client->send("GET /secret/1 HTTP/1.1\r\n$HOST\r\n");
        ok(is_readable($client), "$version: until it is needed");
        is(connect_tls('t75_verify', @version)->get("/meanwhile/$_")->body,
            said("/meanwhile/$_"), "$version: another client meanwhile, $_")
            for 1 .. 8;
        is($client->read_response->body, said('/secret/1', '', 'SUCCESS'),
            "$version: shown, the request goes on");
        is($client->get('/secret/2')->body, said('/secret/2', '', 'SUCCESS'),
            "$version: once is enough");
        is($client->ask(POST => '/secret/3', [], 'hello')->body,
            said('/secret/3', 'hello', 'SUCCESS'), "$version: with a body");
    }
    {
        my $client = connect_tls('t75_verify', @version, @CERTIFICATE);
        is($client->ask(POST => '/secret/4', [], 'hello')->body,
            said('/secret/4', 'hello', 'SUCCESS'),
            "$version: a body before the handshake");
    }
    {
        my $client = connect_tls('t75_verify', @version);
        my $got = eval { $client->get('/secret/5') };
        ok(!$got || $got->status == 403, "$version: no certificate, no answer");
    }
    is(connect_tls('t75_verify', @version)->get('/after')->status, 200,
        "$version: others are served");
}
is_deeply(
    [grep {/secret/} map { $_->{target} } @{ $server->requests }],
    [map {"/secret/$_"} 1 .. 4, 1 .. 4],
    'what needs a certificate gets to the origin with one only');

# Has anything arrived that OpenSSL has not seen?
sub is_readable {
    my ($client) = @_;
    vec(my $bits = '', fileno $client->socket, 1) = 1;
    return select($bits, undef, undef, 5) > 0;
}
