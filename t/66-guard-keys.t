#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# API keys: who has one is let in, within its rate, quota, scopes and time; who
# has none gets nothing, not from the cache either, and not when the file of keys
# is broken.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha256_hex);
use RProxy::Httpd ();
use RProxy::Origin ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my $seen = join ' ', map { "$_=" . ($request->field($_) // '-') }
            qw(X-Api-Key Authorization X-Client X_Client);
        $c->reply(200, $seen, 'Cache-Control' =>
                $request->{target} =~ /cached/ ? 'max-age=600, public' : 'no-store');
    }
});

sub line { my ($label, $key, @more) = @_; return join(' ', $label, sha256_hex($key), @more) . "\n" }

my $KEYS = "# label, hash\n\n"
    . line(alice   => 'key-of-alice', 'scopes=read,write')
    . line(bob     => 'key-of-bob', 'scopes=read')
    . line(slow    => 'key-of-slow', 'rate=1/h', 'burst=1')
    . line(few     => 'key-of-few', 'quota=3/day')
    . line(old     => 'key-of-old', 'expires=2020-01-31')
    . line('alice' => 'other-key-of-alice');
my $port  = RProxy::Origin::port('origin_a');
my $httpd = RProxy::Httpd->start(
    children => 2,
    processes => 2,
    modules  => [qw(access_compat auth_basic authn_file authz_user)],
    files    => { 'keys.txt' => $KEYS, 'users' => "u:{PLAIN}p\n" },
    conf     => <<"END",
LogLevel rproxy_guard:info
RProxyCacheSize 8m
RProxyCache On
RProxyGuardUsage labels=16
RProxyGuardKeys keys.txt query=api_key tell=X-Client
<Location "/api">
    RProxyGuardRequire key realm=shop
</Location>
<Location "/api/write">
    RProxyGuardRequire key scope=write
</Location>
<Location "/api/open">
    RProxyGuardRequire none
</Location>
<Location "/try">
    RProxyGuardRequire key action=log
</Location>
<If "%{REQUEST_URI} =~ m#^/if#">
    RProxyGuardRequire key
</If>
<Location "/limit">
    RProxyGuard On
    RProxyGuardRequire key
    RProxyGuardLimit by-label rate=1/hour burst=1 key=expr:%{reqenv:RPROXY_KEY}
</Location>
<Location "/shown">
    RProxyGuardKeys keys.txt header=Authorization hide=off
    RProxyGuardRequire key
</Location>
<Location "/any">
    RProxyGuardRequire key
    Satisfy Any
    Require all granted
</Location>
<Location "/expr">
    RProxyGuardRequire key
    Require expr "reqenv('RPROXY_KEY') == 'alice'"
</Location>
<Location "/cached">
    RProxyGuardRequire key
</Location>
<Location "/broken">
    RProxyGuardKeys none.txt
    RProxyGuardRequire key
</Location>
<Location "/nowhere">
    RProxyGuardRequire key
</Location>
RProxyPass "/" "http://127.0.0.1:$port"
END
);

sub ask {
    my ($path, $key, @fields) = @_;
    unshift @fields, 'X-Api-Key', $key if defined $key;
    return $httpd->connect->ask('GET', $path, \@fields);
}
sub status { return ask(@_)->status }

# ---- who is let in ----

{
    my $answer = ask('/api');
    is($answer->status, 401, 'without a key');
    is($answer->field('WWW-Authenticate'), 'ApiKey realm="shop"', 'what is wanted');
    like($answer->field('Cache-Control'), qr/no-store/, 'not to be kept');
    $answer = ask('/api', 'wrong');
    is($answer->status, 401, 'a wrong one');
    like($answer->field('WWW-Authenticate'), qr/error="invalid_token"/, '... it says');
}
is(ask('/api', 'key-of-alice')->body, 'X-Api-Key=- Authorization=- X-Client=alice X_Client=-',
    'a right one: the origin sees the label alone');
is(ask('/api', 'key-of-alice', 'X-Client' => 'root', 'x_client' => 'root')->body,
    'X-Api-Key=- Authorization=- X-Client=alice X_Client=-', '... whatever the client says of itself');
is(ask('/elsewhere', undef, 'X-Client' => 'root')->body,
    'X-Api-Key=- Authorization=- X-Client=- X_Client=-', '... where nothing is required too');
is(ask('/api', 'other-key-of-alice')->status, 200, 'another key of the same label');
is(status('/api?a=1&api_key=key-of-bob'), 200, 'a key in the query');
is(status('/api?api_key=wrong'), 401, 'a wrong one there');
is(status('/api', ''), 401, 'an empty one');
is(status('/api', 'x' x 600), 401, 'a long one');
is(status('/api', 'key-of-old'), 401, 'one that has expired');
is(status('/api/open'), 200, 'a section that needs none');
is(status('/if'), 401, 'within <If>');
is(status('/if', 'key-of-bob'), 200, '... with a key');
is(status('/any'), 401, 'Satisfy Any does not let in');
is(status('//api'), 401, 'the path however it is written');
is(status('/try'), 200, 'what is only logged');
is(status('/expr', 'key-of-bob'), 403, 'Require expr knows the label');
is(status('/expr', 'key-of-alice'), 200, '... and lets in');
is(status('/nowhere'), 401, 'keys of the server');

{
    my $answer = ask('/api/write', 'key-of-bob');
    is($answer->status, 403, 'without the scope');
    like($answer->field('WWW-Authenticate'), qr/error="insufficient_scope"/, '... it says');
    is(status('/api/write', 'key-of-alice'), 200, 'with it');
    is(status('/shown', undef, Authorization => 'Bearer key-of-bob'), 200, 'as a token');
    like(ask('/shown', undef, Authorization => 'bearer key-of-bob')->body,
        qr/Authorization=bearer key-of-bob/, '... which the origin sees');
    is(status('/shown', undef, Authorization => 'Basic key-of-bob'), 401, 'not as Basic');
}

# ---- how often ----

is_deeply([map { status('/api', 'key-of-slow') } 1 .. 3], [200, 200, 429], 'a rate');
is_deeply([map { status('/api', 'key-of-few') } 1 .. 5], [200, 200, 200, 429, 429],
    'a quota');
like(ask('/api', 'key-of-few')->field('Retry-After'), qr/^\d{1,5}$/, '... until midnight');
is_deeply([map { status('/limit', 'key-of-bob') } 1 .. 3], [200, 200, 429],
    'a limit by the label');

# ---- the cache ----

is(status('/cached', 'key-of-alice'), 200, 'a page that is stored') for 1 .. 2;
is(status('/cached'), 401, '... is not for who has no key');
is(status('/cached', 'wrong'), 401, '... or a wrong one');
is(status('/cached', 'key-of-alice'), 200, '... but for who has one');
is((grep { $_->{target} eq '/cached' } @{ $origin->requests }), 1, '... from the cache');

# ---- the file ----

is(status('/broken', 'key-of-alice'), 503, 'without a file nobody is let in');
replace(line(alice => 'key-of-alice') . line(carol => 'key-of-carol'));
await(carol => 200, 'a key more');
is(status('/api', 'key-of-bob'), 401, '... and one less');
replace(line(alice => 'key-of-alice') . "carol 12\n");
await_log(qr/RP4221: .*keys\.txt: line 2: the second word is the SHA-256.*before stays/);
is(status('/api', 'key-of-carol'), 200, 'a broken file: the keys stay');
unlink $httpd->folder . '/keys.txt' or die $!;
await_log(qr/RP4221: .*keys\.txt cannot be opened.*before stays/);
is(status('/api', 'key-of-carol'), 200, 'no file: the keys stay');


# What is there and cannot be read lets nobody in: who is in it no more is not
# known.
replace(line(alice => 'key-of-alice') . line(carol => 'key-of-carol'));
await_log(qr/RP4222: .*keys\.txt has been read again(?:.*\n)*?.*RP4222: .*keys\.txt/);
unlink $httpd->folder . '/keys.txt' or die $!;
mkdir $httpd->folder . '/keys.txt' or die $!;
await(carol => 503, 'a directory in its place');
await_log(qr/RP4332: .*keys\.txt cannot be read: Is a directory.*503.*\(User\)/);
rmdir $httpd->folder . '/keys.txt' or die $!;
await_log(qr/RP4221: .*keys\.txt cannot be opened.*nobody is let in by it/);
$httpd->write_file('keys.txt', line(carol => 'key-of-carol'));
await(carol => 200, 'a file again');
is(status('/api', 'key-of-alice'), 401, '... as it is');
if ($> == 0) {    # who is somebody else than httpd
    $httpd->write_file('keys.new', line(alice => 'key-of-alice'));
    chmod 0600, $httpd->folder . '/keys.new' or die $!;
    rename $httpd->folder . '/keys.new', $httpd->folder . '/keys.txt' or die $!;
    await(alice => 503, 'one for others than httpd');
    await_log(qr/RP4332: .*keys\.txt cannot be opened: Permission denied/);
    like(configtest(), qr/RP4333: .*keys\.txt cannot be read by \S+: nobody would be let in/,
        '... which a check of the configuration tells');
    chmod 0644, $httpd->folder . '/keys.txt' or die $!;
    await(alice => 200, '... and all may read it');
    unlike(configtest(), qr/RP4333: .*keys\.txt/, '... which is well');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub configtest {
    my $httpd_is = Apache::Test::vars('httpd');
    my $file     = $httpd->folder . '/httpd.conf';
    local $ENV{RPROXY_SCRATCH} = $httpd->folder . '/scratch';
    return scalar `$httpd_is -t -f $file 2>&1`;
}

# As good tools do it: a new file takes the place of the old one.
sub replace {
    my ($text) = @_;
    $httpd->write_file('keys.new', $text);
    rename $httpd->folder . '/keys.new', $httpd->folder . '/keys.txt' or die $!;
    return;
}

# Until all children answer so.
sub await {
    my ($label, $wanted, $name) = @_;
    my ($row, $until) = (0, time + 30);
    while ($row < 20 && time < $until) {
        $row = status('/api', "key-of-$label") == $wanted ? $row + 1 : 0;
    }
    is($row, 20, "$name is seen by all children");
    return;
}

sub await_log {
    my ($pattern) = @_;
    my $until = time + 30;
    select undef, undef, undef, 0.02
        while $httpd->text('error_log') !~ $pattern && time < $until;
    like($httpd->text('error_log'), $pattern, 'the log says why');
    return;
}
