#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyGuardLimit bandwidth=: all responses of a key share so many bytes a
# second, whatever serves them; who waits on an event loop holds no thread.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

# 300 KiB of lines that differ: 100 KiB go at once, the others take a second.
my $BODY = join '', map { sprintf "%07d\n", $_ } 1 .. 300 * 128;
my $LEAST = 0.85;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my $age = $request->{target} eq '/cached' ? 600 : 0;
        my $size = $request->{target} =~ /size=(\d+)/ ? $1 : length $BODY;
        $c->reply(200, substr($BODY, 0, $size), 'Cache-Control' => "max-age=$age");
    }
});

{
    my $folder = RProxy::Vars::value('scratch') . '/61-guard-bandwidth';
    -d $folder or mkdir $folder or die "$folder: $!";
    chmod 0755, $folder;
    open my $out, '>', "$folder/file.txt" or die "$folder: $!";
    print {$out} $BODY;
    close $out or die "$folder: $!";
}

sub ask {
    my ($target, %o) = @_;
    my $client = RProxy::Client->to('t61_bandwidth', %o);
    $client->send("GET $target HTTP/1.1\r\nHost: localhost\r\n"
            . "Connection: close\r\n\r\n");
    return $client;
}

# ---- whatever serves it, each from an address of its own ----

RProxy::Client->to('t61_bandwidth', from => '127.0.61.9')->get('/cached');

my $number = 10;
for my $target ('/page', '/cached', '/file.txt', '/section', '/both') {
    my $log    = RProxy::Log->error_log;
    my $begin  = time;
    my $from   = '127.0.61.' . $number++;
    my $answer = ask($target, from => $from)->read_response;
    my $took   = time - $begin;
    is($answer->status, 200, "$target: answered");
    ok($answer->body eq $BODY, '... with all that it has');
    cmp_ok($took, '>', $LEAST, '... not faster than allowed');
    my ($ms) = $log->await(qr/(?:client|remote) \Q$from\E:.*RP4330/) =~
        /slowed down by \w+: more than 200 KiB\/s, of \S+ \((\d+) ms, /;
    cmp_ok($ms // 0, '>', 50, '... and the log tells at the end');
    cmp_ok($ms // 1e9, '<', $took * 1000 + 200, '... not more than it took');
    like($answer->field('Cache-Status'), qr/\bhit\b/, '... from the cache')
        if $target eq '/cached';
}

# ---- all connections of a client share it, others do not ----

{
    my $begin   = time;
    my @clients = map { ask('/page?size=153600', from => '127.0.61.30') } 1 .. 2;
    my $other   = ask('/page?size=51200', from => '127.0.61.31')->read_response;
    is(length $other->body, 51200, 'another client has its own');
    my @done = map { $_->read_response } @clients;
    is_deeply([map { length $_->body } @done], [153600, 153600],
        'two connections of one client');
    cmp_ok(time - $begin, '>', $LEAST, '... are as slow as one with as much');
}

# ---- who waits holds no thread ----

if (RProxy::Driver::is_loop()) {
    my @slow = map { ask('/many', from => '127.0.61.40') } 1 .. 30;
    is(RProxy::Client->to('t61_bandwidth')->get('/free?size=10')->status, 200,
        'others are served while many responses wait');
    $_->close for @slow;
}
is(RProxy::Client->to('t61_bandwidth')->get('/free?size=10')->status, 200,
    'clients that did not wait for theirs');

# ---- a connection goes on as fast as it may afterwards ----

{
    my $client = RProxy::Client->to('t61_bandwidth', from => '127.0.61.50');
    is(length $client->get('/page?size=102400')->body, 102400, 'what is at once');
    is(length $client->get('/free')->body, length $BODY,
        '... and then something without a limit');
    is($client->get('/page?size=10240')->status, 200, '... and with one again');
}

# ---- DetectOnly: 300 KiB, 10 at once ----

{
    my $log   = RProxy::Log->error_log;
    my $begin = time;
    is(length RProxy::Client->to('t61_bandwidth_try')->get($_)->body, length $BODY,
        "$_: DetectOnly") for '/page', '/file.txt';
    cmp_ok(time - $begin, '<', 60, '... slows nothing down');
    my ($ms) = $log->await(qr/RP4331.*by try/) =~ /\((\d+) ms/;
    cmp_ok(abs($ms - 298_000), '<', 60_000, '... and tells by how much it would');
    ($ms) = $log->await(qr/RP4331.*by own/) =~ /\((\d+) ms/;
    cmp_ok(abs($ms - 29_000), '<', 15_000, '... whatever serves it');
}

done_testing();
