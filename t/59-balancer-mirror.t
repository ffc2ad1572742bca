#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyMirror: copies of requests go to another upstream, its answers are
# compared with those the clients got, and nothing it does, or does not do, is
# felt by a client.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use IO::Compress::Gzip ();
use Time::HiRes qw(time);
use RProxy::Admin ();
use RProxy::ConfigTest ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();

my @MISTAKES = (
    ['RProxyMirror' => q{RProxyMirror: expected Off, or the upstream}],
    ['RProxyMirror a/b' => q{'a/b' is wrong: expected Off, the name of an}],
    ['RProxyMirror u sample=0' => q{'0' is wrong: expected sample= from 0.1%}],
    ['RProxyMirror u sample=101%' => q{'101%' is wrong}],
    ['RProxyMirror u methods=GET,a=b' => q{'GET,a=b' is wrong}],
    ['RProxyMirror u compare mask=(' => q{'(' is wrong: expected mask= with a}],
    ['RProxyMirror u mask=a' => q{mask= is for what is compared: expected compare}],
    ['RProxyMirror u headers=a:b' => q{'a:b' is wrong: expected headers= with}],
    ['RProxyMirror u body=x' => q{'body=x' is wrong}],
    ['RProxyMirror u sampel=1' => q{unknown key 'sampel', did you mean 'sample'?}],
    ['RProxyMirrorLimit' => q{RProxyMirrorLimit: expected requests= or memory=}],
    ['RProxyMirrorLimit requests=0' => q{'requests=0' is wrong}],
);

plan tests => 3 * @MISTAKES + 2 + 79;

{
    my $test = RProxy::ConfigTest->new;
    $test->refuses(@$_) for @MISTAKES;
    $test->refuses_all("<RProxyUpstream next>\nRProxyMember http://127.0.0.1:9\n"
        . "</RProxyUpstream>\nRProxyMirror nxet",
        q{RProxyMirror at FILE:4: no upstream is named 'nxet', did you mean 'next'; expected});
}

# ---- two versions of a site ----

my $BIG = join '', map {"line $_ of a large page\n"} 1 .. 20_000;

# The same text in other bytes.
sub gzipped {
    my ($text, $new) = @_;
    my $out;
    IO::Compress::Gzip::gzip(\$text => \$out, -Level => $new ? 1 : 9,
        Name => $new ? 'b' : 'a') or die;
    return $out;
}

sub page {
    my ($c, $request, $new) = @_;
    my $target = $request->{target};
    my $nonce  = $new ? 'abcdef0123' : '9876';
    my $time   = $new ? '10:11:12' : '01:02:03';
    my $port   = RProxy::Origin::port($new ? 'origin_b' : 'origin_a');
    my @type   = ('Content-Type', 'text/html');
    if ($new && $target =~ /hang/)    { $c->hang; return 0 }
    if ($new && $target =~ /close/)   { return 0 }
    if ($new && $target =~ /garbage/) { $c->send("Evil\r\n\r\n"); return 0 }
    if ($new && $target =~ /cut/) {
        $c->send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf");
        return 0;
    }
    return $c->reply($new ? 500 : 200, 'x', @type) if $target =~ /status/;
    return $c->reply(200, 'x', 'Content-Type', $new ? 'text/plain' : 'text/html')
        if $target =~ /header/;
    return $c->reply(200, $new ? 'two' : 'one', @type) if $target =~ /body/;
    return $c->reply(200, qq(<input value="nonce=$nonce"> at $time\nend), @type)
        if $target =~ /masked/;
    return $c->reply(200, gzipped(qq(<p nonce=$nonce>\n) . $BIG, $new), @type,
        'Content-Encoding', 'gzip') if $target =~ /gzip/;
    return $c->reply(302, '', 'Location', "http://127.0.0.1:$port/elsewhere")
        if $target =~ /moved/;
    return $new ? $c->reply_chunked(200, [$BIG =~ /(.{1,7001})/gs], @type)
        : $c->reply(200, $BIG, @type) if $target =~ /big/;
    return $c->reply(200, $request->{body}, @type) if $request->{method} ne 'GET';
    return $c->reply(200, 'the same', @type, 'X-Version', $new ? 2 : 1);
}

sub origin {
    my ($name) = @_;
    my $new = $name eq 'origin_b';
    return RProxy::Origin->start($name, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            page($c, $request, $new) or return;
        }
    });
}

my ($old, $new) = map { origin($_) } qw(origin_a origin_b);
my ($port_a, $port_b) = map { RProxy::Origin::port($_) } qw(origin_a origin_b);

sub site {
    my (%o) = @_;
    my $limit = $o{limit} // '';
    return RProxy::Httpd->start(children => 1, max_children => 3, threads => 24,
        conf => <<"CONF");
<RProxyUpstream next>
    RProxyMember "http://127.0.0.1:$port_b"
</RProxyUpstream>
RProxyMirror next compare "mask=nonce=[0-9a-f]+" "mask=[0-9:]{8}"
$limit
RProxyTimeout first-byte=10s
RProxyPass "/" "http://127.0.0.1:$port_a"
<Location "/any">
    RProxyMirror next compare methods=GET,POST,PUT body=64k headers=X-Version
</Location>
<Location "/any/buffered">
    RProxyRequestBuffer 4k
</Location>
<Location "/drop">
    RProxyMirror next
</Location>
<Location "/off">
    RProxyMirror Off
</Location>
<Location "/hang">
    RProxyTimeout first-byte=2s
</Location>
<Location "/half">
    RProxyMirror "http://127.0.0.1:$port_b" sample=50%
</Location>
<Location "/rproxy-status">
    SetHandler rproxy-status
    RProxyPass "!"
</Location>
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
}

my $site = site();

sub report {
    my ($from) = @_;
    return RProxy::Status->of('', port => ($from // $site)->port)->{mirror};
}

# Until so many more are counted than before.  @return the report
sub await_count {
    my ($name, $n, $from) = @_;
    my $report;
    RProxy::Server::await(
        sub { $report = report($from); $report->{counts}{$name} >= $n },
        "$name to be $n", 10);
    return $report;
}

sub row {
    my ($report, $path) = @_;
    return (grep { $_->{path} eq $path } @{ $report->{urls} })[0];
}

my $asked = 0;

sub ask {
    my ($target, %o) = @_;
    my $client = ($o{of} // $site)->connect;
    my $response = $client->ask($o{method} // 'GET', $target,
        [Connection => 'close', @{ $o{fields} // [] }], $o{body});
    $client->close;
    return $response;
}

# ---- what is the same, and what is not ----

{
    is(ask('/same?a=1', fields => ['X-Request-ID', "id-$_"])->body, 'the same', 'same')
        for 1 .. 3;
    ask($_) for qw(/masked /moved /big /gzip);
    my $report = await_count(equal => 7);
    is($report->{counts}{different}, 0, 'the same: nothing differs');
    is(row($report, '/same')->{equal}, 3, 'the same: by path, without the query');
    is(row($report, '/masked')->{equal}, 1, 'nonces and times are masked');
    is(row($report, '/moved')->{equal}, 1, 'the name of the member does not count');
    is(row($report, '/big')->{equal}, 1, 'nor does how the body is cut');
    is(row($report, '/gzip')->{equal}, 1, 'nor how it is compressed');
    is(row($report, '/same')->{last}, undef, 'the same: no example');

    ask('/status', fields => ['X-Request-ID', 'id-of-status']);
    ask($_) for qw(/header /body /body);
    $report = await_count(different => 4);
    is_deeply([@{ row($report, '/status') }{qw(equal status header body failed)}],
        [0, 1, 0, 0, 0], 'status differs');
    is_deeply([@{ row($report, '/status')->{last} }{qw(part status copy_status)}],
        ['status', 200, 500], 'status: which');
    like(row($report, '/status')->{last}{request_id}, qr/^\S{8,}$/, 'status: an example');
    is_deeply([@{ row($report, '/header')->{last} }{qw(part header)}],
        ['header', 'Content-Type'], 'header differs: which');
    is(row($report, '/body')->{body}, 2, 'body differs');
    is($report->{urls}[0]{path}, '/body', 'what differs most comes first');
}

# ---- what the other upstream is sent ----

{
    my $n = @{ $new->requests };
    my $m = @{ $old->requests };
    ask('/same/x?q=1', fields => ['X-A' => 1, 'X-RProxy-Mirror', 'no']);
    ask('/same/y?q=1', fields => ['X-A' => 1, Cookie => 'a=b']);
    my $copy = $new->await_requests($n + 1)->[$n];
    my ($x, $y) = @{ $old->await_requests($m + 2) }[$m, $m + 1];
    is($copy->{target}, '/same/y?q=1', 'a client cannot ask for a copy of a copy');
    like($copy->{head}, qr/^X-RProxy-Mirror: 1\r$/m, 'a copy is marked');
    unlike($x->{head} . $y->{head}, qr/X-RProxy-Mirror/, 'the client\'s request is not');
    like($copy->{head}, qr/^Host: 127\.0\.0\.1:$port_b\r$/m, 'Host is its own');
    like($copy->{head}, qr/^Cookie: a=b\r$/m, 'fields are the client\'s');
    my ($id) = $y->{head} =~ /^X-Request-ID: (\S+)\r$/mi;
    like($copy->{head}, qr/^X-Request-ID: $id\r$/mi, 'the same request id');
    my $head = ask('/same/z', method => 'HEAD');
    is($head->status, 200, 'HEAD');
    is($new->await_requests($n + 2)->[$n + 1]{method}, 'HEAD', '... is copied');
}

# ---- methods and bodies ----

{
    my $n = @{ $new->requests };
    my $before = report()->{counts};
    is(ask('/same/post', method => 'POST', body => 'secret')->body, 'secret', 'POST');
    ask('/off/x');
    is(ask('/any/post', method => 'POST', body => 'x' x 50_000)->status, 200,
        'POST where it is asked for');
    my $copies = $new->await_requests($n + 1);
    is($copies->[$n]{target}, '/any/post', 'unsafe methods only where asked for');
    is($copies->[$n]{body}, 'x' x 50_000, 'with its body');
    await_count(equal => $before->{equal} + 1);

    ask('/any/buffered', method => 'PUT', body => 'y' x 30_000);
    is($new->await_requests($n + 2)->[$n + 1]{body}, 'y' x 30_000, 'buffered body');

    my $client = $site->connect;
    $client->send("POST /any/chunks HTTP/1.1\r\nHost: a\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    $client->send("4\r\ndefg\r\n0\r\n\r\n");
    is($client->read_response->body, 'abcdefg', 'chunks');
    my $copy = $new->await_requests($n + 3)->[$n + 2];
    is($copy->{body}, 'abcdefg', 'chunks: the copy has them');
    like($copy->{head}, qr/^Content-Length: 7\r$/m, 'chunks: and a length');

    is(length ask('/any/large', method => 'POST', body => 'z' x 70_000)->body, 70_000,
        'too large for a copy: the client has its answer');
    $client->send("POST /any/large HTTP/1.1\r\nHost: a\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n" . (sprintf("%x\r\n", 66_000)
        . 'z' x 66_000 . "\r\n") . "0\r\n\r\n");
    is(length $client->read_response->body, 66_000, '... in chunks as well');
    await_count(large => $before->{large} + 2);
    $client->send("POST /any/unfinished HTTP/1.1\r\nHost: a\r\n"
        . "Content-Length: 10\r\n\r\nabc");
    $client->close;
    my $report = await_count(unfinished => $before->{unfinished} + 1);
    is(scalar @{ $new->requests }, $n + 3, 'no copy of these');
    is(row($report, '/any/post')->{equal}, 1, 'headers=: only these are compared');
    ask('/any/version');
    $report = await_count(different => $before->{different} + 1);
    is(row($report, '/any/version')->{last}{header}, 'X-Version', '... that one');
}

# ---- without comparison; a part of them ----

{
    my $before = report()->{counts};
    ask('/drop/body');
    my $report = await_count(answered => $before->{answered} + 1);
    is($report->{counts}{different}, $before->{different}, 'dropped: not compared');
    is(row($report, '/drop/body'), undef, 'dropped: no row');
    my $drawn = $report->{counts}{sent} + $report->{counts}{busy};
    for (1 .. 4) {
        my $client = $site->connect;
        is(scalar(grep { $client->get('/half')->body eq 'the same' } 1 .. 50), 50,
            'sample: answers');
    }
    $report = report();
    my $half = $report->{counts}{sent} + $report->{counts}{busy} - $drawn;
    cmp_ok($half, '>', 60, 'sample: some of them');
    cmp_ok($half, '<', 140, 'sample: and others not');
}

# ---- an upstream in any state ----

for my $state (qw(hang garbage close cut)) {
    my $before = report()->{counts};
    my $begun = time;
    my $client = $site->connect;
    my @bodies = map { $client->get("/$state/$_")->body } 1 .. 5;
    cmp_ok(time - $begun, '<', 2, "$state: clients do not wait");
    is_deeply(\@bodies, [('the same') x 5], "$state: and have their answers");
    my $report = await_count(different => $before->{different} + 5);
    is(row($report, "/$state/1")->{failed}, 1, "$state: the copy failed");
}

# ---- bounds ----

{
    my $small = site(limit => 'RProxyMirrorLimit requests=2 memory=16k');
    my $client = $small->connect;
    is($client->get("/hang/$_")->body, 'the same', "bounds: answer $_") for 1 .. 6;
    my $counts = report($small)->{counts};
    is_deeply([@$counts{qw(sent busy)}], [2, 4], 'bounds: copies under way');
    await_count(different => 2, $small);
    is($client->ask(POST => '/any/memory', [], 'm' x 40_000)->body, 'm' x 40_000,
        'bounds: a body');
    $counts = await_count(memory => 1, $small)->{counts};
    is($counts->{sent}, 2, 'bounds: memory');
    $client->ask(POST => '/any/memory', [], 'm' x 10_000);
    is(await_count(sent => 3, $small)->{counts}{memory}, 1,
        'bounds: room for a smaller one');
    await_count(equal => 1, $small);
    my $hung = $small->connect;
    is($hung->get('/hang/last')->body, 'the same', 'the end of a child: a copy hangs');
    my @children = $small->children;
    $small->restart_gracefully;
    $hung->close;
    $client->close;
    ok($small->await_gone(\@children, 5), 'the end of a child: does not wait for it');
    my $report = report($small);
    is(row($report, '/any/memory')->{equal}, 1, 'restart: the report is kept');
    is_deeply($small->complaints, [], 'bounds: nothing in the log');
}

# ---- it is away; people ----

{
    undef $new;
    my $before = report()->{counts};
    is(ask('/same/away')->body, 'the same', 'it is away');
    await_count(different => $before->{different} + 1);
    my $ctl = "$FindBin::Bin/../mod_rproxy/rproxyctl --url http://127.0.0.1:"
        . $site->port . '/rproxy-admin';
    my $said = `$ctl mirror report 2>&1`;
    like($said, qr/compared\s+\d+ equal, \d+ different/, 'rproxyctl: counts');
    like($said, qr/^\s*0\s+0\s+0\s+2\s+0\s+.*body.*\/body$/m, 'rproxyctl: rows');
    like(`$ctl mirror clear 2>&1`, qr/forgotten/, 'rproxyctl: clear');
    my $report = report();
    is_deeply([$report->{counts}{sent}, scalar @{ $report->{urls} }], [0, 0],
        'all is forgotten');
    my $page = ask('/rproxy-status')->body;
    like($page, qr/copies that were sent/, 'the status page');
    is_deeply($site->complaints, [], 'nothing else in the log');
    is_deeply($old->errors, [], 'the origin saw no error');
}
