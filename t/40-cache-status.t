#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Cache-Status (RFC 9211): of what is stored, and of what passes by the cache;
# which offers to upgrade are a reason for that.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Httpd ();

my @FRESH = ('Cache-Control', 'max-age=600');
my @H2C   = (Connection => 'Upgrade, HTTP2-Settings', Upgrade => 'h2c',
    'HTTP2-Settings' => 'AAMAAABkAAQCAAAAAAIAAAAA');

my $cache = RProxy::Cache->start('t40_status_quick', 'origin_a');
for my $way (qw(quick checked)) {
    my $c = $cache->through("t40_status_$way");
    subtest "$way: Cache-Status"      => sub { cache_status($c) };
    subtest "$way: what passes by"    => sub { passed_by($c) };
    subtest "$way: offers to upgrade" => sub { offers($c) };
}
is_deeply($cache->origin->errors, [], 'the origin saw no error');
subtest 'where httpd would change to HTTP/2' => \&would_change;
done_testing();

# RFC 9211 section 2.
sub cache_status {
    my ($c) = @_;
    my $page = $c->page(body => 'x', fields => [@FRESH, 'Age', '100',
        'Cache-Status', 'Behind; hit, "Quoted, one"; fwd=miss']);
    my $first = $c->get("$page?a=1");
    is(($first->fields('Cache-Status'))[0] =~ /^Behind; hit/, 1,
        'members of caches behind come first');
    my $miss = $c->said($first);
    is($miss->{cache}, 'rproxy', 'section 2: the name of this cache');
    is($miss->{hit}, undef, '2.1: no hit');
    is($miss->{fwd}, 'uri-miss', '2.2: fwd');
    is($miss->{stored}, 1, '2.5: stored');
    is($miss->{ttl}, 500, '2.4: ttl counts the Age');
    my $hit = $c->said($c->get("$page?a=1"));
    is($hit->{hit}, 1, '2.1: hit');
    is($hit->{fwd}, undef, '2.2: no fwd');
    like($hit->{ttl}, qr/^(?:500|49\d)$/, '2.4: ttl');
    like($hit->{key} // '', qr{\Q$page\E\?a=1}, '2.7: key');

    $page = $c->page(fields => ['Cache-Control', 'no-store']);
    my $not = $c->said($c->get($page));
    is($not->{stored}, undef, '2.5: not stored');
    is($not->{detail}, 'no-store', '2.8: why, in detail');
    my $post = $c->said($c->ask(POST => $page, [], 'x'));
    is($post->{hit}, undef, 'POST: no hit');
    is($post->{fwd}, 'method', '2.2: fwd=method');
}

# Section 2.2: fwd=bypass, and why.
sub passed_by {
    my ($c) = @_;
    for my $case (
        ['if-match', 'If-Match', '"a"'],
        ['method-override', 'X-HTTP-Method-Override', 'DELETE'],
        ['upgrade', 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
        ['connection', 'Connection', 'X-Own'],
        ['cookie=session', 'Cookie', 'session=1'],
    ) {
        my ($why, @fields) = @$case;
        my $page = $c->page(fields => [@FRESH, 'ETag', '"a"']);
        my $said = $c->said($c->get($page, @fields));
        is($said->{fwd}, 'bypass', "$why: fwd=bypass");
        is($said->{hit} || $said->{stored}, undef, "$why: no hit, not stored");
        is($said->{detail}, $why, "$why: said in detail");
    }
    return;
}

# RFC 9110 section 7.8: one of HTTP/2 may be ignored, and changes no page.
sub offers {
    my ($c) = @_;
    my $page = $c->page(body => 'one', fields => \@FRESH);
    is($c->said($c->get($page, @H2C))->{stored}, 1, 'h2c: stored');
    is($c->said($c->get($page, @H2C))->{hit}, 1, 'h2c: a hit');
}

# A hit is sent as it is; on a loop the offer is ignored, elsewhere a fetch is
# left to the streams of HTTP/2.
sub would_change {
    my $httpd = RProxy::Httpd->start(
        modules => ['http2'],
        files   => { map { ("htdocs/$_/$_" => $_) } qw(quick checked) },
        conf    => <<'CONF',
Protocols h2c http/1.1
RProxyCacheSize 4m
RProxyCache On
RProxyCacheStatus On
RProxyCacheIgnore cache-control
RProxyCacheHeuristic 0
RProxyCacheDefault 600
<Location "/checked/">
    RProxyCacheDefault 500
</Location>
CONF
    );
    for my $way (qw(quick checked)) {
        is($httpd->connect->get("/$way/$way")->body, $way, "$way: stored");
        my $hit = $httpd->connect->get("/$way/$way", @H2C);
        is($hit->status, 200, "$way: a hit is no change of protocol");
        like($hit->field('Cache-Status'), qr/^rproxy; hit/, "$way: but a hit");
        my $client = $httpd->connect;
        $client->send("GET /$way/ HTTP/1.1\r\nHost: localhost\r\n"
            . "Connection: $H2C[1]\r\nUpgrade: h2c\r\n"
            . "HTTP2-Settings: $H2C[5]\r\n\r\n");
        like($client->read_until("\r\n"), qr{^HTTP/1\.1 (?:404|403|200|101) },
            "$way: a fetch is answered");
    }
    is_deeply($httpd->complaints, [], 'nothing odd in the log');
}
