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
use RProxy::Server ();
use RProxy::Status ();

# Aborted requests for each word of RProxyEventLoop.
my %COUNT =
      !RProxy::Driver::has_threads() ? (off => 1000)
    : RProxy::Driver::is_loop()      ? (auto => 4000, adopt => 2000, off => 4000)
    :                                  (off => 10_000);
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
    my $nobody = gauges($httpd);
    # What is made once is there when it begins.
    run_aborts($httpd, 400, 0);
    my $before = at_rest($httpd, $nobody);
    my @memory;
    for my $half (1, 2) {
        my $count = $COUNT{$mode} / 2;
        my $seen  = run_aborts($httpd, $count, $half);
        is($seen->{requests}, $count, "$mode: $count requests are aborted");
        is_deeply($seen->{failed}, [], "$mode: what was to come came");
        my $after = at_rest($httpd, $nobody);
        is_deeply($after->{gauges}, $nobody, "$mode: no gauge stays up");
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

# All numbers once the gauges are those of a server that nobody uses and the
# last socket is closed.
sub at_rest {
    my ($httpd, $nobody) = @_;
    my $gauges;
    await_or_go_on(sub {
        $gauges = gauges($httpd);
        return !grep { $gauges->{$_} != $nobody->{$_} } keys %$nobody;
    });
    await_or_go_on(sub { !$httpd->open_sockets });
    my %descriptors = map { $_ => $httpd->descriptors_of($_) }
        $httpd->children;
    my $memory = 0;
    $memory += $httpd->memory_of($_) for $httpd->children;
    return { gauges => $gauges, descriptors => \%descriptors,
        memory => $memory };
}

# What was awaited is compared by the test.
sub await_or_go_on {
    my ($holds) = @_;
    eval { RProxy::Server::await($holds, 'rest'); 1 } or diag $@;
    return;
}

# Beside the question itself.
sub gauges {
    my ($httpd) = @_;
    my $status = RProxy::Status->of(undef, port => $httpd->port);
    my $member = $status->member('aborted');
    return {
        active   => $status->{traffic}{active},
        clients  => $status->{clients}{open},
        handoffs => $status->{handoffs}{active},
        map { ("member $_" => $member->{$_}) } qw(active connections idle),
    };
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
