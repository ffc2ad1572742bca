#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Requests that httpd answers itself, on connections and beside routes that are
# ours: CGI, files, passwords, error documents, includes, server-status.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::MD5 qw(md5_hex);
use Fcntl qw(LOCK_EX);
use MIME::Base64 qw(encode_base64);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Echo ();
use RProxy::Routing ();
use RProxy::Server ();

my $VHOST   = 't74_handoff';
my $SCRATCH = Apache::Test::vars('scratch');

# So many programs leave no thread free; the loop needs none.
my $HELD = RProxy::Driver::is_loop() ? 24 : 0;

plan tests => 2 + ($HELD ? 4 : 0) + 9 + 11 + 10 + 9 + 3 + 4 + 9;

my $origin = RProxy::Routing::origin('a');

sub client { return RProxy::Client->to($VHOST, limit => 10) }

sub write_file {
    my ($name, $text) = @_;
    my $path = "$SCRATCH/74-handoff.$name";
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    chmod 0666, $path or die "$path: $!";
    return $path;
}

# ---- CGI programs that take their time ----

{
    my @clients = map { client() } 1 .. 40;
    for my $i (0 .. $#clients) {
        $clients[$i]->send("GET /cgi/slow.sh?$i HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    my @got;
    for my $client (@clients) {
        push @got, $client->read_response;
        $client->close;    # the worker MPM keeps a thread for it till then
    }
    is_deeply([map { $_->status } @got], [(200) x 40],
        '40 slow programs at once: all are answered');
    is_deeply([map { $_->body } @got], [map {"slow $_"} 0 .. 39],
        '40 slow programs at once: each to its client');
}

hold_all_threads() if $HELD;

sub hold_all_threads {
    my $begun = write_file(begun => '');
    my $gate  = write_file(gate  => '');
    open my $lock, '<', $gate or die "$gate: $!";
    flock $lock, LOCK_EX or die "$gate: $!";
    my @clients = map { client() } 1 .. $HELD;
    for my $i (0 .. $#clients) {
        $clients[$i]->send("GET /cgi/held.sh?$i HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    RProxy::Server::await(sub { lines_of($begun) >= 8 }, 'programs to begin');
    my $other = client();
    is($other->get('/x')->body, 'a /x', 'programs are held: a proxied request');
    is($other->get('/y')->body, 'a /y', 'programs are held: and one more');
    close $lock or die "$gate: $!";
    my @got = map { $_->read_response } @clients;
    is_deeply([map { $_->body } @got], [map {"held $_"} 0 .. $HELD - 1],
        'programs go on: all are answered');
    is(client()->get('/x')->body, 'a /x', 'programs go on: so is the rest');
    return;
}

sub lines_of {
    my ($path) = @_;
    open my $in, '<', $path or die "$path: $!";
    return scalar(my @lines = <$in>);
}

# ---- one connection, all kinds of requests ----

{
    my @asked = (
        '/one'              => 'a /one',
        '/cgi/slow.sh?two'  => 'slow two',
        '/three'            => 'a /three',
        '/static/file.txt'  => "a static file\n",
        '/static/sorry.txt' => "Sorry.\n",
        '/cgi/slow.sh?six'  => 'slow six',
        '/cgi/slow.sh?7'    => 'slow 7',
        '/eight'            => 'a /eight',
    );
    my ($requests, @expected) = ('');
    while (my ($target, $body) = splice @asked, 0, 2) {
        $requests .= "GET $target HTTP/1.1\r\nHost: a\r\n\r\n";
        push @expected, $body;
    }
    my $client = client();
    $client->send($requests);
    is($client->read_response->body, $_, 'pipelined: ' . s/\n//r)
        for @expected;
    is($client->get('/nine')->body, 'a /nine', 'and the connection stays');
}

# ---- bodies for CGI programs ----

{
    my $client = client();
    for my $size (1, 8192, 100_000, 1_000_000) {
        my $body = join '', map { chr($_ % 251) } 1 .. $size;
        my $got  = $client->ask(POST => '/cgi/digest.sh', [], $body);
        is($got->status, 200, "a body of $size bytes: 200");
        is(substr($got->body, 0, 32), md5_hex($body), 'arrives whole');
    }
    my $body = join '', map { chr($_ % 241) } 1 .. 150_000;
    $client->send("POST /cgi/digest.sh HTTP/1.1\r\nHost: a\r\n"
        . "Transfer-Encoding: chunked\r\n\r\n"
        . join('', map { sprintf "%x\r\n%s\r\n", length, $_ }
            unpack '(a9973)*', $body)
        . "0\r\n\r\n" . "GET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
    is(substr($client->read_response->body, 0, 32), md5_hex($body),
        'a body of chunks');
    is($client->read_response->body, 'a /behind',
        'a proxied request behind it');
    is($client->get('/cgi/slow.sh?end')->body, 'slow end',
        'and another program');
}

# ---- a password before a route ----

write_file(users => "user:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
{
    my $client = client();
    my $before = @{ $origin->requests };
    is($client->get('/secret/x')->status, 401, 'no password: 401');
    my $got = $client->get('/secret/x', Authorization => basic('user:wrong'));
    is($got->status, 401, 'a wrong password: 401');
    is($got->field('WWW-Authenticate'), 'Basic realm="secret"', 'which one');
    is(scalar @{ $origin->requests }, $before, 'none got to the origin');
    for my $i (1 .. 2) {
        $got = $client->get("/secret/$i",
            Authorization => basic('user:secret'));
        is($got->status, 200, "the password: 200");
        is($got->body, "a /secret/$i", "the password: from the origin");
    }
    is($client->get('/x')->body, 'a /x', 'a path without one');
    is($client->get('/secret/x')->status, 401, 'and again 401');
}

sub basic { return 'Basic ' . encode_base64($_[0], '') }

# ---- error documents ----

{
    my $client = client();
    for my $case (
        ['/static/none',     404, "Sorry.\n"],
        ['/static/sub/none', 404, 'a /sorry'],
        ['/dead/x',          502, "Sorry.\n"],
        ['/dead/sub/x',      502, 'a /sorry'],
    ) {
        my ($target, $status, $body) = @$case;
        my $got = $client->get($target);
        is($got->status, $status, "$target: $status");
        is($got->body, $body, "$target: its document");
    }
    is($client->get('/x')->body, 'a /x', 'the connection stays');
}

# ---- includes ----

{
    my $client = client();
    my $got    = $client->get('/static/page.shtml');
    is($got->status, 200, 'a page with includes');
    is($got->body,
        "before [a /part/x?y] between [a /part/z] after\n",
        'an include that is proxied');
    is($client->get('/x')->body, 'a /x', 'the connection stays');
}

# ---- server-status below a route for everything ----

{
    my $client = client();
    my $got    = $client->get('/server-status?auto');
    is($got->status, 200, 'server-status');
    like($got->body, qr/^Scoreboard: /m, 'from mod_status');
    is($client->get('/server-status-x')->body, 'a /server-status-x',
        'what only begins like it is the route\'s');
    is($client->get('/x')->body, 'a /x', 'as is the rest');
}

# ---- heads that are larger than our buffer ----

$origin->stop;
my $echo = RProxy::Echo->start('origin_a');
for my $case (
    ['one field of 100000 bytes',   1,   100_000],
    ['300 fields of 1000 bytes',    300, 1000],
) {
    my ($name, $n, $size) = @$case;
    my @fields = map { ("X-Large-$_" => chr(97 + $_ % 26) x $size) } 1 .. $n;
    my $client = RProxy::Client->to('t74_large_head', limit => 10);
    for my $time ('first', 'second') {
        my $seen = RProxy::Echo::seen($client->get("/$time", @fields));
        is($seen->{line}, "GET /$time HTTP/1.1", "$name: the $time time");
        is(join(',', map { $seen->field("X-Large-$_") // '' } 1 .. $n),
            join(',', map { $fields[2 * $_ - 1] } 1 .. $n),
            "$name: all of it");
    }
}
is(RProxy::Client->to($VHOST)->get('/', X => 'y' x 100_000)->status, 400,
    'where it is not allowed: refused');
