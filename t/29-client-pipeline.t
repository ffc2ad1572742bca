#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Requests that a client sends without waiting for answers (RFC 9112 section
# 9.3.2): their responses come in order, together where they are ready together,
# and none waits for another one behind it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Fcntl qw(LOCK_EX);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

my $SCRATCH = Apache::Test::vars('scratch');
my $origin  = RProxy::Origin->listen('origin_a');

sub client { return RProxy::Client->to('t29_pipeline', limit => 20) }

sub requests {
    return join '', map {"GET $_ HTTP/1.1\r\nHost: a\r\n\r\n"} @_;
}

sub write_file {
    my ($name) = @_;
    my $path = "$SCRATCH/29-pipeline.$name";
    open my $out, '>', $path or die "$path: $!";
    close $out or die "$path: $!";
    chmod 0666, $path or die "$path: $!";
    return $path;
}

sub statuses {
    my ($client, $n) = @_;
    my %seen;
    $seen{ $client->read_response->status }++ for 1 .. $n;
    return \%seen;
}

{
    my $client = client();
    $client->send(requests((map {"/no/$_"} 1 .. 1000), '/static/file.txt'));
    is_deeply(statuses($client, 1000), { 403 => 1000 }, 'a thousand refusals');
    is($client->read_response->body, "a static file\n", 'and what is behind');
    $client->send(requests('/no/last'));
    is($client->read_response->status, 403, 'the connection stays');
}
{
    my $client = client();
    my @asked = map { $_ % 3 ? "/no/$_" : '/static/file.txt' } 1 .. 100;
    $client->send(requests(@asked));
    is_deeply([map { $client->read_response->status } @asked],
        [map { $_ % 3 ? 403 : 200 } 1 .. 100], 'in the order of the requests');
}
{
    my $client = client();
    my $sent = requests(map {"/no/$_"} 1 .. 20);
    $client->send($_) for unpack '(a7)*', $sent;
    is_deeply(statuses($client, 20), { 403 => 20 }, 'in pieces of seven bytes');
}
{
    my $client = client();
    $client->send(requests('/no/1', '/no/2')
            . "GET /no/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            . requests('/no/4'));
    is_deeply(statuses($client, 3), { 403 => 3 }, 'three, the last one closes');
    is($client->wait_for_end, 'eof', 'no answer to the fourth');
}
{
    my $client = client();
    $client->send(requests('/no/1') . "GET\r\n\r\n" . requests('/no/2'));
    is_deeply([map { $client->read_response->status } 1 .. 2], [403, 400],
        'a request that is none');
    is($client->wait_for_end, 'eof', 'is the last one');
}
{
    my $client = client();
    $client->send("POST /no/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"
            . 'body' . requests('/no/2'));
    is_deeply(statuses($client, 2), { 403 => 2 }, 'a body between two');
}

{
    my $client = client();
    my @asked = map { ("/static/file.txt", "/static/none$_") } 1 .. 12;
    $client->send(requests(@asked));
    is_deeply(statuses($client, 24), { 200 => 12, 404 => 12 },
        'one after the other is not at once');
}

# Only the loop promises more than RFC 9112 does.
if (RProxy::Driver::is_loop()) {
    not_behind_a_slow_one();
    bytes_of_each();
}
done_testing();

sub not_behind_a_slow_one {
    my $client = client();
    $client->send(requests('/slow', '/later'));
    my $first = RProxy::Exchange->join($client, $origin);
    $first->origin->send("HTTP/1.1 200 OK\r\nConnection: close\r\n"
            . "Content-Length: 4\r\n\r\nslow");
    is($client->read_response->body, 'slow', 'an upstream has answered');
    my $second = RProxy::Exchange->join($client, $origin);
    is($second->request->{target}, '/later', '... before the next one does');
    $second->origin->send("HTTP/1.1 200 OK\r\nConnection: close\r\n"
            . "Content-Length: 5\r\n\r\nlater");
    is($client->read_response->body, 'later', '... and now it does');

    $client->send(requests('/no/1', '/slow', '/no/2'));
    is($client->read_response->status, 403, 'before an upstream has answered');
    my $x = RProxy::Exchange->join($client, $origin);
    is($x->request->{target}, '/slow', '... the request behind');
    $x->origin->send("HTTP/1.1 200 OK\r\nConnection: close\r\n"
            . "Content-Length: 4\r\n\r\nslow");
    is($client->read_response->body, 'slow', '... its answer');
    is($client->read_response->status, 403, '... and the next one');

    write_file('begun');
    open my $lock, '<', my $gate = write_file('gate') or die "gate: $!";
    flock $lock, LOCK_EX or die "$gate: $!";
    $client->send(requests('/no/1', '/cgi/held.sh?x', '/no/2'));
    is($client->read_response->status, 403, 'before a program has answered');
    close $lock or die "$gate: $!";
    is($client->read_response->body, 'held x', '... its answer');
    is($client->read_response->status, 403, '... and the next one');

    $client->send(requests('/cgi/held.sh?y', '/slow', '/no/2'));
    is($client->read_response->body, 'held y', 'a program before an upstream');
    $x = RProxy::Exchange->join($client, $origin);
    $x->origin->send("HTTP/1.1 200 OK\r\nConnection: close\r\n"
            . "Content-Length: 4\r\n\r\nslow");
    is($client->read_response->body, 'slow', '... its answer');
    is($client->read_response->status, 403, '... and the next one');
    return;
}

# mod_logio has no bytes of one response in the line of another.
sub bytes_of_each {
    my $log = RProxy::Log->file('t29_bytes');
    my $client = client();
    $client->send(requests(map {"/no/bytes$_"} 1 .. 8));
    is_deeply(statuses($client, 8), { 403 => 8 }, 'eight at once');
    $log->await(qr{^/no/bytes8 });
    my %bytes = map { m{^/no/bytes\d (\S+)$} ? ($1 => 1) : () } $log->lines;
    is(scalar keys %bytes, 1, "as many bytes in the log: @{[sort keys %bytes]}");
    cmp_ok((keys %bytes)[0], '>', 100, '... and not none');
    return;
}
