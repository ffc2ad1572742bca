#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Which rules hold where: virtual hosts and sections inherit them, add some and
# take some away, .htaccess files make exceptions where they may.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Path ();
use File::Temp qw(tempdir);
use RProxy::Client ();
use RProxy::PrivateServer ();

my $root = tempdir(CLEANUP => 1);
chmod 0755, $root or die $!;

sub page {
    my ($folder, $htaccess) = @_;
    File::Path::make_path("$root/$folder");
    put("$folder/page.html", 'a page');
    put("$folder/file.txt",  'a file');
    put("$folder/.htaccess", $htaccess) if $htaccess;
    return;
}

sub put {
    my ($name, $text) = @_;
    open my $out, '>', "$root/$name" or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
    return;
}

page($_) for qw(plain less more other off alone both both/inner);
page(granted         => "SecRuleRemoveById 421\nSecRuleUpdateTargetById 422 !ARGS:b\n");
page('granted/inner' => "SecRuleRemoveByTag ^second\$\n");
page('granted/wrong' => "SecRuleUpdateTargetById 422 ARGS:c\n");
page('granted/rule'  => "SecRule ARGS x id:1,deny\n");
page(refused         => "SecRuleRemoveById 421\n");

my $server = RProxy::PrivateServer->start(<<"END");
    SecRuleEngine On
    SecRule ARGS:a|ARGS:b "\@streq 1" "id:421,phase:1,deny,status:421,tag:first"
    SecRule ARGS:a|ARGS:b "\@streq 2" "id:422,phase:2,deny,status:422,tag:second"
    SecDefaultAction "phase:2,deny,status:426"
    SecRule ARGS:a "\@streq 3" "id:426,phase:2,block"
    SecRule ARGS:once . "id:429,phase:2,pass,nolog,setvar:tx.times=+1"
    SecRule TX:times "\@gt 1" "id:430,phase:2,deny,status:429"
    <Location /less>
        SecRuleRemoveById 421
        SecRuleUpdateTargetById 422 "!ARGS:b"
    </Location>
    <Location /more>
        SecRule ARGS:a "\@streq 4" "id:423,phase:1,deny,status:423"
        SecRule ARGS:a "\@streq 5" "id:427,phase:2,block,log"
    </Location>
    <Location /other>
        SecRuleUpdateActionById 421 "status:424"
    </Location>
    <Location /off>
        SecRuleEngine Off
    </Location>
    <Location /alone>
        SecRuleInheritance Off
        SecRule ARGS:a "\@streq 4" "id:421,phase:2,deny,status:423"
    </Location>
    <Directory "$root">
        AllowOverride Limit
        Require all granted
    </Directory>
    <Directory "$root/both">
        SecRule ARGS:a "\@streq 4" "id:423,phase:2,deny,status:423"
    </Directory>
    <Location /both/inner>
        SecRule ARGS:a "\@streq 5" "id:424,phase:2,deny,status:424"
        SecRuleRemoveById 423
    </Location>
    <Directory "$root/granted">
        RProxyWafHtaccess On
    </Directory>
    <Files file.txt>
        SecRuleRemoveByTag ^first\$
    </Files>
    <If "%{QUERY_STRING} =~ /friend/">
        SecRuleRemoveById 422
    </If>
    <VirtualHost *>
        ServerName first
        DocumentRoot "$root"
    </VirtualHost>
    <VirtualHost *>
        ServerName second
        DocumentRoot "$root"
        SecRuleRemoveById 421
        SecRule ARGS:a "\@streq 6" "id:428,phase:2,deny,status:428"
    </VirtualHost>
END

my @CASES = (
    ['/plain/?a=0' => 403, 'no rule is met'],
    ['/plain/page.html?a=1'            => 421, 'rules of the server'],
    ['/plain/page.html?a=2'            => 422],
    ['/plain/page.html?a=3'            => 426, 'block, as SecDefaultAction says'],
    ['/plain/page.html?a=4'            => 200, 'rules of other places'],
    ['/plain/page.html?once=1'         => 200, 'a host has the server\'s rules once'],
    ['/less/page.html?a=1'             => 200, 'a section takes a rule away'],
    ['/less/page.html?a=2'             => 422],
    ['/less/page.html?b=2'             => 200, '... and a variable'],
    ['/more/page.html?a=1'             => 421, 'a section has more'],
    ['/more/page.html?a=4'             => 423],
    ['/more/page.html?a=5'             => 200, '... and no SecDefaultAction'],
    ['/other/page.html?a=1'            => 424, 'another action'],
    ['/off/page.html?a=1'              => 200, 'switched off'],
    ['/alone/page.html?a=1'            => 200, 'nothing inherited'],
    ['/alone/page.html?a=4'            => 423],
    ['/both/page.html?a=4'             => 423, 'a directory'],
    ['/both/inner/page.html?a=1'       => 421, '... with a location in it'],
    ['/both/inner/page.html?a=4'       => 200],
    ['/both/inner/page.html?a=5'       => 424],
    ['/plain/file.txt?a=1'             => 200, 'a file'],
    ['/plain/file.txt?a=2'             => 422],
    ['/plain/page.html?a=2&friend'     => 200, 'a condition'],
    ['/granted/page.html?a=1'          => 200, '.htaccess'],
    ['/granted/page.html?a=2'          => 422],
    ['/granted/page.html?b=2'          => 200],
    ['/granted/inner/page.html?a=1'    => 200, 'one within'],
    ['/granted/inner/page.html?a=2'    => 200],
    ['/granted/inner/page.html?a=3'    => 426],
    ['/granted/wrong/page.html'        => 500, 'more than exceptions'],
    ['/granted/rule/page.html'         => 500],
    ['/refused/page.html?a=1'          => 421, 'without the grant'],
    ['/plain/page.html?a=1'            => 200, 'another host', 'second'],
    ['/plain/page.html?a=2'            => 422, undef,          'second'],
    ['/plain/page.html?a=6'            => 428, undef,          'second'],
    ['/more/page.html?a=6'             => 428, undef,          'second'],
    ['/more/page.html?a=4'             => 423, undef,          'second'],
);

plan tests => @CASES + 1;
for my $case (@CASES) {
    my ($target, $status, $name, $host) = @$case;
    is(status($target, $host // 'first'), $status, $name // "... $target");
}
unlike($server->said, qr/RP4340/, 'all rules fit together');

sub status {
    my ($target, $host) = @_;
    my $client = RProxy::Client->connect($server->port);
    $client->send("GET $target HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n");
    return $client->read_response->status;
}
