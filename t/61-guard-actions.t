#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What becomes of requests that a limit speaks against, limits written as
# containers, and limits that count by who was found to ask.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha1_base64);
use MIME::Base64 qw(encode_base64);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, 'ok') while $c->read_request;
});

{
    my $path = RProxy::Vars::value('scratch') . '/61-guard-actions.users';
    open my $out, '>', $path or die "$path: $!";
    print {$out} "$_:{SHA}" . sha1_base64('secret') . "=\n" for qw(anna bert);
    close $out or die "$path: $!";
}

sub status {
    my ($target, @fields) = @_;
    return RProxy::Client->to('t61_actions')->get($target, @fields)->status;
}

sub status_from {
    my ($from, $target) = @_;
    return RProxy::Client->to('t61_actions', from => $from)->get($target)->status;
}

# ---- class: it goes on, and other limits have their say ----

my $access = RProxy::Log->file('61_actions');
is_deeply([map { status("/class/$_") } 1 .. 4], [200, 200, 200, 503],
    'what is used up makes a class of a request, which another limit refuses');
is($access->await(qr{^/class/1 }), "/class/1 200 - -\n", 'no class at first');
is($access->await(qr{^/class/2 }), "/class/2 200 t61_bots -\n", 'then one');
is($access->await(qr{^/class/4 }), "/class/4 503 t61_bots after\n",
    'the refusal names the limit that refused');

is_deeply([map { status($_) } ('/of') x 3, ('/of-class') x 2],
    [200, 200, 200, 200, 429], 'a limit of one class only');

# ---- log, off, refuse:STATUS ----

{
    my $log = RProxy::Log->error_log;
    is_deeply([map { status('/log') } 1 .. 3], [200, 200, 200], 'action=log');
    like($log->await(qr/RP4003/), qr/would be refused by log/, '... logs');
}
is_deeply([map { status('/off') } 1 .. 3], [200, 200, 200], 'action=off');
is_deeply([map { status('/as') } 1 .. 2], [200, 503], 'action=refuse:503');

# ---- ban:TIME, challenge ----

is_deeply([map { status_from('127.0.61.1', $_) } qw(/free /ban /ban /free)],
    [200, 200, 429, 403], 'action=ban:1h: nothing more of that client');
is(status_from('127.0.61.2', '/free'), 200, '... and all of the others');
is_deeply([map { status('/work') } 1 .. 2], [200, 403], 'action=challenge');

# ---- containers ----

is_deeply([map { status("/lines$_") } qw(?a ?a ?a ?b /b?a)],
    [200, 200, 429, 200, 200], 'a limit as a container');

# ---- who was found to ask ----

sub as_user { return (Authorization => 'Basic ' . encode_base64("$_[0]:secret", '')) }

is(status('/user'), 401, 'nobody');
is_deeply([map { status('/user', as_user($_)) } qw(anna anna anna bert)],
    [200, 200, 429, 200], 'by user');
is_deeply([map { status('/user', as_user('carl')) } 1 .. 3], [401, 401, 401],
    'an unknown user is not counted');

done_testing();
