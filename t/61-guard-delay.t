#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# action=delay: requests that are too many are answered later, each at its own
# time; who waits on an event loop holds no thread.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my $age = $request->{target} eq '/cached' ? 600 : 0;
        $c->reply(200, 'ok', 'Cache-Control' => "max-age=$age");
    }
});

{
    my $folder = RProxy::Vars::value('scratch') . '/61-guard-delay';
    -d $folder or mkdir $folder or die "$folder: $!";
    chmod 0755, $folder;
    open my $out, '>', "$folder/file.txt" or die "$folder: $!";
    print {$out} 'of a file';
    close $out or die "$folder: $!";
}

# Sends n requests at once, each on a connection of its own.
sub ask_all {
    my ($n, $target) = @_;
    my @clients = map { RProxy::Client->to('t61_delay') } 1 .. $n;
    $_->send("GET $target HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\n\r\n") for @clients;
    return @clients;
}

# ---- four at once take three intervals, whatever serves them ----

for my $case (
    ['/proxied'  => qr/^ok$/],
    ['/cached'   => qr/^ok$/],
    ['/file.txt' => qr/^of a file$/],
    ['/thread'   => qr/Apache Server Status/],
    ['/section'  => qr/^ok$/],
) {
    my ($target, $body) = @$case;
    RProxy::Client->to('t61_delay')->get('/cached') if $target eq '/cached';
    my $log     = RProxy::Log->error_log;
    my $begin   = time;
    my @answers = map { $_->read_response } ask_all(4, $target);
    my $took    = time - $begin;
    is_deeply([map { $_->status } @answers], [(200) x 4], "$target: all pass");
    is(scalar(grep { $_->body =~ $body } @answers), 4, '... with what is asked')
        or diag($answers[0]->body);
    cmp_ok($took, '>', 0.55, "$target: not before their time");
    like($log->await(qr/RP4330.*5\/s.* \([1-9]\d* ms/),
        qr{delayed by \w+: more than 5/s, burst 0, of all \(},
        '... which the log tells at the end');
    if ($target eq '/cached') {
        is(scalar(grep { ($_->field('Cache-Status') // '') =~ /\bhit\b/ } @answers),
            4, '... from the cache');
    }
}

# ---- no more wait than are in time ----

{
    my %n;
    $n{ $_->read_response->status }++ for ask_all(8, '/little');
    cmp_ok($n{200}, '>=', 4, 'two at once and two that wait');
    cmp_ok($n{429}, '>=', 1, 'the others are refused');
    is($n{200} + $n{429}, 8, '... with 429');
}

# ---- who waits holds no thread; elsewhere no more than half of them wait ----

{
    my @waiting = ask_all(24, '/many');
    is(RProxy::Client->to('t61_delay')->get('/free')->status, 200,
        'others are served while many wait');
    $_->close for @waiting;
}
is(RProxy::Client->to('t61_delay')->get('/free')->status, 200,
    'clients that did not wait for it');

# ---- DetectOnly ----

{
    my $log    = RProxy::Log->error_log;
    my $client = RProxy::Client->to('t61_delay_try');
    is_deeply([map { $client->get('/later')->status } 1 .. 2], [200, 200],
        'DetectOnly delays nothing');
    like($log->await(qr/RP4331/),
        qr/would be delayed by later: more than 1\/min.* \((5\d|60)\d\d\d ms/,
        '... and tells');
    is_deeply([map { $client->get('/refuse')->status } 1 .. 2], [200, 200],
        '... and refuses nobody');
    like($log->await(qr/RP4003/), qr/would be refused by try/, '... and tells');
}

done_testing();
