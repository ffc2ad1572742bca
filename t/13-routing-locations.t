#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyPass in <Location>, and RProxyPassMatch with captures.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Routing ();

my %WAYS = (
    t13_locations => [
        '/'                => 'a /',
        '/loc'             => 'b /loc',
        '/loc/x?y'         => 'b /loc/x?y',
        '/location'        => 'a /location',
        '/loc/longer/x'    => 'b /loc/longer/x',
        '/loc/not'         => 'httpd 404',
        '/loc/not/x'       => 'httpd 404',
        '/loc/note'        => 'b /loc/note',
        '/loc/not/but'     => 'c /new',
        '/loc/not/but/x'   => 'c /new/x',
        '/loc/./x'         => 'b /loc/x',
        '/l%6fc/x'         => 'b /loc/x',
        '//loc//x'         => 'b /loc/x',
        '/loc/../x'        => 'a /x',
        '/loc/..;/x'       => 'httpd 400',
        '/strip/x'         => 'b /x',
        '/strip/'          => 'b /',
        '/odd!name/x'      => 'b /new/x',
        '/odd%21name/x'    => 'b /new/x',
        '/sp%20ace/x'      => 'b /new/x',
        '/one/x/y'         => 'c /one/x/y',
        '/two/x'           => 'c /two/x',
        '/two/y'           => 'a /two/y',
        '/three/x/y'       => 'c /new/three/x/y',
        '/private/x'       => 'httpd 403',
        '/%70rivate'       => 'httpd 403',
        '/x/../private'    => 'httpd 403',
        '//private'        => 'httpd 403',
    ],
    t13_patterns => [
        '/x'               => 'a /x',
        '/x.php'           => 'b /x.php',
        '/x.php?y=z.php'   => 'b /x.php?y=z.php',
        '/x.php/y'         => 'a /x.php/y',
        '/x?y=z.php'       => 'a /x?y=z.php',
        '/exact.php'       => 'a /exact.php',
        '/not/x.php'       => 'httpd 404',
        '/v12/items/a/b?c' => 'c /items/12/a/b?c',
        '/v1/items/'       => 'c /items/1/',
        '/v1'              => 'b /late',
        '/v1x?q'           => 'b /late?q',
        '/v1/%69tems/%20'  => 'c /items/1/%20',
        '/whole/x'         => 'c /in/whole/x',
        '/opt'             => 'c /o',
        '/opt/x'           => 'c /o/x',
        '/opt/y'           => 'c /o/y',
        '/opt/x/y'         => 'c /o/x/y',
        '/dots/ax/bx'      => 'c /d/ab',
        '/dots/.x/.x'      => 'c /',             # "/d/..", put right
        '/cut/x'           => 'c /x',
        '/cutx'            => 'httpd 400',       # "x" is no path
        '/upstream/x/y'    => 'b /x/y',
        '/excluded/x'      => 'httpd 404',
    ],
);

plan tests => 2 + eval { my $n = 0; $n += @$_ / 2 for values %WAYS; $n };

my @origins = RProxy::Routing::origins('a' .. 'c');

for my $vhost (sort keys %WAYS) {
    my @ways = @{ $WAYS{$vhost} };
    while (my ($target, $way) = splice @ways, 0, 2) {
        is(RProxy::Routing::way($vhost, $target), $way, "$vhost: $target");
    }
}

is(RProxy::Routing::way('t13_locations', '/beta/x'), 'a /beta/x',
    'a section whose condition fails leaves the request to the virtual host');
is(RProxy::Routing::way('t13_locations', '/beta/x', 'X-Beta' => 1),
    'b /beta/x', 'or takes it');
