#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# When may a stored response be used?  Lifetimes, ages and directives of both
# sides, as tables: RFC 9111 sections 4.2, 5.1, 5.2 and 5.3, RFC 8246, RFC 9213.
# Nobody waits for anything to become old: responses come old from the origin.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();

sub at { return RProxy::Cache::date(@_) }

# A Cache-Control, and what else there is.
sub cc { return ('Cache-Control', @_) }

my @TAG = ('ETag', '"v"');
my $ASCTIME = '%a %b %e %H:%M:%S %Y';
my $RFC850  = '%A, %d-%b-%y %H:%M:%S GMT';

# What the response says => is a second request answered from the cache?
my @RESPONSES = (
    # ---- 4.2.1: where the lifetime comes from ----
    ['5.2.2.1 max-age', [cc('max-age=60')], 'hit'],
    ['5.2.2.1 max-age=0', [cc('max-age=0')], 'miss'],
    ['5.2.2.1 max-age=0 with a validator', [cc('max-age=0'), @TAG], 'validated'],
    ['5.2.2.10 s-maxage', [cc('s-maxage=60')], 'hit'],
    ['5.2.2.10 s-maxage goes before max-age', [cc('s-maxage=60, max-age=0')], 'hit'],
    ['5.2.2.10 also when it is the shorter one', [cc('max-age=60, s-maxage=0')], 'miss'],
    ['5.2.2.10 and before Expires', [cc('s-maxage=60'), 'Expires', at(-60)], 'hit'],
    ['5.3 Expires', ['Expires', at(60), 'Date', at(0)], 'hit'],
    ['5.3 Expires, without a Date of the origin', ['Expires', at(60)], 'hit'],
    ['5.3 Expires in the past', ['Expires', at(-60), 'Date', at(0)], 'miss'],
    ['5.3 Expires at the time of Date', ['Expires', at(0), 'Date', at(0)], 'miss'],
    ['5.3 max-age goes before Expires', [cc('max-age=60'), 'Expires', at(-60)], 'hit'],
    ['5.3 max-age=0 too', [cc('max-age=0'), 'Expires', at(60)], 'miss'],
    ['4.2.1 Expires counts from Date, not from the clock',
        ['Expires', at(-3500), 'Date', at(-3600)], 'miss'],
    ['4.2.1 a Date in the past makes it older', [cc('max-age=60'), 'Date', at(-70)], 'miss'],
    ['4.2.3 a Date in the future does not make it younger',
        [cc('max-age=60'), 'Date', at(3600), 'Age', 60], 'miss'],
    ['4.2.3 nor unusable', [cc('max-age=60'), 'Date', at(3600)], 'hit'],

    # ---- 4.2: how dates and numbers are read ----
    ['5.3 Expires: 0', ['Expires', '0'], 'miss'],
    ['5.3 Expires: -1', ['Expires', '-1'], 'miss'],
    ['5.3 Expires: a number that could be a time', ['Expires', time + 3600], 'miss'],
    ['5.3 Expires: words', ['Expires', 'never'], 'miss'],
    ['5.3 Expires: empty', ['Expires', ''], 'miss'],
    ['5.3 Expires: with a numeric zone', ['Expires', at(3600, '%a, %d %b %Y %H:%M:%S +0000')], 'miss'],
    ['5.3 Expires: of RFC 850', ['Expires', at(3600, $RFC850)], 'hit'],
    ['5.3 Expires: of asctime', ['Expires', at(3600, $ASCTIME)], 'hit'],
    ['5.3 Expires: two lines of it', ['Expires', at(-3600), 'Expires', at(3600)], 'miss'],
    ['4.2 an invalid Date does not count', [cc('max-age=60'), 'Date', 'yesterday'], 'hit'],
    ['5.2.2.1 max-age="60": in quotes', [cc('max-age="60"')], 'hit'],
    ['1.2.2 max-age of 2^31', [cc('max-age=2147483648')], 'hit'],
    ['1.2.2 max-age of 2^63', [cc('max-age=9223372036854775808')], 'hit'],
    ['1.2.2 max-age of a hundred digits', [cc('max-age=' . '9' x 100)], 'hit'],
    ['5.2.2.1 max-age=-1', [cc('max-age=-1')], 'miss'],
    ['5.2.2.1 max-age=1.5', [cc('max-age=1.5')], 'miss'],
    ['5.2.2.1 max-age=60x', [cc('max-age=60x')], 'miss'],
    ['5.2.2.1 max-age without a number', [cc('max-age')], 'miss'],
    ['5.2.2.1 max-age without a number, and an Expires', [cc('max-age='), 'Expires', at(60)], 'miss'],
    ['4.2.1 two that differ: the shorter', [cc('max-age=0, max-age=60')], 'miss'],
    ['4.2.1 in the other order', [cc('max-age=60, max-age=0')], 'miss'],
    ['5.2 names without regard to case', [cc('MAX-AGE=60')], 'hit'],
    ['5.2 two lines of Cache-Control', [cc('public'), cc('max-age=60')], 'hit'],
    ['5.2 no-store on the second line', [cc('max-age=60'), cc('no-store')], 'miss'],
    ['5.2 empty elements of the list', [cc(', ,max-age=60 ,,')], 'hit'],
    ['5.2.3 unknown directives', [cc('new, max-age=60, other="a, max-age=0"')], 'hit'],
    ['5.2 a directive within quotes is none', [cc('ext="no-store", max-age=60')], 'hit'],
    ['5.2 a name that only begins so', [cc('max-age=60, no-store-ever=1')], 'hit'],

    # ---- 4.2.3 and 5.1: age ----
    ['5.1 Age below the lifetime', [cc('max-age=60'), 'Age', 50], 'hit'],
    ['5.1 Age of the lifetime', [cc('max-age=60'), 'Age', 60, @TAG], 'validated'],
    ['5.1 Age beyond it', [cc('max-age=60'), 'Age', 100, @TAG], 'validated'],
    ['5.1 Age counts for Expires too', ['Expires', at(60), 'Age', 100, @TAG], 'validated'],
    ['5.1 Age: 0', [cc('max-age=60'), 'Age', 0], 'hit'],
    ['5.1 Age: no number', [cc('max-age=60'), 'Age', 'old'], 'hit'],
    ['5.1 Age: negative', [cc('max-age=60'), 'Age', -100], 'hit'],
    ['5.1 Age of 2^40', [cc('max-age=2147483647'), 'Age', 2**40, @TAG], 'validated'],
    ['5.1 two lines: the first counts', [cc('max-age=60'), 'Age', 100, 'Age', 0, @TAG], 'validated'],

    # ---- 4.2.2: heuristics ----
    ['4.2.2 a tenth of the time since Last-Modified', ['Last-Modified', at(-1000)], 'hit'],
    ['4.2.2 but no more', ['Last-Modified', at(-1000), 'Age', 101], 'validated'],
    ['4.2.2 nothing to guess from', [], 'miss'],
    ['4.2.2 an ETag alone is nothing', [@TAG], 'miss'],
    ['4.2.2 Last-Modified in the future', ['Last-Modified', at(1000)], 'miss'],
    ['4.2.2 Last-Modified that is no date', ['Last-Modified', 'x'], 'miss'],
    ['4.2.2 not beside an explicit lifetime', [cc('max-age=0'), 'Last-Modified', at(-1e6)], 'validated'],
    ['4.2.2 nor beside an Expires that is none', ['Expires', '0', 'Last-Modified', at(-1e6)], 'validated'],
    ['4.2.2 at most a day', ['Last-Modified', at(-1e9), 'Age', 86_500], 'validated'],

    # ---- 5.2.2: what it says of itself ----
    ['5.2.2.4 no-cache', [cc('no-cache')], 'miss'],
    ['5.2.2.4 no-cache with a validator', [cc('no-cache, max-age=60'), @TAG], 'validated'],
    ['5.2.2.4 no-cache with Last-Modified', [cc('no-cache'), 'Last-Modified', at(-60)], 'validated'],
    ['5.2.2.4 no-cache="x": only that field', [cc('no-cache="x-a", max-age=60'), 'X-A', 1], 'hit'],
    ['5.2.2.4 no-cache="": it cannot be meant for nothing', [cc('no-cache="", max-age=60')], 'miss'],
    ['5.2.2.5 no-store', [cc('no-store, max-age=60')], 'miss'],
    ['5.2.2.5 no-store="x" is no-store', [cc('no-store="x", max-age=60')], 'miss'],
    ['5.2.2.7 private', [cc('private, max-age=60')], 'miss'],
    ['5.2.2.7 private="set-cookie": only that field',
        [cc('private="set-cookie", max-age=60'), 'Set-Cookie', 'a=b'], 'hit'],
    ['5.2.2.9 public alone is no lifetime', [cc('public')], 'miss'],
    ['5.2.2.2 must-revalidate while fresh', [cc('must-revalidate, max-age=60')], 'hit'],
    ['5.2.2.2 must-revalidate when stale', [cc('must-revalidate, max-age=60'), 'Age', 60, @TAG], 'validated'],
    ['5.2.2.3 must-understand of a known status', [cc('must-understand, no-store, max-age=60')], 'hit'],
    ['5.2.2.6 no-transform', [cc('no-transform, max-age=60')], 'hit'],
    ['8246 immutable', [cc('immutable, max-age=60')], 'hit'],
    ['8246 immutable does not lengthen a life', [cc('immutable, max-age=60'), 'Age', 60, @TAG], 'validated'],
    ['5.4 Pragma: no-cache of a response means nothing', [cc('max-age=60'), 'Pragma', 'no-cache'], 'hit'],

    # ---- 9213: targeted ----
    ['9213 CDN-Cache-Control', ['CDN-Cache-Control', 'max-age=60'], 'hit'],
    ['9213 goes before Cache-Control', ['CDN-Cache-Control', 'max-age=60', cc('no-store')], 'hit'],
    ['9213 also to forbid', ['CDN-Cache-Control', 'no-store', cc('max-age=60')], 'miss'],
    ['9213 and before Expires', ['CDN-Cache-Control', 'max-age=60', 'Expires', at(-60)], 'hit'],
    ['9213 and max-age=0', ['CDN-Cache-Control', 'max-age=0', cc('max-age=60')], 'miss'],
    ['9213 section 2.2: empty: as if it were not there', ['CDN-Cache-Control', '', cc('max-age=60')], 'hit'],
    ['9213 section 2.2: malformed: the same', ['CDN-Cache-Control', 'max-age=60=60', cc('no-store')], 'miss'],
    ['9213 section 2.1: a Structured Field: no quotes around numbers',
        ['CDN-Cache-Control', 'max-age="60"', cc('max-age=0')], 'miss'],
    ['9213 the vendor\'s own is unknown here', ['Own-Cache-Control', 'max-age=60'], 'miss'],
);

# A response like this, what the second request says => what becomes of it.
my @FRESH = (cc('max-age=60'), 'Age', 10, @TAG);
my @STALE = (cc('max-age=60'), 'Age', 70, @TAG);
my @REQUESTS = (
    ['5.2.1.1 max-age above its age', \@FRESH, [cc('max-age=30')], 'hit'],
    ['5.2.1.1 max-age below its age', \@FRESH, [cc('max-age=5')], 'validated'],
    ['5.2.1.1 max-age=0', \@FRESH, [cc('max-age=0')], 'validated'],
    ['5.2.1.1 max-age does not lengthen a life', \@STALE, [cc('max-age=100')], 'validated'],
    ['5.2.1.1 max-age that is no number', \@FRESH, [cc('max-age=x')], 'validated'],
    ['5.2.1.2 max-stale', \@STALE, [cc('max-stale')], 'hit'],
    ['5.2.1.2 max-stale above', \@STALE, [cc('max-stale=100')], 'hit'],
    ['5.2.1.2 max-stale below', \@STALE, [cc('max-stale=5')], 'validated'],
    ['5.2.1.2 max-stale=0', \@STALE, [cc('max-stale=0')], 'validated'],
    ['5.2.1.2 max-stale and a max-age that it keeps to', \@STALE, [cc('max-stale=100, max-age=100')], 'hit'],
    ['5.2.1.2 max-stale and a max-age that it does not keep to', \@STALE, [cc('max-stale=100, max-age=50')], 'validated'],
    ['5.2.1.2 not beyond must-revalidate', [cc('max-age=60, must-revalidate'), 'Age', 70, @TAG], [cc('max-stale')], 'validated'],
    ['5.2.1.2 not beyond proxy-revalidate', [cc('max-age=60, proxy-revalidate'), 'Age', 70, @TAG], [cc('max-stale')], 'validated'],
    ['5.2.1.2 not beyond s-maxage', [cc('s-maxage=60'), 'Age', 70, @TAG], [cc('max-stale')], 'validated'],
    ['5.2.1.2 not beyond no-cache', [cc('max-age=60, no-cache'), @TAG], [cc('max-stale')], 'validated'],
    ['5.2.1.3 min-fresh within', \@FRESH, [cc('min-fresh=40')], 'hit'],
    ['5.2.1.3 min-fresh beyond', \@FRESH, [cc('min-fresh=55')], 'validated'],
    ['5.2.1.3 min-fresh of a stale one', \@STALE, [cc('min-fresh=1')], 'validated'],
    ['5.2.1.4 no-cache', \@FRESH, [cc('no-cache')], 'validated'],
    ['5.2.1.4 no-cache without a validator', [cc('max-age=60')], [cc('no-cache')], 'miss'],
    ['5.2.1.5 no-store: what is stored may be used', \@FRESH, [cc('no-store')], 'hit'],
    ['5.2.1.6 no-transform', \@FRESH, [cc('no-transform')], 'hit'],
    ['5.2.1.7 only-if-cached of a fresh one', \@FRESH, [cc('only-if-cached')], 'hit'],
    ['5.2.1.7 only-if-cached of a stale one', \@STALE, [cc('only-if-cached')], 504],
    ['5.2.1.7 with max-stale', \@STALE, [cc('only-if-cached, max-stale')], 'hit'],
    ['5.2.1.7 with no-cache', \@FRESH, [cc('only-if-cached, no-cache')], 504],
    ['5.4 Pragma: no-cache', \@FRESH, ['Pragma', 'no-cache'], 'validated'],
    ['5.4 but not beside a Cache-Control', \@FRESH, ['Pragma', 'no-cache', cc('max-age=30')], 'hit'],
    ['5.4 Pragma: something else', \@FRESH, ['Pragma', 'x'], 'hit'],
    ['8246 section 2: immutable, and no-cache all the same', [cc('max-age=60, immutable'), @TAG], [cc('no-cache')], 'validated'],
    ['5.2.1 unknown directives', \@FRESH, [cc('x, y=1')], 'hit'],
    ['5.2.1 two lines', \@FRESH, [cc('x'), cc('no-cache')], 'validated'],
);

# The end of the path chooses RProxyCache* settings in the .conf.in.
my @RULES = (
    ['default', 'RProxyCacheDefault', [], 'hit'],
    ['default', 'RProxyCacheDefault: what says 0 says 0', [cc('max-age=0')], 'miss'],
    ['default', 'RProxyCacheDefault: not for every status', [], 'miss', 302],
    ['min', 'RProxyCacheMin raises', [cc('max-age=5'), 'Age', 100], 'hit'],
    ['min', 'RProxyCacheMin leaves 0 alone', [cc('max-age=0')], 'miss'],
    ['max', 'RProxyCacheMax cuts', [cc('max-age=600'), 'Age', 20, @TAG], 'validated'],
    ['max', 'RProxyCacheMax lets shorter ones be', [cc('max-age=9')], 'hit'],
    ['heuristic', 'RProxyCacheHeuristic: a half', ['Last-Modified', at(-100), 'Age', 40], 'hit'],
    ['heuristic', 'RProxyCacheHeuristic: no more', ['Last-Modified', at(-100), 'Age', 55], 'validated'],
    ['heuristic', 'RProxyCacheHeuristic: nor beyond the limit', ['Last-Modified', at(-1000), 'Age', 110], 'validated'],
    ['no-heuristic', 'RProxyCacheHeuristic 0', ['Last-Modified', at(-1e6)], 'miss'],
    ['errors', 'RProxyCacheErrors', [], 'hit', 404],
    ['errors', 'RProxyCacheErrors: of the server too', [], 'hit', 500],
    ['errors', 'RProxyCacheErrors: not what the request is to blame for', [], 'miss', 400],
    ['ignore-cache-control', 'RProxyCacheIgnore cache-control', [cc('max-age=0')], 'hit'],
    ['ignore-private', 'RProxyCacheIgnore private', [cc('private, max-age=60')], 'hit'],
    ['ignore-private', 'RProxyCacheIgnore no-store', [cc('no-store, max-age=60')], 'hit'],
    ['ignore-private', 'RProxyCacheIgnore set-cookie', [cc('max-age=60'), 'Set-Cookie', 'a=b'], 'hit'],
    ['target', 'RProxyCacheTarget', ['Own-Cache-Control', 'max-age=60', 'CDN-Cache-Control', 'no-store'], 'hit'],
    ['target', 'RProxyCacheTarget: the next one', ['CDN-Cache-Control', 'max-age=60'], 'hit'],
);

# RFC 9110 section 15.1: what may be guessed for.
my @HEURISTIC = (200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501);
my @NOT_HEURISTIC = (201, 202, 205, 302, 303, 305, 307, 400, 401, 402, 403, 406,
    409, 415, 418, 421, 422, 423, 451, 500, 502, 503, 505, 599);

my $cache = RProxy::Cache->start('t41_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t41_$way");
    subtest "$way: responses"      => sub { responses($c) };
    subtest "$way: requests"       => sub { requests($c) };
    subtest "$way: guessed for"    => sub { guessed($c) };
    subtest "$way: understood"     => sub { understood($c) };
    subtest "$way: Age as sent"    => sub { age($c) };
    subtest "$way: single fields"  => sub { single_fields($c) };
    subtest "$way: not in the cache" => sub { not_there($c) };
}
subtest 'what the configuration says' => \&rules;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub responses {
    my ($c) = @_;
    for my $case (@RESPONSES) {
        my ($name, $fields, $expected) = @$case;
        is($c->verdict({ fields => $fields }), $expected, $name);
    }
}

sub requests {
    my ($c) = @_;
    for my $case (@REQUESTS) {
        my ($name, $fields, $asks, $expected) = @$case;
        is($c->verdict({ fields => $fields }, @$asks), $expected, $name);
    }
}

sub guessed {
    my ($c) = @_;
    my @old = ('Last-Modified', at(-1e6));
    for my $status (@HEURISTIC, @NOT_HEURISTIC) {
        my $may = grep { $_ == $status } @HEURISTIC;
        is(times_asked($c, $status, @old), $may ? 1 : 2,
            "4.2.2 of $status: " . ($may ? 'guessed' : 'not guessed'));
    }
    for my $status (201, 302, 403, 500) {
        is(times_asked($c, $status, @old, cc('public')), 1,
            "4.2.2 of $status: guessed where it is public");
    }
}

sub times_asked {
    my ($c, $status, @fields) = @_;
    my $page = $c->page(status => $status, fields => \@fields);
    $c->get($page) for 1 .. 2;
    return $c->asked($page);
}

# RFC 9111 section 5.2.2.3.
sub understood {
    my ($c) = @_;
    my @both = cc('must-understand, no-store, max-age=60');
    is(times_asked($c, $_, @both), 1, "5.2.2.3 $_ is understood")
        for 200, 203, 301, 404, 410, 500;
    is(times_asked($c, $_, @both), 2, "5.2.2.3 $_ is not")
        for 299, 399, 499, 599;
    is(times_asked($c, 299, cc('must-understand, max-age=60')), 2,
        '5.2.2.3 without no-store too');
}

# RFC 9111 sections 5.1 and 4.2.3.
sub age {
    my ($c) = @_;
    for my $case (
        ['none', [], 0],
        ['that of the origin', ['Age', 100], 100],
        ['by Date', ['Date', at(-200)], 200],
        ['the greater of both', ['Age', 100, 'Date', at(-200)], 200],
        ['the greater of both, the other way', ['Age', 300, 'Date', at(-200)], 300],
        ['a Date in the future', ['Date', at(500)], 0],
        ['at most 2^31', ['Age', '99999999999'], 2147483648],
    ) {
        my ($name, $fields, $expected) = @$case;
        my $page = $c->page(body => 'x', fields => [cc('max-age=2147483648'),
            @TAG, @$fields]);
        $c->get($page);
        my $got = $c->get($page, cc('max-stale'));
        my $age = $got->field('Age') // 'none';
        ok($age =~ /^\d+$/ && $age >= $expected && $age <= $expected + 3,
            "5.1 Age: $name") or diag "Age: $age";
        my %sent = @$fields;
        is($got->field('Date'), $sent{Date}, "5.1 Date as it was: $name")
            if $sent{Date};
    }
}

# RFC 9111 sections 5.2.2.4 and 5.2.2.7, the qualified forms.
sub single_fields {
    my ($c) = @_;
    for my $word (qw(no-cache private)) {
        my $page = $c->page(body => 'x', fields => ['X-A', 1, 'X-B', 2, 'X-C', 3,
            cc(qq($word="x-a, X-B", max-age=60))]);
        my ($first, $hit) = map { $c->get($page) } 1 .. 2;
        is($first->field('X-A'), 1, "$word: the first gets the field");
        is($c->asked($page), 1, "$word: the rest is stored");
        is($hit->field('X-A'), undef, "$word: without the field");
        is($hit->field('X-B'), undef, "$word: and the other one");
        is($hit->field('X-C'), 3, "$word: with all others");
    }
}

# RFC 9111 sections 5.2.1.5 and 5.2.1.7.
sub not_there {
    my ($c) = @_;
    my $page = $c->page(body => 'x', fields => [cc('max-age=60')]);
    is($c->get($page, cc('only-if-cached'))->status, 504,
        '5.2.1.7 only-if-cached: 504');
    is($c->asked($page), 0, '5.2.1.7 and nobody was asked');
    $c->get($page, cc('no-store'));
    $c->get($page, cc('no-store'));
    is($c->asked($page), 2, '5.2.1.5 no-store: nothing is stored');
    $c->get($page, cc('no-cache'));
    is($c->get($page)->body, 'x', '5.2.1.4 no-cache: the answer is');
    is($c->asked($page), 3, '5.2.1.4 and used');
}

sub rules {
    my $c = $cache->through('t41_rules');
    for my $case (@RULES) {
        my ($end, $name, $fields, $expected, $status) = @$case;
        is($c->verdict({ name => $end, fields => $fields,
            status => $status // 200 }), $expected, $name);
    }
    for my $ask ('no-cache', 'max-age=0', 'min-fresh=1000') {
        is($c->verdict({ name => 'ignore-request', fields => \@FRESH },
            cc($ask)), 'hit', "RProxyCacheIgnore request: $ask");
    }
}
