#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who the client is, when proxies say so: which are believed and which are not,
# what is broken, beside mod_remoteip; limits of IPv6 clients by their /64.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Httpd ();

my $httpd = RProxy::Httpd->start(
    children => 2,
    modules  => ['remoteip'],
    files    => { 'cdn.txt' => "127.0.0.64/26\n", 'htdocs/a.txt' => "a\n" },
    conf     => sub {
        my ($self) = @_;
        return <<"END";
LogLevel rproxy_guard:info
LogFormat "%a %U" client
CustomLog client_log client
RProxyGuardList cdn file:cdn.txt
RProxyGuardList balancers 127.0.0.128/25
RProxyGuardList bad 203.0.113.9
RProxyGuard On
RProxyGuardDeny bad
RProxyGuardClient header=X-Client trust=cdn
RProxyGuardClient header=X-Forwarded-For trust=balancers,cdn
RProxyGuardLimit few rate=1/hour burst=1 path=/few
RemoteIPHeader X-Remote
RemoteIPInternalProxy 127.0.0.3
Header always set X-Seen "expr=%{REMOTE_ADDR}"
<Location "/status">
    SetHandler rproxy-status
</Location>
<Location "/mine">
    Require ip 192.0.2.7
</Location>
END
    },
);

sub ask {
    my ($from, $target, @fields) = @_;
    return $httpd->connect(from => $from)->ask(GET => $target, \@fields);
}

sub seen { my ($from, @fields) = @_; return ask($from, '/a.txt', @fields)->field('X-Seen') }

my @cases = (
    ['who connects', '127.0.0.9' => '127.0.0.9'],
    ['a trusted proxy', '127.0.0.65', 'X-Client', '192.0.2.7' => '192.0.2.7'],
    ['an IPv6 client', '127.0.0.65', 'X-Client', '2001:DB8:0::1' => '2001:db8::1'],
    ['an IPv4 client in IPv6', '127.0.0.65', 'X-Client', '::ffff:192.0.2.7' => '192.0.2.7'],
    ['nothing said', '127.0.0.65' => '127.0.0.65'],
    ['a field that is not of this proxy', '127.0.0.65', 'X-Forwarded-For', '192.0.2.7' =>
        '127.0.0.65'],
    ['no trusted proxy', '127.0.0.9', 'X-Client', '192.0.2.7' => '127.0.0.9'],
    ['... and a list', '127.0.0.9', 'X-Forwarded-For', '192.0.2.7, 127.0.0.65' => '127.0.0.9'],
    ['no address', '127.0.0.65', 'X-Client', 'me' => '127.0.0.65'],
    ['several hops', '127.0.0.129', 'X-Forwarded-For', '192.0.2.7, 127.0.0.65' => '192.0.2.7'],
    ['a lie on the left', '127.0.0.129', 'X-Forwarded-For',
        '127.0.0.1, 192.0.2.7, 127.0.0.65' => '192.0.2.7'],
    ['nonsense on the left', '127.0.0.129', 'X-Forwarded-For', '<?>, 192.0.2.7' => '192.0.2.7'],
    ['nonsense on the right', '127.0.0.129', 'X-Forwarded-For', '192.0.2.7, <?>' =>
        '127.0.0.129'],
    ['two fields of a name', '127.0.0.129', 'X-Forwarded-For', '192.0.2.1', 'X-Forwarded-For',
        '192.0.2.7' => '192.0.2.7'],
    ['mod_remoteip', '127.0.0.3', 'X-Remote', '192.0.2.8' => '192.0.2.8'],
    ['... and whom it names', '127.0.0.3', 'X-Remote', '127.0.0.65', 'X-Client', '192.0.2.7' =>
        '192.0.2.7'],
);
for (@cases) {
    my ($name, $from, @fields) = @$_;
    my $client = pop @fields;
    is(seen($from, @fields), $client, $name);
}

# ---- others believe it ----

is(ask('127.0.0.65', '/mine', 'X-Client', '192.0.2.7')->status, 404, 'access control');
is(ask('127.0.0.65', '/mine', 'X-Client', '192.0.2.8')->status, 403, '... for one alone');
{
    my $log = $httpd->log;
    is(ask('127.0.0.65', '/a.txt', 'X-Client', '203.0.113.9')->status, 403, 'a denied one');
    like($log->await(qr/RP4002/), qr/\[client 203\.0\.113\.9:\d+\]/, '... by that name');
    $log = $httpd->log('client_log');
    ask('127.0.0.65', '/logged', 'X-Client', '192.0.2.77');
    like($log->await(qr{ /logged}), qr/^192\.0\.2\.77 /, 'the access log');
}
sub few { return ask('127.0.0.65', '/few', 'X-Client', $_[0])->status }
is_deeply([map { few("2001:db8:0:1::$_") } 1 .. 3], [404, 404, 429],
    'a limit counts by the /64 of IPv6');
is(few('2001:db8:0:2::1'), 404, '... others for themselves');

# ---- what is told ----

like($httpd->text('error_log'),
    qr/RP4030: trusted proxy 127\.0\.0\.65: X-Client: me: is no client's address/,
    'the log: a broken one');
like($httpd->text('error_log'),
    qr/RP4031: 127\.0\.0\.9 is no trusted proxy: its X-Client is not believed/,
    'the log: one that is not believed');
my $told = JSON::PP->new->decode($httpd->connect->get('/status?format=json')->body)
    ->{guard}{client};
is_deeply([@$told{qw(missing broken untrusted)}], [2, 2, 2], 'the status');
cmp_ok($told->{taken}, '>=', 15, '... those that were taken');

# ---- a list that changes ----

$httpd->write_file('cdn.new', "127.0.0.9\n");
rename $httpd->folder . '/cdn.new', $httpd->folder . '/cdn.txt' or die $!;
my ($row, $until) = (0, time + 10);
while ($row < 20 && time < $until) {
    $row = seen('127.0.0.9', 'X-Client', '192.0.2.7') eq '192.0.2.7' ? $row + 1 : 0;
}
is($row, 20, 'a proxy that is trusted from now on');
is(seen('127.0.0.65', 'X-Client', '192.0.2.7'), '127.0.0.65', 'one that is no more');

is_deeply($httpd->complaints, [], 'nothing else in the log');

# ---- without mod_remoteip ----

my $plain = RProxy::Httpd->start(conf => <<'END');
RProxyGuardList cdn 127.0.0.65
RProxyGuardClient header=X-Client trust=cdn
Header always set X-Seen "expr=%{REMOTE_ADDR}"
END
is($plain->connect(from => '127.0.0.65')->ask(GET => '/', ['X-Client', '192.0.2.7'])
        ->field('X-Seen'), '192.0.2.7', 'without mod_remoteip, without RProxyGuard');
is_deeply($plain->complaints, [], 'nothing in that log');
done_testing();
