#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A shop whose application server has four workers, under 180 bots and 20
# customers at once: the customers' checkout is quick while the bots wait.  The
# same without classes, for comparison.  An answer takes 20 ms of a worker.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use List::Util qw(max sum);
use Time::HiRes qw(time);
use IO::Select ();
use RProxy::Balancer ();
use RProxy::Driver ();

plan tests => 10;

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
        upstream => 'RProxyBalancerQueue max=400 timeout=60s aging=2s',
        conf     => $o{conf},
        threads  => 100,
        children => 3,
    );
    $farm->tell(a => 'slow ' . WORK);
    my (%begun, %who, %took, %status);
    my $begin = sub {
        my ($kind, $target, $agent) = @_;
        my $client = request($farm, $target, $agent);
        $begun{$client} = time;
        $who{$client}   = $kind;
        return $client;
    };
    my @open = map { $begin->(bot => "/page/$_", 'a bot') } 1 .. BOTS;
    push @open, map { $begin->(customer => "/checkout/$_", 'browser') }
        1 .. CUSTOMERS;
    while (@open) {
        my @ended = grep { $_->wait_for_end(0.001) } @open;
        my %ended = map { $_ => 1 } @ended;
        for my $client (@ended) {
            push @{ $took{ $who{$client} } }, time - $begun{$client};
            $status{ $client->read_response->status }++;
        }
        @open = grep { !$ended{$_} } @open;
    }
    $farm->await_in_flight(0);
    my $most = max(map { $_->{in_flight_most} // 0 } { });
    return { %took, status => \%status, queue => $farm->upstream->{queue},
        complaints => $farm->httpd->complaints };
}
