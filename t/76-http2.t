#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Clients of HTTP/2 over TLS, by mod_http2 and mod_ssl: their streams are
# proxied like any request.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::MD5 qw(md5_hex);
use File::Temp qw(tempdir);
use RProxy::Driver ();
use RProxy::Origin ();
use RProxy::Vars ();

plan skip_all => 'needs an MPM with threads: mod_http2 has no other'
    unless RProxy::Driver::has_threads();
plan skip_all => 'needs curl with HTTP/2'
    unless `curl -V 2>&1` =~ /^Features:.*\bHTTP2\b/m;

my $STREAMS = 20;
my $MIB     = 1024 * 1024;

plan tests => 4 + 4 + 4 + 4 + 3 + 1 + 5;

my $folder = tempdir(CLEANUP => 1);
my $base   = 'https://127.0.0.1:' . RProxy::Vars::value('t76_http2_port');
my @CURL   = qw(curl -s -S -k --http2 --max-time 20);

sub bytes {
    my ($size, $prime) = @_;
    return substr join('', map { chr($_ * $_ % $prime) } 1 .. 99_991)
        x (1 + $size / 99_991), 0, $size;
}

sub write_file {
    my ($name, $bytes) = @_;
    open my $out, '>:raw', "$folder/$name" or die "$name: $!";
    print $out $bytes;
    close $out or die "$name: $!";
    return "$folder/$name";
}

sub read_file {
    my ($name) = @_;
    open my $in, '<:raw', "$folder/$name" or return '';
    local $/;
    return scalar(<$in>) // '';
}

# Begins curl; what it wrote about each response is in <$out>.
sub begin {
    my (@arguments) = @_;
    open my $out, '-|', @CURL, '-w',
        '%{http_version} %{http_code} %{num_connects}\n', @arguments
        or die "curl: $!";
    return $out;
}

# [version, status, connects] of each response, and curl's end.
sub end {
    my ($out) = @_;
    my @lines = map { [split] } <$out>;
    close $out;
    return ($? >> 8, @lines);
}

# One request.
sub ask {
    my ($target, @arguments) = @_;
    unlink "$folder/body";
    my ($failed, $line) =
        end(begin('-o', "$folder/body", @arguments, "$base$target"));
    return (failed => $failed, version => $line->[0], status => $line->[1],
        body => read_file('body'));
}

my $LARGE  = bytes(5 * $MIB, 251);
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my $target = $request->{target};
        if ($target eq '/large') {
            $c->reply(200, $LARGE);
        }
        elsif ($target eq '/chunks') {
            $c->reply_chunked(200, [ unpack '(a65521)*', $LARGE ]);
        }
        elsif ($target eq '/none') {
            $c->reply(404, 'none here');
        }
        elsif ($request->{method} eq 'HEAD') {
            $c->send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
        }
        else {
            $c->reply(200, join ' ', $request->{method}, $target,
                length $request->body, md5_hex($request->body));
        }
    }
});

{
    my %got = ask('/x');
    is($got{failed},  0,   'GET');
    is($got{version}, 2,   'GET: by HTTP/2');
    is($got{status},  200, 'GET: 200');
    like($got{body}, qr{^GET /x 0 }, 'GET: from the origin');
}
for my $case (
    ['a length',  ()],
    ['no length', '-H', 'Content-Length:'],
) {
    my ($name, @arguments) = @$case;
    my $body = bytes($MIB, 241);
    my %got  = ask('/up', @arguments, '-H', 'Content-Type: x/y',
        '--data-binary', '@' . write_file(up => $body));
    is($got{status}, 200, "POST, $name: 200");
    is($got{body}, "POST /up $MIB " . md5_hex($body),
        "POST, $name: all of it");
}
for my $target ('/large', '/chunks') {
    my %got = ask($target);
    is("$got{failed} $got{version} $got{status}", '0 2 200', "$target: 200");
    ok($got{body} eq $LARGE, "$target: byte for byte");
}
{
    my %got = ask('/none');
    is("$got{failed} $got{version} $got{status}", '0 2 404', 'not found');
    is($got{body}, 'none here', 'not found: with its body');
    %got = ask('/static/none');
    is("$got{failed} $got{version} $got{status}", '0 2 404', "httpd's own 404");
    %got = ask('/static/hello.txt');
    is($got{body}, "Hello from a file.\n", 'a file beside the route');
}
{
    my %got = ask('/head', '-I');
    is("$got{failed} $got{version} $got{status}", '0 2 200', 'HEAD');
    like($got{body}, qr{^HTTP/2 200\b}, 'HEAD: the head');
    like($got{body}, qr{^content-length: 1234\r$}m, 'HEAD: with its length');
}
is_deeply($origin->errors, [], 'the origin saw nothing odd');
$origin->stop;

# The first ones wait for each other and are answered in reverse; mod_http2
# itself decides how many more of a connection's streams it runs at once.
my $slow = RProxy::Origin->listen('origin_a', limit => 10);
my $curl = begin('-Z', '--parallel-max', $STREAMS,
    map { ('-o', "$folder/stream$_", "$base/stream/$_") } 1 .. $STREAMS);
my @waiting = map { arrived() } 1 .. 4;
is(scalar @waiting, 4, 'streams wait for the origin side by side');
answer($_) for reverse @waiting;
answer(arrived()) for @waiting + 1 .. $STREAMS;
my ($failed, @lines) = end($curl);
is($failed, 0, 'all are answered');
is(scalar(grep {"@$_[0, 1]" eq '2 200'} @lines), $STREAMS, 'all with 200');
my $connects = 0;
$connects += $_->[2] for @lines;
is($connects, 1, 'all on one connection');
is(join('|', map { read_file("stream$_") } 1 .. $STREAMS),
    join('|', map {"for /stream/$_"} 1 .. $STREAMS), 'each its own');

sub arrived {
    my $c = $slow->accept;
    return [$c, $c->read_request];
}

sub answer {
    my ($c, $request) = @{ $_[0] };
    $c->reply(200, "for $request->{target}", Connection => 'close');
    $c->close;
    return;
}
