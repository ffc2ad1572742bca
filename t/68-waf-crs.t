#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The Core Rule Set of Debian as it is: attacks are refused with its score in
# the log, requests of shops and blogs are not; before hits of the cache, too.
# No section has rules here: the first phases run before all others.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin ();

my $packages = `$FindBin::Bin/waf/packages 2>&1`;
chomp $packages;
plan skip_all => 'needs the packages modsecurity-crs and libapache2-mod-security2'
    if $? || !-d "$packages/usr/share/modsecurity-crs/rules";

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, length($request->body // '') . ' bytes',
            'Content-Type'  => 'text/html',
            'Cache-Control' => 'max-age=600');
    }
});
my $port  = RProxy::Origin::port('origin_a');
my $httpd = RProxy::Httpd->start(conf => <<"END");
RProxyTempDir scratch
SecRuleEngine On
SecRequestBodyAccess On
SecRule REQUEST_HEADERS:Content-Type "^application/json" \\
    "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQBODY_ERROR "!\@eq 0" "id:200002,phase:2,t:none,log,deny,status:400"
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml
Include "$packages/etc/modsecurity/crs/crs-setup.conf"
Include "$packages/usr/share/modsecurity-crs/rules/*.conf"
RProxyCacheSize 4m
RProxyCache On
RProxyPass "/" "http://127.0.0.1:$port"
END

my @BROWSER = (
    'User-Agent' => 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 '
        . 'Firefox/128.0',
    'Accept' => 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language' => 'de,en-US;q=0.7,en;q=0.3',
    'Host'            => 'shop.example',
);
my @SCANNER = ('User-Agent' => 'sqlmap/1.7', @BROWSER[2 .. $#BROWSER]);
my @FORM = (@BROWSER, 'Content-Type' => 'application/x-www-form-urlencoded');
my @JSON = (@BROWSER, 'Content-Type' => 'application/json');
my $log;

sub status {
    my ($method, $target, $fields, $body) = @_;
    $log = $httpd->log;
    return $httpd->connect->ask($method, $target, $fields, $body)->status;
}

is(status('GET', '/product?id=42&color=blue', \@BROWSER), 200, 'a page of a shop');
is(scalar(grep { /ModSecurity:/ } $log->lines), 0, '... without a line in the log');
is(status('GET', '/product?id=1%27%20OR%20%271%27=%271%27--%20', \@BROWSER), 403,
    'an SQL injection is refused');
like($log->await(qr/ModSecurity: Access denied/),
    qr/\[id "949110"\] \[msg "Inbound Anomaly Score Exceeded \(Total Score: \d+\)"\]/,
    '... by its score');
like($log->await(qr/ModSecurity: Warning/), qr/\[id "942\d+"\]/,
    '... which rules of SQL have made');
is(status('GET', '/?q=%3Cscript%3Ealert(1)%3C/script%3E', \@BROWSER), 403, 'a script');
is(status('GET', '/../../etc/passwd?f=../../../../etc/passwd', \@BROWSER), 403,
    'a path');
is(status('GET', '/', \@SCANNER), 403, 'a scanner');
is(status('POST', '/comment', \@FORM,
    'author=Jane&comment=I+like+this+page%2C+thank+you%21&submit=Post'), 200,
    'a comment');
is(status('POST', '/comment', \@FORM,
    'author=Jane&comment=1%27+UNION+SELECT+user%2Cpassword+FROM+users--+'), 403,
    '... with SQL in it');
is(status('POST', '/api', \@JSON, '{"name":"Jane","tags":["a","b"]}'), 200, 'JSON');
is(status('POST', '/api', \@JSON, '{"name":"; cat /etc/passwd"}'), 403,
    '... with a command in it');

# ---- the cache ----

is(status('GET', '/kept', \@BROWSER), 200, 'a page is stored');
my $asked = $origin->requests;
is(status('GET', '/kept', \@BROWSER), 200, '... and served');
is(scalar @{ $origin->requests }, scalar @$asked, '... by the cache');
is(status('GET', '/kept', \@SCANNER), 403, 'no hit for a scanner');
is(status('GET', '/kept', \@BROWSER), 200, '... but for others');

# ---- memory ----

# Of all that is held for requests whose bodies are still to come; they have been
# through phase 1 when they are asked for the body.  Where there is no event loop
# each of them would have a thread.
if (RProxy::Driver::is_loop()) {
    my ($child) = $httpd->children;
    my $before  = $httpd->memory_of($child);
    my $count   = 100;
    my @held    = map { $httpd->connect } 1 .. $count;
    for my $n (1 .. $count) {
        my @fields = @FORM;
        my $head   = '';
        while (my ($name, $value) = splice @fields, 0, 2) {
            $head .= "$name: $value\r\n";
        }
        $held[$n - 1]->send("POST /comment?page=$n&lang=de&sort=new HTTP/1.1\r\n$head"
                . "Cookie: session=0123456789abcdef; theme=dark\r\n"
                . "Content-Length: 900\r\nExpect: 100-continue\r\n\r\n");
    }
    $_->read_until("\r\n\r\n") for @held;
    my $each = ($httpd->memory_of($child) - $before) / $count;
    cmp_ok($each, '<', 256, sprintf 'a request holds %.0f KiB', $each);
    $_->send('comment=' . 'nice+' x 178 . 'nn') for @held;
    is(scalar(grep { $_->read_response->status != 200 } @held), 0, '... and is served');
}

is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
