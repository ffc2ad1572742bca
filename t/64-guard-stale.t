#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Bots get what is left: while members have to do, pages of the cache, old ones
# too, and no place; people get the places.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use RProxy::Balancer ();
use RProxy::Server ();

my $agents = File::Temp->new;
print $agents "ai GPTBot\n";
$agents->flush;
chmod 0644, "$agents";

# Four places, three of them for all.
my $farm = RProxy::Balancer->start(
    members  => [a => 'max-connections=4'],
    upstream => 'RProxyBalancerQueue max=20 timeout=30s spare=75',
    threads  => 16,
    conf     => <<"END",
RProxyCacheSize 8m
RProxyCache On
RProxyCacheDefault 1s
RProxyCacheKeepStale 1h
RProxyGuardBots agents=$agents verify=off
RProxyGuard On
RProxyGuardBot ai when-busy=stale
<Location "/patient">
    RProxyGuardBot ai when-busy=wait
</Location>
END
);

sub begin {
    my ($target, $agent) = @_;
    my $client = $farm->httpd->connect;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            . "User-Agent: $agent\r\n\r\n");
    return $client;
}
sub person { return begin($_[0], 'Mozilla/5.0') }
sub bot    { return begin($_[0], 'GPTBot/1')->read_response }

sub await_in_flight {
    my ($n) = @_;
    RProxy::Server::await(sub { $farm->member('a')->{in_flight} == $n },
        "$n in flight");
    return;
}

is(person('/old')->read_response->status, 200, 'a page is stored');
is(bot('/idle')->status, 200, 'nobody else is there: a bot gets a new page');
await_in_flight(0);

$farm->tell(a => 'hold');
my @people = map { person("/job/$_") } 1 .. 2;
await_in_flight(2);
my $third = begin('/third', 'GPTBot/1');
await_in_flight(3);
ok(1, 'a third place is for all');

my $answer;
RProxy::Server::await(sub {
    $answer = bot('/old');
    ($answer->field('Age') // 0) >= 2;
}, 'the page is old', 15);
is($answer->status, 200, 'then a bot gets an old page of the cache');
$answer = bot('/new');
is($answer->status, 503, '... and no other one');
like($answer->field('Retry-After'), qr/^\d+$/, '... but when to come again');
is($farm->member('a')->{in_flight}, 3, 'no place was taken');

push @people, person('/job/4');
await_in_flight(4);
ok(1, 'a person gets the last place');
push @people, person('/job/5');
my $patient = begin('/patient', 'GPTBot/1');
RProxy::Server::await(sub { $farm->upstream->{queue}{waiting} == 2 },
    'two wait');
ok(1, 'another one waits, and so do bots that a section lets wait');
is(bot('/new')->status, 503, 'while somebody waits bots get nothing');

$farm->tell(a => 'well');
is_deeply([map { $_->read_response->status } @people, $third, $patient],
    [(200) x 6], 'all people are served, and bots that had a place');
await_in_flight(0);
is(bot('/new')->status, 200, 'afterwards bots get new pages');
is_deeply($farm->httpd->complaints, [], 'nothing else in the log');
done_testing();
