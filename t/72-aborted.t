#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Thousands of clients that go away at random moments leave nothing behind:
# no gauge, no descriptor, no memory, no connection to the origin.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Aborts ();
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin::Slow ();
use RProxy::Rest ();

# Aborted requests for each word of RProxyEventLoop.
my %COUNT =
      RProxy::Driver::is_loop()     ? (auto => 4000, adopt => 2000, off => 4000)
    : RProxy::Driver::has_threads() ? (off => 10_000)
    :                                 (off => 1000);
my $CLIENTS = 8;
my $BODY    = RProxy::Origin::Slow::body(4, 4000);
my $SEED    = $ENV{SEED} // time % 100_000;
# Growth from the first half to the second.  A sanitizer keeps what is freed.
my $GROWTH_KIB = $ENV{SANITIZER} ? 600_000 : 3_000;

plan tests => 12 * keys %COUNT;
note "SEED=$SEED";

for my $mode (sort keys %COUNT) {
    my $port   = Apache::Test::vars('origin_a_port');
    my $origin = RProxy::Origin::Slow->start($port);
    my $httpd  = RProxy::Httpd->start(
        loop     => $mode,
        children => 2,
        threads  => 16,
        conf     => <<"CONF",
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
<RProxyUpstream aborted>
    RProxyMember "http://127.0.0.1:$port" idle-timeout=200ms
</RProxyUpstream>
RProxyPass "/" aborted
CONF
    );
    aborted($mode, $httpd);
    is($origin->await_closed($origin->connections), $origin->connections,
        "$mode: the origin has seen all its connections end");
    still_answers($mode, $httpd);
    is_deeply($httpd->complaints, [], "$mode: nothing odd in the log");
}

sub aborted {
    my ($mode, $httpd) = @_;
    my $rest = RProxy::Rest->new($httpd, 'aborted');
    # What is made once is there when it begins.
    run_aborts($httpd, 400, 0);
    my $before = $rest->held;
    my @memory;
    for my $half (1, 2) {
        my $count = $COUNT{$mode} / 2;
        my $seen  = run_aborts($httpd, $count, $half);
        is($seen->{requests}, $count, "$mode: $count requests are aborted");
        is_deeply($seen->{failed}, [], "$mode: what was to come came");
        my $after = $rest->held;
        is_deeply($after->{gauges}, $rest->gauges_of_nobody,
            "$mode: no gauge stays up");
        is_deeply($after->{descriptors}, $before->{descriptors},
            "$mode: no descriptor stays open");
        push @memory, $after->{memory};
    }
    note "$mode: memory $before->{memory}, then @memory KiB";
    cmp_ok($memory[1] - $memory[0], '<', $GROWTH_KIB,
        "$mode: memory does not grow");
}

sub run_aborts {
    my ($httpd, $count, $part) = @_;
    return RProxy::Aborts->start($httpd->port, clients => $CLIENTS,
        count => $count, seed => $SEED + $part)->finish;
}

sub still_answers {
    my ($mode, $httpd) = @_;
    my @clients = map { $httpd->connect(limit => 10) } 1 .. 8;
    my @right;
    for my $target ('/slow', '/fast', '/slow') {
        $_->send("GET $target HTTP/1.1\r\nHost: a.example\r\n\r\n")
            for @clients;
        push @right, grep { $_->read_response->body eq $BODY } @clients;
    }
    is(scalar @right, 24, "$mode: others are answered");
}
