#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A flood from many addresses, each of which asks as fast as it can: limits let
# through so many of each, and the few clients that ask like people are all
# answered meanwhile.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use POSIX ();
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Vars ();

my $PROCESSES = 4;
my $ADDRESSES = 25;    # of each process
my $REQUESTS  = 20;    # of each address
my $GOOD      = 20;    # clients, a request each

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, 'ok') while $c->read_request;
});
my $port  = RProxy::Vars::value('origin_a_port');
my $httpd = RProxy::Httpd->start(
    children => 2,
    conf     => <<"CONF",
RProxyGuard On
RProxyGuardLimit each rate=1/hour burst=1
RProxyPass "/" "http://127.0.0.1:$port"
CONF
);

# A process of the flood: writes how many of its requests passed.
sub flood {
    my ($process) = @_;
    my $passed = 0;
    for my $n (1 .. $ADDRESSES) {
        my $client = $httpd->connect(from => "127.1.$process.$n");
        for (1 .. $REQUESTS) {
            $passed += $client->get('/flood')->status == 200;
        }
        $client->close;
    }
    return $passed;
}

my @pipes = map {
    my $process = $_;
    defined(my $pid = open my $pipe, '-|') or die "fork: $!";
    if (!$pid) {
        syswrite STDOUT, flood($process) . "\n";
        POSIX::_exit(0);
    }
    $pipe;
} 1 .. $PROCESSES;

# While it runs.
is(scalar(
        grep {
            $httpd->connect(from => "127.2.0.$_")->get('/good')->status == 200
        } 1 .. $GOOD
    ),
    $GOOD,
    'good clients are answered, all of them');

my $passed = 0;
for my $pipe (@pipes) {
    chomp(my $n = readline $pipe);
    $passed += $n;
    close $pipe;
}
is($passed, 2 * $PROCESSES * $ADDRESSES,
    'of the flood passes what is allowed, right to the request');
is(scalar(grep { $_->{target} eq '/flood' } @{ $origin->requests }),
    2 * $PROCESSES * $ADDRESSES, 'and the origin sees no more');
is_deeply($httpd->complaints, [], 'nothing goes wrong');

done_testing();
