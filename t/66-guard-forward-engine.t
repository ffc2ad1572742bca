#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The service of RProxyGuardForwardAuth is asked as an upstream is: connections
# are kept, another member is tried, many wait without a thread, and one
# question does for all who would ask the same.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, $request->field('X-User') // '-');
    }
});

# Answers to "held..." come when the gate is there.
my $folder = File::Temp->newdir;
my $gate   = "$folder/gate";

sub wait_for_gate {
    for (1 .. 6000) {
        return if -e $gate;
        select undef, undef, undef, 0.01;
    }
    return;
}

sub serve {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my ($who) = ($request->field('Cookie') // '') =~ /who=(\w+)/;
        $who //= '';
        wait_for_gate() if $who =~ /^held/;
        $c->reply($who =~ /evil/ ? 403 : 200, $who eq 'long' ? 'x' x 300_000 : 'ok',
            'X-User' => $who, $who =~ /own/ ? ('Set-Cookie' => "a=$who") : ());
    }
    return;
}
my $service = RProxy::Origin->start('origin_b', \&serve);
my $mortal  = RProxy::Origin->start('origin_c', sub {
    my ($c) = @_;
    $c->read_request;
    $c->hang;
});

my ($port, $auth, $killed) = map { RProxy::Origin::port("origin_$_") } qw(a b c);
my $httpd = RProxy::Httpd->start(
    threads   => 4,
    processes => 8,
    conf      => sub { conf_of($_[0]->port) },
);

sub conf_of {
    my ($self) = @_;
    return <<"END";
RProxyPass "/self/check" "http://127.0.0.1:$auth"
RProxyPass "/" "http://127.0.0.1:$port"
<RProxyUpstream sso>
    RProxyMember http://127.0.0.1:1
    RProxyMember http://127.0.0.1:$auth
</RProxyUpstream>
RProxyGuardForwardAuth http://127.0.0.1:$auth/check timeout=30s headers=X-User
<LocationMatch "^/(a|one|two|kept|full|mortal|self)\$">
    RProxyGuardRequire forward-auth
</LocationMatch>
<Location "/two">
    RProxyGuardForwardAuth upstream://sso/check?a=b headers=X-User
</Location>
<Location "/kept">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/kept cache=60s timeout=30s headers=X-User
</Location>
<Location "/full">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/full waiting=1 timeout=30s
</Location>
<Location "/mortal">
    RProxyGuardForwardAuth http://127.0.0.1:$killed/ timeout=30s
</Location>
<Location "/self">
    RProxyGuardForwardAuth http://127.0.0.1:$self/self/check headers=X-User
</Location>
<Location "/self/check/too">
    RProxyGuardRequire forward-auth
    RProxyGuardForwardAuth http://127.0.0.1:$self/self/check/too
</Location>
END
}
my $one_process = Apache::Test::vars('mpm') ne 'prefork';

sub ask {
    my ($client, $path, $who) = @_;
    return $client->ask('GET', $path, [Cookie => "who=$who"]);
}

sub send_all {
    my ($path, @who) = @_;
    my @clients = map { $httpd->connect } @who;
    $clients[$_]->send("GET $path HTTP/1.1\r\nHost: x\r\nCookie: who=$who[$_]\r\n\r\n")
        for 0 .. $#who;
    return @clients;
}

sub open_gate {
    open my $file, '>', $gate or die "$gate: $!";
    close $file;
    return;
}
sub questions { return scalar @{ $service->requests } }
sub bodies { return join ' ', map { $_->read_response->body } @_ }

# ---- an upstream as others ----

{
    my $client = $httpd->connect;
    is(ask($client, '/a', "user$_")->body, "user$_", 'an answer') for 1 .. 5;
    is($service->connections, 1, '... of one connection');
    is(ask($client, '/a', 'long')->body, 'long', 'a long page behind an answer');
    is(ask($client, '/a', 'evil')->status, 403, 'a refusal');
    is(ask($client, '/two', 'anna')->body, 'anna', 'a member is down, another answers');
    is($service->requests->[-1]{target}, '/check?a=b', '... what it was asked');
}

# ---- questions about questions ----

{
    my $client = $httpd->connect;
    is(ask($client, '/self', 'anna')->body, 'anna', 'a service behind this server');
    is(ask($client, '/self/check/too', 'anna')->status, 503, '... that needs itself');
    like($httpd->text('error_log'), qr/RP4352: .* expected RProxyGuardRequire none/,
        '... and the log says so');
    is(ask($httpd->connect, '/self', 'bert')->body, 'bert', '... is no end of it');
}

# ---- many at once ----

if (RProxy::Driver::is_loop()) {
    my $n = questions();
    my @clients = send_all('/a', map {"held$_"} 1 .. 40);
    $service->await_requests($n + 40);
    is($httpd->connect->ask('GET', '/open')->status, 200, 'while 40 wait, with 4 threads');
    open_gate();
    is(bodies(@clients), join(' ', map {"held$_"} 1 .. 40), '... and all are let in');
    unlink $gate;
}
if ($one_process) {
    my $n = questions();
    my @clients = send_all('/kept', ('held') x 3);
    $service->await_requests($n + 1);
    push @clients, send_all('/kept', ('heldx') x 1);
    $service->await_requests($n + 2);
    $clients[0]->close;
    open_gate();
    is(bodies(@clients[1 .. 3]), 'held held heldx', 'who asks the same');
    is(questions() - $n, 2, '... is answered once');
    is(bodies(send_all('/kept', 'held')), 'held', '... for a time');
    is(questions() - $n, 2, '... without a question');
    unlink $gate;

    $n = questions();
    @clients = send_all('/kept', ('heldown') x 3);
    $service->await_requests($n + 1);
    open_gate();
    is(bodies(@clients), 'heldown heldown heldown', 'answers with a cookie');
    is(questions() - $n, 3, '... are for one alone');
    unlink $gate;

    $n = questions();
    @clients = send_all('/full', 'held');
    $service->await_requests($n + 1);
    is(ask($httpd->connect, '/full', 'anna')->status, 503, 'too many questions');
    like($httpd->text('error_log'), qr/RP4350: .* too many .*its waiting=/,
        '... and the log says so');
    open_gate();
    $clients[0]->read_response;
    unlink $gate;

    $n = questions();
    @clients = send_all('/a', 'held');
    $service->await_requests($n + 1);
    is(ask($httpd->connect, '/full', 'anna')->status, 200, '... but those of another service');
    open_gate();
    $clients[0]->read_response;
    unlink $gate;
}

# ---- what goes on although nobody was asked ----

# One loop, and a program behind the answer: it must not run there.
if (RProxy::Driver::is_loop()) {
    my $other = RProxy::Httpd->start(
        modules => ['cgid'],
        files   => {
            'htdocs/f.txt'  => "file\n",
            'cgi-bin/waits' => "#!/bin/sh\n: >../scratch/begun\n"
                . "while [ ! -e ../scratch/go ]; do sleep 0.05; done\n"
                . "printf 'Content-Type: text/plain\\n\\ndone'\n",
        },
        conf => sub { <<"END" },
RProxyLoops 1
ScriptAlias "/cgi-bin/" "@{[ $_[0]->folder ]}/cgi-bin/"
RProxyPass "/cgi-bin/" "!"
RProxyPass "/f.txt" "!"
RProxyPass "/" "http://127.0.0.1:$port"
RProxyGuardForwardAuth http://127.0.0.1:$auth/full waiting=1 timeout=30s
<LocationMatch "^/(a|cgi-bin/waits)\$">
    RProxyGuardRequire forward-auth action=log
</LocationMatch>
END
    );
    my $n = questions();
    my ($held, $program) = map { $other->connect } 1, 2;
    $held->send("GET /a HTTP/1.1\r\nHost: x\r\nCookie: who=held\r\n\r\n");
    $service->await_requests($n + 1);
    $program->send("GET /cgi-bin/waits HTTP/1.1\r\nHost: x\r\nCookie: who=b\r\n\r\n");
    RProxy::Server::await(sub { -e $other->folder . '/scratch/begun' }, 'the program', 10);
    is(eval { $other->connect(limit => 5)->get('/f.txt')->status }, 200,
        'a program that waits is in nobody else\'s way');
    $other->write_file('scratch/go', '');
    open_gate();
    is($program->read_response->body, 'done', '... and answers');
    is($held->read_response->status, 200, '... as the origin does');
    unlink $gate;
}

# ---- a service that dies ----

{
    my @clients = send_all('/mortal', 'anna', 'bert');
    $mortal->await_requests(2);
    $mortal->stop;
    is(join(' ', map { $_->read_response->status } @clients), '503 503',
        'killed while it is asked');
    like($httpd->text('error_log'), qr/RP4350: .* no answer of http:\S+: (?:reset|connect_failed)/,
        '... and the log says so');
    is(ask($httpd->connect, '/mortal', 'anna')->status, 503, '... and later');
    is(ask($httpd->connect, '/a', 'anna')->body, 'anna', 'another service');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
