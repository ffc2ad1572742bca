#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the origin is told about the client, by RProxyForward, and whose word
# about it counts, by RProxyTrusted.  127.0.0.2 plays a proxy before us.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Echo ();

# Everything a client may claim.
my @CLAIMS = (
    'X-Forwarded-For'   => '198.51.100.7, 198.51.100.8',
    'X-Forwarded-Proto' => 'https',
    'X-Forwarded-Host'  => 'claimed.example',
    'X-Forwarded-Port'  => '4443',
    'X-Real-IP'         => '198.51.100.7',
    'Forwarded'         => 'for=198.51.100.7;proto=https',
);
my @NAMES = grep {/[A-Z]/} @CLAIMS[map { 2 * $_ } 0 .. 5];

# What a mode makes of a request of this peer: name -> value.
sub forwarded {
    my ($vhost, %o) = @_;
    my $seen = RProxy::Echo->ask($vhost, [@CLAIMS, @{ $o{and} // [] }], %o);
    return { map { $_ => $seen->field($_) } @NAMES };
}

# The client's Host has no port: it means that of the scheme.
sub ours {
    my ($peer) = @_;
    return {
        'X-Forwarded-For'   => $peer,
        'X-Forwarded-Proto' => 'http',
        'X-Forwarded-Host'  => 'localhost',
        'X-Forwarded-Port'  => 80,
        'X-Real-IP'         => $peer,
        'Forwarded'         => undef,
    };
}

my %claimed = @CLAIMS;

plan tests => 39;

my $echo = RProxy::Echo->start('origin_a');

is_deeply(forwarded('t23_default'), ours('127.0.0.1'),
    'what anybody claims is not told');
is_deeply(forwarded('t23_trusting', from => '127.0.0.3'),
    ours('127.0.0.3'), 'nor what a stranger claims');
is(forwarded('t23_trusting', from => '127.0.0.2')->{'X-Forwarded-For'},
    '198.51.100.7, 198.51.100.8, 127.0.0.2',
    'a trusted peer\'s list is continued');

is_deeply(forwarded('t23_append', from => '127.0.0.2'), {
    %claimed,
    'X-Forwarded-For' => '198.51.100.7, 198.51.100.8, 127.0.0.2',
    'Forwarded' =>
        'for=198.51.100.7;proto=https, for=127.0.0.2;host=localhost;proto=http',
}, 'append: lists are continued, single values stand');
is_deeply(forwarded('t23_append', from => '127.0.0.9'), {
    %{ ours('127.0.0.9') },
    'Forwarded' => 'for=127.0.0.9;host=localhost;proto=http',
}, 'append: a stranger\'s start afresh');
{
    my $seen = RProxy::Echo->ask('t23_append', [Host => 'a.example:81'],
        from => '127.0.0.2');
    is($seen->field('X-Forwarded-For'),   '127.0.0.2',    'append: no list');
    is($seen->field('X-Forwarded-Proto'), 'http',         'append: our scheme');
    is($seen->field('X-Forwarded-Host'),  'a.example:81', 'append: our host');
    is($seen->field('X-Forwarded-Port'),  81,             'append: our port');
    is($seen->field('Forwarded'),
        'for=127.0.0.2;host="a.example:81";proto=http', 'append: our element');
}

is_deeply(forwarded('t23_on', from => '127.0.0.2'), {
    %{ ours('127.0.0.2') },
    'Forwarded' => 'for=127.0.0.2;host=localhost;proto=http',
}, 'on: ours, whoever the peer is');
is_deeply(forwarded('t23_off', from => '127.0.0.2'),
    { map { $_ => undef } @NAMES }, 'off: nothing at all');
is_deeply(forwarded('t23_pass'), \%claimed, 'pass: as it came');
{
    my $seen = RProxy::Echo->ask('t23_pass', []);
    is($seen->field($_), undef, "pass: no $_ is made") for @NAMES;
}

# ---- Via ----

is(RProxy::Echo->ask('t23_default', [])->field('Via'),
    '1.1 front.example', 'Via: one hop');
is(RProxy::Echo->ask('t23_default', [Via => '1.0 fred, 1.1 inner'])
        ->field('Via'),
    '1.0 fred, 1.1 inner, 1.1 front.example', 'Via: the hops before us');
is(RProxy::Echo->ask('t23_on', [Via => '1.0 fred'])->field('Via'),
    '1.1 front.example', 'Via on: only ours');
{
    my $seen = RProxy::Echo->ask('t23_off', [Via => '1.0 fred']);
    is($seen->field('Via'), undef, 'Via off: none');
    is($seen->{response}->field('Via'), undef, 'in the response neither');
}
{
    my $seen = RProxy::Echo->ask('t23_pass', [Via => '1.0 fred']);
    is($seen->field('Via'), '1.0 fred', 'Via pass: as it came');
    is($seen->{response}->field('Via'), undef, 'and back');
}

# ---- names that an origin could take for ours ----

for my $name (qw(X_Forwarded_For x_forwarded-proto X_Real_IP X_Request_ID
    X-Forwarded_Host Content_Length Transfer_Encoding)) {
    my $seen = RProxy::Echo->ask('t23_default', [$name => '1']);
    is_deeply([grep { lc $_ eq lc $name } $seen->names], [],
        "$name is nobody's");
}
is(RProxy::Echo->ask('t23_default', ['X_Own_Name' => 1])->field('X_Own_Name'),
    1, 'other names may have underscores');
is(RProxy::Echo->ask('t23_default', ['X-Forwarded-Prefix' => '/x'])
        ->field('X-Forwarded-Prefix'),
    undef, 'what else begins with X-Forwarded- is a claim as well');
is(RProxy::Echo->ask('t23_trusting', ['X-Forwarded-Prefix' => '/x'],
        from => '127.0.0.2')->field('X-Forwarded-Prefix'),
    '/x', 'which a trusted peer may make');

# ---- TLS ----

{
    my $seen = RProxy::Echo->ask('t23_tls', [Host => 'www.example.org'],
        tls => 1);
    is($seen->field('X-Forwarded-Proto'), 'https', 'TLS: the scheme');
    is($seen->field('Forwarded'),
        'for=127.0.0.1;host=www.example.org;proto=https', 'TLS: the element');
}

is_deeply($echo->errors, [], 'the origin saw nothing odd');
