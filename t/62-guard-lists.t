#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Lists in files, which change while the server runs, well or badly; limits go on
# counting over a graceful restart.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::XS ();
use RProxy::Admin ();
use RProxy::Httpd ();

my $CTL = "$FindBin::Bin/../mod_rproxy/rproxyctl";

my $httpd = RProxy::Httpd->start(
    children => 2,
    processes => 2,
    min_spare => 17, # more than one has: after a graceful restart, too, both
    files    => { 'drop.txt' => "# nobody\n", 'bad.txt' => "192.0.2.1\n",
        'htdocs/a.txt' => "a\n",
        'htdocs/place/b.txt' => "b\n", 'htdocs/c.txt' => "c\n" },
    conf     => <<'END',
LogLevel rproxy_guard:info
RProxyGuardList drop file:drop.txt
RProxyGuardList bad  file:bad.txt
RProxyGuardList here 198.51.100.0/24
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
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
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

my $open = $httpd->connect(from => '127.0.0.7');
is($open->ask('HEAD', '/a.txt')->status, 200, 'nobody is in the list');
replace("127.0.0.7 somebody\n");
await(403, 'a network more');
is(status_of_open(403), 403, 'and on a connection that was open before');
replace("127.0.0.7\n127.0.0.8/33\n");
await_log(qr/RP4012: .*list drop: line 2 of .*127\.0\.0\.8\/33.*stays as it was/i);
is(status('127.0.0.7', 'HEAD'), 403, 'a wrong file: the list stays as it was');
replace("\n");
await(200, 'an empty one');
is(status_of_open(200), 200, 'and on that connection');
undef $open;

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

# An order: what the clock of the file does not tell is read, too.
my $admin = RProxy::Admin->new(undef, base => '/admin',
    connect => sub { $httpd->connect });
rewrite('drop.txt', "127.0.0.2\n");
is(await_children(), 2, 'an order to both children');
is(status('127.0.0.2', 'HEAD', '/c.txt'), 403, 'which children have carried out');
rewrite('drop.txt', "127.0.0.3\n");
rewrite('bad.txt', "192.0.2.\n");
my ($code, $json) = reload();
is($code, 200, 'the answer');
my ($bad, $drop) = @{ $json->{lists} };
is(@{ $json->{lists} }, 2, 'of all lists of files');
is_deeply([@$drop{qw(name networks loaded children well badly waiting fault)}],
    ['drop', 1, JSON::XS::true(), 2, 2, 0, 0, undef], 'all children have read it');
is_deeply([map { status('127.0.0.2', 'HEAD', '/c.txt') } 1 .. 20], [(200) x 20],
    '... and none has the old one');
is_deeply([map { status('127.0.0.3', 'HEAD', '/c.txt') } 1 .. 20], [(403) x 20],
    '... but the new one');
is_deeply([@$bad{qw(name networks loaded children well badly waiting line)}],
    ['bad', 1, JSON::XS::false(), 2, 0, 2, 0, 1], 'a wrong one stays');
like($bad->{fault}, qr/^line 1 of .*bad\.txt: '192\.0\.2\.': /, '... and why is told');
like(ctl('lists'), qr/bad +1 +[-\d]+ [:\d]+ +\S+bad\.txt$/m, 'rproxyctl guard lists');
like(ctl('lists'), qr/^bad is still as it was then: line 1 of/m, '... with the fault');
like(ctl('lists reload drop'), qr/^drop: 1 networks of \S+drop\.txt$/,
    'rproxyctl guard lists reload');
is($? >> 8, 0, '... ends with 0');
like(ctl('lists reload bad'), qr/^bad: it stays as it was: line 1 of/, '... a wrong one');
is($? >> 8, 1, '... with 1');
like(ctl('lists reload none'), qr/there is no list none/, 'no such list');
like(ctl('lists reload here'), qr/list here has no file/, 'one without a file');
is(($admin->post('guard/lists-reload', $_))[0], 400, 'a wrong order')
    for { list => 7 }, { name => 'drop' };
rewrite('bad.txt', "192.0.2.2\n192.0.2.3\n");
($code, $json) = $admin->post('guard/lists-reload', { list => 'bad' });
is_deeply([@{ $json->{lists}[0] }{qw(networks loaded fault line)}],
    [2, JSON::XS::true(), undef, undef], 'it is well again');
unlink $httpd->folder . '/bad.txt' or die $!;
($code, $json) = $admin->post('guard/lists-reload', { list => 'bad' });
like($json->{lists}[0]{fault}, qr/bad\.txt cannot be opened: No such file/,
    'a file that is away');
$httpd->write_file('bad.txt', "192.0.2.4\n");
await_list(1);
my $held = $httpd->connect;
$held->send("POST /admin/guard/lists-reload HTTP/1.1\r\nHost: localhost\r\n"
    . "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
is($held->read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n",
    'a child waits for an order');
$httpd->restart_gracefully;
my $begin = time;
$held->send('{}');
my $late = $held->read_response;
is($late->status, 503, 'an order to a child of before a restart');
like($late->body, qr/has been restarted since.*ask again on a new one/, '... is told so');
cmp_ok(time - $begin, '<', 20, '... at once');
is(await_children(), 2, 'after a graceful restart new children carry it out');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub ctl {
    my ($words) = @_;
    my $port = $httpd->port;
    return scalar `$^X $CTL --url http://127.0.0.1:$port/admin guard $words 2>&1`;
}

# In place, with the time and perhaps the length of before.
sub rewrite {
    my ($name, $text) = @_;
    $httpd->write_file($name, $text);
    utime 1_000_000_000, 1_000_000_000, $httpd->folder . "/$name" or die $!;
    return;
}

# @return how many carry an order out, all started ones in the end
sub await_children {
    my ($until, $n) = (time + 20, 0);
    $n = (reload())[1]{lists}[0]{well} // 0 while $n < 2 && time < $until;
    return $n;
}

sub reload { return $admin->post('guard/lists-reload', {}) }

# Until a child says that it has read it.
sub await_list {
    my ($networks) = @_;
    my ($list, $until) = (undef, time + 20);
    do {
        ($list) = grep { $_->{name} eq 'bad' }
            @{ ($admin->get('guard/lists'))[1]{lists} };
    } until ($list->{networks} == $networks && !$list->{fault}) || time > $until;
    is($list->{fault}, undef, 'a file that is back is read');
    return;
}

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

# Its child may be the last one that reads the file.
sub status_of_open {
    my ($wanted) = @_;
    my ($status, $until) = ($open->ask('HEAD', '/a.txt')->status, time + 10);
    while ($status != $wanted && time < $until) {
        select undef, undef, undef, 0.25; # so many requests one may have
        $status = $open->ask('HEAD', '/a.txt')->status;
    }
    return $status;
}

sub await_log {
    my ($pattern) = @_;
    my $until = time + 10;
    select undef, undef, undef, 0.02
        while $httpd->text('error_log') !~ $pattern && time < $until;
    like($httpd->text('error_log'), $pattern, 'the log says which line');
    return;
}
