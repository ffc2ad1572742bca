#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Tokens: keys of three kinds, made and used by the openssl program; claims for
# the origin and for expressions; what is wrong is refused and says so.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(hmac_sha256);
use File::Temp ();
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use RProxy::Httpd ();
use RProxy::Origin ();

my $JSON   = JSON::PP->new->canonical;
my $folder = File::Temp->newdir;
my $secret = join '', map { chr(17 * $_ % 256) } 1 .. 40;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, join(' ', map { "$_=" . ($request->field($_) // '-') }
            qw(Authorization X-User X-Roles)), 'Cache-Control' => 'max-age=60');
    }
});

make_key(rsa => 'RSA', 'rsa_keygen_bits:2048');
make_key(ec  => 'EC', 'ec_paramgen_curve:P-256');
my @keys = (
    { kid => 'h', kty => 'oct', k => encode_base64url($secret) },
    { kid => 'r', kty => 'RSA', alg => 'RS256', use => 'sig', rsa_numbers() },
    { kid => 'e', kty => 'EC', crv => 'P-256', point() },
    { kid => 'o', kty => 'OKP', crv => 'Ed25519', x => 'AA' },
);

my $port  = RProxy::Origin::port('origin_a');
my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => { 'jwks.json' => set(@keys), 'htdocs/f.txt' => "file\n" },
    conf     => <<"END",
LogLevel rproxy_guard:info
RProxyCacheSize 8m
RProxyCache On
RProxyGuardJwt keys=jwks.json issuer=https://id.example audience=shop leeway=5s \\
    cookie=session header=Authorization claim:sub=X-User claim:roles=X-Roles hide=on
<Location "/">
    RProxyGuardRequire jwt
</Location>
<Location "/admin">
    Require expr "reqenv('RPROXY_CLAIM_level') -ge 3"
</Location>
<Location "/write">
    RProxyGuardRequire jwt scope=write
</Location>
<Location "/open">
    RProxyGuardRequire none
</Location>
<Location "/either">
    RProxyGuardRequire jwt key
    RProxyGuardKeys jwks.none
</Location>
RProxyPass "/f.txt" "!"
RProxyPass "/" "http://127.0.0.1:$port"
END
);

sub ask {
    my ($path, $token, @fields) = @_;
    unshift @fields, Authorization => "Bearer $token" if defined $token;
    return $httpd->connect->ask('GET', $path, \@fields);
}
sub status { return ask(@_)->status }

my %good = (iss => 'https://id.example', aud => 'shop', sub => 'anna', exp => time + 600);

for my $kid (qw(h r e)) {
    my $token = token($kid, { %good, roles => ['a', 'b'] });
    is(ask('/', $token, 'X-User' => 'root', 'X_User' => 'root')->body,
        'Authorization=- X-User=anna X-Roles=a,b', "a key of kind $kid, and claims");
    my ($head, $claims, $signature) = split /\./, $token;
    my $forged = encode_base64url($JSON->encode({ %good, sub => 'root' }));
    is(status('/', "$head.$forged.$signature"), 401, '... other claims');
    substr $signature, 5, 1, substr($signature, 5, 1) eq 'A' ? 'B' : 'A';
    is(status('/', "$head.$claims.$signature"), 401, '... another signature');
}

# ---- what is refused ----

{
    my $answer = ask('/');
    is($answer->status, 401, 'without a token');
    is($answer->field('WWW-Authenticate'), 'Bearer realm="api"', '... what is wanted');
    $answer = ask('/', token('h', { %good, exp => time - 6 }));
    is($answer->status, 401, 'expired');
    is($answer->field('WWW-Authenticate'), 'Bearer realm="api", error="invalid_token"',
        '... what is wrong');
}
is(status('/', token('h', { %good, exp => time - 1 })), 200, 'within the leeway');
is(status('/', token('h', { %good, nbf => time + 60 })), 401, 'not yet');
is(status('/', token('h', { %good, iss => 'https://evil.example' })), 401, 'of another issuer');
is(status('/', token('h', { %good, aud => ['x', 'y'] })), 401, 'for others');
is(status('/', token('h', { %good, aud => ['x', 'shop'] })), 200, 'for us too');
is(status('/', token('h', { iss => $good{iss}, aud => 'shop' })), 401, 'without an end');
is(status('/', unsigned({ alg => 'none' }) . '.'), 401, 'alg none');
is(status('/', unsigned({ alg => 'none' }) . '.AA'), 401, 'alg none with a signature');
{
    # The public key, as text that anybody may know, as the secret of HS256.
    my $public = `openssl rsa -in $folder/rsa.pem -pubout 2>/dev/null`;
    my $text = unsigned({ alg => 'HS256', kid => 'r' });
    is(status('/', "$text." . encode_base64url(hmac_sha256($text, $public))), 401,
        'a public key as a secret');
}
is(status('/', 'a.b.' . 'x' x 7000), 401, 'a huge one');
is(status('/', 'nothing'), 401, 'none at all');
is(status('/', undef, Authorization => 'Basic dTpw'), 401, 'Basic is none');
is(status('/', undef, Cookie => 'a=b; session=' . token('e', \%good)), 200, 'of a cookie');

# ---- scopes, expressions, other content ----

{
    my $answer = ask('/write', token('h', { %good, scope => 'read' }));
    is($answer->status, 403, 'without the scope');
    like($answer->field('WWW-Authenticate'), qr/error="insufficient_scope"/, '... it says');
}
is(status('/write', token('h', { %good, scope => 'read write' })), 200, 'with the scope');
is(status('/admin', token('h', { %good, level => 2 })), 403, 'an expression refuses');
is(status('/admin', token('h', { %good, level => 3 })), 200, '... and lets in');
is(ask('/open', undef, 'X-User' => 'root')->body, 'Authorization=- X-User=- X-Roles=-',
    'where none is needed nobody says who he is');
is(status('/f.txt'), 401, 'a file');
is(status('/f.txt', token('h', \%good)), 200, '... with a token');
is(status('/either', token('h', \%good)), 200, 'one of two kinds is there');

# ---- the cache ----

is(status('/cached', token('h', \%good)), 200, 'a page');
is(ask('/cached', token('h', { %good, sub => 'bert' }))->body,
    'Authorization=- X-User=bert X-Roles=-', '... is not for another user');
is(status('/cached'), 401, '... or nobody');

# ---- new keys ----

my $old = token('h', \%good);
$httpd->write_file('jwks.new', set(@keys[1, 2]));
rename $httpd->folder . '/jwks.new', $httpd->folder . '/jwks.json' or die $!;
my ($row, $until) = (0, time + 10);
$row = status('/', $old) == 401 ? $row + 1 : 0 while $row < 20 && time < $until;
is($row, 20, 'a key that is taken out');
is(status('/', token('r', \%good)), 200, '... the others stay');
$httpd->write_file('jwks.json', '{"keys":[');
$until = time + 10;
select undef, undef, undef, 0.02
    while $httpd->text('error_log') !~ /RP4221/ && time < $until;
like($httpd->text('error_log'), qr/RP4221: .*jwks\.json: line 1: .*before stays/,
    'a broken file: the log says so');
is(status('/', token('r', \%good)), 200, '... and the keys stay');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

# ---- tokens ----

sub set { return $JSON->encode({ keys => [@_] }) }

sub unsigned {
    my ($head, $claims) = @_;
    return join '.', map { encode_base64url($JSON->encode($_)) } $head, $claims // \%good;
}

sub token {
    my ($kid, $claims) = @_;
    my %alg  = (h => 'HS256', r => 'RS256', e => 'ES256');
    my $text = unsigned({ alg => $alg{$kid}, kid => $kid, typ => 'JWT' }, $claims);
    my $signature = $kid eq 'h' ? hmac_sha256($text, $secret)
        : $kid eq 'r' ? sign('rsa', $text) : raw(sign('ec', $text));
    return "$text." . encode_base64url($signature);
}

sub sign {
    my ($key, $text) = @_;
    open my $out, '>', "$folder/text" or die $!;
    print $out $text;
    close $out or die $!;
    return scalar `openssl dgst -sha256 -sign $folder/$key.pem $folder/text`;
}

# The two numbers of a DER signature, 32 bytes each.
sub raw {
    my ($der) = @_;
    my ($r, $s) = unpack 'x3 C/a x C/a', $der;
    return join '', map { substr "\0" x 32 . $_, -32 } $r, $s;
}

# ---- keys ----

sub make_key {
    my ($name, $type, $option) = @_;
    system("openssl genpkey -algorithm $type -pkeyopt $option -out $folder/$name.pem 2>/dev/null")
        == 0 or die "openssl genpkey: $?";
    return;
}

sub rsa_numbers {
    my ($hex) = `openssl rsa -in $folder/rsa.pem -noout -modulus 2>/dev/null` =~ /=(\w+)/;
    return (n => encode_base64url(pack 'H*', $hex), e => 'AQAB');
}

# The last 64 bytes of the public key are x and y.
sub point {
    my $der = `openssl pkey -in $folder/ec.pem -pubout -outform DER 2>/dev/null`;
    return (x => encode_base64url(substr $der, -64, 32), y => encode_base64url(substr $der, -32));
}
