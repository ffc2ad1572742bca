#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Mistakes in directives of the balancer are refused with their place and what
# would be right; the example is taken.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::ConfigTest ();
use RProxy::Discovery ();

my @MISTAKES = (
    ['RProxyMessageCmd' => q{RProxyMessageCmd: expected [timeout=] [events=]}],
    ['RProxyMessageCmd timeout=5s' => q{and the command, a path}],
    ['RProxyMessageCmd timeout=x /bin/true' => q{'timeout=x' is wrong}],
    ['RProxyMessageCmd events=no /bin/true' =>
        q{RProxyMessageCmd: 'no' is wrong: expected events such as member-down}],
    ['RProxyMessageCmd colour=red /bin/true' => q{unknown key 'colour'}],
    ['RProxyMessageCmd true' => q{'true' is wrong: expected key=value}],
    ['RProxyMessageCmd /nowhere/at/all' =>
        q{RProxyMessageCmd: '/nowhere/at/all' is wrong: expected the path of}],
    ['RProxyMessageCmd /etc/passwd' => q{a file that can be run}],
    ['RProxyBalancer' => q{RProxyBalancer: expected at least one argument}],
    ['RProxyBalancer fast' => q{RProxyBalancer: 'fast' is wrong: expected key=value}],
    ['RProxyBalancer method=best' =>
        q{RProxyBalancer: 'best' is wrong: expected round-robin, least-conn, }
        . q{random-two, least-time, hash}],
    ['RProxyBalancer metod=hash' => q{unknown key 'metod', did you mean 'method'?}],
    ['RProxyBalancer method=hash key=colour' =>
        q{RProxyBalancer: 'colour' is wrong: expected address, uri, header:NAME}],
    ['RProxyBalancer method=hash key=header:' => q{'header:' is wrong}],
    ['RProxyBalancer method=hash "key=expr:%{"' => q[RProxyBalancer: key=expr:%{: ]],
    ['RProxyBalancer method=hash bound=100' =>
        q{RProxyBalancer: bound= is in percent of the mean load: expected 0}],
    ['RProxyBalancer panic=101' => q{'panic=101' is wrong}],
    ['RProxyBalancer zone="a b"' => q{expected a word of letters}],
    ["<VirtualHost *>\n>>RProxyBalancer method=hash\n</VirtualHost>" =>
        q{RProxyBalancer: expected in <RProxyUpstream>, or in the main server}],

    ['RProxyBalancerSticky path=/' =>
        q{RProxyBalancerSticky: expected cookie=, route= or learn=}],
    ['RProxyBalancerSticky cookie=a;b' => q{'a;b' is wrong: expected a word}],
    ['RProxyBalancerSticky learn=a learn-for=24h' =>
        q{'learn-for=24h' is wrong}],

    ['RProxyBalancerProbe ftp' =>
        q{RProxyBalancerProbe: 'ftp' is wrong: expected http, tcp, tls or off}],
    ['RProxyBalancerProbe http path=health' =>
        q{'health' is wrong: expected a path that begins with '/'}],
    ['RProxyBalancerProbe http expect=20' =>
        q{'20' is wrong: expected statuses such as 200, 2xx or 200-399,404}],
    ['RProxyBalancerProbe http expect=399-200' => q{'399-200' is wrong}],
    ['RProxyBalancerProbe http expect=200,' => q{'200,' is wrong}],
    ['RProxyBalancerProbe http expect=600' => q{'600' is wrong}],
    ['RProxyBalancerProbe http method=HEAD body=x' =>
        q{the response to HEAD has no body}],
    ['RProxyBalancerProbe tcp path=/x' =>
        q{RProxyBalancerProbe: path=, header= and body= are for http}],
    ['RProxyBalancerProbe http rise=0' => q{'rise=0' is wrong}],
    ['RProxyBalancerProbe http interval=1ms' =>
        q{RProxyBalancerProbe: expected an interval= of 10ms or more}],
    ['RProxyBalancerProbe http interval=1x' => q{'interval=1x' is wrong}],

    ['RProxyBalancerEject failures=many' => q{'failures=many' is wrong}],
    ['RProxyBalancerEject max=101' => q{'max=101' is wrong}],
    ['RProxyBalancerEject after=3' => q{unknown key 'after'}],

    ['RProxyBalancerHedge' =>
        q{RProxyBalancerHedge: expected at least one argument}],
    ['RProxyBalancerHedge after=p99' => q{'after=p99' is wrong}],
    ['RProxyBalancerHedge after=0' =>
        q{RProxyBalancerHedge: '0' is wrong: expected p95, or a time such as}],
    ['RProxyBalancerHedge budget=0' => q{'budget=0' is wrong}],
    ['RProxyBalancerHedge budget=101' => q{'budget=101' is wrong}],
    ['RProxyBalancerHedge min=2s' => q{expected a max= that is not below min=}],
    ['RProxyBalancerHedge delay=3' => q{unknown key 'delay'}],

    ['RProxyBalancerQueue' =>
        q{RProxyBalancerQueue: expected at least one argument}],
    ['RProxyBalancerQueue on' =>
        q{RProxyBalancerQueue: 'on' is wrong: expected key=value}],
    ['RProxyBalancerQueue off max=5' => q{'off' is wrong: expected key=value}],
    ['RProxyBalancerQueue max=0' =>
        q{'max=0' is wrong: expected a whole number from 1 to 4000}],
    ['RProxyBalancerQueue max=4001' => q{'max=4001' is wrong}],
    ['RProxyBalancerQueue max=-1' => q{'max=-1' is wrong}],
    ['RProxyBalancerQueue timeout=soon' =>
        q{'timeout=soon' is wrong: expected a time in seconds from 0 to 3600}],
    ['RProxyBalancerQueue timeout=0' =>
        q{RProxyBalancerQueue: expected a timeout= of 1ms or more, or off}],
    ['RProxyBalancerQueue timeout=2h' => q{'timeout=2h' is wrong}],
    ['RProxyBalancerQueue aging=x' => q{'aging=x' is wrong}],
    ['RProxyBalancerQueue share=1001' =>
        q{'share=1001' is wrong: expected a whole number from 0 to 1000}],
    ['RProxyBalancerQueue length=5' => q{unknown key 'length'}],
    (map { ["RProxyBalancerQueue adaptive=$_" =>
        qq{RProxyBalancerQueue: '$_' is wrong: expected adaptive=LEAST-MOST}] }
        qw(on 4 4- -4 0-9 9-4 4-100001 4-9x 99999999999999999999-4)),
    ["<VirtualHost *>\n>>RProxyBalancerQueue max=5\n</VirtualHost>" =>
        q{RProxyBalancerQueue: expected in <RProxyUpstream>, or in the main server}],

    ['RProxyClass' => q{RProxyClass: '' is wrong: expected a name of letters}],
    ['RProxyClass ""' => q{RProxyClass: '' is wrong: expected a name of letters}],
    ['RProxyClass priority=5' =>
        q{RProxyClass: 'priority=5' is wrong: expected a name of letters}],
    ['RProxyClass a/b path=/' => q{'a/b' is wrong: expected a name of letters}],
    ['RProxyClass ' . 'a' x 33 => q{a' is wrong: expected a name of letters}],
    ['RProxyClass vip high' => q{RProxyClass: 'high' is wrong: expected key=value}],
    ['RProxyClass vip priority=101' =>
        q{'priority=101' is wrong: expected a whole number from 0 to 100}],
    ['RProxyClass vip priority=high' => q{'priority=high' is wrong}],
    ['RProxyClass vip paths=/a' => q{unknown key 'paths', did you mean 'path'?}],
    ['RProxyClass vip path=checkout' =>
        q{'checkout' is wrong: expected a path that begins with '/'}],
    ['RProxyClass vip path=' => q{RProxyClass: '' is wrong: expected}],
    ['RProxyClass vip cookie==x' =>
        q{RProxyClass: '=x' is wrong: expected cookie=NAME or cookie=NAME=VALUE}],
    ['RProxyClass vip "cookie=a b"' =>
        q{RProxyClass: 'a b' is wrong: expected cookie=NAME or cookie=NAME=VALUE}],
    ['RProxyClass vip header=:x' =>
        q{RProxyClass: ':x' is wrong: expected header=NAME or header=NAME:TEXT}],
    ['RProxyClass vip "header=User Agent:x"' =>
        q{RProxyClass: 'User Agent:x' is wrong: expected header=NAME}],
    ['RProxyClass vip "expr=%{"' => q[RProxyClass: expr=%{: ]],
    ["RProxyClass vip priority=9\n>>RProxyClass vip priority=8" =>
        q{RProxyClass: vip has priority=9 }],
    [join("\n", map { "RProxyClass c$_ priority=1" } 1 .. 15)
            . "\n>>RProxyClass c16 path=/" =>
        q{c16 is one too many: expected 16 classes at most, "default" among}],

    ["<RProxyUpstream u>\n>>RProxyMember http://h tier=16\n</RProxyUpstream>" =>
        q{'tier=16' is wrong: expected a whole number from 0 to 15}],
    ["<RProxyUpstream u>\n>>RProxyMember http://h zone=\n</RProxyUpstream>" =>
        q{'' is wrong: expected a word}],
    ["<RProxyUpstream u>\n>>RProxyMember http://h weight=1001\n</RProxyUpstream>"
        => q{'weight=1001' is wrong}],

    ['RProxyBalancerDiscover dns:a' =>
        q{RProxyBalancerDiscover: expected inside <RProxyUpstream name>}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover \n</RProxyUpstream>" =>
        q{RProxyBalancerDiscover: expected dns:NAME, dns:NAME:PORT or file:PATH}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover consul:app\n</RProxyUpstream>" =>
        q{'consul:app' is wrong: expected dns:NAME}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:\n</RProxyUpstream>" =>
        q{'file:' is wrong: expected dns:NAME}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:m every=10ms\n</RProxyUpstream>" =>
        q{RProxyBalancerDiscover: expected an every= of 100ms or more}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:m type=a\n</RProxyUpstream>" =>
        q{unknown key 'type'}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:m limit=10001\n</RProxyUpstream>" =>
        q{'limit=10001' is wrong}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:m weight=1001\n</RProxyUpstream>" =>
        q{'weight=1001' is wrong: expected a weight from 0 to 1000}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover file:m empty=yes\n</RProxyUpstream>" =>
        q{'yes' is wrong: expected empty=keep or empty=remove}],
    ["<RProxyUpstream u>\nRProxyBalancerDiscover file:m\n"
            . ">>RProxyBalancerDiscover file:m\n</RProxyUpstream>" =>
        q{'file:m' is wrong: expected each place once in an upstream}],
);

my @MISTAKES_DNS = (
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:\n</RProxyUpstream>" =>
        q{'' is wrong: expected a name of letters}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a..b\n</RProxyUpstream>" =>
        q{'a..b' is wrong: expected a name of letters}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a/b\n</RProxyUpstream>" =>
        q{'a/b' is wrong: expected a name of letters}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a:0\n</RProxyUpstream>" =>
        q{'port=0' is wrong}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a:65536\n</RProxyUpstream>" =>
        q{'port=65536' is wrong}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a type=mx\n</RProxyUpstream>" =>
        q{'mx' is wrong: expected type=any, a, aaaa, both or srv}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a:80 type=srv\n</RProxyUpstream>" =>
        q{SRV records have ports: expected a name without one}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a server=nobody\n</RProxyUpstream>" =>
        q{'nobody' is wrong: expected server=ADDRESS[:PORT],...}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a min-ttl=0\n</RProxyUpstream>" =>
        q{'min-ttl=0' is wrong}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a min-ttl=10min\n</RProxyUpstream>" =>
        q{expected a max-ttl= that is no less than min-ttl=}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a retry=1ms\n</RProxyUpstream>" =>
        q{expected a retry= of 100ms or more}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a scheme=gopher\n</RProxyUpstream>" =>
        q{'gopher://192.0.2.1:80': unknown scheme 'gopher'}],
    ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a every=1s\n</RProxyUpstream>" =>
        q{unknown key 'every'}],
);

my @GOOD = (
    'RProxyBalancer off',
    'RProxyBalancerQueue off',
    'RProxyBalancerQueue max=4000 timeout=1ms aging=0 share=0 adaptive=1-100000',
    "RProxyClass default priority=10\nRProxyClass vip priority=90\n"
        . "RProxyClass vip priority=90 path=/checkout cookie=paid=yes\n"
        . "<VirtualHost *>\nRProxyClass bot \"header=User-Agent: bot\"\n"
        . "RProxyClass vip \"expr=%{REMOTE_USER} == 'root'\" cookie=id "
        . "header=X-Vip\n</VirtualHost>",
    join("\n", map { "RProxyClass c$_ priority=1" } 1 .. 15),
    "RProxyBalancer method=hash key=expr:%{HTTP_HOST}%{REQUEST_URI}\n"
        . "RProxyBalancerProbe tls host=a.example timeout=500ms\n"
        . "RProxyBalancerEject off\nRProxyBalancerSticky off",
    'RProxyBalancerProbe http header=X-Ready:yes "body=all is well" '
        . 'expect=2xx,304,400-404 method=OPTIONS',
    "<VirtualHost *>\n<RProxyUpstream u>\nRProxyMember http://127.0.0.1:9 "
        . "weight=0 tier=15 zone=z group=g route=r slow-start=1min\n"
        . "RProxyBalancer method=least-time zone=z\n"
        . "</RProxyUpstream>\nRProxyPass / u\n</VirtualHost>",
    "<RProxyUpstream u>\nRProxyBalancerDiscover file:conf/m weight=2 zone=z "
        . "backup=on slow-start=5s every=500ms limit=10000 empty=remove\n"
        . "</RProxyUpstream>\nRProxyPass / u",
    'Include "' . Apache::Test::vars('top_dir') . '/conf/balancer.conf"',
);

if (RProxy::Discovery::has_dns()) {
    push @MISTAKES, @MISTAKES_DNS;
    push @GOOD, "<RProxyUpstream u>\nRProxyMember http://127.0.0.1:9\n"
        . "RProxyBalancerDiscover dns:_http._tcp.a.example. tier=2\n"
        . "RProxyBalancerDiscover dns:a.example:81 type=both timeout=1s tries=1 "
        . "server=127.0.0.1:53,[::1]:54 min-ttl=5s max-ttl=1h scheme=http\n"
        . "</RProxyUpstream>\nRProxyPass / u";
}
else {
    push @MISTAKES,
        ["<RProxyUpstream u>\n>>RProxyBalancerDiscover dns:a\n</RProxyUpstream>" =>
            q{'dns:a': mod_rproxy_balancer was built without c-ares}];
}

plan tests => 3 * @MISTAKES + 2 * @GOOD;

my $test = RProxy::ConfigTest->new;
$test->refuses(@$_) for @MISTAKES;
$test->takes($_) for @GOOD;
