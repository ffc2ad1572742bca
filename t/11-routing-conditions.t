#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Conditions of a route: all must hold; where they do not, the next best route
# is taken.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Routing ();

# target, what the request has, who answers
my @CASES = (
    ['/method', {}, 'a'],
    ['/method', { method => 'POST', body => 'x' }, 'b'],
    ['/method', { method => 'PUT',  body => 'x' }, 'b'],
    ['/method', { method => 'DELETE' }, 'a'],

    ['/header', {}, 'a'],
    ['/header', { 'x-beta' => 2 }, 'b'],
    ['/header', { 'X-Beta' => 3 }, 'a'],
    ['/exists', { 'X-Beta' => 3 }, 'b'],
    ['/exists', {}, 'a'],

    ['/cookie', {}, 'a'],
    ['/cookie', { Cookie => 'login_7=ok1' }, 'b'],
    ['/cookie', { Cookie => 'x=y; login_7=ok; z=z' }, 'b'],
    ['/cookie', { Cookie => 'login_7=no' }, 'a'],
    ['/cookie', { Cookie => 'xlogin_7=ok' }, 'a'],

    ['/query',           {}, 'a'],
    ['/query?q=a%20b',   {}, 'b'],
    ['/query?x&q=a+b&y', {}, 'b'],
    ['/query?q=A+b',     {}, 'a'],
    ['/query?%71=a+b',   {}, 'b'],

    ['/not', {}, 'b'],
    ['/not', { Cookie => 'seen=1' }, 'a'],

    ['/all?q', { 'X-Beta' => 1 }, 'b'],
    ['/all',   { 'X-Beta' => 1 }, 'a'],
    ['/all?q', {}, 'a'],
    ['/all?q', { 'X-Beta' => 1, method => 'POST', body => '' }, 'a'],

    ['/expr', { 'X-Number' => 6 }, 'b'],
    ['/expr', { 'X-Number' => 5 }, 'a'],
    ['/expr', { 'X-Number' => 6, method => 'DELETE' }, 'a'],

    ['/no', {}, 'a'],
    ['/no', { 'X-Private' => 1 }, 'httpd 404'],

    ['/several', { 'X-B' => 1 }, 'b'],
    ['/several', { 'X-C' => 1 }, 'c'],
    ['/several', { 'X-B' => 1, 'X-C' => 1 }, 'b'],
    ['/several', {}, 'd'],

    ['/deep/er', { 'X-C' => 1, 'X-B' => 1 }, 'c'],
    ['/deep/er', { 'X-B' => 1 }, 'b'],
    ['/deep/er', {}, 'd'],
    ['/deep/er/x', { 'X-C' => 1 }, 'd'],

    ['/pattern', { 'X-B' => 1 }, 'b'],
    ['/pattern', { 'X-C' => 1 }, 'c'],
    ['/pattern', {}, 'a'],
);

plan tests => 1 + @CASES;

my @origins = RProxy::Routing::origins('a' .. 'd');

for (@CASES) {
    my ($target, $request, $who) = @$_;
    my $has = join ', ', map {"$_ $request->{$_}"} sort keys %$request;
    is(RProxy::Routing::way('t11_conditions', $target, %$request),
        $who =~ /^httpd/ ? $who : "$who $target",
        "$target with " . ($has || 'nothing'));
}

# Conditions are of the proxy's own making: they do not make answers vary.
is(RProxy::Routing::response('t11_conditions', '/expr', 'X-Number' => 6)
        ->field('Vary'), undef, 'expr= adds no Vary');
