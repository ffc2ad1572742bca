#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Several responses of one address: by Vary, and by the codings in which one is
# kept: gzip and brotli made once, with tags of their own.  RFC 9111 section 4.1,
# RFC 9110 sections 8.8.3.3 and 12.5.3.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Compress::Zlib ();
use RProxy::Cache ();

my @FRESH = ('Cache-Control', 'max-age=600');
my @HTML  = ('Content-Type', 'text/html');
my @TAG   = ('ETag', '"v"');
my $TEXT  = join '', map {"<p>line $_ of a page\n"} 1 .. 1000;

sub accept_encoding { return ('Accept-Encoding', @_) }

my $cache = RProxy::Cache->start('t43_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t43_$way");
    subtest "$way: Vary"                  => sub { vary($c) };
    subtest "$way: Vary, many"            => sub { many($c) };
    subtest "$way: Vary that changes"     => sub { changes($c) };
    subtest "$way: validated by variant"  => sub { validated($c) };
    subtest "$way: forms of one response" => sub { forms($c) };
    subtest "$way: which form"            => sub { which_form($c) };
    subtest "$way: conditions on forms"   => sub { conditions($c) };
    subtest "$way: what is not packed"    => sub { not_packed($c) };
    subtest "$way: confirmed by 304"      => sub { confirmed($c) };
}
subtest 'RProxyCacheCompress, RProxyCacheIgnore vary=' => \&rules;
subtest 'DEFLATE, until there is a form' => \&deflate;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# ---- Vary ----

# Requests with these fields: from the cache (hit) or not?
sub hits {
    my ($c, $page, @requests) = @_;
    return join ' ', map {
        $c->said($c->get($page, @$_))->{hit} ? 'hit' : 'miss'
    } @requests;
}

sub vary {
    my ($c) = @_;
    my @none = ();
    my @one  = ('X-A', '1');
    my @two  = ('X-A', '2');
    for my $case (
        ['4.1 each value', 'X-A', [\@one, \@two, \@one, \@two], 'miss miss hit hit'],
        ['4.1 none is a value', 'X-A', [\@none, \@one, \@none], 'miss miss hit'],
        ['4.1 an empty one is not none', 'X-A', [\@none, ['X-A', ''], \@none], 'miss miss hit'],
        ['4.1 the name in other letters', 'x-a', [\@one, ['x-A', '1'], \@two], 'miss hit miss'],
        ['4.1 all of several', 'X-A, X-B', [[@one, 'X-B', 1], [@one, 'X-B', 2], ['X-B', 1, @one]], 'miss miss hit'],
        ['4.1 case of the value counts', 'X-A', [['X-A', 'a'], ['X-A', 'A']], 'miss miss'],
        ['4.1 several lines of it', 'X-A', [[@one, @two], ['X-A', '1, 2'], [@two, @one]], 'miss hit miss'],
        ['4.1 Accept-Language without regard to spaces', 'Accept-Language',
            [['Accept-Language', 'en, de'], ['Accept-Language', 'en,de'], ['Accept-Language', 'de']], 'miss hit miss'],
        ['4.1 Cookie', 'Cookie', [['Cookie', 'a=1'], ['Cookie', 'a=2'], ['Cookie', 'a=1']], 'miss miss hit'],
        ['4.1 Accept-Encoding: one for all', 'Accept-Encoding',
            [[accept_encoding('gzip')], [accept_encoding('br')], \@none], 'miss hit hit'],
        ['4.1 and beside others', 'Accept-Encoding, X-A',
            [[accept_encoding('gzip'), @one], [accept_encoding('br'), @one], \@two], 'miss hit miss'],
    ) {
        my ($name, $names, $requests, $expected) = @$case;
        my $page = $c->page(body => 'x', fields => [@FRESH, 'Vary', $names]);
        is(hits($c, $page, @$requests), $expected, $name);
    }
    my $page = $c->page(body => 'x', fields => [@FRESH, 'Vary', 'X-A', 'Vary', 'X-B']);
    is(hits($c, $page, [@one, 'X-B', 1], [@one, 'X-B', 2], [@two, 'X-B', 1]),
        'miss miss miss', '4.1 on two lines');
    $page = $c->page(body => 'x', fields => [@FRESH, 'Vary', 'X-A']);
    $c->get($page, @one);
    is($c->said($c->get($page, @two))->{fwd}, 'vary-miss',
        'Cache-Status: fwd=vary-miss');
    is($c->get($page, @one)->field('Vary'), 'X-A', 'Vary is sent again');
}

# Each gets what was meant for him.
sub many {
    my ($c) = @_;
    my $page = $c->page;
    for my $n (1 .. 60) {
        $c->answer($page, body => "for $n", fields => [@FRESH, 'Vary', 'X-A']);
        $c->get($page, 'X-A', $n);
    }
    my @wrong = grep { $c->get($page, 'X-A', $_)->body ne "for $_" } 1 .. 60;
    is_deeply(\@wrong, [], 'sixty variants');
    is($c->asked($page), 60, 'each asked for once');
}

# What was stored under other names is not for a request that has not been
# looked at for the new ones.
sub changes {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH, 'Vary', 'X-A']);
    $c->get($page, 'X-A', 1, 'X-B', 1);
    $c->answer($page, body => 'two', fields => [@FRESH, 'Vary', 'X-A, X-B']);
    is($c->get($page, 'X-A', 2, 'X-B', 2)->body, 'two', 'new names');
    $c->answer($page, body => 'three', fields => [@FRESH, 'Vary', 'X-A, X-B']);
    is($c->get($page, 'X-A', 2, 'X-B', 3)->body, 'three', 'are looked at');
    is($c->get($page, 'X-A', 2, 'X-B', 2)->body, 'two', 'for all');

    $page = $c->page(body => 'one', fields => [@FRESH]);
    $c->get($page);
    $c->answer($page, body => 'two', fields => [@FRESH, 'Vary', 'X-A']);
    $c->get($page, 'Cache-Control', 'no-cache', 'X-A', 1);
    $c->answer($page, body => 'three', fields => [@FRESH, 'Vary', 'X-A']);
    is($c->get($page, 'X-A', 2)->body, 'three',
        'where there were none, there are some now');
    is($c->get($page, 'X-A', 1)->body, 'two', 'for the one before too');
}

sub validated {
    my ($c) = @_;
    my @stale = ('Cache-Control', 'max-age=60', 'Age', 60, 'Vary', 'X-A');
    my $page = $c->page;
    for my $n (1, 2) {
        $c->answer($page, body => "for $n", fields => [@stale, 'ETag', qq("$n")]);
        $c->get($page, 'X-A', $n);
    }
    $c->answer($page, status => 304, fields => [@FRESH, 'Vary', 'X-A', 'ETag', '"2"']);
    is($c->get($page, 'X-A', 2)->body, 'for 2', 'a stale variant, confirmed');
    is(($c->requests($page))[2]->field('If-None-Match'), '"2"', 'by its own tag');
    is($c->said($c->get($page, 'X-A', 2))->{hit}, 1, 'is fresh');
    $c->answer($page, body => 'new', fields => [@FRESH, 'Vary', 'X-A']);
    is($c->get($page, 'X-A', 1)->body, 'new', 'and the other is not');
}

# ---- forms ----

sub form {
    my ($c, $page, $coding) = @_;
    return $c->await_stored($page, sub {
        ($_[0]->field('Content-Encoding') // '') eq $coding
    }, accept_encoding($coding));
}

sub has_vary {
    my ($response) = @_;
    return scalar grep { lc eq 'accept-encoding' }
        split /\s*,\s*/, $response->field('Vary') // '';
}

sub forms {
    my ($c) = @_;
    for my $case (
        ['with a length', body => $TEXT],
        ['chunked', chunked => [$TEXT =~ /(.{1,5000})/gs]],
    ) {
        my ($name, @body) = @$case;
        my $page = $c->page(@body, fields => [@FRESH, @HTML, @TAG]);
        my $first = $c->get($page, accept_encoding('gzip, br'));
        ok($first->body eq $TEXT, "$name: the first comes as it is");
        ok(has_vary($first), "$name: Vary, for there will be others")
            or diag $first->{head};
        my %form = map { $_ => form($c, $page, $_) } qw(gzip br);
        my $gzip = $form{gzip};
        ok(Compress::Zlib::memGunzip($gzip->body) eq $TEXT, "$name: gzip");
        ok($gzip->{length} < length($TEXT) / 5, "$name: gzip is smaller");
        ok(unbrotli($c, $form{br}->body) eq $TEXT, "$name: br");
        ok($form{br}->{length} < $gzip->{length}, "$name: br smaller still");
        my $plain = $c->get($page);
        ok($plain->body eq $TEXT, "$name: identity");
        is($plain->field('Content-Encoding'), undef, "$name: identity has none");
        is($plain->field('ETag'), '"v"', "$name: identity: the origin's tag");
        my @tags = map { $_->field('ETag') } @form{qw(gzip br)};
        ok($tags[0] =~ /^"/ && $tags[1] =~ /^"/, "$name: strong tags");
        is(scalar(keys %{ { map { $_ => 1 } '"v"', @tags } }), 3,
            "$name: of their own");
        ok(has_vary($_), "$name: Vary: Accept-Encoding")
            for $plain, @form{qw(gzip br)};
        is($_->field('Content-Type'), 'text/html', "$name: the type stays")
            for @form{qw(gzip br)};
        is($c->head($page, accept_encoding($_))->field('Content-Length'),
            $form{$_}{length}, "$name: HEAD tells the length of $_")
            for qw(gzip br);
        is($c->asked($page), 1, "$name: the origin was asked once");
    }
}

# There is no reader of brotli here but the one that unpacks what an origin
# has packed.
sub unbrotli {
    my ($c, $packed) = @_;
    my $page = $c->page(body => $packed,
        fields => [@FRESH, @HTML, 'Content-Encoding', 'br']);
    $c->get($page, accept_encoding('br'))->body eq $packed or return 'not as sent';
    return $c->get($page)->body;
}

# RFC 9110 section 12.5.3.
sub which_form {
    my ($c) = @_;
    my $page = $c->page(body => $TEXT, fields => [@FRESH, @HTML, @TAG]);
    $c->get($page);
    form($c, $page, $_) for qw(gzip br);
    for my $case (
        ['gzip, deflate, br, zstd', 'br'],
        ['gzip', 'gzip'],
        ['x-gzip', 'gzip'],
        ['GZip', 'gzip'],
        ['br', 'br'],
        ['gzip, br;q=0', 'gzip'],
        ['br;q=0.0, gzip;q=0.5', 'gzip'],
        ['gzip;q=0', ''],
        ['gzip;q=0, br;q=0, *', ''],
        ['identity', ''],
        ['deflate', ''],
        ['zstd', ''],
        ['', ''],
    ) {
        my ($accept, $expected) = @$case;
        my $got = $c->get($page, accept_encoding($accept));
        is($got->field('Content-Encoding') // '', $expected,
            "12.5.3 Accept-Encoding: $accept");
        is(length $got->body, $got->{length}, "12.5.3 whole: $accept");
    }
    is($c->asked($page), 1, 'the origin was asked once');
}

# RFC 9110 section 13.1.2: the second visit of a browser gets its 304.
sub conditions {
    my ($c) = @_;
    for my $tag ('"v"', 'W/"v"') {
        my $page = $c->page(body => $TEXT, fields => [@FRESH, @HTML, 'ETag', $tag]);
        $c->get($page);
        for my $coding (qw(gzip br)) {
            my @accept = accept_encoding($coding);
            my $got = form($c, $page, $coding);
            my $etag = $got->field('ETag');
            is($etag =~ m{^W/} ? 'weak' : 'strong',
                $tag =~ m{^W/} ? 'weak' : 'strong', "$tag $coding: as strong");
            my $again = $c->get($page, @accept, 'If-None-Match', $etag);
            is($again->status, 304, "$tag $coding: 304");
            is($again->field('ETag'), $etag, "$tag $coding: of that tag");
            ok(has_vary($again), "$tag $coding: with Vary");
            is($c->get($page, @accept, 'If-None-Match', '"x"')->status, 200,
                "$tag $coding: not for others");
        }
        is($c->get($page, 'If-None-Match', $tag)->status, 304, "$tag plain: 304");
        is($c->get($page, accept_encoding('gzip'), 'If-None-Match', '"v-gzip"')
            ->status, 304, "$tag gzip: 304 of what mod_deflate has sent before");
        is($c->asked($page), 1, "$tag: the origin was asked once");
    }
}

sub not_packed {
    my ($c) = @_;
    for my $case (
        ['an image', [@FRESH, 'Content-Type', 'image/png'], $TEXT],
        ['a small one', [@FRESH, @HTML], 'x' x 200],
        ['5.2.2.6 no-transform',
            ['Cache-Control', 'max-age=600, no-transform', @HTML], $TEXT],
        ['an event stream', [@FRESH, 'Content-Type', 'text/event-stream'], $TEXT],
    ) {
        my ($name, $fields, $body) = @$case;
        my $page  = $c->page(body => $body, fields => $fields);
        my $other = $c->page(body => $TEXT, fields => [@FRESH, @HTML]);
        $c->get($page);
        $c->get($other);
        form($c, $other, 'gzip');    # which came later, and is there
        my $got = $c->get($page, accept_encoding('gzip, br'));
        is($got->field('Content-Encoding'), undef, "$name is not packed");
        ok(!has_vary($got), "$name: so there is no Vary");
    }
}

# The forms of what has been confirmed are those of before.
sub confirmed {
    my ($c) = @_;
    my $page = $c->page(body => $TEXT,
        fields => ['Cache-Control', 'max-age=60', 'Age', 60, @HTML, @TAG]);
    $c->get($page);
    $c->answer($page, status => 304, fields => [@FRESH, @TAG]);
    ok($c->get($page)->body eq $TEXT, 'confirmed');
    my $gzip = form($c, $page, 'gzip');
    ok(Compress::Zlib::memGunzip($gzip->body) eq $TEXT, 'there is gzip');
    is($c->get($page, accept_encoding('gzip'), 'If-None-Match',
        $gzip->field('ETag'))->status, 304, 'and its 304');
    is($c->asked($page), 2, 'asked twice');
}

# ---- configuration ----

sub rules {
    my $c = $cache->through('t43_rules');
    my @answer = (body => $TEXT, fields => [@FRESH, @HTML, @TAG]);
    my %page = map { $_ => $c->page(name => $_, @answer) } qw(plain gzip page);
    $c->get($page{$_}) for qw(plain gzip page);
    form($c, $page{page}, 'br');
    form($c, $page{page}, 'gzip');
    my @both = accept_encoding('gzip, br');
    is($c->get($page{plain}, @both)->field('Content-Encoding'), undef,
        'RProxyCacheCompress off');
    ok(!has_vary($c->get($page{plain})), 'RProxyCacheCompress off: no Vary');
    form($c, $page{gzip}, 'gzip');
    is($c->get($page{gzip}, @both)->field('Content-Encoding'), 'gzip',
        'RProxyCacheCompress gzip: no br');
    my $page = $c->page(name => 'ignored', body => 'x',
        fields => [@FRESH, 'Vary', 'X-A, X-B']);
    is(hits($c, $page, ['X-A', 1], ['X-A', 2], ['X-B', 1]), 'miss hit miss',
        'RProxyCacheIgnore vary=X-A');
}

# ---- httpd's own filter ----

sub deflate {
    my @gzip = accept_encoding('gzip');
    my $c    = $cache->through('t43_deflate_always');
    my @answer = (body => $TEXT, fields => [@FRESH, @HTML, @TAG]);
    my $page = $c->page(@answer);
    for my $which ('first', 'hit') {
        my $got = $c->get($page, @gzip);
        is(!!$c->said($got)->{hit}, $which eq 'hit', "$which: Cache-Status");
        is($got->field('Content-Encoding'), 'gzip', "$which: DEFLATE has packed it");
        ok(Compress::Zlib::memGunzip($got->body) eq $TEXT, "$which: well");
        ok(has_vary($got), "$which: Vary");
    }
    ok($c->get($page)->body eq $TEXT, 'what is stored is not packed');
    is($c->asked($page), 1, 'the origin was asked once');

    $c = $cache->through('t43_deflate');
    $page = $c->page(@answer);
    my $first = $c->get($page, @gzip);
    ok(Compress::Zlib::memGunzip($first->body) eq $TEXT, 'first: DEFLATE again');
    my $kept = $c->await_stored($page, sub { $_[0]->field('ETag') ne
        $first->field('ETag') }, @gzip);
    is($kept->field('Content-Encoding'), 'gzip', 'then the form that is kept');
    ok(Compress::Zlib::memGunzip($kept->body) eq $TEXT, 'is not packed twice');
    is($c->get($page, @gzip, 'If-None-Match', $kept->field('ETag'))->status, 304,
        'and has its 304');
    ok($c->get($page)->body eq $TEXT, 'plain for others');
}
