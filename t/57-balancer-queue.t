#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who waits while all members are at their limits: in which order, how many, how
# long, and what becomes of the others.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Server ();

plan tests => 9;

my $farm = RProxy::Balancer->start(
    members  => [a => 'max-connections=1'],
    upstream => 'RProxyBalancerQueue max=6 timeout=20s',
    children => 3,
);
my $httpd = $farm->httpd;

sub send_request {
    my ($target, @fields) = @_;
    my $client = $httpd->connect;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            . join('', map {"$_\r\n"} @fields) . "\r\n");
    return $client;
}

sub queue { return $farm->upstream->{queue} }

sub await_waiting {
    my ($n) = @_;
    RProxy::Server::await(sub { queue()->{waiting} == $n },
        "$n requests that wait", 5);
    return;
}

# Requests of these targets that come one after the other while the one place
# is taken.
sub line_up {
    my (@requests) = @_;
    my $n = queue()->{waiting};
    return map {
        my $client = send_request(ref $_ ? @$_ : $_);
        await_waiting(++$n);
        $client;
    } @requests;
}

sub statuses { return [map { $_->read_response->status } @_] }

sub nothing_is_left {
    my ($what) = @_;
    await_waiting(0);
    $farm->await_in_flight(0);
    is(queue()->{called}, 0, "$what: nobody is on the way any more");
    return;
}

# ---- they wait, and are served in the order in which they came ----

{
    $farm->tell(a => 'hold');
    my $first = send_request('/first');
    $farm->await_in_flight(1);
    my @waiting = line_up(map {"/$_"} 1 .. 6);
    is($farm->upstream->{in_flight}, 1, 'no more than one at the member');
    my $begun   = time;
    my $refused = send_request('/refused')->read_response;
    is($refused->status, 503, 'who comes when the queue is full gets 503');
    like($refused->field('Retry-After'), qr/^[1-9]\d*$/, 'and Retry-After');
    cmp_ok(time - $begun, '<', 2, 'at once');
    is(queue()->{waiting}, 6, 'the others wait on');
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting), [(200) x 7],
        'all of them are served');
    is_deeply([$farm->targets('a')], ['/first', map {"/$_"} 1 .. 6],
        'in the order in which they came');
    nothing_is_left('order');
}

is_deeply($httpd->complaints, [], 'nothing else in the log');
