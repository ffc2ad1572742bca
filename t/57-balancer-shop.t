#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A shop whose application server has four workers, under 180 bots and 20
# customers at once: the customers' checkout is quick while the bots wait.  The
# same without classes, and without a queue, for comparison.  An answer takes 20 ms of a worker.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use IO::Select ();
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Server ();

my $mpm = Apache::Test::vars('mpm');
plan skip_all => 'needs more clients at once than prefork has processes here'
    if $mpm eq 'prefork';
plan tests => 11;

use constant { WORKERS => 4, BOTS => 180, CUSTOMERS => 20, WORK => 0.02 };

my $CLASSES = <<'END';
RProxyClass checkout priority=90 path=/checkout
RProxyClass bot      priority=10 "header=User-Agent:bot"
END

sub request {
    my ($farm, $target, $agent) = @_;
    my $client = $farm->httpd->connect;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            . "User-Agent: $agent\r\n\r\n");
    return $client;
}

# All bots, and when they wait all customers.  @return seconds of each customer,
# of each bot, and how often each status came
sub rush {
    my (%o) = @_;
    my $farm = RProxy::Balancer->start(
        members  => [a => 'max-connections=' . WORKERS],
        upstream => $o{queue}
            // 'RProxyBalancerQueue max=400 timeout=60s aging=2s',
        conf     => $o{conf},
        threads  => 100,
        children => 3,
    );
    $farm->tell(a => 'hold');
    my (%begun, %who, %took, %status, %refused);
    my $begin = sub {
        my ($kind, $target, $agent) = @_;
        my $client = request($farm, $target, $agent);
        $begun{$client} = time;
        $who{$client}   = $kind;
        return $client;
    };
    my $all_wait = sub {
        my ($n) = @_;
        RProxy::Server::await(sub {
            my $queue = $farm->upstream->{queue};
            return !$queue || $queue->{waiting} == $n - WORKERS;
        }, "$n requests");
    };
    my @open = map { $begin->(bot => "/page/$_", 'a bot') } 1 .. BOTS;
    $all_wait->(BOTS);
    push @open, map { $begin->(customer => "/checkout/$_", 'browser') }
        1 .. CUSTOMERS;
    $all_wait->(BOTS + CUSTOMERS);
    $farm->tell(a => 'slow ' . WORK);
    my %of_socket = map { $_->{socket} => $_ } @open;
    my $open      = IO::Select->new(map { $_->{socket} } @open);
    while ($open->count) {
        for my $socket ($open->can_read) {
            my $client = $of_socket{$socket};
            push @{ $took{ $who{$client} } }, time - $begun{$client};
            $open->remove($socket);
            my $status = $client->read_response->status;
            $status{$status}++;
            $refused{ $who{$client} }++ if $status == 503;
        }
    }
    $farm->await_in_flight(0);
    return { %took, refused => \%refused, status => \%status, queue => $farm->upstream->{queue},
        complaints => $farm->httpd->complaints };
}

sub say_times {
    my ($what, $times) = @_;
    my @sorted = sort { $a <=> $b } @$times;
    diag(sprintf '%-22s %3d requests: median %.2f s, longest %.2f s',
        "$what:", scalar @sorted, $sorted[ @sorted / 2 ], $sorted[-1]);
    return $sorted[ @sorted / 2 ];
}

my $plain   = rush(conf => '');
my $classed = rush(conf => $CLASSES);
my $none    = rush(conf => '', queue => 'RProxyBalancerQueue off');
my $all     = BOTS + CUSTOMERS;

diag(sprintf '%d clients at once, %d workers, %.0f ms for each answer',
    $all, WORKERS, 1000 * WORK);
diag(sprintf 'no queue: %d of %d customers and %d of %d bots are refused',
    $none->{refused}{customer} // 0, CUSTOMERS, $none->{refused}{bot} // 0, BOTS);
cmp_ok($none->{status}{503} // 0, '>', 0, 'no queue: requests are refused');
my %median;
for ([plain => $plain], [classes => $classed]) {
    my ($what, $seen) = @$_;
    $median{"$what $_"} = say_times("$what, $_", $seen->{$_})
        for qw(customer bot);
    is_deeply($seen->{status}, { 200 => $all }, "$what: all are served");
    is($seen->{queue}{waiting}, 0, "$what: nobody is left");
    is_deeply($seen->{complaints}, [], "$what: nothing else in the log");
}
cmp_ok($median{'classes customer'}, '<', $median{'plain customer'} / 2,
    'customers are served in less than half the time');
cmp_ok($median{'classes customer'}, '<', $median{'classes bot'},
    'and before the bots');
my ($bots) = grep { $_->{name} eq 'bot' } @{ $classed->{queue}{classes} };
is($bots->{served}, $bots->{entered}, 'each bot that has waited was served');
is($bots->{entered}, BOTS - WORKERS, 'all have waited but the first ones');
