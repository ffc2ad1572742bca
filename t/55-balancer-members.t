#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Members that come and go while the server runs, as a file says: what is known
# of the others stays, requests end where they began, all children know, and a
# restart changes what the configuration changes alone.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Server ();
use RProxy::Status ();

plan tests => 33;

my $dir = File::Temp->newdir('rproxy-found-XXXXXX', TMPDIR => 1);
chmod 0755, $dir or die "$dir: $!";
configure();
found();
put('discover.conf',
    "RProxyBalancerDiscover file:$dir/members every=100ms empty=remove");
my $farm = RProxy::Balancer->start(
    members  => [],
    upstream => "Include $dir/configured.conf\n"
        . "RProxyBalancer method=round-robin room=6\n"
        . "RProxyBalancerSticky cookie=SERVER\n"
        . "Include $dir/discover.conf",
    conf     => 'RProxyRetry on=connect,reset budget=100',
);
my $httpd = $farm->httpd;
$farm->start_member($_) for qw(a b c d e);

sub put {
    my ($name, @lines) = @_;
    open my $out, '>', "$dir/$name.new" or die "$name: $!";
    print {$out} map { "$_\n" } @lines;
    close $out or die "$name: $!";
    rename "$dir/$name.new", "$dir/$name" or die "$name: $!";
    return;
}

sub configure { return put('configured.conf', map { "RProxyMember $_" } @_) }

sub found { return put('members', '# members', @_) }

sub url { return map { RProxy::Balancer->url($_) } @_ }

# The members that are there, by the names of their ports.
sub members {
    my %name = map { $farm->url($_) => $_ } qw(a b c d e);
    return join ' ', map { $name{ $_->{url} } } @{ $farm->upstream->{members} };
}

# Until these are there, and each child sends to them: one that knows less, or
# more, gives the others more, or less, than their turns.
sub await_members {
    my ($want) = @_;
    RProxy::Server::await(sub { members() eq $want }, "members $want", 5);
    my @names = split ' ', $want;
    RProxy::Server::await(sub {
        my $count = $farm->count(12 * @names);
        return !grep { ($count->{$_} // 0) != 12 } @names;
    }, "answers of $want", 5);
    return;
}

# ---- none at first ----

is($farm->ask('/')->status, 503, 'no member: 503');
found(url('a'));
await_members('a');
is($farm->ask('/')->body, 'a', 'the first one serves');

# ---- one more ----

my $session = $farm->ask('/')->field('Set-Cookie');
like($session, qr/^SERVER=[0-9a-f]{16};/, 'its sessions get their mark');
$session =~ s/;.*//;
my $before = $farm->member('a')->{requests};
found(url('a', 'b'));
await_members('a b');
cmp_ok($farm->member('a')->{requests}, '>', $before,
    'another one: the counters of the first go on');
is_deeply($farm->count(20), { a => 10, b => 10 }, 'both serve');
is_deeply($farm->count(6, '/', Cookie => $session), { a => 6 },
    'the session is where it was');

# ---- one goes while it has a request ----

{
    my $kept = $httpd->connect;    # with a connection to b that is kept
    $kept->get('/') for 1 .. 4;
    $farm->tell(b => 'hold');
    my @clients;
    RProxy::Server::await(
        sub { push @clients, hold(); $farm->member('b')->{in_flight} > 0 },
        'a request at b', 5);
    found(url('a'));
    RProxy::Server::await(sub { $farm->member('b')->{state} eq 'drain' },
        'b to leave', 5);
    is_deeply($farm->count(10), { a => 10 }, 'leaving: no new requests');
    found(url('a', 'c'));
    RProxy::Server::await(sub { members() eq 'a b c' }, 'c', 5);
    is(members(), 'a b c', 'leaving: another one gets a place of its own');
    $farm->tell(b => 'well');
    my %body;
    $body{ $_->read_response->body }++ for @clients;
    ok($body{b}, 'leaving: the request ends there');
    RProxy::Server::await(sub { members() eq 'a c' }, 'b to be gone', 5);
    is(members(), 'a c', 'gone: when nothing is under way');
}

# ---- its place is another's ----

{
    found(url('a', 'c', 'd'));
    RProxy::Server::await(sub { members() eq 'a d c' }, 'd', 5);
    is(members(), 'a d c', 'd has the place that b had');
    is($farm->member('d')->{requests}, 0, 'and counters of its own');
    await_members('a d c');
    my ($d) = grep { $_->{url} eq $farm->url('d') }
        map { @{ $_->{members} } } @{ engine()->{upstreams} };
    is($d->{attempts}, $farm->member('d')->{requests},
        'the engine counts from 0 as well');
    my $client = $httpd->connect;
    my %body;
    $body{ $client->get('/')->body }++ for 1 .. 12;
    is($body{b}, undef, 'no connection to b is used for it');
    is($body{d}, 4, 'it has its share');
}

sub hold {
    my $client = $httpd->connect;
    $client->send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
    return $client;
}

sub engine { return RProxy::Status->of('', port => $httpd->port) }

# ---- processes ----

{
    my @killed = $httpd->children;
    $httpd->end_child(KILL => $_) for @killed;
    $httpd->await_gone(\@killed, 10);
    RProxy::Server::await(sub { $farm->elected }, 'the next election', 10);
    is(members(), 'a d c', 'children killed: the members stay');
    await_members('a d c');
    pass('children killed: the next ones send to them');
    my $load = RProxy::Load->start($httpd->port, clients => 3,
        keep_alive => 1, body => qr/^[a-e]$/, target => '/%d');
    $httpd->await_requests(60, 10);
    my @old = $httpd->children;
    my $requests = $farm->member('d')->{requests};
    $httpd->restart_gracefully;
    is(members(), 'a d c', 'restart: the members stay');
    cmp_ok($farm->member('d')->{requests}, '>=', $requests,
        'restart: with what is known of them');
    is_deeply([sort keys %{ $farm->count(12) }], [qw(a c d)],
        'restart: at once');
    found(url('a', 'd'));
    ok($httpd->await_gone(\@old, 10), 'restart: the old children end');
    RProxy::Server::await(sub { members() eq 'a d' }, 'c to be gone', 10);
    is(members(), 'a d', 'restart: the file is looked at by the new ones');
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'no request has failed in all that');
}

# ---- the configuration ----

{
    configure(url('e', 'd'));
    $httpd->restart_gracefully;
    is(members(), 'a d e', 'restart: a member more in the configuration');
    found(url('a'));
    is_deeply([sort keys %{ $farm->count(12) }], [qw(a d e)],
        'and the one that was found before is the configuration\'s now');
    my @old = $httpd->children;
    configure(url('e'));
    $httpd->restart_gracefully;
    $httpd->await_gone(\@old, 10);
    RProxy::Server::await(sub { members() eq 'a e' }, 'd to be gone', 10);
    is(members(), 'a e', 'restart: a member less');
    is_deeply($farm->count(12), { a => 6, e => 6 }, 'and the others serve');
}

# ---- many come and go under load ----

{
    my $load = RProxy::Load->start($httpd->port, clients => 4,
        keep_alive => 1, body => qr/^[a-e]$/, target => '/%d');
    for my $round (1 .. 6) {
        my @now = $round % 2 ? qw(b c) : qw(a d);
        found(url(@now));
        RProxy::Server::await(sub { has_all(@now) }, "@now", 5);
    }
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'turn and turn about: no request fails');
    found();
    RProxy::Server::await(sub { members() eq 'e' }, 'e alone', 10);
    is(members(), 'e', 'all places are free again');
    is_deeply($farm->count(6), { e => 6 }, 'and e serves');
    is($farm->upstream->{in_flight}, 0, 'nothing is left over');
}

sub has_all {
    my %there = map { $_ => 1 } split ' ', members();
    return !grep { !$there{$_} } @_;
}

# ---- nobody looks any more ----

{
    found(url('a'));
    RProxy::Server::await(sub { members() =~ /a/ }, 'a', 5);
    put('discover.conf', '# none');
    $httpd->restart_gracefully;
    RProxy::Server::await(sub { members() eq 'e' }, 'a to be gone', 10);
    is(members(), 'e', 'restart: without the file its members go');
}

is_deeply($httpd->complaints, [], 'nothing else in the log');
