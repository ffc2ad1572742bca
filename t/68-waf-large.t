#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Large bodies: threads inspect them, not the event loop, and nothing of what
# clients and upstreams do meanwhile comes between.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();

my $FORM = 'application/x-www-form-urlencoded';
my %BODY = (
    small  => 'x' x 1000,
    large  => 'x' x 100_000,
    leaky  => 'x' x 100_000 . ' leak',
    hole   => 'x' x 100_000 . ' hole',
    whole  => join('', map { sprintf "%08d", $_ } 0 .. 199_999),
    begin  => 'leak' . 'x' x 1_000_000,
    behind => 'x' x 1_000_000 . 'leak',
);
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my ($name) = $request->{target} =~ m{/(\w+)(?:\?|$)};
        my @fields = ('Content-Type' => 'text/plain',
            $request->{target} =~ /cached/ ? ('Cache-Control' => 'max-age=600') : ());
        if ($request->{target} =~ /short/) {
            $c->head(200, @fields, 'Content-Length' => 200_000);
            $c->send($BODY{large});
            return;
        }
        $request->{target} =~ /chunked/
            ? $c->reply_chunked(200, [$BODY{$name} =~ /(.{1,30000})/gs], @fields)
            : $c->reply(200, $BODY{$name}, @fields);
    }
});

my $log;

sub client { return RProxy::Client->to('t68_large') }

sub get {
    my ($target, $client) = @_;
    $log = RProxy::Log->error_log;
    return ($client // client())->get($target);
}

sub by_thread { return scalar grep { /RP447[01]/ } $log->lines }

my $on_loop = RProxy::Driver::is_loop() ? 1 : 0;

# ---- responses ----

my $kept = client();
is(get('/small', $kept)->body, $BODY{small}, 'a small response');
is(by_thread(), 0, '... is inspected at once');
is(get("/$_/large", $kept)->body, $BODY{large}, "a large one, $_") for qw(plain chunked);
is(by_thread(), $on_loop, '... is by a thread');
is(get('/leaky')->status, 403, 'one with a leak at its end');
is(by_thread(), $on_loop, '... likewise');
is(get('/hole'), undef, 'one that rules drop');
is(get("/$_/whole", $kept)->body, $BODY{whole}, "one above the limit, $_")
    for qw(plain chunked);
is(by_thread(), $on_loop, '... whose begin a thread inspects');
is(get("/$_/begin")->status, 403, "... which has a leak, $_") for qw(plain chunked);
is(get('/behind', $kept)->body, $BODY{behind}, '... behind which there is one');
is(get('/small', $kept)->body, $BODY{small}, 'the same connection, still');
$kept->send("GET /$_ HTTP/1.1\r\nHost: localhost\r\n\r\n") for qw(large small whole);
is($kept->read_response->body, $BODY{$_}, "one of several at once, $_")
    for qw(large small whole);
is(get('/cached/large')->body, $BODY{large}, 'one for the cache');
is(get('/cached/large')->body, $BODY{large}, '... and from there');

# ---- requests ----

sub post {
    my ($body) = @_;
    $log = RProxy::Log->error_log;
    return client()->ask(POST => '/small', ['Content-Type' => $FORM], $body)->status;
}

is(post('a=good'), 200, 'a small form');
is(by_thread(), 0, '... is inspected at once');
is(post('a=' . 'x' x 300_000), 200, 'a large one');
is(by_thread(), $on_loop, '... is by a thread');
is(post('a=' . 'x' x 300_000 . '&b=evil1'), 403, 'one that rules refuse');

# ---- clients that go while a thread looks ----

for my $n ($on_loop ? 1 .. 5 : ()) {
    my $gone = client();
    $log = RProxy::Log->error_log;
    $gone->send("GET /slow/large?slow=1&n=$n HTTP/1.1\r\nHost: localhost\r\n\r\n");
    $log->await(qr/RP4471/);
    $gone->close;
    like($log->await(qr/ModSecurity: Rule 6873: /), qr/SecPcreMatchLimit/,
        'what a client did not wait for');
}
is(get('/large')->body, $BODY{large}, 'the server goes on');
is(scalar(grep { /exit signal/ } $log->lines), 0, '... and lost no process');

done_testing();
