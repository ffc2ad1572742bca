#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Conditions: those of clients, answered by what is stored, and those by which
# the cache asks the origin whether what is stored is still right.
# RFC 9110 section 13, RFC 9111 section 4.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();

sub at { return RProxy::Cache::date(@_) }
sub cc { return ('Cache-Control', @_) }

my $T       = -100_000;                     # of the last modification
my $ASCTIME = '%a %b %e %H:%M:%S %Y';
my $RFC850  = '%A, %d-%b-%y %H:%M:%S GMT';
my @FRESH   = cc('max-age=600');
my @STALE   = (cc('max-age=60'), 'Age', 60);
my @STRONG  = ('ETag', '"v"');
my @WEAK    = ('ETag', 'W/"v"');
my @TIME    = ('Last-Modified', at($T));

sub inm { return ('If-None-Match', @_) }
sub ims { return ('If-Modified-Since', @_) }

# name, validators of what is stored, the request's condition, status
my @CONDITIONS = (
    ['9110-13.1.2 the tag', \@STRONG, [inm('"v"')], 304],
    ['9110-13.1.2 another tag', \@STRONG, [inm('"w"')], 200],
    ['9110-13.1.2 case counts', \@STRONG, [inm('"V"')], 200],
    ['9110-13.1.2 weak in the request', \@STRONG, [inm('W/"v"')], 304],
    ['9110-13.1.2 weak in the response', \@WEAK, [inm('"v"')], 304],
    ['9110-13.1.2 weak in both', \@WEAK, [inm('W/"v"')], 304],
    ['9110-13.1.2 one of a list', \@STRONG, [inm('"a", "v" , W/"b"')], 304],
    ['9110-13.1.2 none of a list', \@STRONG, [inm('"a", "b"')], 200],
    ['9110-13.1.2 on the second line', \@STRONG, [inm('"a"'), inm('"v"')], 304],
    ['9110-13.1.2 a comma within a tag', ['ETag', '"a,b"'], [inm('"x", "a,b"')], 304],
    ['9110-13.1.2 a part of such a tag', ['ETag', '"a,b"'], [inm('"a"')], 200],
    ['9110-13.1.2 any', \@STRONG, [inm('*')], 304],
    ['9110-13.1.2 any, without a tag', \@TIME, [inm('*')], 304],
    ['9110-13.1.2 a tag, where there is none', \@TIME, [inm('"v"')], 200],
    ['9110-13.1.2 a tag without quotes', \@STRONG, [inm('v')], 200],
    ['9110-13.1.2 an empty field', \@STRONG, [inm('')], 200],
    ['9110-13.1.3 at that time', \@TIME, [ims($TIME[1])], 304],
    ['9110-13.1.3 later', \@TIME, [ims(at($T + 10))], 304],
    ['9110-13.1.3 earlier', \@TIME, [ims(at($T - 10))], 200],
    ['9110-13.1.3 no date', \@TIME, [ims('x')], 200],
    ['9110-13.1.3 of RFC 850', \@TIME, [ims(at($T, $RFC850))], 304],
    ['9110-13.1.3 of asctime', \@TIME, [ims(at($T, $ASCTIME))], 304],
    ['9111-4.3.2 without Last-Modified: before Date', \@STRONG, [ims(at(-600))], 200],
    ['9111-4.3.2 without Last-Modified: after Date', ['Date', at(-60)], [ims(at(-30))], 304],
    ['9110-13.1.3 not beside If-None-Match: other tag, same time',
        [@STRONG, @TIME], [inm('"w"'), ims($TIME[1])], 200],
    ['9110-13.1.3 not beside If-None-Match: same tag, other time',
        [@STRONG, @TIME], [inm('"v"'), ims(at($T - 10))], 304],
);

my $cache = RProxy::Cache->start('t42_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t42_$way");
    subtest "$way: conditions of clients"   => sub { conditions($c) };
    subtest "$way: the 304 itself"          => sub { not_modified($c) };
    subtest "$way: for the origin to judge" => sub { for_the_origin($c) };
    subtest "$way: validators sent"         => sub { validators($c) };
    subtest "$way: confirmed by 304"        => sub { confirmed($c) };
    subtest "$way: replaced by 200"         => sub { replaced($c) };
    subtest "$way: a 304 of something else" => sub { of_another($c) };
    subtest "$way: validated each time"     => sub { each_time($c) };
    subtest "$way: client and cache both ask" => sub { both($c) };
    subtest "$way: HEAD"                    => sub { head_of($c) };
    subtest "$way: conditions on a miss"    => sub { on_a_miss($c) };
    subtest "$way: and what is not stored"  => sub { not_stored($c) };
}
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub conditions {
    my ($c) = @_;
    for my $case (@CONDITIONS) {
        my ($name, $fields, $asks, $status) = @$case;
        my $page = $c->page(body => 'one', fields => [@FRESH, @$fields]);
        $c->get($page);
        my $got = $c->get($page, @$asks);
        is($got->status . ' ' . $got->body, $status == 304 ? '304 ' : '200 one',
            $name);
        is($c->asked($page), 1, "$name: by the cache");
    }
    my $page = $c->page(status => 404, body => 'one', fields => [@FRESH, @STRONG]);
    $c->get($page);
    is($c->get($page, inm('"v"'))->status, 404,
        '9110-13.2.1 only where the status would be 2xx');
}

# RFC 9110 section 15.4.5.
sub not_modified {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH, @STRONG, @TIME,
        'Date', at(-10), 'Vary', 'X-Any', 'Expires', at(600),
        'Content-Location', '/there', 'X-Other', 1]);
    my $first = $c->get($page);
    my $got   = $c->get($page, inm('"v"'));
    is($got->status, 304, 'a status of 304');
    is($got->field($_), $first->field($_), "$_ is sent with it")
        for qw(Cache-Control Content-Location Date ETag Expires Vary);
    like($got->field('Age') // '', qr/^1[0-3]$/, 'and Age');
    is($got->field('Content-Type'), undef, 'but nothing of the content');
    is($c->said($got)->{hit}, 1, 'Cache-Status: hit');
    is($c->get($page)->body, 'one', 'the connection goes on');
    my $head = $c->head($page, inm('"v"'));
    is($head->status, 304, 'HEAD too');
}

# A match is wanted of what the origin has now: RFC 9111 section 4.3.2.
sub for_the_origin {
    my ($c) = @_;
    for my $case (
        ['If-Match', '"w"'],
        ['If-Unmodified-Since', at($T - 10)],
    ) {
        my ($name, $value) = @$case;
        my $page = $c->page(body => 'one', fields => [@FRESH, @STRONG, @TIME]);
        $c->get($page);
        $c->answer($page, status => 412);
        is($c->get($page, $name, $value)->status, 412, "$name is passed on");
        is(($c->requests($page))[1]->field($name), $value, "$name as it was");
        is($c->get($page)->body, 'one', "$name: what is stored stays");
    }
}

# ---- asking the origin ----

# RFC 9111 section 4.3.1.
sub validators {
    my ($c) = @_;
    for my $case (
        ['a strong tag', [@STRONG], '"v"', undef],
        ['a weak tag', [@WEAK], 'W/"v"', undef],
        ['a time', [@TIME], undef, $TIME[1]],
        ['both', [@STRONG, @TIME], '"v"', $TIME[1]],
        ['a tag that is none', ['ETag', 'v', @TIME], undef, $TIME[1]],
    ) {
        my ($name, $fields, $tag, $time) = @$case;
        my $page = $c->page(body => 'one', fields => [@STALE, @$fields]);
        $c->get($page);
        $c->answer($page, status => 304, fields => [@FRESH]);
        my $got = $c->get($page);
        is($got->status . $got->body, '200one', "$name: confirmed");
        my $request = ($c->requests($page))[1];
        is($request->field('If-None-Match'), $tag, "$name: If-None-Match");
        is($request->field('If-Modified-Since'), $time,
            "$name: If-Modified-Since");
        is($c->get($page)->body, 'one', "$name: fresh again");
        is($c->asked($page), 2, "$name: without asking");
    }
}

# RFC 9111 sections 3.2 and 4.3.4.
sub confirmed {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@STALE, @STRONG,
        'X-Old', 'old', 'X-Both', 'old', 'X-Both', 'older',
        'Content-Type', 'text/x-one', 'Date', at(-500)]);
    $c->get($page);
    my $date = at(-5);
    $c->answer($page, status => 304, fields => [@FRESH, @STRONG,
        'X-Both', 'new', 'X-New', 'new', 'Date', $date, 'Expires', at(600),
        'Connection', 'X-Hop', 'X-Hop', 1]);
    my ($validated, $hit) = map { $c->get($page) } 1 .. 2;
    is($c->asked($page), 2, 'asked once more');
    for (['the one that asked', $validated], ['the next one', $hit]) {
        my ($who, $got) = @$_;
        is($got->status, 200, "$who: 200");
        is($got->body, 'one', "$who: the stored body");
        is($got->{length}, 3, "$who: with its length");
        is($got->field('Content-Type'), 'text/x-one', "$who: of its type");
        is($got->field('Cache-Control'), $FRESH[1], "$who: new lifetime");
        is($got->field('X-Old'), 'old', "$who: fields that were not mentioned");
        is_deeply([$got->fields('X-Both')], ['new'], "$who: replaced ones");
        is($got->field('X-New'), 'new', "$who: new ones");
        is($got->field('X-Hop'), undef, "$who: none of one hop");
        is($got->field('Date'), $date, "$who: the new Date");
        like($got->field('Age') // '0', qr/^[0-9]$/, "$who: a new Age");
    }
    my $said = $c->said($validated);
    is($said->{fwd}, 'stale', 'Cache-Status: fwd=stale');
    is($said->{'fwd-status'}, 304, 'Cache-Status: fwd-status=304');

    # A 304 says nothing of the body it does not have.
    $page = $c->page(body => 'one', fields => [@STALE, @STRONG]);
    $c->get($page);
    $c->answer($page, status => 304, fields => [@FRESH, @STRONG,
        'Content-Length', 99, 'Content-Encoding', 'gzip',
        'Content-Range', 'bytes 0-1/2']);
    ($validated, $hit) = map { $c->get($page) } 1 .. 2;
    for ($validated, $hit) {
        is($_->body, 'one', 'section 3.2: the body');
        is($_->{length}, 3, 'section 3.2: Content-Length is not taken over');
        is($_->field('Content-Encoding'), undef, 'section 3.2: nor a coding');
        is($_->field('Content-Range'), undef, 'section 3.2: nor a range');
    }
}

sub replaced {
    my ($c) = @_;
    for my $case (
        ['200', status => 200], ['404', status => 404], ['410', status => 410],
    ) {
        my ($name, %answer) = @$case;
        my $page = $c->page(body => 'one', fields => [@STALE, @STRONG]);
        $c->get($page);
        $c->answer($page, %answer, body => 'two', fields => [@FRESH]);
        my $got = $c->get($page);
        is($got->status . $got->body, "${name}two", "$name comes");
        is($c->said($got)->{fwd}, 'stale', "$name: fwd=stale");
        is($c->said($got)->{stored}, 1, "$name: stored");
        $got = $c->get($page);
        is($got->status . $got->body, "${name}two", "$name takes its place");
        is($c->asked($page), 2, "$name from the cache");
    }
    my $page = $c->page(body => 'one', fields => [@STALE, @STRONG]);
    $c->get($page);
    $c->answer($page, body => 'two', fields => [cc('no-store')]);
    is($c->get($page)->body, 'two', 'one that must not be stored comes');
    $c->answer($page, body => 'three', fields => [cc('no-store')]);
    is($c->get($page, cc('max-stale'))->body, 'three',
        'and what was stored is not used any more');
}

# RFC 9111 section 4.3.4: a strong tag selects what has it.
sub of_another {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@STALE, @STRONG]);
    $c->get($page);
    $c->answer($page, status => 304, fields => [@FRESH, 'ETag', '"other"']);
    $c->get($page);
    $c->answer($page, body => 'two', fields => [@FRESH, 'ETag', '"other"']);
    is($c->get($page)->body, 'two', 'it has not been made fresh by it');
}

# RFC 9111 section 5.2.2.4.
sub each_time {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [cc('no-cache'), @STRONG]);
    $c->get($page);
    $c->answer($page, status => 304, fields => [cc('no-cache'), @STRONG]);
    is($c->get($page)->body, 'one', 'no-cache: confirmed') for 1 .. 3;
    my @requests = $c->requests($page);
    is(@requests, 4, 'each time');
    is($_->field('If-None-Match'), '"v"', 'by its tag') for @requests[1 .. 3];
}

# The client's condition is judged on what the origin's answer leaves.
sub both {
    my ($c) = @_;
    my $stale = sub {
        my $page = $c->page(body => 'one', fields => [@STALE, @STRONG, @TIME]);
        $c->get($page);
        $c->answer($page, @_);
        return $page;
    };
    my @same = (status => 304, fields => [@FRESH, @STRONG]);
    my @new  = (body => 'two', fields => [@FRESH, 'ETag', '"w"']);
    for my $case (
        ['confirmed, and the client has it', \@same, [inm('"v"')], '304'],
        ['confirmed, by another tag too', \@same, [inm('"x", "v"')], '304'],
        ['confirmed, the client has another', \@same, [inm('"x"')], '200one'],
        ['confirmed, the client has its time', \@same, [ims($TIME[1])], '304'],
        ['new, the client has the old one', \@new, [inm('"v"')], '200two'],
        ['new, the client has the new one', \@new, [inm('"w"')], '304'],
    ) {
        my ($name, $answer, $asks, $expected) = @$case;
        my $page = $stale->(@$answer);
        my $got = $c->get($page, @$asks);
        is($got->status . $got->body, $expected, $name);
        is(($c->requests($page))[1]->field('If-None-Match') // '' , '"v"',
            "$name: the origin is asked for what is stored");
        is($c->get($page)->body, $answer == \@same ? 'one' : 'two',
            "$name: what is stored is whole");
        is($c->asked($page), 2, "$name: and fresh");
    }
}

# RFC 9111 section 4.3.5: HEAD may freshen, but has no body to store.
sub head_of {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@STALE, @STRONG]);
    $c->get($page);
    $c->answer($page, body => 'one', fields => [@FRESH, @STRONG]);
    is($c->head($page)->status, 200, 'HEAD of a stale page');
    my $got = $c->get($page);
    is($got->status . $got->body, '200one', 'then a GET has the body');

    $page = $c->page(body => 'one', fields => [@FRESH, @STRONG]);
    $c->get($page);
    $c->answer($page, body => 'longer', fields => [@FRESH, 'ETag', '"w"']);
    is($c->head($page, cc('no-cache'))->field('ETag'), '"w"',
        'HEAD that shows another tag');
    $got = $c->get($page);
    is($got->body, 'longer', 'what was stored is not used any more');
}

# ---- nothing is stored ----

sub on_a_miss {
    my ($c) = @_;
    for my $case (
        ['a tag that fits', [@STRONG], [inm('"v"')], 304],
        ['another tag', [@STRONG], [inm('"w"')], 200],
        ['a time that fits', [@TIME], [ims($TIME[1])], 304],
        ['an earlier time', [@TIME], [ims(at($T - 10))], 200],
    ) {
        my ($name, $fields, $asks, $status) = @$case;
        my $page = $c->page(body => 'one', fields => [@FRESH, @$fields]);
        my $got = $c->get($page, @$asks);
        is($got->status . $got->body, $status == 304 ? '304' : '200one', $name);
        my ($request) = $c->requests($page);
        is($request->field($asks->[0]), undef,
            "$name: the origin is asked for the whole");
        is($c->get($page)->body, 'one', "$name: which is stored");
        is($c->asked($page), 1, "$name: at once");
    }
}

# What is known not to be stored is between the client and the origin.
sub not_stored {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [cc('no-store'), @STRONG]);
    $c->get($page);
    $c->answer($page, status => 304, fields => [@STRONG]);
    my $got = $c->get($page, inm('"v"'));
    is(($c->requests($page))[1]->field('If-None-Match'), '"v"',
        'the condition reaches the origin');
    is($got->status, 304, 'and its 304 the client');
    $c->answer($page, body => 'two', fields => [@FRESH, 'ETag', '"w"']);
    is($c->get($page, inm('"v"'))->body, 'two', 'then it has changed');
}
