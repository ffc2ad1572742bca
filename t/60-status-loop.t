#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who answers rproxy-status and rproxy-metrics: the loop itself where there is
# little to tell, a worker thread where there is much.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::PrivateServer ();
use RProxy::Status ();

plan RProxy::Driver::mpm() eq 'event'
    ? (tests => 14) : (skip_all => 'needs the event MPM');

my $MANY = 2000;
my @HANDLERS = map { ("<Location /$_>", "SetHandler $_", '</Location>') }
    qw(rproxy-status rproxy-metrics);

sub routes {
    my ($count) = @_;
    return map {qq(RProxyPass "/r$_" "http://127.0.0.1:9")} 1 .. $count;
}

# Hand-offs that so many requests for the status cost, on one connection, and
# the last answer.
sub handoffs_of {
    my ($server, $target, $times) = @_;
    my $before = RProxy::Status->of(undef, port => $server->port);
    my $client = RProxy::Client->connect($server->port);
    my @reply  = map { $client->get($target) } 1 .. $times;
    my $now    = RProxy::Status->of(undef, port => $server->port);
    my $own    = $now->{handoffs}{total} - $before->{handoffs}{total};
    return ($own, $reply[-1], $now->{clients}{requests}
            - $before->{clients}{requests});
}

{
    my $server = RProxy::PrivateServer->start(routes(3), @HANDLERS);
    for my $target (qw(/rproxy-status /rproxy-status?format=json
        /rproxy-metrics)) {
        my ($handoffs, $reply, $requests) = handoffs_of($server, $target, 5);
        is($reply->status, 200, "few routes: $target");
        is($requests, 6, 'on an event loop');
        is($handoffs, 0, 'without a worker thread');
    }
}
{
    my $server = RProxy::PrivateServer->start(routes($MANY), @HANDLERS);
    my ($handoffs, $reply) =
        handoffs_of($server, '/rproxy-status?format=json', 5);
    is($reply->status, 200, 'many routes');
    is($handoffs, 6, 'each by a worker thread');
    my $json = JSON::PP->new->decode($reply->body);
    is(scalar @{ $json->{routes} }, $MANY, 'all are in the JSON');
    my $page = RProxy::Client->connect($server->port)->get('/rproxy-status');
    my $rows = () = $page->body =~ m{<tr><th scope="row">/r\d+ <small}g;
    is($rows, 200, 'not all are on the page');
    like($page->body, qr/1,800 more routes/, 'which says so');
}
