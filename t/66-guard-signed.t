#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Signed addresses, made by rproxyctl: good for a time, for that path and query
# alone, by any of several keys; out of the cache too.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();
use RProxy::Origin ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while ($c->read_request) {
        $c->reply(200, 'film', 'Cache-Control' => 'max-age=600');
    }
});
my $port  = RProxy::Origin::port('origin_a');
my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => {
        'new.key'          => "a secret of this year\n",
        'old.key'          => "a secret of last year\n",
        'htdocs/films/a.txt' => "film\n",
    },
    conf => <<"END",
LogLevel rproxy_guard:info
RProxyCacheSize 8m
RProxyCache On
RProxyCacheQueryIgnore signed
RProxyGuardSignedUrl key=new:new.key key=old:old.key key=none:none.key unsigned=utm
<Location "/films">
    RProxyGuardRequire signed-url
</Location>
<Location "/other">
    RProxyGuardSignedUrl key=new:new.key param=token
    RProxyGuardRequire signed-url
</Location>
<Location "/scoped">
    RProxyGuardRequire signed-url scope=read
</Location>
RProxyPass "/films/a.txt" "!"
RProxyPass "/" "http://127.0.0.1:$port"
END
);
my $folder = $httpd->folder;

sub sign {
    my ($key, $url, $time, @options) = @_;
    my $top = Apache::Test::vars('top_dir');
    open my $in, '-|', $^X, "$top/mod_rproxy/rproxyctl", qw(guard sign --key),
        "$key:$folder/$key.key", @options, $url, $time or die $!;
    chomp(my $line = <$in> // '');
    return $line;
}

sub status {
    my ($target, $method) = @_;
    return $httpd->connect->ask($method // 'GET', $target)->status;
}

my $url = sign(new => '/films/a?quality=2', '1h');
like($url, qr{^/films/a\?quality=2&signed=\d+\.new\.[\w-]{43}$}, 'a signed address');
is(status('/films/a?quality=2'), 403, 'without a signature');
is(status($url), 200, 'with one');
is(status("$url&utm=x"), 200, '... and an argument that is free');
is(status($url =~ s/&signed/&utm=x&signed/r), 200, '... wherever it stands');
is(status("$url&a=1"), 403, 'another argument');
is(status($url =~ s/quality=2/quality=3/r), 403, 'another query');
is(status($url =~ s{films/a}{films/b}r), 403, 'another path');
is(status($url =~ s{films/a}{films//a}r), 403, 'the path in other letters');
is(status($url =~ s/signed=\d/signed=9/r), 403, 'a later end');
is(status($url =~ s/\.new\./.old./r), 403, 'another key');
is(status($url =~ s/\.new\./.odd./r), 403, 'an unknown key');
is(status($url =~ s/(?<=.)$/A/r), 403, 'a letter more');
is(status("$url&" . ($url =~ /(signed=.*)/)[0]), 403, 'signed twice');
is(status($url, 'DELETE'), 403, 'another method');
is($httpd->connect->ask('HEAD', $url)->status, 200, 'HEAD');
is(status(sign(old => '/films/a', '1h')), 200, 'a key of last year');
is(status('http://localhost' . sign(new => '/films/x', '1h')), 200, 'an absolute target');
is(status(sign(new => '/films/a.txt', '1h')), 200, 'a file');
is(status('/films/a.txt'), 403, '... not without');
is(status(sign(new => '/scoped', '1h')), 403, 'an address has no scopes');
is(status(sign(new => '/other/a', '1h', '--param', 'token')), 200, 'another name');
is(status(sign(new => '/other/a', '1h')), 403, '... and not the usual one');
like(sign(new => 'https://example.com/films/a?utm=1', '1h', '--unsigned', 'utm'),
    qr{^https://example\.com/films/a\?utm=1&signed=\d}, 'a whole URL is signed');
is(status(sign(new => 'http://localhost/films/a?utm=1', '1h', '--unsigned', 'utm')
        =~ s{^http://localhost}{}r =~ s/utm=1/utm=2/r), 200, '... but for what is free');

is(status($url =~ s/new\.[\w-]+/none.@{['A' x 43]}/r), 503, 'a key without a file');
{
    my $short = sign(new => '/films/short', '1s');
    my ($end) = $short =~ /signed=(\d+)/;
    select undef, undef, undef, 0.05 while time <= $end;
    is(status($short), 403, '... no longer');
}

# ---- the cache ----

{
    my $page = sign(new => '/films/page', '1h');
    my $n = @{ $origin->requests };
    is(status($page), 200, 'a page') for 1 .. 3;
    is(status(sign(old => '/films/page', '2h')), 200, '... by another signature');
    is(@{ $origin->requests } - $n, 1, '... of one fetch');
    is(status('/films/page'), 403, '... not without a signature');
    is(status($page =~ s/signed=./signed=9/r), 403, '... nor with a wrong one');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
