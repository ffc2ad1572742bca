#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A client stays on its member: by a cookie of ours, by the route in the
# application's session, by a session cookie that was learnt.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Balancer ();

plan tests => 25;

my @THREE = (a => 'route=one', b => 'route=two', c => 'route=three group=g');
my $PROBE = 'RProxyBalancerProbe http path=/health interval=50ms fast=50ms '
    . 'fall=1 rise=1';

sub farm {
    my ($sticky) = @_;
    return RProxy::Balancer->start(
        members  => \@THREE,
        upstream => "RProxyBalancer method=round-robin\n$PROBE\n"
            . "RProxyBalancerSticky $sticky",
    );
}

# Who answers six requests with these fields.
sub who {
    my ($farm, $target, @fields) = @_;
    return join ' ', map {"$_"} sort keys %{ $farm->count(6, $target, @fields) };
}

# ---- a cookie of ours ----

{
    my $farm   = farm('cookie=SERVER path=/app max-age=1h');
    my $first  = $farm->ask('/');
    my $name   = $first->body;
    my $cookie = $first->field('Set-Cookie') // '';
    like($cookie, qr{\ASERVER=[0-9a-f]{16}; Path=/app; Max-Age=3600; HttpOnly},
        'cookie: it is set');
    unlike($cookie, qr/127|\bone\b|Secure/, 'cookie: it tells nothing');
    my ($pair) = $cookie =~ /\A([^;]+)/;
    is(who($farm, '/', Cookie => "x=1; $pair"), $name, 'cookie: it holds');
    my $again = $farm->ask('/', Cookie => $pair);
    is($again->field('Set-Cookie'), undef, 'cookie: and is not set again');
    is(who($farm, '/'), 'a b c', 'cookie: who has none is balanced');
    my $forged = $farm->ask('/', Cookie => 'SERVER=0123456789abcdef');
    like($forged->field('Set-Cookie') // '', qr/\ASERVER=/,
        'cookie: one of nobody is replaced');
    like($farm->ask('/', Cookie => "SERVER=$name")->field('Set-Cookie') // '',
        qr/\ASERVER=/, 'cookie: so is rubbish');

    $farm->httpd->restart_gracefully;
    is(who($farm, '/', Cookie => $pair), $name,
        'cookie: it holds over a graceful restart');

    $farm->tell($name => 'sick');
    $farm->await_state($name => 'down');
    my $moved = $farm->ask('/', Cookie => $pair);
    isnt($moved->body, $name, 'cookie: its member is down: another one');
    my ($new) = ($moved->field('Set-Cookie') // '') =~ /\A([^;]+)/;
    isnt($new // '', '', 'cookie: which has its own cookie');
    isnt($new, $pair, 'cookie: a new one');
    is(who($farm, '/', Cookie => $new), $moved->body, 'cookie: which holds');
    is_deeply($farm->httpd->complaints, [], 'cookie: nothing in the log');
}

# ---- the application's route ----

{
    my $farm = farm('route=JSESSIONID|jsessionid');
    is(who($farm, '/', Cookie => 'JSESSIONID=ABC.two'), 'b',
        'route: behind the dot of the cookie');
    is(who($farm, '/', Cookie => 'JSESSIONID=ABC.three'), 'c',
        'route: of another member');
    is(who($farm, '/x;jsessionid=ABC.one?q=1'), 'a', 'route: of the path');
    is(who($farm, '/x?jsessionid=ABC.one', Cookie => 'JSESSIONID=ABC.two'), 'a',
        'route: the URL comes first');
    is(who($farm, '/', Cookie => 'JSESSIONID=ABC.nobody'), 'a b c',
        'route: of nobody');
    is(who($farm, '/', Cookie => 'JSESSIONID=ABC'), 'a b c', 'route: none');
    is($farm->ask('/')->field('Set-Cookie'), undef, 'route: no cookie of ours');
    $farm->kill_member('b');
    is($farm->ask('/', Cookie => 'JSESSIONID=ABC.two')->status, 200,
        'route: its member is gone: another one answers');
}

# ---- the application's cookie, learnt ----

{
    my $farm = farm('learn=APP');
    my %member = map { $_ => $farm->ask("/?login=user$_")->body } 1 .. 3;
    is(join('', sort values %member), 'abc', 'learnt: each at its member');
    is(join(' ', map { who($farm, '/', Cookie => "APP=user$_") } 1 .. 3),
        join(' ', map { $member{$_} } 1 .. 3), 'learnt: and there they stay');
    my $first = $farm->ask('/', Cookie => 'APP=old')->body;
    is(who($farm, '/', Cookie => 'APP=old'), $first,
        'learnt: one from before stays where it is first used');
    is_deeply($farm->httpd->complaints, [], 'learnt: nothing in the log');
}
