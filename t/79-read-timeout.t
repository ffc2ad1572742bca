#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RequestReadTimeout holds for heads and bodies, whoever reads them: an event
# loop, a worker thread that a request was handed to, the worker driver.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Httpd ();
use RProxy::Origin ();

my @MODES  = RProxy::Httpd::modes();
my $HOST   = "Host: front.example\r\n";
my $THREAD = "Authorization: Basic YTpi\r\n";    # checked on a worker thread
my $BODY   = "Content-Length: 100000\r\n\r\nabc";

# More than a loop collects.
my $LARGE = join '', map { "X-$_: " . 'y' x 4000 . "\r\n" } 1 .. 18;

my @CASES = (
    ['head',                "GET / HTTP/1.1\r\n$HOST"],
    ['large head',          "GET / HTTP/1.1\r\n$HOST$LARGE"],
    ['body',                "POST / HTTP/1.1\r\n$HOST$BODY"],
    ['chunked body',        "POST / HTTP/1.1\r\n$HOST"
            . "Transfer-Encoding: chunked\r\n\r\nffff\r\nabc"],
    ['buffered body',       "POST /buffered HTTP/1.1\r\n$HOST$BODY"],
    ['body on a thread',    "POST / HTTP/1.1\r\n$HOST$THREAD$BODY"],
    ['body of a program',   "POST /cgi-bin/cat HTTP/1.1\r\n$HOST$BODY"],
);

plan tests => @MODES * (4 * @CASES + 3);

my $port   = Apache::Test::vars('origin_a_port');
my $origin = RProxy::Origin->start($port, sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        last unless $request->{complete};
        $c->reply(200, length $request->body);
    }
}, limit => 20);

for my $mode (@MODES) {
    my $httpd = RProxy::Httpd->start(
        loop    => $mode,
        modules => ['cgid'],
        files   => { 'cgi-bin/cat' => "#!/bin/sh\nexec cat\n" },
        conf    => \&configuration,
    );
    my @slow = map { begin($httpd, @$_, $_) } @CASES, @CASES;
    my $n    = 0;
    $_->{trickles} = $n++ >= @CASES for @slow;
    await_answers($httpd, \@slow, $mode);
    for my $slow (@slow) {
        my $name = "$mode, $slow->{name}, "
            . ($slow->{trickles} ? 'byte by byte' : 'stalled');
        is($slow->{status}, 408, "$name: 408");
        cmp_ok($slow->{took}, '<', 5, "$name: long before Timeout");
    }
    is_deeply($httpd->complaints, [], "$mode: nothing odd in the log");
}

sub configuration {
    my ($self) = @_;
    return <<"CONF";
Timeout 20
RequestReadTimeout header=1 body=1
LimitRequestFields 200
ScriptAlias "/cgi-bin/" "@{[ $self->folder ]}/cgi-bin/"
RProxyPass "/cgi-bin/" "!"
<Location "/buffered">
    RProxyRequestBuffer 1m
</Location>
RProxyPass "/" "http://127.0.0.1:$port"
CONF
}

sub begin {
    my ($httpd, $name, $bytes) = @_;
    my $client = $httpd->connect(limit => 15);
    $client->send($bytes);
    return { name => $name, client => $client, begun => time };
}

# Some send a byte now and then: that does not buy them time.  Meanwhile a
# quick client is served, before and after.
sub await_answers {
    my ($httpd, $slow, $mode) = @_;
    my $quick = $httpd->connect;
    is($quick->ask(POST => '/', [], 'x' x 5000)->body, 5000,
        "$mode: a quick client beside them");
    my $until = time + 12;
    while (time < $until and my @left = grep { !exists $_->{status} } @$slow) {
        for my $one (@left) {
            my $client = $one->{client};
            my $event  = $client->wait_for_end(0.02);
            if ($event) {
                my $response = eval { $client->read_response };
                $one->{status} = $response ? $response->status : $event;
                $one->{took}   = time - $one->{begun};
            }
            elsif ($one->{trickles}) {
                $client->send('x');
            }
        }
    }
    $_->{took} //= 99 for @$slow;
    is($quick->get('/')->status, 200, "$mode: and after them");
    return;
}
