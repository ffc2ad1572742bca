#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Rules and all kinds of clients: of TLS, slow ones and those who go before
# their body was sent or seen.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();

my $FORM   = 'application/x-www-form-urlencoded';
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200,
            $request->{target} =~ /leaky/ ? 'a leak' : length $request->body,
            'Content-Type' => 'text/plain');
    }
});

sub client { return RProxy::Client->to('t68_clients', tls => 1) }

sub post {
    my ($client, $body) = @_;
    return $client->ask(POST => '/', ['Content-Type' => $FORM], $body);
}

sub head_of {
    my ($length) = @_;
    return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: $FORM\r\n"
        . "Content-Length: $length\r\n\r\n";
}

# ---- TLS ----

my $client = client();
my $large  = 'a=' . 'x' x 300_000;
is(post($client, 'a=good')->body, 6,      'a form by TLS');
is(post($client, $large)->body,   300_002, 'a large one');
is(post($client, "$large&b=evil1")->status, 403, 'what rules refuse');
is(client()->get('/leaky')->status, 403, 'a response that they refuse');

my $slow = client();
my $seen = @{ $origin->requests };
for my $piece (head_of(9), 'a=e', 'vil', '234') {
    $slow->send($piece);
    is(client()->get('/')->status, 200, 'others go on');
}
is($slow->read_response->status, 403, 'a form in pieces');
is(scalar @{ $origin->requests }, $seen + 4, '... of which no upstream knows');

# ---- clients that go ----

my $log = RProxy::Log->error_log;
for (1 .. 5) {
    my $gone = client();
    $gone->send(head_of(100_000) . 'a=' . 'x' x 50_000);
    $gone->close;
    my $whole = client();
    $whole->send(head_of(length $large) . $large);
    $whole->close;
}
is(post(client(), 'a=good')->body, 6, 'the server goes on without them');
is(scalar(grep { /exit signal/ } $log->lines), 0, '... and lost no process');

done_testing();
