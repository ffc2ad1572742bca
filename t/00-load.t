#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The module is loaded, and one line of configuration proxies a request.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Origin ();

plan tests => 7;

ok(Apache::Test::have_module('rproxy'), 'mod_rproxy is loaded');

my $origin = RProxy::Origin->listen('origin_a');
my $client = RProxy::Client->to('t00_load');
$client->send("GET /hello?x=1 HTTP/1.1\r\nHost: load.example\r\n\r\n");

my $connection = $origin->accept;
my $request    = $connection->read_request;
is($request->{method}, 'GET',        'the origin gets the method');
is($request->{target}, '/hello?x=1', 'and the target');
$connection->reply(200, "hello\n", 'Content-Type', 'text/plain');

my $response = $client->read_response;
is($response->status, 200,       'the client gets the status');
is($response->body,   "hello\n", 'the body');
is($response->field('Content-Type'), 'text/plain', 'and the fields');
ok($response->{complete}, 'to their end');
