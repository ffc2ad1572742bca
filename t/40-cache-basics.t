#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What is stored is sent again as it was: head, body, every status; to GET and
# HEAD; and the log and the environment say so.  From
# any content that httpd serves.  RFC 9111 sections 3 and 4.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Vars ();

my @FRESH = ('Cache-Control', 'max-age=600');
my $words = 0;

# About one request only, or about a range: see mod_rproxy_cache's storable.h.
my %NOT_STORED = map { $_ => 1 } 206, 304, 412, 416, 428, 429, 431, 511;

my $cache = RProxy::Cache->start('t40_quick', 'origin_a');

for my $way (qw(quick checked)) {
    my $through = $cache->through("t40_$way");
    subtest "$way: stored and sent again" => sub { again($through) };
    subtest "$way: HEAD"                  => sub { head_of($through) };
    subtest "$way: bodies"                => sub { bodies($through) };
    subtest "$way: fields"                => sub { fields($through) };
    subtest "$way: log and environment"   => sub { logged($through, $way) };
    subtest "$way: every status"          => sub { every_status($through) };
    subtest "$way: not stored"            => sub { not_stored($through) };
    subtest "$way: another host, another page" => sub { hosts($through) };
}
subtest 'one virtual host does not answer for another' => \&virtual_hosts;
subtest 'off by default'   => \&off;
subtest 'a static file'    => \&static_file;
subtest 'a CGI program'    => \&cgi;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub again {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH, 'X-Its', 'own']);
    my ($first, $second) = map { $c->get($page) } 1 .. 2;
    is($first->body, 'one', 'the first comes from the origin');
    is($first->field('Age'), undef, 'without Age');
    $c->answer($page, body => 'two', fields => \@FRESH);
    is($second->body, 'one', 'the second from the cache');
    is($c->get($page)->body, 'one', 'and the third');
    is($c->asked($page), 1, 'the origin was asked once');
    like($second->field('Age'), qr/^[0-3]$/, 'Age (section 5.1)');
    is($second->field('X-Its'), 'own', 'all fields are kept');
    is($second->field('Date'), $first->field('Date'), 'with the first Date');
    is($second->{reason}, $first->{reason}, 'and the same reason phrase');
    is($second->{length}, 3, 'and a length');
}

# RFC 9110 section 9.3.2, RFC 9111 section 4.
sub head_of {
    my ($c) = @_;
    my $page = $c->page(body => 'body', fields => [@FRESH]);
    my $head = $c->head($page);
    is($head->status, 200, 'HEAD first');
    is($head->field('Content-Length'), 4, 'says the length');
    ok(!$c->said($head)->{hit}, 'and comes from the origin');
    is($c->get($page)->body, 'body', 'a GET after it gets the body');
    is($c->asked($page), 2, 'from the origin, for there was none');
    $head = $c->head($page);
    ok($c->said($head)->{hit}, 'HEAD is answered from what GET has stored');
    is($head->field('Content-Length'), 4, 'with its length');
    is($head->body, '', 'and no body');
    is($c->asked($page), 2, 'without asking');
    is($c->get($page)->body, 'body', 'the connection goes on');
}

sub bodies {
    my ($c) = @_;
    my $large = join '', map { sprintf '%07d ', $_ } 1 .. 40_000;
    my $binary = join '', map { chr($_ % 256) } 1 .. 3000;
    for my $case (
        ['no body', body => ''],
        ['one byte', body => 'x'],
        ['binary', body => $binary],
        ['320 kB', body => $large],
        ['chunked', chunked => ['one, ', 'two, ', 'three']],
        ['chunked and empty', chunked => []],
        ['chunked, 320 kB', chunked => [$large =~ /(.{1,7000})/gs]],
    ) {
        my ($name, %answer) = @$case;
        my $page = $c->page(%answer, fields => [@FRESH, 'Content-Type',
            'application/octet-stream']);
        my $body = $answer{body} // join '', @{ $answer{chunked} };
        is($c->get($page)->body, $body, "$name: from the origin");
        my $again = $c->get($page);
        ok($again->body eq $body, "$name: from the cache, byte by byte");
        is($again->{length}, length $body, "$name: with its length");
        is($c->asked($page), 1, "$name: once");
    }
}

sub fields {
    my ($c) = @_;
    my $page = $c->page(body => 'x', fields => [@FRESH,
        'X-Two', 'a', 'X-Two', 'b', 'Connection', 'X-Hop', 'X-Hop', '1',
        'Link', '</a>; rel="b"', 'X-Empty', '', 'Trailer', 'X-End',
        'Server', 'its-own/1', 'Last-Modified', RProxy::Cache::date(-100)]);
    my ($first, $second) = map { $c->get($page) } 1 .. 2;
    is($c->asked($page), 1, 'asked once');
    is_deeply([$second->fields('X-Two')], [$first->fields('X-Two')],
        'lines of the same name stay as they were');
    is($second->field('X-Hop'), undef, 'fields of one hop (section 3.1)');
    is($second->field($_), $first->field($_), "$_ is kept")
        for qw(Link Server X-Empty Last-Modified Content-Type);
    isnt($second->field('X-Request-ID') // '', $first->field('X-Request-ID'),
        'the id of another request is not sent again');
    is(scalar(() = $second->fields('Date')), 1, 'one Date');
    is(scalar(() = $second->fields('Content-Length')), 1, 'one length');

    $page = $c->page(fields => \@FRESH, chunked => ['body'],
        trailers => "X-End: trailer\r\n",
        before => "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    ($first, $second) = map { $c->get($page) } 1 .. 2;
    is($c->asked($page), 1, 'asked once');
    is(scalar @{ $first->{interim} }, 1, '1xx: passed on');
    is_deeply($second->{interim}, [], '1xx: not sent again');
    is($second->{trailers}, '', 'trailers: not sent again');
    is($second->field('X-End'), undef, 'nor merged into the head');
    is($second->field('Link'), undef, 'nor the fields of the 1xx');
}

# ---- what it says of itself ----

sub line_of {
    my ($word) = @_;
    my $log = RProxy::Log->file('t40');
    $log->{begin} = 0;
    my $line = $log->await(qr/^\Q$word\E /);
    my %value = $line =~ /(\w+)=(\S+)/g;
    $value{status} = (split ' ', $line)[1];
    return \%value;
}

sub logged {
    my ($c, $way) = @_;
    my $page = $c->page(body => 'x', fields => [@FRESH]);
    my ($miss, $hit) = map {
        my $word = sprintf 'w%d-%d-%d', $$, time, ++$words;
        $c->get($page, 'X-Test', $word);
        line_of($word);
    } 1 .. 2;
    is($miss->{cache}, 'miss', 'miss: %{cache}^RP');
    is($miss->{miss}, 'miss', 'miss: the environment has cache-miss');
    is($miss->{hit}, '-', 'miss: and no cache-hit');
    is($hit->{cache}, 'hit', 'hit: %{cache}^RP');
    is($hit->{hit}, 'hit', 'hit: the environment has cache-hit');
    is($hit->{miss}, '-', 'hit: and no cache-miss');
    is($hit->{status}, 200, 'hit: the status is logged');
    is($hit->{handler} eq 'rproxy-cache' ? 'checked' : 'quick', $way,
        'hit: it went the way that this virtual host is for');
    my $word = "post-$$-" . ++$words;
    $c->ask(POST => $page, ['X-Test', $word], 'body');
    is(line_of($word)->{cache}, 'invalidated', 'POST: %{cache}^RP');
    $word = "no-store-$$-" . ++$words;
    $c->answer($page, fields => ['Cache-Control', 'no-store']);
    $c->get($page, 'X-Test', $word);
    my $line = line_of($word);
    is($line->{cache}, 'miss', 'not stored: %{cache}^RP');
    is($line->{reason}, 'no-store', 'not stored: %{cache_reason}^RP');
}

# ---- statuses ----

# RFC 9111 section 3: any final status with an explicit lifetime.
sub every_status {
    my ($c) = @_;
    my (@wrong, %seen);
    for my $status (200 .. 599) {
        my $has_body = $status != 204 && $status != 205 && $status != 304;
        my $body = $has_body ? "body of $status" : '';
        my $page = $c->page(status => $status, reason => "Its $status",
            body => $body, fields => [@FRESH, 'X-Status', $status,
                'Location', 'http://a.example/', 'WWW-Authenticate', 'X']);
        my ($first, $second) = map { $c->get($page) } 1 .. 2;
        my $asked = $c->asked($page);
        $seen{ $asked == 1 ? 'stored' : 'not stored' }++;
        push @wrong, "$status: asked $asked times"
            if $asked != ($NOT_STORED{$status} ? 2 : 1);
        push @wrong, "$status: " . difference($first, $second, $status, $body)
            if difference($first, $second, $status, $body);
    }
    is_deeply(\@wrong, [], 'section 3: every status as it was');
    is($seen{stored}, 400 - keys %NOT_STORED, 'stored');
}

sub difference {
    my ($first, $second, $status, $body) = @_;
    for my $response ($first, $second) {
        return 'came as ' . $response->status if $response->status != $status;
        return "body '" . $response->body . "'" if $response->body ne $body;
        return "reason '$response->{reason}'"
            if $response->{reason} ne "Its $status";
        return 'X-Status' if ($response->field('X-Status') // '') ne $status;
    }
    my ($one, $two) = map { my $r = $_; join ' ', sort grep {
        !/^(?:Age|Cache-Status|Connection|Keep-Alive|X-Request-ID)$/i } $r->names }
        $first, $second;
    return $one eq $two ? '' : "fields '$one' became '$two'";
}

sub not_stored {
    my ($c) = @_;
    for my $case (
        ['section 3: no lifetime and nothing to guess one from', {}],
        ['a body that was cut short', { body => 'x' x 5000, cut => 10,
            fields => [@FRESH] }],
        ['section 5.2.2.5: no-store',
            { fields => ['Cache-Control', 'max-age=60, no-store'] }],
        ['section 5.2.2.7: private',
            { fields => ['Cache-Control', 'max-age=60, private'] }],
        ['Set-Cookie', { fields => [@FRESH, 'Set-Cookie', 'a=b'] }],
        ['section 4.1: Vary: *', { fields => [@FRESH, 'Vary', '*'] }],
        ['section 4.1: * anywhere in Vary',
            { fields => [@FRESH, 'Vary', 'Accept, *'] }],
    ) {
        my ($name, $answer) = @$case;
        is($c->verdict($answer), 'miss', $name);
    }
    my %ok = (body => 'one', fields => [@FRESH]);
    my $page = $c->page(%ok);
    $c->get($page, 'Authorization', 'Basic YTpi');
    $c->get($page, 'Authorization', 'Basic YTpi');
    is($c->asked($page), 2, 'section 3.5: a request with Authorization');
    for my $word (qw(public must-revalidate s-maxage=60)) {
        $page = $c->page(body => 'one',
            fields => ['Cache-Control', "max-age=60, $word"]);
        $c->get($page, 'Authorization', 'Basic YTpi');
        is($c->get($page)->body, 'one', "section 3.5: with $word");
        is($c->asked($page), 1, "section 3.5: $word allows it");
    }
    $page = $c->page(%ok);
    $c->ask($_, $page, [], 'x') for qw(POST PUT DELETE PATCH UNKNOWN);
    is($c->verdict(\%ok), 'hit', 'a GET beside them is stored');
    $c->get($page);
    is($c->asked($page), 6, 'other methods are not');
}

# RFC 9111 section 2: the key is the target URI, with its authority.
sub hosts {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => [@FRESH]);
    $c->get($page, Host => $_) for qw(a.example b.example a.example b.example);
    is($c->asked($page), 2, 'two names, two pages');
    $c->get("$page?x=1", Host => 'a.example');
    $c->get("$page?x=2", Host => 'a.example');
    is($c->asked("$page?x=$_"), 1, "the query counts: x=$_") for 1, 2;
}

sub virtual_hosts {
    my $page = $cache->page(body => 'one', fields => [@FRESH]);
    $cache->through("t40_$_")->get($page) for qw(quick checked quick checked);
    is($cache->asked($page), 2, 'each has asked for itself, once');
}

sub off {
    my $off  = $cache->through('t40_off');
    my $page = $off->page(body => 'one', fields => [@FRESH]);
    my $word = "off-$$";
    my ($first, $second) = map { $off->get($page, 'X-Test', $word) } 1 .. 2;
    is($off->asked($page), 2, 'nothing is stored');
    is($second->field('Age'), undef, 'no Age');
    is($second->field('Cache-Status'), undef, 'no Cache-Status');
    is(line_of($word)->{cache}, '-', 'nothing in the log');
}

# ---- content of httpd ----

sub static_file {
    my $folder = RProxy::Vars::value('scratch') . '/t40';
    mkdir $folder;
    chmod 0755, $folder;
    my $name = "file-$$.txt";
    write_file("$folder/$name", 'one');
    my $httpd = $cache->through('t40_httpd');
    my ($first, $second) = map { $httpd->get("/files/$name") } 1 .. 2;
    is($first->body, 'one', 'a file');
    is($httpd->said($first)->{stored}, 1, 'is stored');
    is($httpd->said($second)->{hit}, 1, 'and comes from the cache');
    write_file("$folder/$name", 'another');
    is($httpd->get("/files/$name")->body, 'one', 'after it has changed too');
    my $etag = $second->field('ETag');
    is($httpd->get("/files/$name", 'If-None-Match', $etag)->status, 304,
        'conditions hold');
    is($httpd->get("/files/$name", 'Cache-Control', 'no-cache')->body,
        'another', 'no-cache asks again');
    is($httpd->get("/files/$name")->body, 'another', 'for all');
    unlink "$folder/$name";
    is($httpd->get("/files/$name")->body, 'another', 'without the file');
}

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    chmod 0644, $path;
}

# It says nothing of a lifetime: RProxyCacheDefault.
sub cgi {
    my $httpd = $cache->through('t40_httpd');
    my $query = "q-$$-" . time;
    my $first = $httpd->get("/cgi-bin/slow.sh?$query");
    is($first->body, "slow $query", 'a CGI program');
    is($httpd->said($first)->{stored}, 1, 'is stored');
    my $second = $httpd->get("/cgi-bin/slow.sh?$query");
    is($second->body, "slow $query", 'again');
    is($httpd->said($second)->{hit}, 1, 'from the cache');
    ok(!$httpd->said($httpd->get("/cgi-bin/slow.sh?other-$query"))->{hit},
        'another query runs it again');
}
