#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Children are killed at any moment, under load: no client ever gets another
# body than the page's own, and nothing stays pinned or half fetched.  What is
# stored outlives graceful restarts, and with RProxyCacheFile a stop and start
# and a server that is killed.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();
use RProxy::Vars ();

my $SECONDS = $ENV{SOAK} // 6;
my $PAGES   = 120;
my $CLIENTS = 6;
my $PORT    = RProxy::Vars::value('origin_a_port');
my $SEED    = $ENV{SEED} // time ^ $$;
my $USUAL   = (RProxy::Httpd::modes())[0];

my $origin = RProxy::Origin->start('origin_a', \&serve);

for my $mode (RProxy::Httpd::modes()) {
    subtest "$mode: children killed under load" => sub { killed($mode) };
    subtest "$mode: the one that fetches is killed" => sub { fetcher($mode) };
}
subtest 'graceful restarts'    => \&graceful;
subtest 'a stop and start'     => \&stop_and_start;
subtest 'a server killed'      => \&server_killed;
done_testing();

# ---- pages ----

# Each byte of a body tells of which page it is.
sub body_of {
    my ($n) = @_;
    return sprintf('page %04d|', $n) x (50 + 397 * $n % 6000);
}

# Some with a length, some without; some live long, some a second; some come
# in two parts.
sub serve {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my ($n) = $request->{target} =~ m{/n/(\d+)};
        if (!defined $n) {
            $c->pause(0.2) if $request->{target} =~ /slow/;
            $c->reply(200, $request->{target}, 'Cache-Control', 'max-age=600');
            next;
        }
        my $body   = body_of($n);
        my @fields = ('Cache-Control', $n % 5 ? 'max-age=600' : 'max-age=1',
            'ETag', qq("$n"), 'Cache-Tag', 't' . $n % 7);
        $n % 3 ? $c->reply(200, $body, @fields)
            : $c->reply_chunked(200, [$body =~ /(.{1,9000})/gs], @fields);
    }
}

sub httpd {
    my ($mode, $conf, %o) = @_;
    return RProxy::Httpd->start(
        loop => $mode, children => 3, max_children => 4, threads => 8, %o,
        conf => <<"CONF");
RProxyCacheSize 4m
$conf
MaxKeepAliveRequests 0
RProxyCache On
RProxyCacheStatus On
RProxyCachePurge from=127.0.0.1
LogFormat "%P %U" child
CustomLog child_log child
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
RProxyPass "/" "http://127.0.0.1:$PORT"
CONF
}

sub store_of {
    my ($httpd) = @_;
    return RProxy::Status->of(undef, port => $httpd->port)->{cache}{store};
}

# ---- load ----

# Clients in processes of their own, until they are told to stop: what was
# wrong, and how many answers came.  A connection that breaks is opened again.
sub start_clients {
    my ($port) = @_;
    my $test = $$;
    my @clients;
    for my $number (1 .. $CLIENTS) {
        pipe my $in, my $report or die "pipe: $!";
        defined(my $pid = fork) or die "fork: $!";
        if (!$pid) {
            my $stopped = 0;
            $SIG{TERM} = sub { $stopped = 1 };
            $SIG{PIPE} = 'IGNORE';
            srand $SEED + $number;
            my %seen = (answers => 0, broken => 0, wrong => []);
            my $client;
            until ($stopped || getppid != $test) {
                $client //= eval { RProxy::Client->connect($port, limit => 10) }
                    // next;
                undef $client unless one_request($client, \%seen);
            }
            print $report JSON::PP->new->encode(\%seen), "\n";
            close $report;
            POSIX::_exit(0);
        }
        close $report;
        push @clients, { pid => $pid, in => $in };
    }
    return @clients;
}

# The lower a number the more often; now and then a purge.
sub one_request {
    my ($client, $seen) = @_;
    my $n    = int $PAGES * rand() * rand();
    my @request = rand() < 0.98 ? (GET => "/n/$n")
        : rand() < 0.5 ? (PURGE => "/n/$n")
        : (PURGE => '/', ['Cache-Tag', 't' . $n % 7]);
    my $response = eval { $client->ask(@request) };
    if (!$response || !$response->{complete}) {
        my $part = $response ? $response->body : '';
        push @{ $seen->{wrong} }, "part of $n"
            if $request[0] eq 'GET' && index(body_of($n), $part) != 0;
        $seen->{broken}++;
        return 0;
    }
    $seen->{answers}++;
    push @{ $seen->{wrong} }, "$n: " . $response->status . ', '
        . length($response->body) . ' bytes: ' . substr $response->body, 0, 30
        if $request[0] eq 'GET'
        && ($response->status != 200 || $response->body ne body_of($n));
    return lc($response->field('Connection') // '') ne 'close';
}

sub stop_clients {
    my (@clients) = @_;
    my %sum = (answers => 0, broken => 0, wrong => []);
    for my $client (@clients) {
        kill TERM => $client->{pid};
        my $line = readline $client->{in};
        local $?;
        waitpid $client->{pid}, 0;
        my $seen = JSON::PP->new->decode($line // '{"wrong":["it died"]}');
        push @{ $sum{wrong} }, @{ $seen->{wrong} };
        $sum{$_} += $seen->{$_} // 0 for qw(answers broken);
    }
    return \%sum;
}

sub killed {
    my ($mode) = @_;
    srand $SEED;
    diag("SEED=$SEED");
    my $httpd   = httpd($mode, '');
    my @clients = start_clients($httpd->port);
    my ($kills, $end) = (0, time + $SECONDS);
    while (time < $end) {
        $httpd->await_requests(1 + int rand 60);
        my @children = $httpd->children;
        next if @children < 2;
        $httpd->end_child(KILL => $children[ rand @children ]);
        $kills++;
    }
    my $seen = stop_clients(@clients);
    is_deeply([@{ $seen->{wrong} }[0 .. ($#{ $seen->{wrong} } > 9 ? 9
        : $#{ $seen->{wrong} })]], [], 'every body was the page\'s own');
    cmp_ok($kills, ">=", $SECONDS, "children were killed: $kills");
    cmp_ok($seen->{answers}, '>', 20 * $kills, 'most requests were answered');
    at_rest($httpd);
    still_works($httpd);
    is_deeply($httpd->complaints, [], 'nothing else in the log');
}

sub at_rest {
    my ($httpd) = @_;
    my $store;
    my $rested = eval {
        RProxy::Server::await(sub {
            $store = store_of($httpd);
            !$store->{pins} && !$store->{fills};
        }, 'rest', 15);
        1;
    };
    ok($rested, 'no pin and no fetch is left over')
        or diag("pins $store->{pins}, fills $store->{fills}");
    return;
}

sub still_works {
    my ($httpd) = @_;
    my $client = $httpd->connect;
    my (@wrong, $hits);
    for my $n (grep { $_ % 5 } 0 .. $PAGES - 1) {
        my ($first, $second) = map { $client->get("/n/$n") } 1 .. 2;
        push @wrong, $n
            if grep { $_->body ne body_of($n) } $first, $second;
        $hits++ if $second->field('Cache-Status') =~ /; hit/;
    }
    is("@wrong", '', 'every page is what it is');
    is($hits, scalar(grep { $_ % 5 } 0 .. $PAGES - 1), 'and stored');
    return;
}

# ---- the one that fetches ----

# A client, and the child that serves it.  Several come at once: one child does
# not take them all, once the others are ready.
sub with_child {
    my ($httpd, $not) = @_;
    my ($client, $pid);
    my $log = $httpd->log('child_log');    # from here on
    RProxy::Server::await(sub {
        my @burst = map { [$httpd->connect(limit => 15), word()] } 1 .. 6;
        $_->[0]->send("GET $_->[1] HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for @burst;
        for my $one (@burst) {
            $one->[0]->read_response;
            ($pid) = $log->await(qr/\Q$one->[1]\E/) =~ /^(\d+)/;
            $client = $one->[0];
            return 1 if !$not || $pid != $not;
        }
        return 0;
    }, 'a client of another child', 10);
    return ($client, $pid);
}

my $words = 0;
sub word { return sprintf '/warm-%d-%d-%d', time, ++$words, $$ }

# Whoever waits for it goes himself; whoever has half of it sees that it ends.
sub fetcher {
    my ($mode) = @_;
    my $held  = RProxy::Origin->listen('origin_b');
    my $other = RProxy::Vars::value('origin_b_port');
    my $httpd = httpd($mode, qq(RProxyPass "/held" "http://127.0.0.1:$other"));
    my $head  = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n"
        . "Content-Length: 3\r\n\r\n";
    for my $sent ('', "${head}o") {
        my $what = $sent ? 'within the body' : 'before the head';
        my $page = '/held/' . length $sent;
        $httpd->await_children(2);
        my ($first, $pid) = with_child($httpd);
        my ($second) = with_child($httpd, $pid);
        my $request  = "GET $page HTTP/1.1\r\nHost: localhost\r\n\r\n";
        $first->send($request);
        my $fetch = $held->accept;
        $fetch->read_request_head;
        $fetch->send($sent) if $sent;
        $second->send($request);
        ok(!$held->has_connection(0.2), "$what: the second waits");
        $httpd->end_child(KILL => $pid);
        if ($sent) {
            my $half = $second->read_response;
            ok(!$half || !$half->{complete}, "$what: he sees the end");
            $second = $httpd->connect;
            $second->send($request);
        }
        my $again = eval { $held->accept(10) };
        ok($again, "$what: the child killed, it is asked for again") or next;
        $again->read_request_head;
        $again->reply(200, 'two', 'Cache-Control', 'max-age=60');
        my $answer = $second->read_response;
        is($answer && $answer->body, 'two', "$what: it comes");
        is($second->get($page)->body, 'two', "$what: and is stored");
    }
    at_rest($httpd);
}

# ---- restarts ----

# Pages that are stored now; how many requests the origin has had by then.
sub store_pages {
    my ($httpd, $word) = @_;
    my $client = $httpd->connect;
    my @pages  = map {"/kept-$$-$word-$_"} 1 .. 20;
    $client->get($_) for @pages;
    return @pages;
}

sub hits_of {
    my ($httpd, @pages) = @_;
    my $client = $httpd->connect;
    my $hits   = 0;
    for my $page (@pages) {
        # A child of before may have had the connection, and ended it.
        my $seen = $client->get($page)
            // ($client = $httpd->connect)->get($page);
        die "$page: " . $seen->body unless $seen->body eq $page;
        $hits++ if $seen->field('Cache-Status') =~ /; hit/;
    }
    return $hits;
}

sub graceful {
    my $httpd = httpd($USUAL, '');
    my @pages = store_pages($httpd, 'graceful');
    my @clients = start_clients($httpd->port);
    for my $n (1 .. 3) {
        $httpd->restart_gracefully;
        is(hits_of($httpd, @pages), @pages, "restart $n: all are there");
        $httpd->await_requests(50);
    }
    my $seen = stop_clients(@clients);
    is_deeply($seen->{wrong}, [], 'every body was the page\'s own');
    at_rest($httpd);
    is_deeply($httpd->complaints, [], 'nothing in the log');
}

sub start_again {
    my ($httpd) = @_;
    $httpd->write_file('error_log', '');    # it is up when it says so
    $httpd->run;
    return;
}

sub stop_and_start {
    my $httpd = httpd($USUAL, 'RProxyCacheFile kept');
    my @pages = store_pages($httpd, 'stop');
    for my $n (1 .. 2) {
        is_deeply($httpd->complaints, [], "stop $n: nothing in the log");
        $httpd->stop;
        start_again($httpd);
        is(hits_of($httpd, @pages), @pages, "start $n: all are there");
    }
    $httpd->connect->ask(PURGE => $pages[0]);
    $httpd->stop;
    start_again($httpd);
    is(hits_of($httpd, $pages[0]), 0, 'what was purged stays away');
    is(hits_of($httpd, @pages[1 .. 19]), 19, 'and the others stay');

    my $plain = httpd($USUAL, '');
    my @lost  = store_pages($plain, 'plain');
    $plain->stop;
    start_again($plain);
    is(hits_of($plain, @lost), 0, 'control: without a file none is');
}

# All processes at once, under load: whatever is left is right.
sub server_killed {
    my $httpd = httpd($USUAL, 'RProxyCacheFile kept');
    for my $n (1 .. 3) {
        my @pages   = store_pages($httpd, "killed$n");
        my @clients = start_clients($httpd->port);
        $httpd->await_requests(200);
        my $pid = $httpd->pid;
        kill KILL => -$pid;
        ok($httpd->await_end, "kill $n");
        stop_clients(@clients);
        $httpd->stop;    # its guard
        RProxy::Server::await(sub { !kill 0 => -$pid }, 'all to be gone');
        start_again($httpd);
        cmp_ok(hits_of($httpd, @pages), '>=', 0, "start $n: right, if there");
        still_works($httpd);
        at_rest($httpd);
    }
}
