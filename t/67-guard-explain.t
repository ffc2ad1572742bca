#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What each check of the guard says of a request that somebody asks about, which
# costs and counts nothing.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use RProxy::Admin ();
use RProxy::Dns ();
use RProxy::Httpd ();
use RProxy::LoginApp ();

my $CTL   = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $KEY   = 'a-key-of-a-test';
my $dns   = RProxy::Dns->start;
my $httpd = RProxy::Httpd->start(
    files => {
        'htdocs/a.txt'       => "a\n",
        'htdocs/place/b.txt' => "b\n",
        'agents.txt'         => "ai ExampleAI\nsearch ExampleBot domains=bot.test\n",
        'keys.txt'           => "alice " . digest($KEY) . " quota=2/day\n"
            . 'bob ' . digest("$KEY-b") . " rate=1/h\n",
        'films.key'          => "a secret of this year\n",
    },
    conf => <<"END",
RProxyGuardList drop 192.0.2.0/24
RProxyGuardBots agents=agents.txt servers=@{[$dns->address]}
RProxyGuardConnections address=500 network=500 rate=1/hour burst=8
RProxyGuard On
RProxyGuardAllow 127.0.0.1
RProxyGuardDeny drop
RProxyGuardBot ai action=challenge
RProxyGuardLimit few  rate=2/hour burst=1 path=/a.txt
RProxyGuardLimit post rate=1/hour burst=1 methods=POST
RProxyGuardLimit here concurrent=3 path=/a.txt
RProxyGuardLimit slow bandwidth=10k path=/a.txt
RProxyGuardLimit wait rate=1/min burst=1 path=/wait action=delay:1min
<Location "/try">
    RProxyGuard DetectOnly
    RProxyGuardLimit try rate=1/min path=/try/wait action=delay:1min
</Location>
RProxyGuardLogin form path=/login kind=form user=name success=status:302
RProxyGuardLogin once path=/once kind=form user=name success=status:302 address=1/hour
RProxyGuardKeys keys.txt
RProxyGuardSignedUrl key=films:films.key
<Location "/films">
    RProxyGuardRequire signed-url
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
</Location>
<Location "/place">
    RProxyGuardLimit place rate=1/hour burst=1 action=log
    RProxyGuardDeny 198.51.100.0/24
</Location>
<Location "/key">
    RProxyGuardRequire key
    RProxyGuardLimit label rate=5/hour key=label
</Location>
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
END
);
my $admin = RProxy::Admin->new(undef, base => '/admin',
    connect => sub { $httpd->connect });
my $port = $httpd->port;

# A good one; asking costs nothing, and all is told.
my $x;
$x = asked('GET /a.txt') for 1 .. 3;
is($x->{decision}, 'pass', 'one that may go on');
is($x->{defined_at}, 'the main server', '... its host');
is_deeply([map {"$_->{stage} $_->{check}" . ($_->{rule} ? " $_->{rule}" : '')}
        @{ $x->{checks} }],
    ['connection connections connections', 'host allowed', 'host bans', 'host denied', 'host head', 'host bots',
        'host limit few', 'host limit here', 'host limit slow', 'host login'],
    '... all checks that look at it, in their order');
is_deeply([@{ check($x, 'few') }{qw(verdict left key rate)}],
    ['pass', 1, '203.0.113.7', '2/hour'], '... a limit has its key and what is left');
like(check($x, 'few')->{where}, qr/httpd\.conf:\d+$/, '... file and line');
is(check($x, 'here')->{left}, 3, '... requests at once');
is($x->{guard}, 'On', '... what RProxyGuard says');

# The same as what happens.
my $client = '127.0.0.7';
is_deeply([map { status('/a.txt') } 1 .. 3], [200, 200, 429], 'a limit used up');
$x = asked('GET /a.txt', client => $client);
is($x->{decision}, 'refuse', '... is told');
is_deeply([@$x{qw(rule status)}], ['few', 429], '... by its name');
is_deeply([@{ $x->{checks}[ $x->{first} ] }{qw(rule verdict left status)}],
    ['few', 'refuse', 0, 429], '... the first that ends it');
is($x->{where}, check($x, 'few')->{where}, '... where it stands');
is(asked('GET /a.txt', client => '127.0.0.8')->{decision}, 'pass', 'another client');
is(asked('GET /%61.txt', client => $client)->{decision}, 'refuse', 'encoded');

for my $case (
    ['GET /a.txt',          '192.0.2.7',    'deny',        'refuse',    403],
    ['GET /a.txt',          '127.0.0.1',    undef,         'pass',      undef],
    ['GET /../etc/passwd',  '127.0.0.1',    'head-traversal', 'refuse', 403],
    ['TRACE /a.txt',        '203.0.113.7',  'head-method', 'refuse',    405],
    ['GET /place/b.txt',    '198.51.100.7', 'deny',        'refuse',    403],
    ['GET /place/b.txt',    '203.0.113.7',  undef,         'pass',      undef],
    ['GET /key/c.txt',      '203.0.113.7',  'key',         'refuse',    401],
    ["GET /a.txt\nUser-Agent: ExampleAI", '203.0.113.7', 'bot-ai', 'challenge', 403],
) {
    my ($line, $from, $rule, $decision, $status) = @$case;
    my $json = asked($line, client => $from);
    is_deeply([@$json{qw(rule decision status)}], [$rule, $decision, $status],
        $line =~ s/\n.*: / of /r . " from $from");
}

$x = asked('GET /place/b.txt');
is_deeply([map { $_->{rule} // () } grep { $_->{stage} eq 'section' } @{ $x->{checks} }],
    ['place'], 'what a section adds');

$x = asked('GET /wait');
is(check($x, 'wait')->{verdict}, 'pass', 'nobody waits yet');
status('/wait', '127.0.0.9') for 1 .. 2;
$x = asked('GET /wait', client => '127.0.0.9');
is(check($x, 'wait')->{verdict}, 'delay', 'the next one would');
cmp_ok(check($x, 'wait')->{wait_ms}, '>', 1000, '... so long');

is(asked("GET /key/c.txt\nX-Api-Key: $KEY")->{decision}, 'pass', 'a key')
    for 1 .. 3;
$x = asked("GET /key/c.txt\nX-Api-Key: $KEY");
is_deeply([map {"$_->{stage} " . ($_->{key} // $_->{why})}
        grep { $_->{stage} =~ /credentials|late/ } @{ $x->{checks} }],
    ['credentials alice', 'late alice'], '... its label is known to limits');
my $film = signed('/films/a');
is(asked("GET $film")->{decision}, 'pass', 'a signed address');
is_deeply(($admin->get('guard/usage'))[1], { usage => [] },
    'usage has no request that was only asked about');
is(status("/key/c.txt", '127.0.0.20', "$KEY-b"), 404, 'a key is used');
$x = asked("GET /key/c.txt\nX-Api-Key: $KEY-b");
is_deeply([@$x{qw(decision rule status)}], ['refuse', 'key', 429],
    'one whose rate is used up');
is(asked("GET /key/c.txt\nX-Api-Key: x")->{decision}, 'refuse',
    'a wrong key');

# What would ask others does not.
$x = asked("GET /a.txt\nUser-Agent: ExampleBot/1", client => '203.0.113.20');
my ($later) = grep { $_->{check} eq 'bots' } @{ $x->{checks} };
is($later->{verdict}, 'later', 'a bot whose name DNS would have');
like($later->{why}, qr/^DNS would be asked/, '... is told');
is($x->{bot}, 'claim', '... and is what it says until then');
is($dns->questions('20.113.0.203.in-addr.arpa') // 0, 0, '... nobody is asked');

# A section that only tries.
$x = asked('GET /try/wait');
is(check($x, 'try')->{verdict}, 'pass', 'a limit that is tried');
is_deeply([map { status('/try/wait', '127.0.0.21') } 1, 2], [404, 404],
    '... lets all pass');
$x = asked('GET /try/wait', client => '127.0.0.21');
is(check($x, 'try')->{verdict}, 'log', '... what would wait is told');
is($x->{decision}, 'pass', '... and goes on');

# Connections: what this test itself has opened is known.
$x = asked('GET /a.txt', client => '127.0.0.22');
is(check($x, 'connections')->{verdict}, 'pass', 'a new connection');
my @open = map { $httpd->connect(from => '127.0.0.22') } 1 .. 9;
$_->get('/place/b.txt') for @open[0 .. 8];
$x = asked('GET /a.txt', client => '127.0.0.22');
is(check($x, 'connections')->{verdict}, 'refuse', 'one too many of an address');
cmp_ok(check($x, 'connections')->{open}, '>', 0, '... which has some open');
is_deeply([@$x{qw(decision rule status)}], ['refuse', 'connections', undef],
    '... ends it first, without a status');
like(ctl("--client 127.0.0.22 http://127.0.0.1:$port/a.txt"),
    qr/refuse +connections +new connections too fast, \d+ open of its address/,
    '... as rproxyctl shows it');
@open = ();

$admin->post('guard/ban', { network => '203.0.113.9', seconds => 600, why => 'a test' });
$x = asked('GET /a.txt', client => '203.0.113.9');
is_deeply([@$x{qw(rule decision)}], ['connections', 'refuse'], 'who is banned');
is_deeply([@{ check($x, 'ban') }{qw(check verdict)}], ['bans', 'refuse'],
    '... on a connection of before');
my ($ban) = @{ ($admin->get('guard/bans'))[1]{bans} };
is($ban->{refused}, 0, '... and not counted as refused');

is(asked('POST /login')->{decision}, 'pass', 'a login');
RProxy::LoginApp::post($httpd->connect(from => '127.0.0.10'), '/once', 'name=me');
$x = asked('POST /once', client => '127.0.0.10');
is(check($x, 'once')->{verdict}, 'refuse', 'who guessed');
like($httpd->connect->get('/metrics')->body,
    qr/^rproxy_guard_login_refused_total\{login="once",[^}]*\} 0$/m,
    '... and is not counted as refused');

# ---- rproxyctl ----

my $text = ctl("-H 'User-Agent: x' --client $client http://127.0.0.1:$port/a.txt");
like($text, qr/^GET \/a\.txt HTTP\/1\.1$/m, 'rproxyctl guard explain');
like($text, qr/decision +refuse, by few, status 429, \S+httpd\.conf:\d+$/m,
    '... the decision');
like($text, qr/host +limit +refuse +few +of 127\.0\.0\.7, 2\/hour, 0 left, again in/,
    '... a check');
$httpd->write_file('request', "GET /a.txt HTTP/1.1\nHost: x\nUser-Agent: ExampleAI\n\n");
like(ctl('--client 203.0.113.7 --file ' . $httpd->folder . '/request'),
    qr/decision +challenge, by bot-ai/, '... of a file');
like(ctl('http://x/a.txt --client nobody'), qr/'nobody' is no IP address/,
    '... a wrong address');
like(ctl('x'), qr/expected a URL/, '... a wrong URL');
for my $order ({}, { request => 'x' }, { request => "GET / HTTP/1.1\n\n", base64 => 'x' },
    { request => "GET / HTTP/1.1\n\n", port => 0 },
    { request => "GET / HTTP/1.1\n\n", host => ':80' }) {
    is(($admin->post('guard/explain', $order))[0], 400, 'a wrong order');
}
unlike($httpd->text('error_log'), qr/RP400[23].*(?:203\.0\.113|192\.0\.2|198\.51)/,
    'nothing is logged of those');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub digest { require Digest::SHA; return Digest::SHA::sha256_hex($_[0]) }

sub signed {
    my ($path) = @_;
    my $key = 'films:' . $httpd->folder . '/films.key';
    chomp(my $url = `$^X $CTL guard sign --key $key $path 1h`);
    return $url;
}

sub status {
    my ($path, $from, $key) = @_;
    return $httpd->connect(from => $from // $client)
        ->ask('GET', $path, [defined $key ? ('X-Api-Key' => $key) : ()])->status;
}

# "METHOD /path" and perhaps fields, of a host that is not named.
sub asked {
    my ($head, %more) = @_;
    my ($line, @fields) = split /\n/, $head;
    my ($code, $json) = $admin->post('guard/explain', {
        request => join("\n", "$line HTTP/1.1", "Host: 127.0.0.1:$port", @fields, '', ''),
        client  => '203.0.113.7', %more });
    is($code, 200, "asked: $line") if $code != 200;
    return $json;
}

sub check {
    my ($json, $rule) = @_;
    my ($check) = grep { ($_->{rule} // '') eq $rule } @{ $json->{checks} };
    return $check;
}

sub ctl {
    my ($words) = @_;
    return scalar
        `$^X $CTL --url http://127.0.0.1:$port/admin guard explain $words 2>&1`;
}
