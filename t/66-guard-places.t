#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Credentials where httpd finds the place that answers on its way: what one place
# vouches for is not what another one does, and nobody says it for them.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA ();
use RProxy::Httpd ();
use RProxy::Origin ();

my $KEY = 'a-key-of-a-test';
my @TOLD = qw(X-First X-Second X-Third X-Api-Key);

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, join ' ', map { $request->field($_) // '-' } @TOLD);
    }
});
my $service = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(204, '', $request->field('X-Forwarded-Uri') =~ /gold/
            ? ('X-Third' => 'gold') : ());
    }
});

my ($port, $auth) = map { RProxy::Origin::port("origin_$_") } qw(a b);
my $httpd = RProxy::Httpd->start(
    modules => [qw(dir rewrite)],
    files   => {
        'keys.txt'                => 'alice ' . Digest::SHA::sha256_hex($KEY) . "\n",
        'htdocs/first/a.txt'      => "a\n",
        'htdocs/place/index.html' => "index\n",
    },
    conf => sub { <<"END" },
DirectoryIndex index.html
<Location "/first">
    RProxyGuardKeys keys.txt tell=X-First
    RProxyGuardRequire key
</Location>
<Location "/second">
    RProxyGuardKeys keys.txt tell=X-Second
    RProxyGuardRequire key
</Location>
<Location "/third">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/ headers=X-Third timeout=30s
    RProxyGuardRequire forward-auth
</Location>
<Location "/place/index.html">
    RProxyGuardKeys keys.txt tell=X-Second
    RProxyGuardRequire key
    Header always set X-Seen "expr=%{req:X-Second},%{req:X-Api-Key}."
</Location>
<Directory "@{[$_[0]->folder]}/htdocs/first">
    Options +FollowSymLinks
    RewriteEngine On
    RewriteRule "^to/(\\w+)\$" "/\$1"
</Directory>
RProxyPass "/first" "!"
RProxyPass "/place" "!"
RProxyPass "/" "http://127.0.0.1:$port"
END
);

# With all that the client would like to be believed.
sub ask {
    my ($path) = @_;
    return $httpd->connect->ask('GET', $path,
        ['X-Api-Key' => $KEY, map { ($_ => 'root') } qw(X-First X-Second X-Third)]);
}

is(ask('/second')->body, 'root alice root -', 'a place vouches for its own');
is(ask('/third')->body, "root root - $KEY", '... also for what is not said');
is(ask('/first/to/second')->body, '- alice root -',
    'behind an internal redirect the second one does, and the first no more');
is(ask('/first/to/third')->body, '- root - -', '... also of a service');
is(ask('/first/to/none')->body, 'alice root root -',
    '... and the first does where nothing is asked for');
is(ask('/place/index.html')->field('X-Seen'), 'alice,.', 'a file');
is(ask('/place/')->field('X-Seen'), 'alice,.', '... that is the page of a folder');
is($httpd->connect->get('/place/')->status, 401, '... which needs a key there, too');
is_deeply($httpd->complaints, [], 'nothing else in the log');

# ---- what httpd decodes and others may not ----

$httpd = RProxy::Httpd->start(conf => <<"END");
AllowEncodedSlashes On
<RProxyUpstream auth>
    RProxyMember http://127.0.0.1:$auth max-connections=9
    RProxyBalancer method=least-conn
</RProxyUpstream>
<RProxyUpstream app>
    RProxyMember http://127.0.0.1:$port max-connections=9
    RProxyBalancer method=least-conn
</RProxyUpstream>
RProxyClass gold header=X-Third:gold
LogFormat "%U %{class}^RP" class
CustomLog class_log class
<Location "/third">
    RProxyGuardForwardAuth upstream://auth/ headers=X-Third timeout=30s
    RProxyGuardRequire forward-auth
</Location>
RProxyPass "/" "app"
END
is(ask('/third/a?b=%2f')->status, 200, 'an encoded slash of a query');
for my $path (qw(/third/a%2fb /third%2Fa /third/a%2f/c?x)) {
    my $before = @{ $service->requests };
    is(ask($path)->status, 403, "$path: one of a path");
    is(scalar @{ $service->requests }, $before, '... which the service is not told of');
}

# ---- a class that hangs on what the service says ----

my $log = $httpd->log('class_log');
ask('/third/gold');
ask('/third/lead');
like($log->await(qr{^/third/gold }), qr/ gold$/, 'the class is found behind the answer');
like($log->await(qr{^/third/lead }), qr/ default$/, '... and not by what the client says');

done_testing();
