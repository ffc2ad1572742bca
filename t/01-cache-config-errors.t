#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Every mistake in a directive of the cache is refused by "httpd -t" with the
# line, the directive, the bad value and what would be right.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::ConfigTest ();

my $SIZE  = 'RProxyCacheSize 1m';
my @TIMES = map {"RProxyCache$_"} qw(Default Min Max Errors KeepStale Revalidate
    Wait);
my @FLAGS = ('RProxyCache', map {"RProxyCache$_"} qw(Status WordPress LiteSpeed QueryStrip));
my @WORDS = map {"RProxyCache$_"} qw(Bypass NoStore QueryIgnore QueryKeep Key
    Ignore Compress Target Purge);

my @MISTAKES = (

    # of the whole server
    ['RProxyCacheSize' => 'RProxyCacheSize takes one argument, size[k|m|g]'],
    ['RProxyCacheSize 64x' =>
        q{RProxyCacheSize: '64x' is wrong: expected a size in bytes from 1048576}],
    ['RProxyCacheBackground 0' =>
        q{RProxyCacheBackground: '0' is wrong: expected a whole number from 1 to 256}],
    ['RProxyCacheBackground 257' => q{RProxyCacheBackground: '257' is wrong}],
    ['RProxyCacheSize 1023k' => q{RProxyCacheSize: '1023k' is wrong}],
    ['RProxyCacheSize 16385g' => q{RProxyCacheSize: '16385g' is wrong}],
    ['RProxyCacheMaxObject 1023' =>
        q{RProxyCacheMaxObject: '1023' is wrong: expected a size in bytes from 1024}],
    ['RProxyCacheMaxObject big' => q{RProxyCacheMaxObject: 'big' is wrong}],
    ['RProxyCacheFile' => 'RProxyCacheFile takes one argument, path'],
    (map {
        my $name = (split)[0];
        (   ["<VirtualHost *>\n>>$_\n</VirtualHost>" =>
                "$name cannot occur within <VirtualHost> section"],
            ["<Location />\n>>$_\n</Location>" =>
                "$name not allowed in <Location> context"])
    } $SIZE, 'RProxyCacheMaxObject 1m', 'RProxyCacheFile x', 'RProxyCacheBackground 4'),

    # kinds of values
    (map {
        (   [$_ => "$_ takes one argument, time: "],
            ["$_ soon" => "$_: 'soon' is wrong: expected a time in seconds from "
                . '0 to 31536000 (or with a unit'],
            ["$_ 1d" => "$_: '1d' is wrong"],
            ["$_ -1" => "$_: '-1' is wrong"],
            ["$_ 31536001" => "$_: '31536001' is wrong"])
    } @TIMES),
    (map {
        (   [$_ => "$_ takes one argument, On or Off: "],
            ["$_ maybe" => "$_: 'maybe' is wrong: expected On or Off"])
    } @FLAGS),
    (map { [$_ => "$_ requires at least one argument, "] } @WORDS),
    ['RProxyCacheHeuristic' => 'RProxyCacheHeuristic takes 1-2 arguments'],
    ['RProxyCacheHeuristic 101%' =>
        q{RProxyCacheHeuristic: '101' is wrong: expected a whole number from 0 to 100}],
    ['RProxyCacheHeuristic ten' => q{RProxyCacheHeuristic: 'ten' is wrong}],
    ['RProxyCacheHeuristic 10 1d' =>
        q{RProxyCacheHeuristic: '1d' is wrong: expected a time}],

    # rules
    (map {
        my $name = $_;
        map {
            my ($rule, $text) = @$_;
            ["$name $rule" => "$name: $text"]
        } ['wp_*', q{'wp_*' is wrong: expected cookie=NAME, path=/PATH, query=NAME}],
            ['cookie=', q{'cookie=' is wrong: expected cookie=NAME}],
            ['cooky=x', q{unknown key 'cooky', did you mean 'cookie'? (known: }],
            ['cookie=a=b', q{'cookie=a=b' is wrong: expected cookie=NAME, a name alone}],
            ['path=admin', q{'path=admin' is wrong: expected path=/PATH or path=*PATH}],
            ['query=a=1', q{'query=a=1' is wrong: expected query=NAME, a name alone}],
            ['"header=a b"', q{'header=a b' is wrong: expected header=NAME or}],
            ['header=X-*', q{'header=X-*' is wrong: expected header=NAME or}],
            ['method=get', q{'method=get' is wrong: expected method=NAME in capital}],
            ['"expr=%{HTTP_X"', q(expression '%{HTTP_X': syntax error)]
    } 'RProxyCacheBypass', 'RProxyCacheNoStore'),
    ['RProxyCacheBypass cookie=a path' => q{RProxyCacheBypass: 'path' is wrong}],

    # keys
    ['RProxyCacheQuery sort' =>
        q{RProxyCacheQuery: unknown word 'sort', did you mean 'sorted'? (known: as-is, }],
    ['RProxyCacheKey path=/x' =>
        q{RProxyCacheKey: unknown key 'path' (known: cookie, header, expr)}],
    ['RProxyCacheKey no-hots' =>
        q{RProxyCacheKey: 'no-hots' is wrong: expected cookie=NAME, header=NAME, }
            . q{expr=EXPRESSION, no-host or no-scheme}],
    ['RProxyCacheKey "expr=%{none:x}"' =>
        q(RProxyCacheKey: expression '%{none:x}': Function 'none' does not exist)],

    # the rest
    ['RProxyCacheIgnore set-cooky' =>
        q{RProxyCacheIgnore: unknown word 'set-cooky', did you mean 'set-cookie'?}],
    ['RProxyCacheIgnore vary=' =>
        q{RProxyCacheIgnore: 'vary=' is wrong: expected vary=FIELD}],
    ['RProxyCacheIgnore "vary=a b"' => q{RProxyCacheIgnore: 'vary=a b' is wrong}],
    ['RProxyCacheCompress zstd' =>
        q{RProxyCacheCompress: unknown coding 'zstd' (known: off, gzip, br)}],
    ['RProxyCacheTarget "a b"' =>
        q{RProxyCacheTarget: 'a b' is wrong: expected the name of a field}],
    ['RProxyCachePurge localhost' =>
        q{RProxyCachePurge: 'localhost' is wrong: expected from=ADDRESS or secret=}],
    ['RProxyCachePurge form=127.0.0.1' =>
        q{RProxyCachePurge: unknown key 'form', did you mean 'from'?}],
    ['RProxyCachePurge from=host.example' =>
        q{RProxyCachePurge: 'host.example' is wrong: expected an address or network}],
    ['RProxyCachePurge from=10.0.0.0/33' => q{RProxyCachePurge: '10.0.0.0/33' is}],
);

# The secret itself is not repeated, in logs that others may read.
my $SECRET = 'RProxyCachePurge secret=tooshort';

my @WARNINGS = (
    ['RProxyCache On' => 'RP2002: RProxyCache On without a cache: set '
        . 'RProxyCacheSize, 256m for example, in the main server configuration'],
    ["<VirtualHost *>\nRProxyCache On\n</VirtualHost>" => 'RP2002: '],
);

my @GOOD = (
    "$SIZE\nRProxyCache On",
    "$SIZE\nRProxyCacheBackground 256\nRProxyCacheMaxObject 1k\nRProxyCacheFile logs/cache",
    (map {"$_ 0\n$_ 500ms\n$_ 31536000"} @TIMES),
    (map {"RProxyCacheSize 2g\n$_ On\n$_ off"} @FLAGS),
    "RProxyCacheHeuristic 0\nRProxyCacheHeuristic 20% 1h",
    "RProxyCacheBypass cookie=a* path=*/x/* query=b header=X-A header=X-B:*1* "
        . "method=HEAD \"expr=%{REQUEST_URI} =~ /x/\"\nRProxyCacheNoStore path=/*",
    "RProxyCacheQuery sorted\nRProxyCacheQueryIgnore utm_* x\nRProxyCacheQueryKeep id",
    'RProxyCacheKey cookie=lang header=X-Device "expr=%{HTTPS}" no-host no-scheme',
    "RProxyCacheIgnore set-cookie cache-control private no-store request "
        . "authorization vary=User-Agent\nRProxyCacheIgnore nothing",
    "RProxyCacheCompress off\nRProxyCacheCompress gzip br",
    'RProxyCacheTarget Example-CDN-Cache-Control CDN-Cache-Control',
    'RProxyCachePurge from=127.0.0.1 from=2001:db8::/32 secret=0123456789abcdef',
    "<Location /x>\nRProxyCacheMax 1h\n</Location>",
);

my $configtest = RProxy::ConfigTest->new;
plan tests => 3 * @MISTAKES + 3 + 2 * @WARNINGS + 2 * @GOOD;

$configtest->refuses(@$_) for @MISTAKES;
my ($status, $said) = $configtest->run($SECRET);
isnt($status, 0, 'a short secret is refused');
like($said, qr/expected a secret of 16 characters or more/, '... with the reason');
unlike($said, qr/tooshort/, '... but not repeated');
$configtest->warns(@$_) for @WARNINGS;
$configtest->takes($_)  for @GOOD;
