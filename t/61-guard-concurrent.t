#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyGuardLimit concurrent=: so many requests of a key at once, over all
# processes, to the request; a killed process takes its own with it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();

$SIG{PIPE} = 'IGNORE';

my $OK = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";

# So many requests at once.
sub ask {
    my ($httpd, $n, $path, @address) = @_;
    return map {
        my $client = $httpd->connect(@address);
        $client->send("GET $path HTTP/1.1\r\nHost: a\r\n\r\n");
        $client;
    } 1 .. $n;
}

# The connections that the origin gets, with their requests.
sub arrived {
    my ($origin, $n) = @_;
    my @got = map { $origin->accept } 1 .. $n;
    $_->read_request_head for @got;
    return @got;
}

sub serve {
    for my $c (@_) {
        $c->send($OK);
        $c->close;
    }
    return;
}

# One request, again and again until it reaches the origin.
sub until_arrived {
    my ($httpd, $origin, $path, $what) = @_;
    my $client;
    RProxy::Server::await(sub {
        undef $client if $client && !$client->is_silent(0);
        ($client) = ask($httpd, 1, $path) if !$client;
        return $origin->has_connection(0.01);
    }, $what);
    return $client;
}

# Three requests, each as soon as there is a place for it.
# @return the clients, and the connections of the origin
sub places {
    my ($httpd, $origin, $path) = @_;
    my (@clients, @held);
    for my $place (1 .. 3) {
        push @clients, until_arrived($httpd, $origin, $path, "place $place");
        push @held, arrived($origin, 1);
    }
    return (\@clients, \@held);
}

# All who are refused have their answer while the origin is silent.
# @return those who have none yet
sub refused {
    my ($rest, @clients) = @_;
    my %answered;
    RProxy::Server::await(sub {
        $answered{$_} ||= !$_->is_silent(0.01) for @clients;
        return @clients - grep({$_} values %answered) <= $rest;
    }, 'answers to those that are too many');
    my @status = map { $_->read_response->status }
        grep { $answered{$_} } @clients;
    is_deeply(\@status, [(429) x (@clients - $rest)], '... the others get 429');
    return grep { !$answered{$_} } @clients;
}

sub status_of { return [map { $_->read_response->status } @_] }

for my $mode (RProxy::Httpd::modes()) {
    my $origin = RProxy::Origin->listen('origin_a');
    my $port   = RProxy::Origin::port('origin_a');
    my $httpd  = RProxy::Httpd->start(
        children => 2,
        loop     => $mode,
        conf     => <<"CONF",
RProxyGuard On
RProxyGuardLimit one concurrent=3 key=all path=/few1
RProxyGuardLimit two concurrent=3 key=all path=/few2
RProxyGuardLimit three concurrent=3 key=all path=/few3
RProxyGuardLimit killed concurrent=3 key=all path=/killed
RProxyGuardLimit each concurrent=1 path=/each
<Location "/within">
    RProxyGuardLimit within concurrent=1 status=503
</Location>
RProxyPass "/" "http://127.0.0.1:$port"
CONF
    );

    # ---- to the request ----
    for my $round (1 .. 3) {
        my @clients = ask($httpd, 12, "/few$round");
        my @taken   = arrived($origin, 3);
        my @waiting = refused(3, @clients);
        is(scalar @waiting, 3, "$mode: three of twelve at once");
        is($origin->has_connection ? 1 : 0, 0, '... and no fourth');
        serve(@taken);
        is_deeply(status_of(@waiting), [(200) x 3], '... which are served');
        # A client may have all of its response before its place is free.
        my ($again, $held) = places($httpd, $origin, "/few$round");
        serve(@$held);
        is_deeply(status_of(@$again), [(200) x 3], '... and give back their places');
    }

    # ---- by key ----
    my @one = ask($httpd, 1, '/each');
    my @two = ask($httpd, 1, '/each', from => '127.0.0.2');
    my @taken = arrived($origin, 2);
    is_deeply(status_of(ask($httpd, 2, '/each')), [429, 429],
        "$mode: one of an address");
    serve(@taken);
    is_deeply(status_of(@one, @two), [200, 200], "$mode: ... of each address");

    @one = ask($httpd, 1, '/within');
    @taken = arrived($origin, 1);
    is_deeply(status_of(ask($httpd, 1, '/within')), [503],
        "$mode: that of a section");

    # ---- who hangs up, and a response that nobody takes ----
    $one[0]->close;
    $_->close for @taken;
    my @again = until_arrived($httpd, $origin, '/within',
        'a place after the client has gone');
    serve(arrived($origin, 1));
    is_deeply(status_of(@again), [200], "$mode: who hangs up gives it back");

    # ---- killed processes ----
    my @lost     = ask($httpd, 3, '/killed');
    my @held     = arrived($origin, 3);
    my @children = $httpd->children;
    $httpd->end_child(KILL => $_) for @children;
    $httpd->await_gone(\@children, 10);
    $_->close for @held;
    # The places of each process come back when it is seen to be gone.
    my ($back, $taken) = places($httpd, $origin, '/killed');
    my @back = refused(3, @$back, ask($httpd, 9, '/killed'));
    is($origin->has_connection ? 1 : 0, 0,
        "$mode: three again when their processes were killed, and no more");
    serve(@$taken);
    is_deeply(status_of(@back), [(200) x 3], '... which are served');
    is_deeply($httpd->complaints, [], "$mode: nothing else went wrong");
}

done_testing();
