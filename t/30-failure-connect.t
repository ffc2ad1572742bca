#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Members that cannot be connected to: what the client is told, what the log
# says, who is asked instead.  Error pages never name a member.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use IO::Socket::INET ();
use RProxy::Client ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();

plan tests => 4 * 6 + 2 * 4 + 20;

my $OK   = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
my $vars = Apache::Test::vars();
my $ports = join '|', map { $vars->{"origin_${_}_port"} } 'a' .. 'h';

# ---- one member, that fails ----

for my $case (
    ['/refused', 502, 'connect_failed', 'connection refused'],
    ['/unknown', 502, 'connect_failed', 'no address known for the name'],
    ['/nobody',  502, 'connect_failed', 'no such socket file'],
    ['/none',    502, 'connect_failed', 'no such socket file'],
) {
    my ($path, $status, $outcome, $reason) = @$case;
    for my $method (qw(GET POST)) {
        my $log = RProxy::Log->error_log;
        my $got = RProxy::Client->to('t30_connect')
            ->ask($method => $path, [], $method eq 'POST' ? 'body' : undef);
        is($got->status, $status, "$method $path: $status");
        like($log->await(qr/RP1203: /), qr/\Q$outcome: $reason\E/,
            "$method $path: the log says why");
        tells_nothing($got, "$method $path");
    }
}

# A member whose queue of connections is full: it does not answer.
{
    my $full  = RProxy::Origin->listen('origin_c', backlog => 0);
    my @queue = map { connection_begun($vars->{origin_c_port}) } 1 .. 8;
    my $log   = RProxy::Log->error_log;
    my $got   = RProxy::Client->to('t30_connect')->get('/full');
    is($got->status, 504, 'no answer to a connection: 504');
    like($log->await(qr/RP1203: /),
        qr/connect_timeout: no connection within RProxyTimeout connect=/,
        'no answer to a connection: the log says so');
    tells_nothing($got, 'no answer to a connection');
}

# ---- no member ----

for my $case (['/empty', 30], ['/empty/soon', 7]) {
    my ($path, $seconds) = @$case;
    my $log = RProxy::Log->error_log;
    my $got = RProxy::Client->to('t30_connect')->get($path);
    is($got->status, 503, "$path: 503");
    is($got->field('Retry-After'), $seconds, "$path: and when to come again");
    like($log->await(qr/RP1203: /), qr/member none: no_member: /,
        "$path: the log says so");
    tells_nothing($got, $path);
}

# ---- ways that lead somewhere ----

my $origin = RProxy::Origin->listen('origin_a');

{
    my $unix = RProxy::Origin->listen("$vars->{scratch}/t30-socket");
    my $x = RProxy::Exchange->begin('t30_connect', $unix,
        "GET /unix HTTP/1.1\r\n");
    is($x->request->{target}, '/unix', 'a unix socket');
    is($x->answer($OK)->body, 'ok', 'answered');
    unlink "$vars->{scratch}/t30-socket";
}
{
    my $x = begin("GET /named HTTP/1.1\r\n");
    is($x->request->{target}, '/named',
        'a name of which perhaps only one address answers');
    is($x->answer($OK)->body, 'ok', 'answered');
}

# The first member refuses: the second one is asked, by any method.
for my $request (
    "GET /second HTTP/1.1\r\n",
    "POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
) {
    my $log = RProxy::Log->error_log;
    my $x   = begin($request);
    my $body = $x->request->read_body($x->origin)->body;
    is($x->answer($OK)->body, 'ok', 'the second member is asked');
    if ($request =~ /^GET/) {
        like($log->await(qr/RP1202: /),
            qr/connect failed \(connection refused\), try 1: trying again, /,
            'when the first one fails, and the log says so');
    }
    else {
        is($body, 'body', 'with the whole body');
        is(scalar(grep {/RP1202/} $log->lines), 0,
            'and at first, while the first one is passed over');
    }
}

# A member that failed is asked again after its pause, here none.
{
    my $x = begin("GET /again HTTP/1.1\r\n");
    is($x->answer($OK)->body, 'ok', 'the first member is away');
    my $first = RProxy::Origin->listen('origin_b');
    my $next  = RProxy::Exchange->begin('t30_connect', $first,
        "GET /again HTTP/1.1\r\n");
    is($next->answer($OK)->body, 'ok', 'it is asked when it is back');
    undef $first;
    my $log  = RProxy::Log->error_log;
    my $post = begin("POST /again HTTP/1.1\r\nHost: a\r\n"
            . "Content-Length: 4\r\n\r\nbody");
    is($post->request->read_body($post->origin)->body, 'body',
        'a POST that nobody has seen is sent to the second one');
    is($post->answer($OK)->body, 'ok', 'and answered');
    like($log->await(qr/RP1202: /), qr/because nothing was sent yet/,
        'as nothing was sent');
}
{
    my $log = RProxy::Log->error_log;
    my $got = RProxy::Client->to('t30_connect')->get('/again/once');
    is($got->status, 502, 'tries=1: 502');
    like($log->await(qr/RP1202: /),
        qr/giving up, because all tries are used up/,
        'tries=1: the log says so');
    is($origin->has_connection ? 1 : 0, 0, 'tries=1: nobody else is asked');
}

sub begin {
    my ($request) = @_;
    return RProxy::Exchange->begin('t30_connect', $origin, $request);
}

sub tells_nothing {
    my ($got, $name) = @_;
    unlike($got->{head} . $got->body,
        qr/127\.0\.0\.1|no-such-name|t30-|unix|$vars->{scratch}|\b(?:$ports)\b/,
        "$name: the page names no member");
    return;
}

# A connection that was asked for, whether or not it gets any further.
sub connection_begun {
    my ($port) = @_;
    return IO::Socket::INET->new(
        PeerAddr => '127.0.0.1',
        PeerPort => $port,
        Blocking => 0,
    );
}
