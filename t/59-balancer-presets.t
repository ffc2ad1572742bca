#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The presets of conf/balancer at work: each is included in a virtual host, and
# does what its comments say.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Admin ();
use RProxy::ConfigTest ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();

plan tests => 40;

my $folder = Apache::Test::vars('top_dir') . '/conf/balancer';
my %url = map { $_ => 'http://127.0.0.1:' . RProxy::Origin::port("origin_$_") } qw(a b c);

# Each says who it is and what it was asked for; "/bad" fails at b.
my %origin = map {
    my $name = $_;
    $name => RProxy::Origin->start("origin_$name", sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            my $bad = $name eq 'b' && $request->{target} eq '/bad';
            $c->reply($bad ? 500 : 200, "$name $request->{target}");
        }
    });
} qw(a b c);

my %defines = (
    microservices => { USERS => $url{a}, ORDERS => $url{b}, WEB => $url{c} },
    'blue-green'  => { BLUE => $url{a}, GREEN => $url{b} },
    canary        => { APP => $url{a}, APP_NEXT => $url{b} },
);

sub lines {
    my ($name, @more) = @_;
    my %define = (%{ $defines{$name} }, map { $_ => 1 } @more);
    return join "\n", (map {"Define $_ $define{$_}"} sort keys %define),
        qq(Include "$folder/$name.conf"), '';
}

# Of the files that are there, none is left out.
is_deeply([sort map { m{([^/]+)\.conf$} } glob "$folder/*.conf"],
    [sort keys %defines], 'the presets');

{
    my $test = RProxy::ConfigTest->new;
    $test->takes(lines($_)) for sort keys %defines;
    $test->takes(lines('blue-green', 'GREEN_IS_LIVE'));
    $test->takes("<VirtualHost *>\n" . lines($_) . "</VirtualHost>") for sort keys %defines;
}

sub site {
    my ($name, @more) = @_;
    return RProxy::Httpd->start(children => 1, files => { 'first.conf' => '' },
        conf => "Include first.conf\n" . lines($name, @more) . <<'CONF');
<Location "/rproxy-status">
    SetHandler rproxy-status
    RProxyPass "!"
</Location>
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
}

sub ask {
    my ($site, $target, @fields) = @_;
    my $client = $site->connect;
    my $response = $client->ask(GET => $target, [Connection => 'close', @fields]);
    return $response->body;
}

sub order {
    my ($site, $verb) = @_;
    my $admin = RProxy::Admin->new(undef, connect => sub { $site->connect });
    my ($status, $json) = $admin->post("canary/$verb", {});
    is($status, 200, "canary $verb");
    return $json;
}

# ---- microservices ----

{
    my $site = site('microservices');
    is(ask($site, '/api/users/42?x=1'), 'a /42?x=1', 'microservices: users');
    is(ask($site, '/api/orders/'), 'b /', 'microservices: orders');
    is(ask($site, '/about'), 'c /about', 'microservices: all else');
    my ($request) = grep { $_->{target} eq '/about' } @{ $origin{c}->requests };
    like($request->{head}, qr/^X-Request-ID: \S+\r$/mi, 'microservices: a request id');
    my ($probe) = @{ $origin{b}->await_requests(2) };
    ok(scalar(grep { $_->{target} eq '/health' } @{ $origin{b}->requests }),
        'microservices: probed');
}

# ---- blue and green ----

{
    my $site = site('blue-green');
    is(ask($site, '/x'), 'a /x', 'blue-green: blue is live');
    is(order($site, 'promote')->{percent}, 100, 'blue-green: all change sides');
    is(ask($site, '/x'), 'b /x', 'blue-green: green is live');
    order($site, 'rollback');
    is(ask($site, '/x'), 'a /x', 'blue-green: and back');
    is(order($site, 'start')->{state}, 'running', 'blue-green: under watch');
    is(ask($site, '/x'), 'b /x', 'blue-green: green is live');
    ask($site, '/bad') for 1 .. 20;
    my $back = sub {
        RProxy::Status->of('', port => $site->port)->{canary}[0]{state} eq 'rolled back';
    };
    RProxy::Server::await($back, 'the way back', 5);
    is(ask($site, '/x'), 'a /x', 'blue-green: it fails, and blue is live again');
    my $green = site('blue-green', 'GREEN_IS_LIVE');
    is(ask($green, '/x'), 'b /x', 'blue-green: green is live from the start');
    order($site, 'promote');
    $site->write_file('first.conf', "Define GREEN_IS_LIVE\n");
    $site->restart_gracefully;
    is(ask($site, '/x'), 'b /x', 'blue-green: the sides of the configuration change');
    my $status = RProxy::Status->of('', port => $site->port);
    is_deeply([@{ $status->{canary}[0] }{qw(upstream state percent)}],
        ['green', 'waiting', 0], 'blue-green: and blue waits for the next version');
    for (1 .. 5) {
        my $client = $site->connect;
        $client->get('/copied') for 1 .. 90;
    }
    ok(scalar(grep { $_->{head} =~ /^X-RProxy-Mirror: 1\r$/m } @{ $origin{a}->requests }),
        'blue-green: the other side gets copies');
}

# ---- canary ----

{
    my $site = site('canary');
    is(ask($site, '/x'), 'a /x', 'canary: it waits');
    is(order($site, 'start')->{percent}, 1, 'canary: one percent');
    my ($cookie) = $site->connect->get('/x')->field('Set-Cookie') =~ /^(rproxy_canary=\w+)/;
    ok($cookie, 'canary: a cookie');
    is_deeply($site->complaints, [], 'canary: nothing in the log');
}
