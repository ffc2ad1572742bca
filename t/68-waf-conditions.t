#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What <If>, <ElseIf> and those within them say about rules holds for the requests
# that meet the condition, and for no other one.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();

my $FORM   = 'application/x-www-form-urlencoded';
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, length($request->body // ''),
            'Content-Type' => 'text/plain', fields_of($request->{target}));
    }
});

my $log = RProxy::Log->error_log;

sub fields_of {
    my ($target) = @_;
    return (
        $target =~ /leaky/  ? ('X-Leak'        => 'yes')         : (),
        $target =~ /cached/ ? ('Cache-Control' => 'max-age=600') : (),
    );
}

# "off+inner:without": values of X-Place and X-Inner.
sub fields {
    my ($place) = @_;
    my %name = (inner => 'X-Inner', body => 'X-Body', place => 'X-Place');
    return map { /^(\w+):(\w+)$/ ? ($name{$1} => $2) : ('X-Place' => $_) }
        split /\+/, $place // '';
}

sub get {
    my ($target, $place, $vhost) = @_;
    return RProxy::Client->to($vhost // 't68_conditions')
        ->get($target, fields($place));
}

sub post {
    my ($body, $place, $vhost) = @_;
    return RProxy::Client->to($vhost // 't68_conditions')
        ->ask(POST => '/', ['Content-Type' => $FORM, fields($place)], $body)
        ->status;
}

# ---- queries ----

for my $case (
    ['',                   421, 422, 200, 424, 'no condition is met'],
    ['off',                200, 200, 200, 200, 'SecRuleEngine Off'],
    ['detect',             200, 200, 200, 200, 'SecRuleEngine DetectionOnly'],
    ['without',            200, 422, 200, 424, 'SecRuleRemoveById'],
    ['target',             200, 422, 200, 424, 'SecRuleUpdateTargetByTag'],
    ['action',             429, 422, 200, 424, 'SecRuleUpdateActionById'],
    ['more',               421, 422, 423, 424, 'SecRule'],
    ['more+inner:off',     200, 200, 200, 200, '... with SecRuleEngine in it'],
    ['more+inner:without', 421, 200, 423, 424, '... with SecRuleRemoveById'],
    ['alone',              200, 200, 423, 200, 'SecRuleInheritance Off'],
) {
    my ($place, @rest) = @$case;
    my $name = pop @rest;
    is_deeply([(map { get("/?a=$_", $place)->status } 1 .. 3),
        get('/leaky', $place)->status], \@rest, $name);
}

for my $case (
    ['',              421, 200, 'a section'],
    ['inner:without', 200, 200, '... a condition in it'],
    ['without',       200, 200, '... one of the host'],
    ['more',          421, 200, '... that adds a rule'],
) {
    my ($place, @rest) = @$case;
    my $name = pop @rest;
    is_deeply([map { get("/section?a=$_", $place)->status } 1, 2], \@rest, $name);
}
{
    my $fresh = RProxy::Log->error_log;
    is(get('/?a=1', 'detect')->status, 200, 'what is only detected');
    like($fresh->await(qr/\[id "68701"\]/), qr/ModSecurity: Warning\./,
        '... is told');
}

# ---- bodies ----

is(post('a=2'), 422, 'a form');
is(post('a=2', 'off'),           200, '... with SecRuleEngine Off');
is(post('a=2', 'blind'),         200, '... with SecRequestBodyAccess Off');
is(post('a=2', 'more'),          422, '... with another rule');
is(post('a=3', 'more'),          423, '... that looks at it');
is(post('a=x', 'small'),         200, '... as large as it may be');
is(post('a=' . 'x' x 9, 'small'), 413, '... and larger');
is(post('a=' . 'x' x 9),          200, '... elsewhere');

my $slow = 'slow=' . 'x' x 5000;
is(post($slow), 403, 'an expression without end');
is(post($slow, 'open'), 200, '... with RProxyWafFail open');

# ---- the cache ----

is(get('/cached?b=1', '')->status, 200, 'a response for the cache');
my $seen = @{ $origin->requests };
is(get('/cached?b=1', '')->status, 200, '... from the cache');
is(scalar @{ $origin->requests }, $seen, '... in fact');
is(get('/cached?a=1', 'off')->status, 200, 'one that rules do not see');
is(get('/cached?a=1', '')->status, 421, '... and one that they do');

# ---- a host that has it off ----

my $off = 't68_conditions_off';
is(get('/?a=1', '',   $off)->status, 200, 'switched off');
is(get('/?a=1', 'on', $off)->status, 421, '... and on');
is(post('a=2', 'on',         $off), 200, 'without bodies');
is(post('a=2', 'on+body:on', $off), 422, '... and with them');
is(post('a=2', 'body:on',    $off), 200, '... where nobody looks');

is(scalar(grep {/RP4340/} $log->lines), 0, 'all rules fit together');
done_testing();
