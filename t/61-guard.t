#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The guard: networks, request heads, limits; what is refused, what is only
# logged, and what visitor and log are told.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, 'ok') while $c->read_request;
});

sub ask {
    my ($vhost, $target, %o) = @_;
    my $client = RProxy::Client->to($vhost, $o{from} ? (from => $o{from}) : ());
    return $client->ask($o{method} // 'GET', $target, $o{fields}, $o{body});
}

sub status { return ask(@_)->status }

# ---- networks ----

is(status(t61_lists => '/'), 200, 'a client that no list names');
is(status(t61_lists => '/', from => '127.0.0.2'), 403, 'a denied one');
is(status(t61_lists => '/', from => '127.0.0.3'), 200,
    'one that is denied, and allowed');
is(status(t61_lists => '/', from => '127.0.0.65'), 403, 'one of a list');
is(status(t61_lists => '/', from => '127.0.0.128'), 200,
    'the first one behind it');

{
    my $log    = RProxy::Log->error_log;
    my $answer = ask(t61_lists => '/', from => '127.0.0.66');
    my ($id)   = $answer->body =~ m{<b>([0-9a-z]{12})</b>};
    ok($id, 'the page has a number');
    like($answer->field('Cache-Control'), qr/no-store/, 'it is not to be kept');
    like($log->await(qr/RP4002: .*id=$id/),
        qr/refused by deny: its address is in list t61_partners \(403, .*:\d+\)/,
        'the log has it, with the list and the directive');
}

is(status(t61_lists => '/', from => '127.0.0.4'), 403,
    'one that is only logged, and denied by a later directive');
is(status(t61_lists => '/', from => '127.0.0.5'), 200,
    'action=log is for all networks of its directive');

# ---- heads ----

is(status(t61_head => '/.git/config'), 403, 'a hidden file');
is(status(t61_head => '/a/%2e%2e/b'), 403, 'up by encoded dots');
is(status(t61_head => '/wp-config.php.bak'), 403, 'a backup');
is(status(t61_head => '/%252e'), 403, 'encoded twice');
is(status(t61_head => '/.well-known/x'), 200, 'a well-known place');
is(status(t61_head => '/', method => 'TRACK'), 405, 'an odd method');
is(status(t61_head => '/' . 'a' x 4096), 414, 'a long path');
is(status(t61_head => '/', fields => ['X-A' => 'a' x 301]), 431, 'a long field');
is(status(t61_head => '/', fields => [Host => 'other.example']), 421,
    'another host');
is(status(t61_head => '/', fields => [Host => 'a.example.com:81']), 200,
    'a host below one that is allowed');
is(status(t61_head => 'http://localhost/.env'), 403, 'an absolute target');
is(status(t61_lists => '/.env'), 200, 'a check that is off');

{
    my $answer = ask(t61_head => '/.git/config');
    is($answer->field('X-Always'), 'yes', 'fields that are always set');
    is($answer->field('Content-Type'), 'text/html; charset=utf-8', 'its type');
    my $client = RProxy::Client->to('t61_head');
    is($client->ask('HEAD', '/.env')->status, 403, 'HEAD');
    is($client->ask('POST', '/.env', undef, 'abc')->status, 403, 'POST');
    is($client->get('/.well-known/x')->status, 200,
        'the connection goes on after them');
}

# ---- trying it ----

{
    my $log = RProxy::Log->error_log;
    is_deeply([map { status(t61_detect => '/try') } 1 .. 3], [200, 200, 200],
        'DetectOnly refuses nothing');
    like($log->await(qr/RP4003/),
        qr{would be refused by try: more than 1/hour, burst 0, of 127\.0\.0\.1},
        'and tells what it would');
    is(status(t61_detect => '/', from => '127.0.0.5'), 200, 'networks likewise');
    $log->await(qr/RP4003: would be refused by deny/);
    is(status(t61_detect => '/.env'), 200, 'heads likewise');
    $log->await(qr/RP4003: would be refused by head-hidden/);
    is(status(t61_detect => '/must'), 200, 'a key that is missing likewise');
    $log->await(qr/RP4003: would be refused by must/);
}
# ---- limits: last, for not all of so many refusals in a second are logged ----

is_deeply([map { status(t61_limits => '/each') } 1 .. 5],
    [200, 200, 200, 200, 429], 'a rate, and a burst');
is(status(t61_limits => '/each', from => '127.0.0.9'), 200, 'of each address');
is(status(t61_limits => '/'), 200, 'of one path');
is(status(t61_limits => $_), 429, "... however it is written: $_")
    for qw(/%65ach //each /./each /e%61ch/more);
{
    my $answer = ask(t61_limits => '/each');
    like($answer->field('Retry-After'), qr/^3(?:599|600)$/, 'Retry-After');
    is($answer->field('RateLimit-Policy'), '"each";q=1;w=3600',
        'RateLimit-Policy');
    like($answer->field('RateLimit'), qr/^"each";r=0;t=3(?:599|600)$/,
        'RateLimit');
    like($answer->body, qr/too many requests/, 'the page says why');
}
{
    my $client = RProxy::Client->to('t61_limits');
    my @answer = map { $client->ask($_, '/each') } qw(GET HEAD GET);
    is_deeply([map { $_->status } @answer], [429, 429, 429],
        'refusals of one connection, HEAD among them');
    ok($answer[1]->field($_), "... with $_")
        for qw(Date Server Content-Type Retry-After);
    is($answer[1]->field('Content-Length'), length $answer[2]->body,
        '... and the length that the page would have');
    is(RProxy::Client->to('t61_limits')
            ->ask('GET', '/each', [Connection => 'close'])
            ->field('Connection'), 'close', 'the last one of a connection');
}

my @key = (fields => ['X-Key' => 'a']);
is_deeply([map { status(t61_limits => '/both', @key) } 1 .. 12],
    [200, 200, (429) x 10], 'two limits, one refuses');
is_deeply([
        map { status(t61_limits => '/both', fields => ['X-Key' => "b$_"]) }
            1 .. 9
    ],
    [(200) x 8, 429],
    '... and what it refused was not charged to the other');

is(status(t61_limits => '/form'), 200, 'a method that is not limited');
is_deeply([map { status(t61_limits => '/form', method => 'POST', body => 'a') }
        1 .. 2],
    [200, 429], 'one that is');
is(status(t61_limits => '/form/b', method => 'POST', body => 'a'), 200,
    'a key of two parts');
is(status(t61_limits => '/must'), 403, 'without the key that it must have');
is(status(t61_limits => '/must', fields => [Cookie => 'a=b; session=c']), 200,
    'with it');
is_deeply([map { status(t61_limits => '/section') } 1 .. 3], [200, 200, 429],
    'a limit of a section');
is_deeply([map { status(t61_limits => '/free') } 1 .. 3], [200, 200, 200],
    'a section without guard');

{
    my $client = RProxy::Client->to('t61_limits');
    my @status = map { $client->get('/fast')->status } 1 .. 3;
    ok((grep { $_ == 429 } @status), 'twenty a second, and three at once');
    my $until = time + 5;
    1 while status(t61_limits => '/fast') == 429 && time < $until;
    ok(time < $until, '... and then it is allowed again');
}

is_deeply([map { status(t61_off => '/.env') } 1 .. 2], [200, 200],
    'without RProxyGuard nothing is refused');
is(status(t61_off => '/on/'), 403,
    'a section that switches it on: what the virtual host denies');
is(status(t61_off => '/on/.env', from => '127.0.0.6'), 403, '... heads');
is_deeply([map { status(t61_off => '/on/', from => '127.0.0.6') } 1 .. 2],
    [200, 429], '... limits');


# Of all processes together, to the request.
{
    my @pipes = map {
        open my $pipe, '-|', $^X, '-It/lib', '-e', <<'END' or die $!;
use FindBin (); BEGIN { $FindBin::Bin = 't' }
use RProxy::Client ();
my $n = 0;
$n += RProxy::Client->to('t61_limits')->get('/count')->status == 200 for 1 .. 40;
print $n;
END
        $pipe;
    } 1 .. 4;
    my $sum = 0;
    $sum += readline $_ for @pipes;
    is($sum, 100, 'counted right to the request');
}

done_testing();
