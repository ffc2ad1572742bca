#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The status page as a stream of events: as many as a child may have, none where
# a thread would be held, ended by whoever goes first.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Server ();

my $MOST = 16;    # streams of a child
my $loop = RProxy::Driver::is_loop();

my $httpd = RProxy::Httpd->start(
    children     => 1,
    max_children => 2,
    threads      => 4,
    conf         => <<'CONF',
<Location "/status">
    SetHandler rproxy-status
</Location>
RProxyPass "/app" "http://127.0.0.1:9"
CONF
);

# The head of a stream's answer, and its connection.
sub stream {
    my $client = $httpd->connect;
    $client->send("GET /status?format=events HTTP/1.1\r\nHost: x\r\n\r\n");
    return ($client->read_response_head, $client);
}

# One event, without the framing in chunks.
sub event {
    my ($client) = @_;
    my $bytes = $client->read_until("\n\n");
    return $bytes =~ s/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n//gr;
}

subtest 'no stream where a thread would wait' => sub {
    my $client = $httpd->connect;
    my $reply  = $client->ask(HEAD => '/status?format=events');
    is($reply->status, 204, 'HEAD');
    is($client->get('/status')->status, 200, 'the page all the same');
    my $part = $client->get('/status?format=part');
    like($part->body, qr/\A<div id="all">.*<\/div>\n\z/s, 'what changes of it');
    is($part->field('Content-Type'), 'text/html; charset=utf-8', 'as HTML');
    if (!$loop) {
        is($client->get('/status?format=events')->status, 204, 'not here');
    }
};

subtest 'the policy' => sub {
    my $client = $httpd->connect;
    my ($one, $two) = map { $client->get('/status') } 1, 2;
    my ($nonce) = $one->field('Content-Security-Policy')
        =~ /script-src 'nonce-([0-9a-f]{32})'; style-src 'nonce-\1'/;
    ok($nonce, 'a nonce for script and style');
    my @tags = $one->body =~ /<(?:script|style)[^>]*>/g;
    is_deeply([sort @tags], [qq(<script nonce="$nonce">),
        qq(<style nonce="$nonce">)], 'of one each');
    unlike($two->body, qr/$nonce/, 'another one for each page');
    unlike($one->body, qr/ style=| on\w+=/, 'nothing that it would not allow');
};

if ($loop) {
    subtest 'event after event' => sub {
        my ($head, $client) = stream();
        is($head->status, 200, 'a stream');
        is($head->field('Content-Type'), 'text/event-stream', 'its type');
        is($head->field('Cache-Control'), 'no-store', 'not to be stored');
        for my $which (qw(first second third)) {
            my $event = event($client);
            like($event, qr/\Aretry: 1000\n(?:data: .*\n)+\n\z/, "the $which");
            like($event, qr/^data: <div id="all">/m, 'begins as it should');
            like($event, qr/^data: <\/div>\n\n\z/m, 'and ends so');
        }
        is($httpd->connect->get('/status')->status, 200, 'others are served');
    };

    subtest 'so many and no more' => sub {
        my @streams = map { [stream()] } 1 .. $MOST;
        is(scalar(grep { $_->[0]->status == 200 } @streams), $MOST, 'all');
        is((stream())[0]->status, 204, 'the next one is to ask again');
        $_->[1]->close for @streams;
        my $status;
        RProxy::Server::await(sub {
            my ($head, $client) = stream();
            $status = $head->status;
            $client->close;
            return $status == 200;
        }, 'room for a stream', 5);
        is($status, 200, 'those who went have made room');
    };

    subtest 'a graceful restart' => sub {
        my ($head, $client) = stream();
        event($client);
        my @children = $httpd->children;
        $httpd->restart_gracefully;
        my $rest = $client->read_until_close;
        like($rest, qr/\r\n0\r\n\r\n\z/, 'ends the stream as it should');
        ok($httpd->await_gone(\@children, 10), 'and the child with it');
        is((stream())[0]->status, 200, 'the next child has streams as well');
    };
}

is_deeply($httpd->complaints, [], 'nothing odd in the log');
done_testing();
