#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What is known of logins outlives restarts and killed children, is the same in
# all of them, and stands in the status; bans, and presets at work.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Httpd ();
use RProxy::LoginApp ();
use RProxy::Origin ();

my $app    = RProxy::LoginApp->start('origin_a');
my $url    = 'http://127.0.0.1:' . RProxy::Origin::port('origin_a');
my $preset = Apache::Test::vars('top_dir') . '/conf/guard/login.conf';
my $httpd  = RProxy::Httpd->start(
    children => 3,
    conf     => <<"END",
Include "$preset"
RProxyGuard On
RProxyGuardLogin banning kind=form path=/form user=email \\
    success=location:/home address=3/day name=5/day network=off action=ban:1h
RProxyPass "/" "$url"
<Location "/status">
    SetHandler rproxy-status
    RProxyPass "!"
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
    RProxyPass "!"
</Location>
END
);

# Each on a connection of its own, and so by any of the children.
sub wordpress {
    my ($from, $user, $password) = @_;
    return RProxy::LoginApp::wordpress($httpd->connect(from => $from), $user,
        $password)->status;
}

sub form {
    my ($from, $user, $password) = @_;
    return RProxy::LoginApp::form($httpd->connect(from => $from), $user,
        $password)->status;
}

sub logins {
    my $json = JSON::PP->new->decode(
        $httpd->connect->get('/status?format=json')->body);
    return { map { $_->{name} => $_ } @{ $json->{guard}{logins} } };
}

# ---- restarts ----

is(wordpress('127.1.1.1', 'me', 'right'), 302, 'the preset lets somebody in');
is_deeply([map { wordpress('127.1.1.2', 'me', "p$_") } 1 .. 6], [(200) x 6],
    'six guesses');
my ($victim) = $httpd->children;
$httpd->end_child(KILL => $victim);
$httpd->await_gone([$victim]);
$httpd->restart_gracefully;
is_deeply([map { wordpress('127.1.1.2', 'me', "p$_") } 1 .. 6],
    [(200) x 4, 429, 429], 'after a killed child and a restart four are left');

# ---- what is counted ----

{
    my $wordpress = logins()->{wordpress};
    is($wordpress->{failures}, 10, 'the status has the wrong ones');
    is($wordpress->{successes}, 1, '... the right one');
    is($wordpress->{refused}, 2, '... and what was refused');
    like($httpd->connect->get('/status')->body,
        qr{>wordpress</td><td data-l="Wrong">.*?10}, 'the page shows them');
    like($httpd->connect->get('/metrics')->body,
        qr/^rproxy_guard_login_failures_total\{login="wordpress",defined_at="[^"]+"\} 10$/m,
        'a metric');
}

# ---- bans ----

is_deeply([map { form('127.1.2.1', 'me', 'wrong') } 1 .. 3], [(302) x 3],
    'three guesses');
is(form('127.1.2.1', 'me', 'wrong'), 429, 'the fourth one');
is($httpd->connect(from => '127.1.2.1')->get('/other')->status, 403,
    'is the last thing that is heard of that address');
is_deeply([map { form("127.1.3.$_", 'me', 'wrong') } 1 .. 3], [302, 302, 429],
    'for the user there are five');
is($httpd->connect(from => '127.1.3.3')->get('/other')->status, 404,
    'whoever tries that name is not banned for it');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
