#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Clients that take a response too slowly are let go, long before Timeout; those
# that pause and go on are not.  On event loops.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Vars ();

my @MODES = RProxy::Driver::is_loop() ? qw(auto adopt) : ();
plan skip_all => 'needs event loops' unless @MODES;
plan tests => 5 * @MODES;

# More than the kernel takes for a client that reads nothing.
my $LARGE  = 'x' x (32 << 20);
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, $LARGE) while $c->read_request;
}, limit => 60);
my $port = RProxy::Vars::value('origin_a_port');

for my $mode (@MODES) {
    my $httpd = RProxy::Httpd->start(
        loop  => $mode,
        files => { 'htdocs/large.txt' => $LARGE },
        conf  => <<"CONF",
Timeout 120
RProxySendRate 1000 after=1s
RProxyPass "/proxied" "http://127.0.0.1:$port"
CONF
    );
    for my $target (qw(/large.txt /proxied)) {
        my $log  = $httpd->log('access_log');
        my $slow = $httpd->connect(limit => 20);
        $slow->send("GET $target HTTP/1.1\r\nHost: a\r\n\r\n");
        $log->await(qr/GET $target/, 20);
        my $got = eval { $slow->read_exactly(length $LARGE) } // '';
        cmp_ok(length $got, '<', length $LARGE,
            "$mode, $target: a client that takes nothing is let go");
    }
    my $client = $httpd->connect(limit => 20);
    $client->send("GET /large.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    my $pauses = 0;
    my $head   = $client->read_response_head;
    my $len    = 0;
    while ($len < length $LARGE) {
        $len += length $client->read_exactly(4 << 20);
        select undef, undef, undef, 0.2;
        $pauses++;
    }
    is($pauses, 8, "$mode: one that pauses");
    is($len, length $LARGE, "$mode: gets it all");
    is_deeply($httpd->complaints, [], "$mode: nobody complains");
}
