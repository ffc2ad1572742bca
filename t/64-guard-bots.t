#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Clients told apart: by user agents of a file, which changes while the server
# runs; search bots by lists and by DNS, and those who only say they are some.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Dns ();
use RProxy::Httpd ();
use RProxy::Server ();

my $dns   = RProxy::Dns->start;
my $httpd = RProxy::Httpd->start(
    children => 2,
    modules  => ['remoteip'],
    files    => {
        'htdocs/a.txt' => "a\n",
        'agents.txt'   => <<'END',
ai     GPTBot
search Googlebot domains=googlebot.test
search Listbot   list=listbot
search Nobot
bot    "bot/"
tool   curl/
END
    },
    conf => sub { <<"END" },
LogLevel rproxy_guard:info
RemoteIPHeader X-Client
RemoteIPInternalProxy 127.0.0.1
KeepAliveTimeout 60
RProxyGuardList listbot 198.51.100.0/24
RProxyGuardBots agents=agents.txt servers=@{[$dns->address]}
RProxyGuard On
RProxyGuardAllow 192.0.2.99
RProxyGuardBot ai action=refuse:451
RProxyGuardBot fake action=refuse
RProxyGuardLimit tools rate=1/hour class=tool
RProxyGuardBot browser action=off
<Location "/hard">
    RProxyGuardLimit hard rate=1/day key=all action=challenge
</Location>
Alias "/hard" "@{[$_[0]->folder]}/htdocs/a.txt"
RProxyEnv On
Header always set X-Bot "expr=%{reqenv:RPROXY_BOT}"
<Location "/people">
    RProxyGuardBot bot action=refuse
    RProxyGuardBot ai action=off
</Location>
Alias "/people" "@{[$_[0]->folder]}/htdocs/a.txt"
<If "guard_bot('bot') == '1' && %{RPROXY_ATTACK} == ''">
    Header always set X-If yes
</If>
END
);

sub answer {
    my ($agent, $client, $path) = @_;
    return $httpd->connect->ask('GET', $path // '/a.txt', [
        defined $agent ? ('User-Agent' => $agent) : (),
        'X-Client' => $client // '192.0.2.1']);
}

sub class { return answer(@_)->field('X-Bot') // '' }

sub await_class {
    my ($wanted, @who) = @_;
    my $found = '';
    RProxy::Server::await(sub { ($found = class(@who)) eq $wanted },
        "$wanted, not $found", 10);
    return is($found, $wanted, "it is found out: $wanted");
}

# ---- by the user agent ----

is(class('Mozilla/5.0 (X11; Linux) Firefox/1'), 'browser', 'a browser');
is(class('Mozilla/5.0 (compatible; some' . 'bot/1.0)'), 'bot', 'a bot');
is(answer('somebot/1')->field('X-If'), 'yes', '<If> knows it');
is(answer('curl/8', '192.0.2.7')->field('X-If'), undef, '... and no other');
is(class('CURL/8'),      'tool', 'a tool');
is(class(undef, '192.0.2.2'), 'tool', 'no user agent');
is(class('strange thing', '192.0.2.3'), 'tool', 'what is not listed');

my $kept = $httpd->connect;

sub kept_class {
    my ($agent) = @_;
    return $kept->ask('GET', '/a.txt',
        ['User-Agent' => $agent, 'X-Client' => '192.0.2.1'])->field('X-Bot');
}

is_deeply([
        map { kept_class($_) } 'Mozilla/5 Firefox/1', 'Mozilla/5 Firefox/1',
        'Mozilla/5 somebot/1', 'Mozilla/5 Firefox/2', 'Nobot', 'Nobot'
    ],
    [qw(browser browser bot browser claim claim)],
    'each request of a connection is what it says');

# ---- what becomes of them ----

is(answer('x GPTBot/1')->status, 451, 'a class that is refused');
is(answer('x GPTBot/1', undef, '/people')->status, 451,
    '... before a section says otherwise');
is(answer('x GPTBot/1', '192.0.2.99')->status, 200, 'allowed networks are not');
is(answer('somebot/1', undef, '/people')->status, 403,
    'one that a section refuses');
is(answer('Mozilla/5.0', undef, '/people')->status, 200, '... and no others');
is_deeply([map { answer('curl/8', '192.0.2.5')->status } 1 .. 2], [200, 429],
    'a limit of one class');
is(answer('Mozilla/5.0', '192.0.2.5')->status, 200, '... and of no other');

# ---- search bots ----

is(class('Listbot', '198.51.100.7'), 'search', 'its address is in the list');
is(answer('Listbot', '192.0.2.1')->status, 403, 'it is not: a fake');
is(class('Nobot', '203.0.113.1'), 'claim', 'nothing can prove it');
is(class('Googlebot', '10.1.2.3'), 'claim', 'a network without public names');

$dns->say('1.113.0.203.in-addr.arpa', PTR => 1, 'crawl-1.googlebot.test');
$dns->say('crawl-1.googlebot.test', A => 1, '203.0.113.9', '203.0.113.1');
is(answer('Googlebot', '203.0.113.1')->status, 200,
    'while nobody knows it is let through');
await_class(search => 'Googlebot', '203.0.113.1');

is(answer('Mozilla/5.0', undef, '/hard')->status, 200, 'one is free');
is(answer('Mozilla/5.0', undef, '/hard')->status, 403, 'then a challenge');
is(answer('Googlebot', '203.0.113.1', '/hard')->status, 200,
    '... that no search bot ever sees');

$dns->say('2.113.0.203.in-addr.arpa', PTR => 1, 'crawl-1.googlebot.test');
await_class(fake => 'Googlebot', '203.0.113.2');
is(answer('Googlebot', '203.0.113.2')->status, 403,
    'the name does not have that address');
$dns->say('3.113.0.203.in-addr.arpa', PTR => 1, 'googlebot.test.example.com');
await_class(fake => 'Googlebot', '203.0.113.3');
await_class(fake => 'Googlebot', '203.0.113.4');
is(class('Mozilla/5.0', '203.0.113.4'), 'browser',
    'without a name; what it says otherwise counts');

$dns->fail('5.113.0.203.in-addr.arpa', 'SERVFAIL');
class('Googlebot', '203.0.113.5');
RProxy::Server::await(
    sub { scalar $dns->questions('5.113.0.203.in-addr.arpa') },
    'the question', 10);
is(answer('Googlebot', '203.0.113.5')->status, 200,
    'DNS does not answer: it is let through');
is(class('Googlebot', '203.0.113.5'), 'claim', '... as one that says so');

$dns->say(join('.', reverse(split //, '20010db8000000000000000000000001'),
        'ip6.arpa'), PTR => 1, 'six.googlebot.test');
$dns->say('six.googlebot.test', AAAA => 1, '2001:db8::1');
await_class(search => 'Googlebot', '2001:db8::1');
is(scalar(() = $dns->questions('1.113.0.203.in-addr.arpa')), 1,
    'DNS is asked once, of all children');

# ---- the file ----

$httpd->write_file('agents.new', "bot Firefox\n");
rename $httpd->folder . '/agents.new', $httpd->folder . '/agents.txt' or die $!;
my $row = 0;
RProxy::Server::await(
    sub { ($row = class('Mozilla/5 Firefox/1') eq 'bot' ? $row + 1 : 0) == 20 },
    'the new file', 30);
is($row, 20, 'a new file is seen by all children');
is(kept_class('Mozilla/5 Firefox/2'), 'bot',
    '... also for connections from before it');
$httpd->write_file('agents.txt', "bot a1\nrobot b2\n");
await_log(qr/RP4132: .*agents\.txt: line 2: 'robot b2': expected search/);
is(class('Mozilla/5 Firefox/1'), 'bot', 'a broken one: it stays as it was');

$httpd->write_file('agents.txt', "bot Firefox\n");
$httpd->restart_gracefully;
is(class('Mozilla/5 Firefox/1'), 'bot', 'after a graceful restart');
is(class('Googlebot', '203.0.113.1'), 'tool', '... all else is of the file, too');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub await_log {
    my ($pattern) = @_;
    RProxy::Server::await(sub { $httpd->text('error_log') =~ $pattern },
        "$pattern in the log", 10);
    return ok(1, 'the log says which line');
}
