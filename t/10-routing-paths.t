#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The path decides about the route, and what the origin is sent: longest prefix
# first, exact before prefix, whatever the order; paths of one meaning go one
# way, paths without a safe meaning go nowhere.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Routing ();

my %WAYS = (
    t10_paths => [
        '/app'              => 'a /app',
        '/app/'             => 'a /app/',
        '/app/x?a=b&c'      => 'a /app/x?a=b&c',
        '/app?'             => 'a /app?',
        '/app/?x=/../%2f'   => 'a /app/?x=/../%2f',
        '/apple'            => 'httpd 404',
        '/ap'               => 'httpd 404',
        '/APP'              => 'httpd 404',
        '/app/long'         => 'b /app/long',
        '/app/long/'        => 'b /app/long/',
        '/app/longer'       => 'a /app/longer',
        '/app/long/pat'     => 'b /app/long/pat',
        '/app/long/path'    => 'c /app/long/path',
        '/app/long/path/x'  => 'c /app/long/path/x',
        '/app/exact'        => 'b /app/exact',
        '/app/exact?x'      => 'b /app/exact?x',
        '/app/exact/'       => 'c /app/exact/',
        '/app/static'       => 'httpd 404',
        '/app/static/x'     => 'httpd 404',
        '/app/statics'      => 'a /app/statics',
        '/hello.txt'        => 'httpd 200',
        '/slash'            => 'httpd 404',
        '/slash/'           => 'a /slash/',
        '/slash/x'          => 'a /slash/x',
        '/'                 => 'c /',
        '/?x'               => 'c /?x',
        '/caf%c3%a9/x'      => 'b /caf%C3%A9/x',
        "/caf\xc3\xa9"      => 'b /caf%C3%A9',
        '/sp%20ace/y'       => 'b /sp%20ace/y',

        # one meaning, one way
        '/%61pp/x'          => 'a /app/x',
        '/app/%7Euser'      => 'a /app/~user',
        '/app/%7euser'      => 'a /app/~user',
        '/app/%e2%82%ac'    => 'a /app/%E2%82%AC',
        '/app/a%21b!'       => 'a /app/a%21b!',
        '/app/./x'          => 'a /app/x',
        '/app/%2e/x'        => 'a /app/x',
        '/app/y/../x'       => 'a /app/x',
        '/app/y/%2E%2e/x'   => 'a /app/x',
        '/app/y/..'         => 'a /app/',
        '/x/../app/long'    => 'b /app/long',
        '/app//x'           => 'a /app/x',
        '//app/x'           => 'a /app/x',
        '/app/a|b"c'        => 'a /app/a%7Cb%22c',
        '/app/a;b=c,d'      => 'a /app/a;b=c,d',
        '/app/static/../x'  => 'a /app/x',
        '/app/x/../static'  => 'httpd 404',

        # nothing safe
        '/app/../../x'      => 'httpd 400',
        '/..'               => 'httpd 400',
        '/app/..;/x'        => 'httpd 400',
        '/app/..;v=1/x'     => 'httpd 400',
        '/app/.;/x'         => 'httpd 400',
        '/app/%'            => 'httpd 400',
        '/app/%0'           => 'httpd 400',
        '/app/%zz'          => 'httpd 400',
        '/app/%0a'          => 'httpd 400',
        '/app/%7f'          => 'httpd 400',
        '/app/x#y'          => 'httpd 400',
        '/app/%2fx'         => 'httpd 404',    # AllowEncodedSlashes Off
        '/app/..%2fx'       => 'httpd 404',
        '/app/%5cx'         => 'httpd 400',

        # the main server's route
        '/t10-main/x'       => 'd /t10-main/x',
        '/t10-main'         => 'httpd 404',
    ],
    t10_prefix => [
        '/keep/x?y'         => 'a /keep/x?y',
        '/replace'          => 'a /v2',
        '/replace?x'        => 'a /v2?x',
        '/replace/'         => 'a /v2/',
        '/replace/x%20y/?z' => 'a /v2/x%20y/?z',
        '/replace/to'       => 'a /v3/',
        '/replace/to/x'     => 'a /v3/x',
        '/below/'           => 'a /v4',
        '/below/x'          => 'a /v4/x',
        '/root'             => 'a /',
        '/root/x'           => 'a /x',
        '/strip'            => 'a /',
        '/strip?x'          => 'a /?x',
        '/strip/'           => 'a /',
        '/strip/x'          => 'a /x',
        '/stripped/x'       => 'a /v5/x',
        '/kept/x'           => 'a /v6/kept/x',
        '/one'              => 'a /other',
        '/one?x'            => 'a /other?x',
        '/one/x'            => 'httpd 404',
    ],
    t10_all => [
        '/'                 => 'a /',
        '/hello.txt'        => 'a /hello.txt',
        '/.htaccess'        => 'a /.htaccess',
        '/t10-main/x'       => 'a /t10-main/x',
        '/' . 'x' x 7000    => 'a /' . 'x' x 7000,
        '/%2f'              => 'httpd 404',
    ],
    t10_slashes => [
        '/a//b'             => 'a /a//b',
        '/a///b/../c'       => 'a /a///c',
        '//a'               => 'a /a',
        '/a%2Fb'            => 'a /a%2Fb',
        '/a%2fb'            => 'a /a%2Fb',
        '/a/..%2fb'         => 'httpd 400',
        '/a%2f../b'         => 'httpd 400',
        '/a%5cb'            => 'a /a%5Cb',
    ],
);

plan tests => 5 + eval { my $n = 0; $n += @$_ / 2 for values %WAYS; $n };

my @origins = RProxy::Routing::origins('a' .. 'd');

for my $vhost (sort keys %WAYS) {
    my @ways = @{ $WAYS{$vhost} };
    while (my ($target, $way) = splice @ways, 0, 2) {
        my $short = length $target > 60 ? substr($target, 0, 60) . '...' : $target;
        $short =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
        is(RProxy::Routing::way($vhost, $target), $way, "$vhost: $short");
    }
}

is(RProxy::Routing::way('t10_all', 'http://other.example/abs?x'), 'a /abs?x',
    'a target in absolute form');
is(RProxy::Routing::way('t10_all', 'http://other.example'), 'a /',
    'without a path');
is(RProxy::Routing::way('t10_all', 'http://other.example?x'), 'a /?x',
    'with a query alone');
isnt(RProxy::Routing::response('t10_all', '*', method => 'OPTIONS')
        ->field('X-Origin'), 'a', 'OPTIONS * is not sent on');
like(RProxy::Routing::way('t10_all', 'a.example:80', method => 'CONNECT'),
    qr/^httpd 4/, 'nor is CONNECT');
