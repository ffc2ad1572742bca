#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Ranges of what is stored, and parts that are stored: each is served for what
# it holds, joined with what touches it, and never taken for the whole.
# RFC 9110 sections 13.1.5 and 14, RFC 9111 sections 3.3 and 3.4.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Compress::Zlib ();
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Origin ();

my @FRESH = ('Cache-Control', 'max-age=600');
my @TAG   = ('ETag', '"v"');
my $OLD   = RProxy::Cache::date(-100_000);
my @TIME  = ('Last-Modified', $OLD);
my $BODY  = join '', map { chr(ord('a') + $_ % 26) } 0 .. 999;

sub range { return ('Range', @_) }
sub bytes { return substr $BODY, $_[0], $_[1] - $_[0] + 1 }

# Range => the first and last byte, or a status
my @RANGES = (
    ['14.1.2 the first ten',        'bytes=0-9',      0, 9],
    ['14.1.2 one byte',             'bytes=500-500',  500, 500],
    ['14.1.2 to the end',           'bytes=990-',     990, 999],
    ['14.1.2 the last ten',         'bytes=-10',      990, 999],
    ['14.1.2 beyond the end',       'bytes=990-5000', 990, 999],
    ['14.1.1 the unit in capitals', 'Bytes=0-9',      0, 9],
    ['14.1.2 from beyond the end',  'bytes=1000-',    416],
    ['14.1.2 the last none',        'bytes=-0',       416],
    ['14.1.1 backwards',            'bytes=9-0',      200],
    ['14.1.1 words',                'bytes=a-b',      200],
    ['14.1.1 nothing',              'bytes=',         200],
    ['14.2 another unit',           'lines=0-9',      200],
    ['14.2 a thousand of them', 'bytes=' . join(',', map { 2 * $_ . '-' . 2 * $_ } 0 .. 499), 200],
);

my $cache = RProxy::Cache->start('t44_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t44_$way");
    subtest "$way: ranges of the whole"   => sub { of_the_whole($c) };
    subtest "$way: If-Range"              => sub { if_range($c) };
    subtest "$way: beside other fields"   => sub { beside($c) };
    subtest "$way: several ranges"        => sub { several($c) };
    subtest "$way: of a packed form"      => sub { of_a_form($c) };
    subtest "$way: nothing is stored yet" => sub { on_a_miss($c) };
    subtest "$way: a part"                => sub { a_part($c) };
    subtest "$way: parts that touch"      => sub { joined($c) };
    subtest "$way: parts that do not"     => sub { not_joined($c) };
    subtest "$way: a part is not stored"  => sub { not_stored($c) };
}
is_deeply($cache->origin->errors, [], 'the origin saw no error');
subtest 'who waits for the whole' => \&waits;
done_testing();

sub whole {
    my ($c, @fields) = @_;
    my $page = $c->page(body => $BODY, fields => [@FRESH, @TAG, @TIME, @fields]);
    $c->get($page);
    return $page;
}

# What a response is: "206 0-9", "200", ... when body and fields fit.
sub is_what {
    my ($got) = @_;
    my $status = $got->status;
    if ($status == 206) {
        my $range = $got->field('Content-Range') // '';
        $range =~ m{^bytes (\d+)-(\d+)/1000$} or return "206 of '$range'";
        return $got->body eq bytes($1, $2) ? "206 $1-$2" : "206 $1-$2 of another";
    }
    return $status == 200 && $got->body ne $BODY ? '200 of another' : $status;
}

sub of_the_whole {
    my ($c) = @_;
    my $page = whole($c);
    for my $case (@RANGES) {
        my ($name, $range, @expected) = @$case;
        my $got = $c->get($page, range($range));
        is(is_what($got), @expected > 1 ? "206 $expected[0]-$expected[1]"
            : $expected[0], $name);
        is($got->field('Content-Range'), 'bytes */1000', "$name: of how many")
            if $expected[0] == 416;
    }
    my $got = $c->get($page, range('bytes=0-9'));
    is($c->said($got)->{hit}, 1, 'Cache-Status: hit');
    like($got->field('Age') // '', qr/^\d+$/, 'Age');
    is($got->field('ETag'), '"v"', 'ETag');
    is($c->asked($page), 1, 'the origin was asked once');
}

# RFC 9110 section 13.1.5.
sub if_range {
    my ($c) = @_;
    my $page = whole($c);
    for my $case (
        ['the tag', '"v"', '206 0-9'],
        ['another tag', '"w"', 200],
        ['the tag, weak: no strong match', 'W/"v"', 200],
        ['the time', $OLD, '206 0-9'],
        ['a later time: not the same', RProxy::Cache::date(-1000), 200],
        ['an earlier time', RProxy::Cache::date(-200_000), 200],
    ) {
        my ($name, $value, $expected) = @$case;
        is(is_what($c->get($page, range('bytes=0-9'), 'If-Range', $value)),
            $expected, "13.1.5 $name");
    }
    is($c->asked($page), 1, 'the origin was asked once');
}

sub beside {
    my ($c) = @_;
    my $page = whole($c);
    is($c->get($page, range('bytes=0-9'), 'If-None-Match', '"v"')->status, 304,
        '13.2.2 If-None-Match comes first');
    is(is_what($c->get($page, range('bytes=0-9'), 'If-None-Match', '"w"')),
        '206 0-9', '13.2.2 and then the range');
    my $head = $c->head($page, range('bytes=0-9'));
    is($head->status, 200, '14.2 only of GET');
    is($head->field('Content-Length'), 1000, '14.2 HEAD is of the whole');

    $page = $c->page(status => 404, body => $BODY, fields => [@FRESH]);
    $c->get($page);
    my $got = $c->get($page, range('bytes=0-9'));
    is($got->status, 404, '14.2 only where the status would be 200');
    is($got->body, $BODY, '14.2 else the whole');
}

# RFC 9110 section 15.3.7.2.
sub several {
    my ($c) = @_;
    my $page = whole($c);
    my $got = $c->get($page, range('bytes=0-9,100-109'));
    is($got->status, 206, 'a status of 206');
    my ($boundary) = ($got->field('Content-Type') // '')
        =~ m{^multipart/byteranges; boundary="?([^"]+)"?$};
    my @parts = split /--\Q$boundary\E/, $got->body;
    for my $range ([0, 9], [100, 109]) {
        my ($first, $last) = @$range;
        my ($part) = grep {m{^Content-Range: bytes $first-$last/1000\r$}mi} @parts;
        like($part // '', qr/\r\n\r\n\Q@{[ bytes($first, $last) ]}\E\r\n/,
            "the part $first-$last");
    }
    is($c->asked($page), 1, 'the origin was asked once');
}

# RFC 9110 section 14.2: of the bytes that are sent, not of those behind them.
sub of_a_form {
    my ($c) = @_;
    my $text = $BODY x 10;
    my $page = $c->page(body => $text, fields => [@FRESH, @TAG]);
    my @gzip = ('Accept-Encoding', 'gzip');
    $c->get($page);
    my $form = $c->await_stored($page,
        sub { ($_[0]->field('Content-Encoding') // '') eq 'gzip' }, @gzip);
    my $got = $c->get($page, @gzip, range('bytes=10-19'));
    is($got->status, 206, '206 of the packed form');
    is($got->body, substr($form->body, 10, 10), 'its bytes');
    is($got->field('Content-Encoding'), 'gzip', 'told by its coding');
    is($got->field('ETag'), $form->field('ETag'), 'and tag');
    is($c->get($page, @gzip, range('bytes=10-19'), 'If-Range', '"v"')->status,
        200, 'If-Range with the tag of another form: the whole');
    is($c->get($page, range('bytes=10-19'))->body, substr($text, 10, 10),
        'and plain ones');
}

# The origin may not care for ranges: then there is a whole to store.
sub on_a_miss {
    my ($c) = @_;
    my $page = $c->page(body => $BODY, fields => [@FRESH, @TAG]);
    my $got = $c->get($page, range('bytes=0-9'));
    like(is_what($got), qr/^(?:200|206 0-9)$/, 'an answer of the whole');
    is($c->get($page)->body, $BODY, 'which is stored');
    is($c->asked($page), 1, 'as such');
}

# ---- 206 of the origin ----

sub part {
    my ($first, $last, @fields) = @_;
    return (
        status => 206, body => bytes($first, $last),
        fields => [@FRESH, 'Content-Range', "bytes $first-$last/1000",
            (@fields ? @fields : @TAG)],
    );
}

# A range from the origin.
sub fetched {
    my ($c, $page, $first, $last, @fields) = @_;
    $c->answer($page, part($first, $last, @fields));
    return is_what($c->get($page, range("bytes=$first-$last")));
}

# A range, when the origin has nothing but bad news.
sub stored {
    my ($c, $page, $range, @fields) = @_;
    $c->answer($page, status => 503, fields => ['Cache-Control', 'no-store']);
    return is_what($c->get($page, range("bytes=$range"), @fields));
}

sub a_part {
    my ($c) = @_;
    my $page = $c->page;
    is(fetched($c, $page, 100, 199), '206 100-199', 'a part comes');
    is(stored($c, $page, '100-199'), '206 100-199', 'again from the cache');
    is(stored($c, $page, '150-159'), '206 150-159', 'a part of it too');
    is(stored($c, $page, '150-159', 'If-Range', '"v"'), '206 150-159',
        'If-Range with its tag');
    is($c->asked($page), 1, 'the origin was asked once');
    is(stored($c, $page, '150-250'), 503, 'not what goes beyond');
    is(stored($c, $page, '150-159', 'If-Range', '"w"'), 503,
        'nor with another tag');
    is($c->get($page)->status, 503, '3.3: nor is it the whole');
    is($c->head($page)->status, 503, '3.3: not for HEAD either');
    $c->answer($page, body => $BODY, fields => [@FRESH, @TAG]);
    is(is_what($c->get($page)), 200, 'the whole');
    is(stored($c, $page, '700-709'), '206 700-709', 'takes its place');
}

# RFC 9111 section 3.4.
sub joined {
    my ($c) = @_;
    my $page = $c->page;
    fetched($c, $page, 100, 199);
    is(fetched($c, $page, 200, 299), '206 200-299', 'the next part');
    is(stored($c, $page, '150-250'), '206 150-250', 'both are one');
    is(fetched($c, $page, 50, 120), '206 50-120', 'one that overlaps in front');
    is(stored($c, $page, '60-290'), '206 60-290', 'is one with them');
    is(fetched($c, $page, 0, 999), '206 0-999', 'one around all');
    $c->answer($page, status => 503);
    is(is_what($c->get($page)), 200, 'has become the whole');

    $page = $c->page;
    fetched($c, $page, 500, 999);
    fetched($c, $page, 0, 499);
    $c->answer($page, status => 503);
    my $got = $c->get($page);
    is(is_what($got), 200, 'two halves: the whole');
    is($got->field('Content-Range'), undef, 'without Content-Range');
    is($got->field('Content-Length'), 1000, 'with its length');
}

sub not_joined {
    my ($c) = @_;
    my $page = $c->page;
    fetched($c, $page, 0, 99);
    fetched($c, $page, 200, 299);
    is(stored($c, $page, '90-210'), 503, 'with a gap between them');
    $page = $c->page;
    fetched($c, $page, 0, 99);
    fetched($c, $page, 100, 199, 'ETag', '"w"');
    is(stored($c, $page, '90-110'), 503, 'of another tag');
    is(stored($c, $page, '0-9', 'If-Range', '"w"'), 503,
        'the older one is not taken for it');
}

sub not_stored {
    my ($c) = @_;
    my %of = part(100, 199);
    my @fields = (@FRESH, 'Content-Range', 'bytes 100-199/1000');
    for my $case (
        ['3.4 without a validator', fields => [@fields]],
        ['3.4 with a weak one', fields => [@fields, 'ETag', 'W/"v"']],
        ['14.4 without Content-Range', fields => [@FRESH, @TAG]],
        ['14.4 of unknown length', fields => [@FRESH, @TAG, 'Content-Range', 'bytes 100-199/*']],
        ['14.4 that contradicts itself', fields => [@FRESH, @TAG, 'Content-Range', 'bytes 199-100/1000']],
        ['14.4 beyond the whole', fields => [@FRESH, @TAG, 'Content-Range', 'bytes 100-199/150']],
        ['14.4 of another length', body => 'short', fields => [@fields, @TAG]],
        ['no-store', fields => ['Cache-Control', 'no-store', 'Content-Range', 'bytes 100-199/1000', @TAG]],
        ['cut short', cut => 10, fields => [@fields, @TAG]],
    ) {
        my ($name, %changed) = @$case;
        my $page = $c->page(%of, %changed);
        $c->get($page, range('bytes=100-199'));
        is(stored($c, $page, '100-199'), 503, $name);
    }
}

# RFC 9111 section 3.3: a part on its way is no answer to a plain GET.
sub waits {
    my $origin = RProxy::Origin->listen('origin_b', limit => 30);
    my ($part, $whole) = map { RProxy::Client->to('t44_waits', limit => 30) } 1, 2;
    my $head = sprintf "GET /%d-%d HTTP/1.1\r\nHost: localhost\r\n", time, $$;
    $part->send("${head}Range: bytes=0-99\r\n\r\n");
    my $first = $origin->accept;
    $first->read_request;
    $first->send("HTTP/1.1 206 Part\r\nCache-Control: max-age=600\r\nETag: \"v\"\r\n"
            . "Content-Range: bytes 0-99/1000\r\nContent-Length: 100\r\n\r\n"
            . bytes(0, 49));
    $part->fill('a part') until $part->pending =~ /abc/;
    $whole->send("$head\r\n");
    my $second = $origin->accept;
    is($second->read_request->field('Range'), undef, 'the whole is asked for');
    $second->reply(200, $BODY, @FRESH, @TAG);
    is(is_what($whole->read_response), 200, 'and comes');
    $first->send(bytes(50, 99));
    is(is_what($part->read_response), '206 0-99', 'and so does the part');
}
