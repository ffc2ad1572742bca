#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Attack mode: it begins when errors or requests under way reach their bound,
# ends when it is calm, or as somebody orders; limits apply for that long.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use RProxy::Admin ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Vars ();

my $CTL    = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $origin = RProxy::Origin->listen('origin_a');
my $port   = RProxy::Vars::value('origin_a_port');
my $httpd  = RProxy::Httpd->start(
    children => 2,
    modules  => ['rewrite'],
    files    => { 'htdocs/a.txt' => "a\n" },
    conf     => <<"CONF",
RProxyGuard On
# Requests are held for as long as the test needs.
Timeout 60
RProxyGuardAttack on-errors=50% responses=3 on-requests=4 calm=1
RProxyGuardLimit strict rate=1/day key=header:X-Key mode=attack path=/a.txt
Header always set X-Attack "%{RPROXY_ATTACK}e" "expr=-n reqenv('RPROXY_ATTACK')"
RewriteEngine On
RewriteRule ^/broken - [R=500]
RProxyPass "/held" "http://127.0.0.1:$port"
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
);
my $log   = $httpd->log;
my $admin = RProxy::Admin->new(undef, connect => sub { $httpd->connect });

my $keys = 0;
sub get { return $httpd->connect->get(@_) }

# Two requests of one key: where limits of the mode apply, the second is refused.
sub is_strict {
    my $key = ++$keys;
    return join(' ', map { get('/a.txt', 'X-Key' => $key)->status } 1 .. 2)
        eq '200 429';
}

ok(!is_strict(), 'no attack, no limit');
is(get('/a.txt')->field('X-Attack'), undef, 'nor a variable');

# The next line of that kind.
my %lines;

sub next_line {
    my ($tag) = @_;
    my $n = $lines{$tag}++;
    my @all;
    RProxy::Server::await(sub { (@all = grep { /$tag/ } $log->lines) > $n },
        "$tag in the log");
    return $all[$n];
}

# Until so many are under way, as the last look at the gauges saw it.
sub await_under_way {
    my ($n) = @_;
    RProxy::Server::await(sub {
        ($admin->get('guard/attack'))[1]{now}{requests} == $n;
    }, "$n requests under way");
    return;
}

# The next connection with a request.  One that ends without any was given up
# for another: the log says why.
sub accept_request {
    while (1) {
        my $c = $origin->accept;
        return $c if $c->read_request_head;
        diag('a connection without a request: ', join "\n", grep { /try \d/ } $log->lines);
    }
    return;
}

# Four requests that are held by the origin.
sub hold {
    my @held = map {
        my $client = $httpd->connect;
        $client->send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
        $client;
    } 1 .. 4;
    my @ends = map { accept_request() } @held;
    return (\@held, \@ends);
}

# ---- errors ----

RProxy::Server::await(sub {
    get('/broken') for 1 .. 6;
    return grep { /RP4190/ } $log->lines;
}, 'an attack');
like(next_line('RP4190'),
    qr/attack: limits with mode=attack are on: \d+ percent of responses are 5xx/,
    'errors begin it');
ok(is_strict(), 'and the limit applies');
is(get('/a.txt')->field('X-Attack'), 1, 'the variable is set');
like(next_line('RP4191'), qr/attack is over: .*: it is calm/,
    'it ends when it is calm');
ok(!is_strict(), 'and with it the limit');

# ---- requests under way ----

{
    my ($held, $ends) = hold();
    like(next_line('RP4190'), qr/: \d+ requests are under way/,
        'requests under way begin it');
    await_under_way(4);
    $_->reply(200, 'ok') for @$ends;
    is(scalar(grep { $_->read_response->status == 200 } @$held), 4,
        'those are answered');
    next_line('RP4191');
    await_under_way(0);
}
{
    my ($held, $ends) = hold();
    next_line('RP4190');
    my @children = $httpd->children;
    $httpd->end_child(KILL => $_) for @children;
    $httpd->await_gone(\@children, 10);
    like(next_line('RP4191'), qr/it is calm/,
        'what killed processes had under way is forgotten');
}

# ---- orders ----

sub ctl {
    my $out = `$^X $CTL --url http://127.0.0.1:@{[ $httpd->port ]}/rproxy-admin @_ 2>&1`;
    return $out;
}

is(ctl('guard attack'), "no attack, order: auto\n", 'rproxyctl tells');
is(ctl('guard attack on'), "under attack (order), order: on\n", 'and orders');
like(next_line('RP4190'), qr/by order/, 'the log says who');
ok(is_strict(), 'the limit applies at once');
$httpd->restart_gracefully;
ok(is_strict(), 'after a graceful restart too');
is(ctl('guard attack off'), "no attack, order: off\n", 'rproxyctl ends it');
ok(!is_strict(), 'with the limit');
is(ctl('guard attack auto'), "no attack, order: auto\n", 'and lets go');

{
    my ($status, $json) = $admin->post('guard/attack', { order => 'maybe' });
    is($status, 400, 'an order that is none');
    is($json->{error}, '"order" is "on", "off" or "auto"',
        'is answered with what would be right');
}
is_deeply($httpd->complaints, [], 'nothing else went wrong');

# ---- the preset ----

{
    my $preset = RProxy::Httpd->start(
        files => { 'htdocs/a.txt' => "a\n" },
        conf  => <<"CONF",
MaxKeepAliveRequests 0
Include $FindBin::Bin/../conf/guard/under-attack.conf
RProxyGuardAttack on-errors=20% on-lag=200ms on-requests=500 calm=2min
RProxyGuardConnections address=100 network=1000 rate=50/s burst=200
RProxyPass "/x" "http://127.0.0.1:1"
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
    );
    my $client  = $preset->connect;
    my $refused = sub {
        scalar grep { $client->get('/a.txt')->status == 429 } 1 .. $_[0];
    };
    is($refused->(100), 0, 'under-attack.conf: as long as all is well');
    RProxy::Admin->new(undef, connect => sub { $preset->connect })
        ->post('guard/attack', { order => 'on' });
    cmp_ok($refused->(120), '>', 20, 'and under attack');
}

done_testing();
