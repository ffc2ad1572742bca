#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# max-connections= of a member holds for all children together; what comes
# beyond it goes to the next member, or is told to come again.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Server ();

plan tests => 17;

my $OK = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
    . "Content-Length: 2\r\n\r\nok";

# Each client has a connection, so that all children have some.
sub ask {
    my ($path, $n, $fields) = @_;
    return map {
        my $client = RProxy::Client->to('t32_limit');
        $client->send("GET $path HTTP/1.1\r\nHost: a\r\n"
                . ($fields // '') . "\r\n");
        $client;
    } 1 .. $n;
}

# Those that are answered while the origins are silent, once all but so many
# are, and the others.
sub part {
    my ($rest, @clients) = @_;
    my %answered;
    RProxy::Server::await(sub {
        $answered{$_} ||= $_->wait_for_end(0.01) for @clients;
        return @clients - grep({$_} values %answered) <= $rest;
    }, 'answers to those that are too many');
    return ([grep { $answered{$_} } @clients],
        [grep { !$answered{$_} } @clients]);
}

sub serve {
    my ($bytes, @connections) = @_;
    for my $c (@connections) {
        $c->read_request_head;
        $c->send($bytes);
        $c->close;
    }
    return;
}

# ---- one member ----

my $origin = RProxy::Origin->listen('origin_a');
{
    my $log   = RProxy::Log->error_log;
    my @asked = ask('/one', 12);
    my @taken = map { $origin->accept } 1 .. 2;
    my ($refused, $waiting) = part(2, @asked);
    is(scalar @$waiting, 2, 'two of twelve get through');
    is($origin->has_connection ? 1 : 0, 0, 'no third connection is made');
    my @got = map { $_->read_response } @$refused;
    is_deeply([map { $_->status } @got], [(503) x 10], 'the others get 503');
    is_deeply([map { $_->field('Retry-After') } @got], [(3) x 10],
        'and are told when to come again');
    like($log->await(qr/RP1203: /),
        qr/no_member: all its connections are in use/, 'the log says why');
    serve($OK, @taken);
    is_deeply([map { $_->read_response->body } @$waiting], ['ok', 'ok'],
        'the two are served');
}
for my $round (1 .. 3) {
    my ($client) = ask('/one', 1);
    serve($OK, $origin->accept);
    is($client->read_response->body, 'ok', 'then there is room again');
}

# A connection that was given up is no longer counted, whatever became of it.
{
    for (1 .. 5) {
        my ($client) = ask('/one', 1);
        my $c = $origin->accept;
        $c->read_request_head;
        $c->send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        $_ % 2 ? $c->reset : $c->close;
        $client->read_until_close;
    }
    my @asked = ask('/one', 2);
    my @taken = map { $origin->accept } @asked;
    serve($OK, @taken);
    is_deeply([map { $_->read_response->body } @asked], ['ok', 'ok'],
        'after failures there is room for two');
}

# An idle connection counts, but gives way to a request elsewhere that needs
# its place: here on the event loop after one on a worker thread, or the same.
{
    my $users = Apache::Test::vars('scratch') . '/32-member-limit.users';
    open my $out, '>', $users or die "$users: $!";
    print $out 'user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=', "\n";
    close $out or die "$users: $!";

    my $slow = RProxy::Origin->start('origin_d', sub {
        my ($c) = @_;
        while ($c->read_request) {
            $c->pause(0.1);
            $c->reply(200, 'ok');
        }
    });
    my ($client) = ask('/slow/secret', 1,
        "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n");
    is($client->read_response->body, 'ok', 'a connection that is kept');
    my @status;
    RProxy::Server::await(sub {
        @status = map { $_->read_response->status } ask('/slow', 2);
        return "@status" eq '200 200';
    }, 'the place of an idle connection', 3);
    is("@status", '200 200', 'makes room for another one');
}

# ---- two members ----

my @origins = map { RProxy::Origin->listen("origin_$_") } qw(b c);
{
    my @asked = ask('/two', 12);
    my @taken = map { $_->accept } @origins;
    my ($refused, $waiting) = part(2, @asked);
    is_deeply([map { $_->read_response->status } @$refused], [(503) x 10],
        'what is too much for one member goes to the next, then nowhere');
    is(scalar(grep { $_->has_connection } @origins), 0,
        'no member is asked beyond its limit');
    serve($OK, @taken);
    is_deeply([map { $_->read_response->body } @$waiting], ['ok', 'ok'],
        'both serve theirs');
}
{
    my @asked = ask('/two', 2);
    my ($b, $c) = map { $_->accept } @origins;
    serve($OK, $c);
    my ($served, $waiting) = part(1, @asked);
    is($served->[0]->read_response->body, 'ok', 'the second one serves');
    serve($OK, $b);
    is($waiting->[0]->read_response->body, 'ok', 'so does the first');
}
