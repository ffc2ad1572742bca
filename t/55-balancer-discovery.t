#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Members that DNS knows: addresses, SRV records, what becomes of members while
# there is no answer.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Balancer ();
use RProxy::Dns ();
use RProxy::Discovery qw(farm source await_source await_members await_spread);
use RProxy::Server ();

RProxy::Discovery::has_dns() or plan skip_all => 'needs c-ares';
plan tests => 41;

my $port = RProxy::Origin::port('origin_d');

# ---- addresses ----

{
    my $dns  = RProxy::Dns->start;
    my $farm = farm($dns, "dns:app.test:$port");
    my %at   = map { ("127.0.0.$_" => listener("127.0.0.$_")) } 1 .. 3;
    my $log  = $farm->httpd->log;

    await_source($farm, sub { $_[0]{failing} }, 'no name at the start');
    is($farm->ask('/')->status, 503, 'start: there is nobody to ask');
    like(source($farm)->{error}, qr/\Aapp\.test: there is no such name\z/,
        'start: and the status says why');
    like($farm->httpd->text('error_log'),
        qr/rproxy_balancer:warn.*RP3066: upstream app, dns:app\.test:$port: app/,
        'start: a warning, no more');

    $dns->say('app.test', A => 1, '127.0.0.1', '127.0.0.2');
    await_members($farm, 2);
    spread($farm, {1 => 4, 2 => 4}, 'found: both are asked');
    my $source = source($farm);
    is($source->{ttl_s}, 1, 'found: the status has its time to live');
    is($source->{members}, 2, 'found: and how many there are');
    ok(!$source->{failing}, 'found: it is good');
    $log->await(qr/RP3067: upstream app, dns:app\.test:$port: good again/);
    pass('found: the log says that it is good again');

    my %before = counters($farm);
    $dns->say('app.test', A => 1, '127.0.0.3', '127.0.0.2', '127.0.0.1');
    await_members($farm, 3);
    spread($farm, {1 => 4, 2 => 4, 3 => 4}, 'one more: it is asked');
    my %after = counters($farm);
    ok($before{'127.0.0.1'} > 0 && $after{'127.0.0.1'} > $before{'127.0.0.1'}
        && $after{'127.0.0.2'} > $before{'127.0.0.2'},
        'one more: the others count on');
    $log->await(qr/RP3065: .*members: 3 \(1 added, 0 removed, 0 changed\)/);
    pass('one more: in the log');

    $dns->say('app.test', A => 1, '127.0.0.2');
    await_members($farm, 1);
    spread($farm, {2 => 4}, 'two less: the last is asked');

    for my $how (qw(SERVFAIL silent garbage NXDOMAIN)) {
        my $failures = source($farm)->{failures};
        $dns->fail('app.test', $how);
        await_source($farm, sub { $_[0]{failing} && $_[0]{failures} > $failures },
            "$how to be seen");
        spread($farm, {2 => 4}, "$how: the member stays");
        $dns->say('app.test', A => 1, '127.0.0.2');
        await_source($farm, sub { !$_[0]{failing} }, "$how to be over");
    }
    $dns->say('app.test', 'A');
    await_source($farm, sub { $_[0]{failing} }, 'no address to be seen');
    spread($farm, {2 => 4}, 'no address: the member stays');

    $dns->say('app.test', A => 1, '127.0.0.1', '127.0.0.2');
    await_members($farm, 2);
    $dns->fail;
    await_source($farm, sub { $_[0]{failing} }, 'DNS to be down');
    $source = source($farm);
    is($source->{ttl_s}, 1, 'DNS is down: the time to live is that of the last answer');
    await_source($farm, sub { $_[0]{answered_s} >= 1 }, 'the answer to age');
    pass('DNS is down: the last answer is not that of now');
    $farm->httpd->restart_gracefully;
    spread($farm, {1 => 4, 2 => 4},
        'restart while DNS is down: the members stay');

    my $elected = $farm->elected;
    $farm->httpd->end_child(KILL => $elected);
    $dns->say('app.test', A => 1, '127.0.0.3');
    await_members($farm, 1);
    isnt($farm->elected, $elected, 'killed: another process goes on');
    spread($farm, {3 => 4}, 'killed: with what DNS says');

    $dns->say('app.test', A => 1, '127.0.0.3', '0.0.0.0', '224.0.0.1');
    $log->await(qr/RP3068: .*no members: 2 with an address of no host/);
    spread($farm, {3 => 4}, 'absurd addresses: left out, and told');

    $dns->say('app.test', CNAME => 1, 'a.test');
    $dns->say('a.test', CNAME => 1, 'app.test');
    await_source($farm, sub { $_[0]{error} =~ /alias of aliases without an end/ },
        'the loop to be seen');
    spread($farm, {3 => 4}, 'aliases in a circle: the member stays');
    is_deeply($farm->httpd->complaints, [], 'addresses: nothing else');
}

# ---- more than fit ----

{
    my $dns  = RProxy::Dns->start;
    my @many = map { sprintf '10.%d.%d.1', $_ / 250, $_ % 250 } 1 .. 3900;
    $dns->say('many.test', A => 1, @many);
    my $farm = farm($dns, 'dns:many.test limit=50');
    await_members($farm, 50);
    like(join('', $dns->questions('many.test')), qr/A udp\n.*A tcp/s,
        'many: asked again over TCP');
    like($farm->httpd->text('error_log'),
        qr/RP3068: .*no members: 3850 more than limit=/, 'many: told');
    my $before = join ' ', urls($farm);
    $dns->say('many.test', A => 1, reverse @many);
    $dns->await_questions(4, 'many.test');
    is(join(' ', urls($farm)), $before, 'many: the same ones in another order');
    is(source($farm)->{changes}, 1, 'many: nothing has changed');
}

# ---- nobody left, when asked for; both families ----

{
    my $dns = RProxy::Dns->start;
    $dns->say('app.test', A => 1, '127.0.0.1');
    $dns->say('app.test', AAAA => 1, '::1');
    my $farm = farm($dns, "dns:app.test:$port type=both empty=remove "
            . 'weight=7 zone=z tier=3');
    await_members($farm, 2);
    is(join(' ', urls($farm)), "http://127.0.0.1:$port http://[::1]:$port",
        'both families');
    is($farm->upstream->{members}[0]{weight}, 7, 'with the keys of members');
    $dns->forget('app.test');
    await_members($farm, 0);
    ok(!source($farm)->{failing}, 'empty=remove: none are left, and all is well');
    is($farm->ask('/')->status, 503, 'empty=remove: nobody is asked');
}

# ---- services ----

{
    my $dns  = RProxy::Dns->start;
    my $farm = farm($dns, 'dns:_http._tcp.app.test');
    my %port = map { $_ => RProxy::Origin::port("origin_$_") } qw(a b c);
    $farm->start_member($_) for qw(a b c);
    $dns->say("$_.test", A => 1, '127.0.0.1') for qw(a b c);
    $dns->say('_http._tcp.app.test', SRV => 1,
        [10, 1, $port{a}, 'a.test'], [10, 3, $port{b}, 'b.test'],
        [20, 1, $port{c}, 'c.test'], [5, 1, 0, 'a.test'], [5, 1, 80, '']);
    await_members($farm, 3);
    spread($farm, { a => 10, b => 30 },
        'services: by weight, the smaller priority first');
    like($farm->httpd->text('error_log'),
        qr/RP3068: .*no members: 1 without a target, 1 with port 0/,
        'services: what is no member is told');

    my $asked = $farm->member('a')->{requests};
    $dns->say('_http._tcp.app.test', SRV => 1,
        [10, 65535, $port{a}, 'a.test'], [10, 65535, $port{b}, 'b.test'],
        [20, 1, $port{c}, 'c.test']);
    RProxy::Server::await(sub { $farm->member('b')->{weight} == 1000 },
        'the new weight', 5);
    spread($farm, { a => 10, b => 10 }, 'services: new weights');
    cmp_ok($farm->member('a')->{requests}, '>', $asked, 'services: counted on');

    $dns->say('_http._tcp.app.test', SRV => 1, [20, 1, $port{c}, 'c.test']);
    await_members($farm, 1);
    spread($farm, { c => 4 }, 'services: the next priority');

    $dns->fail('c.test', 'SERVFAIL');
    $dns->say('_http._tcp.app.test', SRV => 1,
        [20, 1, $port{c}, 'c.test'], [20, 1, $port{a}, 'a.test']);
    await_members($farm, 2);
    spread($farm, { a => 2, c => 2 },
        'services: a target that cannot be looked up is where it was');
    like(source($farm)->{error}, qr/\Ac\.test: /, 'services: and that is told');
    is_deeply($farm->httpd->complaints, [], 'services: nothing else');
}

# ---- parts ----

# An origin at this address that answers with its last number.
sub listener {
    my ($address) = @_;
    return RProxy::Origin->start([$address, $port], sub {
        my ($c) = @_;
        while ($c->read_request) { $c->reply(200, $address =~ /(\d+)\z/) }
    });
}

sub spread {
    my ($farm, $expect, $what) = @_;
    return is_deeply(await_spread($farm, %$expect), $expect, $what);
}

sub urls { return sort map { $_->{url} } @{ $_[0]->upstream->{members} } }

sub counters {
    my ($farm) = @_;
    return map { ($_->{url} =~ m{//([\d.]+)})[0] => $_->{requests} }
        @{ $farm->upstream->{members} };
}
