#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who waits while all members are at their limits: in which order, how many, how
# long, and what becomes of the others.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Balancer ();
use RProxy::Server ();

plan tests => 30;

my $farm = RProxy::Balancer->start(
    members  => [a => 'max-connections=1'],
    upstream => 'RProxyBalancerQueue max=6 timeout=20s aging=60s',
    children => 3,
    conf     => <<'END',
RProxyClass vip     priority=90 path=/vip
RProxyClass vip     cookie=plan=gold
RProxyClass bot     priority=10 "header=User-Agent:bot"
RProxyClass quick   priority=70 "expr=%{QUERY_STRING} == 'quick'"
SetEnvIf X-Class (.+) rproxy-class=$1
LogFormat "%U %{class}^RP %{queue}^RP %{outcome}^RP" queued
CustomLog "|/bin/cat >>logs/queued" queued
END
);
my $httpd = $farm->httpd;

sub send_request {
    my ($target, @fields) = @_;
    my $client = $httpd->connect;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            . join('', map {"$_\r\n"} @fields) . "\r\n");
    return $client;
}

sub queue { return $farm->upstream->{queue} }

sub await_waiting {
    my ($n) = @_;
    RProxy::Server::await(sub { queue()->{waiting} == $n },
        "$n requests that wait", 5);
    return;
}

# Requests of these targets that come one after the other while the one place
# is taken.
sub line_up {
    my (@requests) = @_;
    my $n = queue()->{waiting};
    return map {
        my $client = send_request(ref $_ ? @$_ : $_);
        await_waiting(++$n);
        $client;
    } @requests;
}

sub statuses { return [map { $_->read_response->status } @_] }

sub nothing_is_left {
    my ($what) = @_;
    await_waiting(0);
    $farm->await_in_flight(0);
    is(queue()->{called}, 0, "$what: nobody is on the way any more");
    return;
}

# ---- they wait, and are served in the order in which they came ----

{
    $farm->tell(a => 'hold');
    my $first = send_request('/first');
    $farm->await_in_flight(1);
    my @waiting = line_up(map {"/$_"} 1 .. 6);
    is($farm->upstream->{in_flight}, 1, 'no more than one at the member');
    my $begun   = time;
    my $refused = send_request('/refused')->read_response;
    is($refused->status, 503, 'who comes when the queue is full gets 503');
    like($refused->field('Retry-After'), qr/^[1-9]\d*$/, 'and Retry-After');
    cmp_ok(time - $begun, '<', 2, 'at once');
    is(queue()->{waiting}, 6, 'the others wait on');
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting), [(200) x 7],
        'all of them are served');
    is_deeply([$farm->targets('a')], ['/first', map {"/$_"} 1 .. 6],
        'in the order in which they came');
    nothing_is_left('order');
}

# What the member is asked from now on.
my $asked = 0;
sub news {
    my @targets = $farm->targets('a');
    my @new     = @targets[$asked .. $#targets];
    $asked = @targets;
    return @new;
}
news();

# Takes the one place.
sub occupy {
    $farm->tell(a => 'hold');
    my $client = send_request('/first');
    $farm->await_in_flight(1);
    return $client;
}

sub class {
    my ($name) = @_;
    return (grep { $_->{name} eq $name } @{ queue()->{classes} })[0];
}

# ---- the important ones first ----

{
    my $first   = occupy();
    my @waiting = line_up('/1', ['/bot', 'User-Agent: a bot'], '/vip/1',
        ['/gold', 'Cookie: plan=gold'], '/?quick',
        ['/said', 'X-Class: vip']);
    is_deeply({ map { $_->{name} => $_->{waiting} } @{ queue()->{classes} } },
        { vip => 3, quick => 1, default => 1, bot => 1 },
        'classes: each waits in its own');
    is_deeply([map { $_->{name} } @{ queue()->{classes} }],
        [qw(vip quick default bot)], 'classes: by priority');
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting), [(200) x 7],
        'classes: all are served');
    is_deeply([news()], [qw(/first /vip/1 /gold /said /?quick /1 /bot)],
        'classes: the important ones first, those alike as they came');
    nothing_is_left('classes');
}

# ---- a full queue: the last of the least important goes ----

{
    my $first   = occupy();
    my $bot     = 'User-Agent: a bot';
    my @waiting = line_up('/1', ['/bot/1', $bot], '/2', ['/bot/2', $bot],
        '/3', '/4');
    my $vip = send_request('/vip');
    is($waiting[3]->read_response->status, 503,
        'replaced: the last of the least important');
    is(class('bot')->{replaced}, 1, 'replaced: is counted');
    my $next = send_request('/5');
    is($waiting[1]->read_response->status, 503, 'replaced: then the first');
    is(send_request('/6')->read_response->status, 503,
        'replaced: nobody for one alike');
    is(send_request('/bot/3', $bot)->read_response->status, 503,
        'replaced: nor for one that matters less');
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting[0, 2, 4, 5], $vip, $next),
        [(200) x 7], 'replaced: the others are served');
    is_deeply([news()], [qw(/first /vip /1 /2 /3 /4 /5)],
        'replaced: in their order');
    nothing_is_left('replaced');
}

# ---- a client goes away ----

{
    my $first   = occupy();
    my @waiting = line_up(map {"/$_"} 1 .. 4);
    my $begun   = time;
    $waiting[1]->close;
    await_waiting(3);
    cmp_ok(time - $begun, '<', 2, 'gone: it leaves the queue at once');
    is(class('default')->{gone}, 1, 'gone: is counted');
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting[0, 2, 3]), [(200) x 4],
        'gone: the others are served');
    is_deeply([news()], [qw(/first /1 /3 /4)],
        'gone: the member is not asked for it');
    nothing_is_left('gone');
}

# ---- children are killed ----

{
    my $first   = occupy();
    my @waiting = line_up(map {"/$_"} 1 .. 6);
    $httpd->end_child(KILL => $_) for $httpd->children;
    $_->read_until_close for $first, @waiting;
    await_waiting(0);
    $farm->tell(a => 'well');
    $farm->await_in_flight(0);
    news();
    $first   = occupy();
    @waiting = line_up(map {"/$_"} 1 .. 6);
    $farm->tell(a => 'well');
    is_deeply(statuses($first, @waiting), [(200) x 7],
        'killed: what their requests had is free again');
    is_deeply([news()], ['/first', map {"/$_"} 1 .. 6],
        'killed: and the order holds');
    nothing_is_left('killed');
}

is_deeply($httpd->complaints, [], 'nothing else in the log');
