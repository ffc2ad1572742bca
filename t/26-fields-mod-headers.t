#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# mod_headers has the last word on both sides: what RequestHeader makes goes to
# the origin, what Header makes goes to the client.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Echo ();
use RProxy::Origin ();

plan tests => 31;

my $echo  = RProxy::Echo->start('origin_a');
my $reply = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, "ok\n",
            'Content-Type' => 'text/html',
            'Vary'         => 'Accept',
            'X-More'       => 1,
            'X-Set'        => 'old',
            'X-Gone'       => 1,
            'X-Inner'      => 'value',
            'Location'     => 'http://other.example/',
            'Set-Cookie'   => 'a=1',
            'Set-Cookie'   => 'b=2');
    }
});

# ---- RequestHeader ----

{
    my $seen = RProxy::Echo->ask('t26_request', [
        'X-Set'  => 'old', 'X-List' => 'one', 'X-More' => 1, 'X-Gone' => 1,
        'X-Edit' => 'abc', 'X-Kept' => 'x',
        'X-Forwarded-Proto' => 'gopher',
    ]);
    is($seen->field('X-Set'),  'new',      'RequestHeader set');
    is($seen->field('X-List'), 'one, two', 'RequestHeader append');
    is($seen->field('X-More'), '1, 2',     'RequestHeader add');
    is($seen->field('X-Gone'), undef,      'RequestHeader unset');
    is($seen->field('X-Edit'), 'bbc',      'RequestHeader edit');
    is($seen->field('X-Expr'), 'GET',      'RequestHeader set expr=');
    is($seen->field('X-Kept'), 'x',        'the others are as they were');
    is($seen->field('X-Forwarded-Proto'), 'https',
        'a field that RProxyForward passes');
    is($seen->field('X-Forwarded-For'), '127.0.0.1',
        'not one that we vouch for');
    is($seen->field('X-Nominated'), undef, 'RequestHeader may nominate');
}
is(RProxy::Echo->ask('t26_host', [])->field('Host'), 'inner.example',
    'a Host to be preserved');

# ---- Header ----

{
    my $got = RProxy::Client->to('t26_response')->get('/');
    is($got->field('X-Set'),    'new',            'Header set');
    like($got->field('Vary'),   qr/^Accept, ?Cookie$/, 'Header append');
    is($got->field('X-More'),   '1, 2',           'Header add');
    is($got->field('X-Gone'),   undef,            'Header unset');
    is($got->field('Location'), 'https://other.example/', 'Header edit');
    is_deeply([$got->fields('Set-Cookie')], ['a=1; Secure', 'b=2; Secure'],
        'Header edit, on each');
    is($got->field('X-Expr'),   'value', 'Header set expr=');
    is($got->field('X-Always'), 'yes',   'Header always set');
    is($got->field('Content-Type'), 'text/html', 'the type is untouched');
    is($got->body, "ok\n", 'and the body');
}

sub type { return RProxy::Client->to('t26_response')->get($_[0])
        ->field('Content-Type') }

is(type('/typed'), 'text/x-own', 'Header set Content-Type');
is(type('/charset'), 'text/html; charset=utf-8', 'Header edit Content-Type');
is(type('/untyped'), undef, 'Header unset Content-Type');
is(type('/default'), 'text/html; charset=koi8-r', 'AddDefaultCharset');

# ---- an error page of ours ----

{
    my $got = RProxy::Client->to('t26_response')->get('/dead/x');
    is($got->status,            502,   'a member that refuses');
    is($got->field('X-Always'), 'yes', 'Header always is for errors too');
    is($got->field('X-Set'),    undef, 'Header is not');
    is($got->field('Content-Type'), 'text/html; charset=iso-8859-1',
        'the page has its own type');
}
is_deeply([@{ $echo->errors }, @{ $reply->errors }], [],
    'the origins saw nothing odd');
is($reply->connections > 0, 1, 'which were asked');
