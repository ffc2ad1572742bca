#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Routes beside what httpd does itself: files, aliases, rewriting, .htaccess;
# and routes that are closed for maintenance.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Routing ();

my %WAYS = (
    t14_files => [
        '/routing/file.txt'        => 'httpd 200',
        '/routing/./file.txt'      => 'httpd 200',
        '/routing/none.txt'        => 'a /routing/none.txt',
        '/routing/none.txt?x'      => 'a /routing/none.txt?x',
        '/routing/file.txt/x'      => 'a /routing/file.txt/x',
        '/routing/dir/'            => 'httpd 200',
        '/routing/dir/none'        => 'a /routing/dir/none',
        '/routing/v2/x'            => 'a /new/x',
        '/routing/v2/%7ex%20y'     => 'a /new/~x%20y',
        '/elsewhere/file.txt'      => 'httpd 200',
        '/elsewhere/none.txt'      => 'httpd 404',    # all of an Alias
        '/none/none'               => 'a /none/none',
        '/routing/locked/file.txt' => 'httpd 403',
        '/routing/locked/none.txt' => 'httpd 403',
        '/routing/away'            => 'httpd 302',
        '/routing/moved/x'         => 'a /routing/other/x',
        '/routing/.htaccess'       => 'httpd 403',
        '/all/routing/file.txt'    => 'b /all/routing/file.txt',
    ],
    t14_before => [
        '/x'                       => 'a /x',
        '/target/x'                => 'b /new/x',
        '/pass/x?y'                => 'b /new/x?y',
        '/pass/%20%25x'            => 'b /new/%20%25x',
        '/pass/%c3%a9'             => 'b /new/%C3%A9',
        '/space/x'                 => 'b /new/a%20b%25/x',
        '/query/x?old'             => 'b /new/x?new=1',
        '/append/x?old'            => 'b /new/x?new=1&old',
        '/same/%21x?y'             => 'a /same/%21x?y',
        '/only/x?old'              => 'a /only/x?new=1',
        '/dots/x'                  => 'a /x',
        '/gone'                    => 'httpd 410',
        '/away'                    => 'httpd 302',
        '/redirect/x'              => 'httpd 302',
        '/alias/hello.txt'         => 'httpd 200',
    ],
    t14_maintenance => [
        '/'                        => 'httpd 503',
        '/x'                       => 'httpd 503',
        '/open/x'                  => 'a /open/x',
        '/section/x'               => 'a /section/x',
        '/hello.txt'               => 'httpd 200',
    ],
    t14_one_route => [
        '/x'                       => 'a /x',
        '/shut/x'                  => 'httpd 503',
    ],
);

plan tests => 7 + eval { my $n = 0; $n += @$_ / 2 for values %WAYS; $n };

my @origins = RProxy::Routing::origins('a' .. 'b');

for my $vhost (sort keys %WAYS) {
    my @ways = @{ $WAYS{$vhost} };
    while (my ($target, $way) = splice @ways, 0, 2) {
        is(RProxy::Routing::way($vhost, $target), $way, "$vhost: $target");
    }
}

is(RProxy::Routing::response('t14_files', '/routing/file.txt')->body,
    "a file\n", 'a file comes from the disk');
is(RProxy::Routing::response('t14_files', '/routing/dir/')->body,
    "an index\n", 'so does an index');
is(RProxy::Routing::way('t14_files', '/routing/file.txt', method => 'PUT',
        body => 'x'), 'httpd 405', 'a file takes no PUT');
is(RProxy::Routing::way('t14_files', '/routing/none', method => 'PUT',
        body => 'x'), 'a /routing/none', 'the rest does');

my $shut = RProxy::Routing::response('t14_maintenance', '/x');
is($shut->field('Retry-After'), 77, 'maintenance says when to come again');
like($shut->body, qr/<h1>Back soon/, 'with a page');
is(RProxy::Routing::response('t14_maintenance', '/page')->body,
    "Hello from a file.\n", 'or one of its own');
