#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# files=first: a file has all that httpd gives it (validators, conditions,
# ranges), turn by turn with what is proxied on the same connection.
# t/14-routing-httpd.t says which way each path goes.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Routing ();

my %FILES = (
    '/routing/file.txt'   => "a file\n",
    '/routing/dir/'       => "an index\n",    # mod_dir
    '/elsewhere/file.txt' => "a file\n",      # mod_alias
);

plan tests => 15 * keys(%FILES) + 9;

my $origin = RProxy::Routing::origin('a');
my $client = RProxy::Client->to('t74_files');

# The next request of this connection goes to the origin.
sub is_followed_by_proxied {
    my ($name) = @_;
    is($client->get('/none')->body, 'a /none', "$name: then a proxied one");
    return;
}

for my $path (sort keys %FILES) {
    my $body = $FILES{$path};
    my $whole = $client->get($path);
    is($whole->status, 200, "$path: 200");
    is($whole->body, $body, "$path: its bytes");
    my $etag = $whole->field('ETag');
    like($etag, qr/^"[^"]+"$/, "$path: a validator");
    is_followed_by_proxied($path);

    my $same = $client->get($path, 'If-None-Match' => $etag);
    is($same->status, 304, "$path, If-None-Match: 304");
    is($same->field('ETag'), $etag, "$path, If-None-Match: its validator");
    is($client->get($path, 'If-None-Match' => '"other"')->status, 200,
        "$path, If-None-Match of another: 200");
    is($client->get($path, 'If-Modified-Since' =>
            $whole->field('Last-Modified'))->status, 304,
        "$path, If-Modified-Since: 304");
    is_followed_by_proxied("$path, 304");

    my $part = $client->get($path, Range => 'bytes=1-3');
    is($part->status, 206, "$path, Range: 206");
    is($part->body, substr($body, 1, 3), "$path, Range: its bytes");
    is($part->field('Content-Range'), 'bytes 1-3/' . length $body,
        "$path, Range: which ones");
    is($client->get($path, Range => 'bytes=99-')->status, 416,
        "$path, Range behind its end: 416");

    my $head = $client->ask(HEAD => $path);
    is($head->field('Content-Length'), length $body, "$path, HEAD: a length");
    is_followed_by_proxied("$path, HEAD");
}

is($client->get('/routing/none.txt')->body, 'a /routing/none.txt',
    'no such file: the origin');
{
    my $part = $client->get('/routing/none.txt', Range => 'bytes=2-9');
    is($part->status, 206, 'a range of what the origin sent whole: 206');
    is($part->body, '/routing', 'a range of what the origin sent whole: it');
    is($part->field('Content-Range'), 'bytes 2-9/19',
        'a range of what the origin sent whole: which one');
}
is($client->get('/routing/moved/x')->body, 'a /routing/other/x',
    '.htaccess: rewritten, then proxied');
my $away = $client->get('/routing/away');
is($away->status, 302, '.htaccess: a redirect');
is($away->field('Location'), 'https://away.example/', '.htaccess: to there');
is($client->get('/routing/locked/file.txt')->status, 403,
    '.htaccess: closed');
is_followed_by_proxied('.htaccess');
