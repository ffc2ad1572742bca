#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the origin has packed itself: stored and sent as it is, and unpacked for
# those who want none, on a thread where loops serve.  RFC 9110 section 8.4.1.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Compress::Zlib ();
use RProxy::Cache ();
use RProxy::Driver ();
use RProxy::Log ();

my @FRESH   = ('Cache-Control', 'max-age=600');
my @HTML    = ('Content-Type', 'text/html');
my @TAG     = ('ETag', '"v"');
my $TEXT    = join '', map {"<p>line $_ of a page\n"} 1 .. 1000;
my $UNPACKS = RProxy::Driver::is_loop() ? 'rproxy-cache-thread' : 'rproxy-cache';
my $words   = 0;

sub accept_encoding { return ('Accept-Encoding', @_) }

my $cache = RProxy::Cache->start('t43_packed_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t43_packed_$way");
    subtest "$way: the origin's gzip"       => sub { origins_own($c) };
    subtest "$way: what cannot be unpacked" => sub { broken($c) };
    subtest "$way: who waits"               => sub { waits($c) };
}
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# Requests with these fields: from the cache (hit) or not?
sub hits {
    my ($c, $page, @requests) = @_;
    return join ' ', map {
        $c->said($c->get($page, @$_))->{hit} ? 'hit' : 'miss'
    } @requests;
}

sub has_vary {
    my ($response) = @_;
    return scalar grep { lc eq 'accept-encoding' }
        split /\s*,\s*/, $response->field('Vary') // '';
}

# Who has served the request with that word.
sub handler_of {
    my ($word) = @_;
    my $log = RProxy::Log->file('t43');
    $log->{begin} = 0;
    my ($handler) = $log->await(qr/^\Q$word\E /) =~ /handler=(\S+)/;
    return $handler;
}

sub origins_own {
    my ($c) = @_;
    my $packed = Compress::Zlib::memGzip($TEXT);
    for my $vary ('', 'Accept-Encoding') {
        my $name = $vary ? 'with Vary' : 'without Vary';
        my $page = $c->page(body => $packed, fields => [@FRESH, @HTML, @TAG,
            'Content-Encoding', 'gzip', ($vary ? ('Vary', $vary) : ())]);
        my @gzip = accept_encoding('gzip');
        ok($c->get($page, @gzip)->body eq $packed, "$name: passed on");
        my $again = $c->get($page, @gzip);
        ok($again->body eq $packed, "$name: stored as it was");
        is($again->field('ETag'), '"v"', "$name: with its tag");
        is($again->field('Content-Encoding'), 'gzip', "$name: and its coding");
        my $word  = sprintf 'w-%d-%d-%d', time, $$, ++$words;
        my $plain = $c->get($page, 'X-Test', $word);
        ok($plain->body eq $TEXT, "$name: unpacked for who wants none");
        is(handler_of($word), $UNPACKS, "$name: where that may take its time");
        is($plain->field('Content-Encoding'), undef, "$name: no coding then");
        is($plain->{length}, length $TEXT, "$name: its own length");
        isnt($plain->field('ETag'), '"v"', "$name: its own tag");
        ok(has_vary($plain), "$name: and Vary");
        is($c->get($page, 'If-None-Match', $plain->field('ETag'))->status, 304,
            "$name: which gets its 304");
        is($c->get($page, @gzip, 'If-None-Match', '"v"')->status, 304,
            "$name: as the other does");
        is($c->asked($page), 1, "$name: the origin was asked once");
    }
    my $page = $c->page(body => 'zstd, say', fields => [@FRESH, @HTML,
        'Content-Encoding', 'zstd', 'Vary', 'Accept-Encoding']);
    is(hits($c, $page, [accept_encoding('zstd')], [accept_encoding('zstd')], []),
        'miss miss miss', 'a coding that cannot be undone is not stored');
}

# What the origin answers to a client that wants no coding.
sub broken {
    my ($c) = @_;
    my $packed = Compress::Zlib::memGzip($TEXT);
    for my $case (
        ['cut off', substr $packed, 0, length($packed) / 2],
        ['garbage', 'this is not gzip'],
        ['a bomb', Compress::Zlib::memGzip("\0" x 20_000_000)],
    ) {
        my ($name, $body) = @$case;
        my $page = $c->page(body => $body,
            fields => [@FRESH, @HTML, 'Content-Encoding', 'gzip']);
        $c->get($page, accept_encoding('gzip'));
        $c->answer($page, body => 'plain', fields => [@FRESH, @HTML]);
        my $got = $c->get($page);
        is($got->status, 200, "$name: 200");
        is($got->body, 'plain', "$name: the origin is asked");
    }
}

# Nothing is asked of the origin for a client that wants what is stored alone.
sub waits {
    my ($c) = @_;
    my $page = $c->page(body => 'this is not gzip',
        fields => [@FRESH, @HTML, 'Content-Encoding', 'gzip']);
    $c->get($page, accept_encoding('gzip'));
    is($c->get($page, 'Cache-Control', 'only-if-cached')->status, 504,
        'only-if-cached: 504');
    is($c->asked($page), 1, 'the origin was asked once');
}
