#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyGuardRedis: servers count limits together; a Redis that dies, hangs or
# lies is no harm to any request.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use IO::Socket::IP ();
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);
use RProxy::Admin ();
use RProxy::ConfigTest ();
use RProxy::Httpd ();
use RProxy::Prometheus ();
use RProxy::Redis ();
use RProxy::Server ();

plan skip_all => 'needs redis-server' if !RProxy::Redis::is_installed();
plan skip_all => 'needs a build with hiredis'
    if (RProxy::ConfigTest->new->run('RProxyGuardRedis redis://a'))[1] =~ /hiredis/;

sub server {
    my ($redis, %o) = @_;
    return RProxy::Httpd->start(
        children => $o{children} // 2,
        files    => { map { ("htdocs/$_" => 'ok') } qw(ten own five) },
        conf     => <<"CONF",
RProxyGuard On
RProxyGuardRedis @{[ $o{url} // $redis->url ]} timeout=200ms every=10ms @{[ $o{words} // '' ]}
RProxyGuardLimit ten rate=1/h burst=9 path=/ten shared=redis
RProxyGuardLimit five rate=1/h burst=4 path=/five shared=redis
RProxyGuardLimit own rate=1/h burst=1 key=all path=/own
<Location "/status">
    SetHandler rproxy-status
</Location>
<Location "/admin">
    SetHandler rproxy-admin
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
</Location>
CONF
    );
}

# The statuses of so many requests of an address, each on a connection of its
# own.
sub ask {
    my ($httpd, $n, $path, $from) = @_;
    return [map {
        $httpd->connect(from => $from // '127.0.0.1')->get("/$path")->status
    } 1 .. $n];
}

sub redis_of {
    my ($httpd) = @_;
    return JSON::PP->new->decode(
        $httpd->connect->get('/status?format=json')->body)->{guard}{redis};
}

sub await_state {
    my ($httpd, $state, $limit) = @_;
    RProxy::Server::await(sub { redis_of($httpd)->{state} eq $state },
        "the state $state", $limit // 15);
    return;
}

# So many more failures.
sub await_faults {
    my ($httpd, $n) = @_;
    my $before = redis_of($httpd)->{faults};
    RProxy::Server::await(sub { redis_of($httpd)->{faults} >= $before + $n },
        "$n more faults", 20);
    return;
}

# What Redis knows of the keys of a limit, in requests.
sub counted {
    my ($redis, $limit) = @_;
    return map { sprintf '%.0f', ((split ' ', $redis->command(GET => $_))[0]) / 256 }
        @{ $redis->command(KEYS => "rproxy:$limit:*") };
}

sub await_counted {
    my ($redis, $limit, $n) = @_;
    RProxy::Server::await(
        sub { join(' ', counted($redis, $limit)) eq $n },
        "$n requests of $limit in Redis");
    return;
}

sub admin {
    my ($httpd) = @_;
    return RProxy::Admin->new(undef, base => '/admin',
        connect => sub { $httpd->connect });
}

# Until a server knows that so many of an address are left.
# @return all that it knows then
sub await_left {
    my ($httpd, $limit, $n, $from) = @_;
    my $admin = admin($httpd);
    my $now;
    RProxy::Server::await(sub {
        my ($status, $json) =
            $admin->get('guard/check?address=' . ($from // '127.0.0.1'));
        ($now) = grep { $_->{limit} eq $limit } @{ $json->{limits} };
        return $now->{left} + ($now->{allowed} ? 1 : 0) == $n;
    }, "$n of $limit left");
    return $now;
}

# Two servers count five of an address together.
sub counts_together {
    my ($one, $two, $from, $why) = @_;
    is_deeply(ask($one, 3, 'five', $from), [(200) x 3], "$why: three of five");
    await_left($two, five => 2, $from);
    is_deeply(ask($two, 3, 'five', $from), [200, 200, 429],
        '... leave two at the other');
    return;
}

# ---- what is wrong with a directive ----

my $REDIS = 'RProxyGuardRedis redis://127.0.0.1';
my $config = RProxy::ConfigTest->new;
$config->refuses(@$_) for (
    ['RProxyGuardRedis' => q{RProxyGuardRedis: '' is wrong: expected redis://}],
    ['RProxyGuardRedis 127.0.0.1:6379' =>
        q{'127.0.0.1:6379' is wrong: expected redis://127.0.0.1:6379/0}],
    ['RProxyGuardRedis redis://me:secret@127.0.0.1' =>
        'those are user= and password-file='],
    ['RProxyGuardRedis rediss://127.0.0.1' => 'not encrypted here'],
    ["$REDIS timout=1s" => q{unknown key 'timout', did you mean 'timeout'?}],
    ["$REDIS timeout=1ms" => q{expected at least 5ms}],
    ["$REDIS every=2min"  => q{'every=2min' is wrong}],
    ["$REDIS user=me"     => 'expected password-file= with it'],
    ["$REDIS password-file=nowhere" => 'password-file=nowhere: No such file'],
    ["$REDIS\n>>$REDIS" => 'RProxyGuardRedis: it stands at '],
    ["<VirtualHost *>\n>>$REDIS\n</VirtualHost>" =>
        'RProxyGuardRedis cannot occur within <VirtualHost> section'],
);
$config->takes($_) for (
    "$REDIS:7000/3 timeout=1s every=50ms prefix={shop}",
    'RProxyGuardRedis unix:///run/redis.sock?db=1',
    "$REDIS\nRProxyGuardLimit a rate=1/s shared=redis",
);

my $redis = RProxy::Redis->start;
my ($one, $two) = map { server($redis) } 1 .. 2;
await_state($_, 'shared') for $one, $two;

# ---- together ----

is_deeply(ask($one, 6, 'ten'), [(200) x 6], 'six of ten at one server');
await_left($two, ten => 4);
is_deeply(ask($two, 6, 'ten'), [(200) x 4, 429, 429],
    '... leave four at the other, and not one more');
await_counted($redis, 'ten:1/h', 10);
await_left($one, ten => 0);
is_deeply(ask($one, 3, 'ten'), [(429) x 3], '... and none at the first');

admin($one)->post('guard/forget', { limit => 'ten', address => '127.0.0.1' });
is_deeply(ask($one, 1, 'ten'), [200], 'a key begins anew');
await_counted($redis, 'ten:1/h', 1);

is_deeply(ask($one, 3, 'own'), [200, 200, 429], 'a limit that is not shared');
is_deeply(ask($two, 3, 'own'), [200, 200, 429], '... is of each server');

counts_together($one, $two, "127.0.0.$_", "address $_") for 2, 3;

# Five at each before they know of each other: what was too many is made up for.
{
    my $address = '127.0.0.4';
    my $passed  = grep { $_ == 200 }
        map { @{ ask($_, 5, 'five', $address) } } $one, $two;
    my @retry;
    for my $httpd ($one, $two) {
        RProxy::Server::await(sub {
            push @retry, await_left($httpd, five => 0, $address)->{retry_s} / 3600;
            return abs($retry[-1] - ($passed - 4)) < 0.1;
        }, "a debt of $passed requests");
    }
    cmp_ok($passed, '>=', 5, "$passed of five at two servers at once");
    cmp_ok($passed, '<=', 10, '... each has its own five at most');
    is(sprintf('%.0f', $retry[-1]), $passed - 4,
        '... and both wait until that is made up for');
}

{
    my ($value) = RProxy::Prometheus::parse($one->connect->get('/metrics')->body);
    is($value->{rproxy_guard_redis_up}, 1, 'a metric: it is there');
    is($value->{rproxy_guard_redis_lost_total}, 0, '... nothing was lost');
    cmp_ok($value->{rproxy_guard_redis_exchanges_total}, '>', 0, '... exchanges');
    like($one->connect->get('/status')->body,
        qr{data-l="State">shared</td>}, 'the page has it');
}

# ---- Redis is killed ----

{
    my @log = map { $_->log } $one, $two;
    $redis->kill;
    await_state($_, 'away') for $one, $two;
    pass('the status says that Redis is away');
    my $begin = time;
    is_deeply(ask($one, 7, 'five', '127.0.1.1'), [(200) x 5, 429, 429],
        'one server counts for itself');
    is_deeply(ask($two, 7, 'five', '127.0.1.1'), [(200) x 5, 429, 429],
        '... the other likewise');
    cmp_ok(time - $begin, '<', 2, '... and nobody waits');
    is_deeply(ask($two, 1, 'five', '127.0.0.2'), [429], 'what was counted before, counts');
    my ($value) = RProxy::Prometheus::parse($one->connect->get('/metrics')->body);
    is($value->{rproxy_guard_redis_up}, 0, 'a metric: it is not there');
    like($one->connect->get('/status')->body,
        qr{data-l="State">away: this server counts alone</td>}, 'the page has it');
    await_faults($one, 3);
    $redis->run;
    await_state($_, 'shared') for $one, $two;
    for my $lines (map { [grep {/RP441[01]/} $_->lines] } @log) {
        is(scalar(grep {/RP4411/} @$lines), 1, 'the log says once that it went');
        is(scalar(grep {/RP4410/} @$lines), 1, '... and that it is back');
    }
}

counts_together($one, $two, '127.0.1.2', 'Redis is back');

# ---- Redis hangs ----

{
    $redis->pause;
    my $begin = time;
    is_deeply(ask($one, 7, 'five', '127.0.1.3'), [(200) x 5, 429, 429],
        'Redis hangs: a server counts for itself');
    cmp_ok(time - $begin, '<', 2, '... and nobody waits');
    await_state($_, 'away') for $one, $two;
    like(redis_of($one)->{fault}, qr/no answer for 200 ms/, '... the status says why');
    await_faults($one, 2);
    is(redis_of($one)->{state}, 'away',
        'who takes connections and does not answer is not back');
    $redis->resume;
    await_state($_, 'shared') for $one, $two;
    counts_together($one, $two, '127.0.1.4', 'it goes on');
}

# ---- who speaks with Redis is killed ----

{
    my @children = $one->children;
    my $before   = redis_of($one)->{keys};
    $one->end_child(KILL => $_) for @children;
    $one->await_gone(\@children, 10);
    my $n = 0;
    RProxy::Server::await(sub {
        ask($one, 1, 'five', '127.0.2.' . ++$n);
        return redis_of($one)->{keys} > $before;
    }, 'an exchange of another process');
    is(redis_of($one)->{state}, 'shared', 'another process takes over');
    $one->restart_gracefully;
    $before = redis_of($one)->{keys};
    RProxy::Server::await(sub {
        ask($one, 1, 'five', '127.0.2.' . ++$n);
        return redis_of($one)->{keys} > $before;
    }, 'an exchange after a restart');
    is_deeply(ask($one, 1, 'five', '127.0.1.1'), [429], 'a restart forgets nothing');
}

# ---- what is not Redis ----

# It answers each connection with the next of these, whatever it is asked.
sub liar {
    my (@lies) = @_;
    my $port   = RProxy::Httpd::free_port();
    my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1',
        LocalPort => $port, Listen => 8) or die "$port: $@";
    my $owner = $$;
    defined(my $pid = fork) or die "fork: $!";
    return ($port, $pid) if $pid;
    $SIG{PIPE} = 'IGNORE';
    $SIG{ALRM} = sub { POSIX::_exit(0) if getppid != $owner; alarm 1 };
    alarm 1;
    my @kept;
    while (1) {
        my $client = $socket->accept or next;
        sysread $client, my $asked, 65536;
        syswrite $client, $lies[0];
        push @lies, shift @lies;
        push @kept, $client if $lies[-1] =~ /^:1/;    # goes on to be silent
    }
}

{
    my ($port, $pid) = liar("\0\377" x 100, "*1000000000\r\n",
        '$2147483647' . "\r\n" . 'x' x 2_000_000, ":1\r\n", "-ERR no\r\n");
    my $server = server($redis, url => "redis://127.0.0.1:$port");
    await_faults($server, 5);
    is_deeply(ask($server, 7, 'five'), [(200) x 5, 429, 429],
        'who lies is not believed, and the server counts for itself');
    is(redis_of($server)->{state}, 'away', '... and says so');
    kill KILL => $pid;
    waitpid $pid, 0;
    is_deeply($server->complaints, [], '... nothing else went wrong');
}

# ---- a unix socket, a password, a database ----

{
    my $locked = RProxy::Redis->start(password => 'sesame');
    my $server = server($locked);
    await_state($server, 'away');
    like(redis_of($server)->{fault}, qr/it says NOAUTH/, 'a password is missing');
    my $folder = File::Temp->newdir;
    open my $out, '>', "$folder/password" or die "$folder: $!";
    print $out "sesame\n";
    close $out;
    $server = server($locked, url => 'unix://' . $locked->socket . '?db=3',
        words => "password-file=$folder/password prefix=shop");
    await_state($server, 'shared');
    ask($server, 2, 'ten');
    RProxy::Server::await(
        sub { $locked->command(INFO => 'keyspace') =~ /^db3:keys=3,/m },
        'a secret, a key and news in the database that is named');
    pass('a password, a unix socket, a database');
}

is_deeply($_->complaints, [], 'nothing else went wrong') for $one, $two;
done_testing();
