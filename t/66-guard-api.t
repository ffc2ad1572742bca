#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Mistakes in the directives of credentials are refused by "httpd -t" with what
# would be right; conf/guard/api.conf does what it says.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha256_hex);
use RProxy::ConfigTest ();
use RProxy::Httpd ();
use RProxy::Origin ();

my $KEYS = 'RProxyGuardKeys x';
my $test = RProxy::ConfigTest->new;

$test->refuses(@$_) for
    ['RProxyGuardRequire' => 'expected key, jwt, signed-url'],
    ['RProxyGuardRequire keys' => q{'keys' is wrong: expected key, jwt, signed-url}],
    ['RProxyGuardRequire none key' => q{expected key, jwt, signed-url, forward-auth, or none alone}],
    ['RProxyGuardRequire realm=a' => 'expected key, jwt, signed-url'],
    ['RProxyGuardRequire key action=ban' => q{unknown action 'ban'}],
    ['RProxyGuardRequire key scop=a' => q{unknown key 'scop', did you mean 'scope'?}],
    ['RProxyGuardRequire key "realm=a\"b"' => 'a realm without quotes'],
    ['RProxyGuardKeys' => 'expected the path of a file'],
    ["$KEYS header=a:b" => q{'a:b' is wrong: expected header= and the name of a field}],
    ["$KEYS hide=perhaps" => q{'perhaps' is wrong}],
    ["$KEYS heder=a" => q{unknown key 'heder', did you mean 'header'?}],
    ['RProxyGuardJwt issuer=a' => 'a JSON Web Key Set'],
    ['RProxyGuardJwt keys=x leeway=2h' => 'leeway'],
    ['RProxyGuardJwt keys=x claim:sub' => 'expected claim:NAME=FIELD, as claim:sub=X-User'],
    ['RProxyGuardJwt keys=x claim:sub=a:b' => 'expected claim:NAME= and a field'],
    ['RProxyGuardSignedUrl param=a' => 'a secret in a file'],
    ['RProxyGuardSignedUrl key=file' => q{'file' is wrong: expected ID:}],
    ['RProxyGuardSignedUrl key=a.b:file' => 'the ID of letters and digits'],
    ['RProxyGuardForwardAuth' => 'expected the service, as http://HOST[:PORT]/PATH'],
    ['RProxyGuardForwardAuth https://127.0.0.1/' => 'scheme https is not supported yet'],
    ['RProxyGuardForwardAuth http://127.0.0.1/ by=cookies' => 'expected cookie:NAME'],
    ['RProxyGuardForwardAuth http://127.0.0.1/ cach=1s' => 'cach'],
    ['RProxyGuardUsage labels=7' => q{'labels=7' is wrong}],
    ["<VirtualHost *>\n>>RProxyGuardUsage labels=8\n</VirtualHost>" => 'cannot occur within'];
$test->takes($_) for
    'RProxyGuardRequire none',
    'RProxyGuardRequire key JWT signed-url scope=a "realm=my api" action=log',
    "$KEYS header=Authorization query=k tell=X-Client hide=off",
    'RProxyGuardJwt keys=x cookie=session leeway=0 claim:a/b=X-A hide=on',
    'RProxyGuardSignedUrl key=a:x key=b:y param=token unsigned=utm,ref',
    'RProxyGuardForwardAuth http://127.0.0.1/a?b headers=X-A,X-B cache=30s '
        . 'by=cookie:a,header:X-C,url,address timeout=5s',
    'RProxyGuardUsage labels=100000';

# ---- the preset ----

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, $request->field('X-Client') // '-');
    }
});
my $preset = Apache::Test::vars('top_dir') . '/conf/guard/api.conf';
my $port   = RProxy::Origin::port('origin_a');
my $httpd  = RProxy::Httpd->start(
    files => {
        'keys.txt'  => 'alice ' . sha256_hex('key-of-alice') . "\n",
        'jwks.json' => '{"keys":[{"kty":"oct","k":"' . 'A' x 43 . '"}]}',
    },
    conf => <<"END",
Define API_KEYS keys.txt
Define API_TOKENS jwks.json
Define API_ISSUER https://id.example.com
Include "$preset"
RProxyPass "/" "http://127.0.0.1:$port"
END
);

sub ask { return $httpd->connect->ask('GET', @_) }

my $answer = ask('/api/orders');
is($answer->status, 401, 'the preset: without a key');
is(join(' ', $answer->fields('WWW-Authenticate')), 'ApiKey realm="api" Bearer realm="api"',
    '... what would do');
is(ask('/api/orders', ['X-Api-Key', 'key-of-alice', 'X-Client', 'root'])->body, 'alice',
    '... with one');
is(ask('/api/orders', ['Authorization', 'Bearer a.b.c'])->status, 401, '... a bad token');
is(ask('/api/health')->status, 200, '... what watches');
is(ask('/')->status, 200, '... and all else');
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
