#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Lists in files, which change while the server runs, well or badly; limits go on
# counting over a graceful restart.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();

my $httpd = RProxy::Httpd->start(
    children => 2,
    processes => 2,
    files    => { 'drop.txt' => "# nobody\n", 'htdocs/a.txt' => "a\n",
        'htdocs/place/b.txt' => "b\n", 'htdocs/c.txt' => "c\n" },
    conf     => <<'END',
LogLevel rproxy_guard:info
RProxyGuardList drop file:drop.txt
RProxyGuard On
RProxyGuardDeny drop
RProxyGuardLimit few rate=1/hour burst=3 path=/a.txt methods=GET
<Location "/one">
    RProxyGuardLimit twin rate=1/hour burst=1
</Location>
<Location "/two">
    RProxyGuardLimit twin rate=1/hour burst=1
</Location>
RProxyCacheSize 4m
RProxyCache On
RProxyCacheStatus On
RProxyCacheHeuristic 0
RProxyCacheDefault 1h
<Location "/place">
    RProxyGuardDeny 127.0.0.9
</Location>
DirectoryIndex b.txt
<Files "b.txt">
    RProxyGuardDeny 127.0.0.10
</Files>
RedirectMatch 404 ^/none
ErrorDocument 404 /place/b.txt
END
);

sub status {
    my ($from, $method, $path) = @_;
    return $httpd->connect(from => $from)->ask($method, $path // '/a.txt')
        ->status;
}

is(status('127.0.0.7', 'HEAD'), 200, 'nobody is in the list');
replace("127.0.0.7 somebody\n");
await(403, 'a network more');
replace("127.0.0.7\n127.0.0.8/33\n");
await_log(qr/RP4012: .*list drop: line 2 of .*127\.0\.0\.8\/33.*stays as it was/i);
is(status('127.0.0.7', 'HEAD'), 403, 'a wrong file: the list stays as it was');
replace("\n");
await(200, 'an empty one');

is_deeply([map { status('127.0.0.1', 'GET') } 1 .. 3], [200, 200, 200],
    'of a limit three are used up');
is_deeply([map { status('127.0.0.1', 'GET', '/one') } 1 .. 3],
    [404, 404, 429], 'one of two limits that say the same is used up');
$httpd->restart_gracefully;
is_deeply([map { status('127.0.0.1', 'GET') } 1 .. 2], [200, 429],
    'after a graceful restart one is left');
is_deeply([map { status('127.0.0.1', 'GET', $_) } qw(/one /two /two /two)],
    [429, 404, 404, 429], 'limits that say the same are not mixed up');

# What a place denies is denied from the cache, too; a rule of the whole host
# leaves hits where they are.
for my $path (qw(/place/b.txt /c.txt)) {
    my @seen = map {
        $httpd->connect->get($path)->field('Cache-Status') =~ /; (hit|fwd)/
    } 1 .. 2;
    is_deeply(\@seen, [qw(fwd hit)], "$path is in the cache");
}
is(status('127.0.0.9', 'GET', '/place/b.txt'), 403, 'a place denies a hit');
is(status('127.0.0.9', 'GET', '/c.txt'), 200, 'elsewhere it is one');

is(status('127.0.0.10', 'GET', '/place/'), 403,
    'what is denied is not had as the index of its folder');
is(status('127.0.0.10', 'HEAD', '/c.txt'), 200, 'what is not denied is');
is($httpd->connect(from => '127.0.0.10')->get('/none')->body, "b\n",
    'the page of an error is for everybody');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

# As good tools do it: a new file takes the place of the old one.
sub replace {
    my ($text) = @_;
    $httpd->write_file('drop.new', $text);
    rename $httpd->folder . '/drop.new', $httpd->folder . '/drop.txt' or die $!;
    return;
}

# Until all children answer so.
sub await {
    my ($wanted, $name) = @_;
    my ($row, $until) = (0, time + 10);
    while ($row < 20 && time < $until) {
        $row = status('127.0.0.7', 'HEAD') == $wanted ? $row + 1 : 0;
    }
    is($row, 20, "$name is seen by all children");
    return;
}

sub await_log {
    my ($pattern) = @_;
    my $until = time + 10;
    select undef, undef, undef, 0.02
        while $httpd->text('error_log') !~ $pattern && time < $until;
    like($httpd->text('error_log'), $pattern, 'the log says which line');
    return;
}
