#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Clients that are slow, and many: on an event loop they cost no thread, so that
# everyone else is answered, and in the end so are they.  And httpd's limits of
# what a client may send, and of how long it may take, hold as they do without
# us.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Origin ();
use RProxy::Pressure ();
use RProxy::PrivateServer ();
use RProxy::Vars ();

my $HEADS   = 200;
my $BODIES  = 200;
my $READERS = 50;
my $LARGE   = RProxy::Pressure::part(0, 65_521) x 64;
my $HOST    = "Host: front.example\r\n";

# Other MPMs have no event loop, and a thread for each client.
my $HAS_LOOP = RProxy::Driver::mpm() eq 'event';

plan tests => ($HAS_LOOP ? 8 : 0) + 10 + 16;

crowd() if $HAS_LOOP;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, 'ok') while $c->read_request;
});

# ---- how long a head may take ----

for my $case (
    ['half a request line', 'GET /sl'],
    ['half a field', "GET /slow HTTP/1.1\r\nHost: fro"],
    ['all but the last line', "GET /slow HTTP/1.1\r\n$HOST"],
) {
    my ($name, $half) = @$case;
    my $client = RProxy::Client->to('t77_head');
    $client->send($half);
    gets_408($client, $name);

    $client = RProxy::Client->to('t77_head');
    is($client->get('/first')->body, 'ok', "$name: after a request");
    $client->send($half);
    gets_408($client, "$name, after a request");
}
is(scalar(grep { $_->{target} =~ /slow/ } @{ $origin->requests }), 0,
    'a head without an end does not get to the origin');

# ---- how much there may be ----

my $client = RProxy::Client->to('t77_limits');
is($client->get('/' . 'x' x 80)->status, 200, 'a line within the limit');
is($client->get('/', map { ("X-$_" => 1) } 1 .. 4)->status, 200,
    'fields within the limit');
is($client->get('/', 'X-Long' => 'x' x 180)->status, 200,
    'a field within the limit');
is($client->ask(POST => '/', [], 'x' x 1000)->status, 200,
    'a body within the limit');

refuses(qr/^414$/, 'a long line', '/long/' . 'x' x 100);
refuses(qr/^400$/, 'many fields', '/long/', map { ("X-$_" => 1) } 1 .. 5);
refuses(qr/^(?:400|431)$/, 'a long field', '/long/', 'X-Long' => 'x' x 200);

{
    my $large = RProxy::Client->to('t77_limits');
    $large->send("POST /large HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\n"
        . 'x' x 100_000);
    is($large->read_response->status, 413, 'a large body is refused');
    is(scalar(grep { $_->{target} eq '/large' } @{ $origin->requests }), 0,
        'before the origin is asked');
}
{
    my $by_hand = RProxy::Origin->listen('origin_b');
    my $large   = RProxy::Client->to('t77_limits');
    $large->send("POST /hand/ HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n"
        . "\r\n5\r\nstart\r\n");
    my $c       = $by_hand->accept;
    my $request = $c->read_request_head;
    is($c->read_until("start\r\n"), "5\r\nstart\r\n", 'a body in chunks begins');
    $large->send("186a0\r\n" . 'x' x 100_000 . "\r\n0\r\n\r\n");
    is($large->read_response->status, 413, 'and is refused when it is large');
    $request->read_body($c);
    ok(!$request->{complete}, 'the origin is told no end of it');
    cmp_ok(length $request->body, '<=', 1000, 'nor given more than the limit');
}

# Both are allowed: an answer, or only the end.
sub gets_408 {
    my ($slow, $name) = @_;
    my $got = $slow->read_response;
    is($got ? $got->status : 408, 408, "$name: no longer than it may take");
    return;
}

sub refuses {
    my ($status, $name, $target, @fields) = @_;
    my $large = RProxy::Client->to('t77_limits');
    like($large->get($target, @fields)->status, $status, "$name: refused");
    is($large->wait_for_end, 'eof', "$name: the connection ends");
    return;
}

# ---- a crowd of slow ones on one child of eight threads ----

sub crowd {
    my $by_hand = RProxy::Origin->listen('origin_b', backlog => $BODIES);
    my $script  = RProxy::Origin->start('origin_c', sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            $c->reply(200, $request->{target} eq '/large' ? $LARGE : 'ok');
        }
    }, limit => 60);
    my ($b, $c) = map { RProxy::Vars::value("${_}_port") } qw(origin_b origin_c);
    my $server = RProxy::PrivateServer->start('RProxyEventLoop auto',
        qq(RProxyPass "/" "http://127.0.0.1:$c"),
        qq(RProxyPass "/hand" "http://127.0.0.1:$b"));
    my $port = $server->port;

    my @heads = map { half_sent($port, "GET /slow HTTP/1.1\r\nHo") }
        1 .. $HEADS;
    my @bodies = map { half_body($port, $by_hand) } 1 .. $BODIES;
    $_->send('s') for @heads;
    my @readers = map { half_sent($port, "GET /large HTTP/1.1\r\n$HOST\r\n") }
        1 .. $READERS;
    my @begun = grep { RProxy::Pressure::is_ready($_, 0, 5) } @readers;
    is(scalar @begun, $READERS, 'responses that nobody reads have begun');
    is(all_ok(map { RProxy::Client->connect($port) } 1 .. 20), 20,
        'meanwhile others are answered');

    $_->send("t: front.example\r\n\r") for @heads;
    is(all_ok(RProxy::Client->connect($port)), 1, 'still so');
    $_->send("\n") for @heads;
    is(scalar(grep { $_->read_response->body eq 'ok' } @heads), $HEADS,
        'slow heads are answered in the end');
    $_->[0]->send('more!') for @bodies;
    is(scalar(grep { finish_body(@$_) } @bodies), $BODIES,
        'so are slow bodies');
    is(scalar(grep { $_->read_response->body eq $LARGE } @readers), $READERS,
        'and slow readers, byte for byte');
    is_deeply($script->errors, [], 'the origin saw nothing odd');
    unlike($server->said, qr/\[rproxy:(?:warn|error)\]/,
        'nor does the server complain');
    return;
}

sub half_sent {
    my ($port, $bytes) = @_;
    my $slow = RProxy::Client->connect($port);
    $slow->send($bytes);
    return $slow;
}

# A client, the origin's end, and the request that the origin has half of.
sub half_body {
    my ($port, $by_hand) = @_;
    my $slow = half_sent($port,
        "POST /hand/ HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nhalf");
    my $end     = $by_hand->accept;
    my $request = $end->read_request_head;
    $end->read_exactly(4) eq 'half' or die 'not what was sent';
    return [$slow, $end];
}

sub finish_body {
    my ($slow, $end) = @_;
    $end->read_exactly(5) eq 'more!' or return 0;
    $end->reply(200, 'thanks');
    return $slow->read_response->body eq 'thanks';
}

# How many of these are answered.
sub all_ok {
    my @clients = @_;
    $_->send("GET /quick HTTP/1.1\r\n$HOST\r\n") for @clients;
    return scalar grep { $_->read_response->body eq 'ok' } @clients;
}
