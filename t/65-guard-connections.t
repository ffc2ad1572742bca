#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Connections of one client, of its network, and new ones in a time: how many
# there may be over all processes, who is excepted, and that a killed process
# takes its counts with it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use IO::Socket::IP ();
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Server ();

$SIG{PIPE} = 'IGNORE';

my $FILES = { 'htdocs/a.txt' => "a\n" };

# A connection that was answered and stays, or undef.
sub answered {
    my ($httpd, $from) = @_;
    my $client = RProxy::Client->connect($httpd->port, from => $from);
    my $got = eval { $client->get('/a.txt') };
    return $got && $got->status == 200 ? $client : undef;
}

# How many of so many connections from there are answered and stay.
sub kept {
    my ($httpd, $from, $n) = @_;
    return grep { defined } map { answered($httpd, $from) } 1 .. $n;
}

# Until one from there is answered.
sub await_answered {
    my ($httpd, $from) = @_;
    my $client;
    RProxy::Server::await(sub { $client = answered($httpd, $from) },
        "$from to be answered");
    return $client;
}

for my $mode (RProxy::Httpd::modes()) {
    my $httpd = RProxy::Httpd->start(
        children => 2,
        loop     => $mode,
        files    => $FILES,
        conf     => <<'CONF',
KeepAliveTimeout 60
RProxyGuard On
RProxyGuardAllow 127.0.9.0/24
RProxyGuardList proxies 127.0.8.0/24
RProxyGuardConnections address=3 network=5 except=proxies
RProxyPass "/x" "http://127.0.0.1:1"
CONF
    );
    my $log  = $httpd->log;
    my @open = kept($httpd, '127.0.0.1', 5);
    is(scalar @open, 3, "$mode: so many of one address");
    like($log->await(qr/RP4181/),
        qr/connection of 127\.0\.0\.1 refused: as many connections as one may have \(.*:\d+\)/,
        "$mode: the log says so");
    push @open, kept($httpd, '127.0.0.2', 3);
    is(scalar @open, 5, "$mode: so many of one network");
    like($log->await(qr/RP4181.*127\.0\.0\.2/), qr/its network has as many/,
        "$mode: the log says so");
    push @open, kept($httpd, '127.0.1.1', 2);
    is(scalar @open, 7, "$mode: another network");
    push @open, kept($httpd, $_, 4) for '127.0.8.1', '127.0.9.1';
    is(scalar @open, 15, "$mode: a list that is excepted, an allowed network");

    splice @open, 0, 1;
    push @open, await_answered($httpd, '127.0.0.1');
    is(scalar kept($httpd, '127.0.0.1', 1), 0,
        "$mode: one that ends makes room for one");

    $httpd->restart_gracefully;
    is(scalar kept_at_last($httpd, '127.0.1.1', 3), 3,
        "$mode: and so does a restart, which ends those that idle");
    @open = ();

    @open = kept_at_last($httpd, '127.0.2.1', 3);
    my @children = $httpd->children;
    $httpd->end_child(KILL => $_) for @children;
    $httpd->await_gone(\@children, 10);
    my @again = kept_at_last($httpd, '127.0.2.1', 3);
    is(scalar @again, 3, "$mode: what killed processes had is given back");
    is(scalar kept($httpd, '127.0.2.1', 1), 0, "$mode: and no more than that");
    is_deeply($httpd->complaints, [], "$mode: nothing else went wrong");
}

# As many as there is room for, each as soon as there is.
sub kept_at_last {
    my ($httpd, $from, $n) = @_;
    return map { await_answered($httpd, $from) } 1 .. $n;
}

{
    my $httpd = RProxy::Httpd->start(
        files => $FILES,
        conf  => <<'CONF',
RProxyGuard On
RProxyGuardConnections rate=1/hour burst=4
RProxyPass "/x" "http://127.0.0.1:1"
CONF
    );
    is(scalar kept($httpd, '127.0.0.1', 8), 5, 'new connections in a time');
    is(scalar kept($httpd, '127.0.0.2', 2), 2, 'of each address');
    my $client = RProxy::Client->connect($httpd->port);
    $client->send('G');
    is($client->wait_for_end, 'reset',
        'refused as soon as it is seen: no handshake, no head');
}

{
    my $httpd = RProxy::Httpd->start(
        files => $FILES,
        conf  => <<'CONF',
RProxyGuard DetectOnly
RProxyGuardConnections address=1
RProxyPass "/x" "http://127.0.0.1:1"
CONF
    );
    my $log = $httpd->log;
    is(scalar kept($httpd, '127.0.0.1', 3), 3, 'DetectOnly refuses nothing');
    like($log->await(qr/RP4181/), qr/127\.0\.0\.1 would be refused/,
        'and tells what it would');
}

done_testing();
