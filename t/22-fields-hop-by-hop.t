#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Fields of one connection stay on it, in both directions (RFC 9110 section
# 7.6.1), those that Connection nominates too, but for what frames, routes or
# is ours.  Everything else arrives as it was sent.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Echo ();
use RProxy::Origin ();

# What the second origin sends, by the last part of the target.
my %REPLY = (
    hops => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        . "Connection: keep-alive, X-Hop\r\nConnection: X-Hop-2\r\n"
        . "Keep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n"
        . "Proxy-Connection: keep-alive\r\nUpgrade: h2c\r\nTE: x\r\n"
        . "Trailer: X-End\r\nX-Hop: 1\r\nX-Hop-2: 1\r\nX-Stay: 1\r\n\r\nok",
    guarded => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nVia: 1.1 inner\r\n"
        . "Connection: Content-Length, Via, X-Request-ID\r\n"
        . "X-Request-ID: of-the-origin\r\n\r\nok",
    many => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: "
        . join(', ', map {"x-$_"} 1 .. 50) . "\r\n\r\nok",
    repeated => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        . "Set-Cookie: a=1\r\nX-Two: 1\r\nSet-Cookie: b=2; Expires=Fri, "
        . "20 Nov 2026 23:40:56 GMT\r\nX-Two: 2\r\nset-cookie: c=3\r\n\r\nok",
    reason => "HTTP/1.1 200 Very Fine\r\nContent-Length: 2\r\n\r\nok",
    unknown => "HTTP/1.1 299 Own\r\nContent-Length: 2\r\n\r\nok",
    silent => "HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nok",
    old => "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    dated => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        . "Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n\r\nok",
    'style.css' => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    'a.html.gz' => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        . "Content-Type: text/x-own; charset=koi8-r\r\n"
        . "Content-Language: eo\r\n\r\nok",
    two_types => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
        . "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nok",
    fresh => "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
    none  => "HTTP/1.1 204 No Content\r\nX-Stay: 1\r\n\r\n",
    head  => "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n",
);

plan tests => 73;

my $echo  = RProxy::Echo->start('origin_a');
my $reply = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my ($name) = $request->{target} =~ m{([^/]*)$};
        $c->send($REPLY{$name});
        last if $name eq 'old';
    }
});

sub reply {
    my ($name, %o) = @_;
    return RProxy::Client->to('t22_hops')
        ->ask($o{method} // 'GET', "/reply/$name");
}

# ---- towards the origin ----

{
    my $seen = RProxy::Echo->ask('t22_hops', [
        'Connection'          => 'keep-alive, X-Hop, upgrade',
        'Keep-Alive'          => 'timeout=5',
        'Proxy-Connection'    => 'keep-alive',
        'Proxy-Authorization' => 'Basic eDp5',
        'TE'                  => 'gzip',
        'Trailer'             => 'X-End',
        'Upgrade'             => 'x-own',
        'Proxy'               => 'http://evil.example/',
        'X-Hop'               => 1,
        'X-Stay'              => 1,
        'Accept'              => 'text/html;q=0.5, */*',
        'Cookie'              => 'a=b; c="d"',
    ]);
    for my $name (qw(Keep-Alive Proxy-Connection Proxy-Authorization TE
        Trailer Upgrade Proxy X-Hop)) {
        is($seen->field($name), undef, "the origin gets no $name");
    }
    unlike($seen->field('Connection') // '', qr/hop|upgrade/i,
        'nor is anything nominated to it');
    is($seen->field('X-Stay'), 1, 'what is not nominated stays');
    is($seen->field('Accept'), 'text/html;q=0.5, */*', 'as it was sent');
    is($seen->field('Cookie'), 'a=b; c="d"',           'cookies too');
    is($seen->{line}, 'GET / HTTP/1.1', 'the request line');
}

{
    my $seen = RProxy::Echo->ask('t22_hops', [
        Connection => 'close, Host, X-Forwarded-For, Via, X-Real-IP, '
            . 'X-Forwarded-Proto, X-Request-ID, Content-Length, Forwarded',
    ], method => 'POST', body => 'hello');
    for my $name (qw(Host X-Forwarded-For Via X-Real-IP X-Forwarded-Proto
        X-Request-ID)) {
        ok(defined $seen->field($name), "nobody nominates $name away");
    }
    is($seen->body, 'hello', 'nor the length of the body');
    is_deeply([$seen->fields('Content-Length')], [5], 'which is said once');
}

{
    my $response = RProxy::Client->to('t22_hops')
        ->get('/', Connection => join ', ', map {"x-$_"} 1 .. 50);
    is($response->status, 400, 'fifty nominations are refused');
}

{
    my $client = RProxy::Client->to('t22_hops');
    $client->send("POST /c HTTP/1.1\r\nHost: a\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n"
            . "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
    my $seen = RProxy::Echo::seen($client->read_response);
    is($seen->body, 'abcde', 'a body in chunks');
    is_deeply([$seen->fields('Transfer-Encoding')], ['chunked'],
        'is said to be one once');
    is($seen->field('Content-Length'), undef, 'without a length');
}

{
    my $client = RProxy::Client->to('t22_hops');
    $client->send("GET /old HTTP/1.0\r\nHost: a\r\nX-A: 1\r\n\r\n");
    my $seen = RProxy::Echo::seen($client->read_response);
    is($seen->{line}, 'GET /old HTTP/1.1', 'a client of HTTP/1.0');
    is($seen->field('X-A'), 1, 'is served');
    like($seen->field('Via'), qr/^1\.0 /, 'and told apart');
}

for my $bytes ("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
    "CONNECT / HTTP/1.1\r\nHost: a.example\r\n\r\n") {
    my $client = RProxy::Client->to('t22_hops');
    $client->send($bytes);
    my $status = $client->read_response_head(method => 'GET')->status;
    like($status, qr/^(?:400|405)$/, 'CONNECT is refused');
}
is_deeply([grep { $_->{method} eq 'CONNECT' } @{ $echo->requests }], [],
    'and reaches no origin');

# ---- Host ----

my $ORIGIN = '127.0.0.1:' . Apache::Test::vars('origin_a_port');
is(RProxy::Echo->ask('t22_hops', [Host => 'www.example.org:81'])->field('Host'),
    $ORIGIN, 'Host is the member\'s');
is(RProxy::Echo->ask('t22_kept_host', [Host => 'www.example.org:81'])
        ->field('Host'), 'www.example.org:81', 'or kept');
is(RProxy::Echo->ask('t22_kept_host', [Host => 'www.example.org:81'],
        target => '/named/x')->field('Host'),
    'shop.internal.example:8080', 'or a given one');
is(RProxy::Echo->ask('t22_kept_host', [Host => 'www.example.org'],
        target => '/own/x')->field('Host'), $ORIGIN, 'by location');
{
    my $client = RProxy::Client->to('t22_kept_host');
    $client->send("GET http://abs.example/p?q HTTP/1.1\r\n"
            . "Host: other.example\r\n\r\n");
    my $seen = RProxy::Echo::seen($client->read_response);
    is($seen->field('Host'), 'abs.example', 'absolute-form names the host');
    is($seen->{line}, 'GET /p?q HTTP/1.1',  'and origin-form is sent');
}

# ---- towards the client ----

{
    my $got = reply('hops');
    for my $name (qw(Proxy-Authenticate Proxy-Connection Upgrade TE Trailer
        X-Hop X-Hop-2)) {
        is($got->field($name), undef, "the client gets no $name");
    }
    unlike($got->field('Connection') // '', qr/hop/i, 'nor a nomination');
    is($got->field('X-Stay'), 1,    'what is not nominated stays');
    is($got->body,            'ok', 'and the body');
}

{
    my $got = reply('guarded');
    is($got->field('Content-Length'), 2, 'the length stays');
    is($got->field('Via'), '1.1 inner, 1.1 front.example', 'Via is appended');
    is($got->field('X-Request-ID'), 'of-the-origin', 'an id of the origin');
}
is(reply('many')->status, 502, 'fifty nominations are an error');

{
    my $got = reply('repeated');
    is_deeply([$got->fields('Set-Cookie')],
        ['a=1', 'b=2; Expires=Fri, 20 Nov 2026 23:40:56 GMT', 'c=3'],
        'cookies apart and in order');
    is($got->field('X-Two'), '1, 2', 'other fields in order');
}

is(reply('reason')->{reason}, 'Very Fine', 'the reason is the origin\'s');
is(reply('unknown')->{line},  'HTTP/1.1 299 Own', 'a status nobody knows');
is(reply('silent')->status,   404,         'a status without a reason');
is(reply('old')->{line},      'HTTP/1.1 200 OK', 'HTTP/1.0 is not handed on');
is(reply('dated')->field('Date'), 'Mon, 02 Jan 2006 15:04:05 GMT',
    'Date is the origin\'s');
is(reply('style.css')->field('Content-Type'), undef,
    'no type is guessed from the path');
for my $name ('style.css', 'a.html.gz') {
    my $got = RProxy::Client->to('t22_files')->get("/$name");
    is($got->body, 'ok', 'a path that could be a file');
    isnt($got->field('Content-Type') // '', 'text/css', 'has no type of one');
    is($got->field('Content-Encoding'), undef, 'nor its coding');
}
{
    my $got = reply('a.html.gz');
    is($got->field('Content-Type'), 'text/x-own; charset=koi8-r',
        'the type is the origin\'s');
    is($got->field('Content-Encoding'), undef, 'no coding is guessed');
    is($got->field('Content-Language'), 'eo',  'the language is kept');
}
is(reply('two_types')->field('Content-Type'), 'text/plain',
    'of two types the first counts');
is(reply('fresh')->field('ETag'), '"x"', '304 with its validator');
is(reply('none')->field('X-Stay'), 1,    '204 with its fields');
is(reply('head', method => 'HEAD')->field('Content-Length'), 12345,
    'HEAD with the length it announces');
is_deeply([@{ $echo->errors }, @{ $reply->errors }], [],
    'the origins saw nothing odd');
