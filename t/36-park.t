#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What mod_rproxy.h offers to other modules, by t/modules/mod_park_test.c:
# requests that wait on the loop without a thread until another thread wakes
# them, and exchanges that outlive their client.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::MD5 qw(md5_hex);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Exchange ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Pressure ();
use RProxy::Server ();
use RProxy::Status ();

plan skip_all => 'needs the event MPM, which has loops'
    if RProxy::Driver::mpm() ne 'event';
plan skip_all => 'needs one child: who wakes must be where the parked is'
    if RProxy::Driver::children() > 1;

my $MIB     = 1024 * 1024;
my $PATTERN = join('', map { chr($_ % 251) } 0 .. 32_767) x (20 * 32);
my $BODY    = join '', map { chr(33 + $_ % 90) } 1 .. 100_000;

subtest 'woken'                    => \&woken;
subtest 'not woken'                => \&not_woken;
subtest 'its own handler'          => \&own_handler;
subtest 'the client goes'          => \&client_goes;
subtest 'more than a client takes' => \&pressure;
subtest 'buckets of memory'        => \&memory;
subtest 'wake-ups in a storm'      => \&storm;
subtest 'where it is served'       => \&where;
subtest 'log fields'               => \&log_fields;
subtest 'status'                   => \&status;
for my $vhost (qw(t36_park t36_tls t36_worker)) {
    subtest "$vhost: finished alone" => sub { finished_alone($vhost) };
}
subtest 'finished for a client that has gone'      => \&finished_for_gone;
subtest 'finished for a client that takes nothing' => \&finished_for_slow;
subtest 'a stalled upload behind a pause'           => \&stalled_behind_pause;
subtest 'graceful restart'                         => \&restart;
done_testing();

# ---- helpers ----

# A client whose request to this path has been parked, and the log from there.
sub parked {
    my ($target, %o) = @_;
    my ($path) = $target =~ /^([^?]+)/;
    my $log    = RProxy::Log->error_log;
    my $client = $o{client} // RProxy::Client->to($o{vhost} // 't36_park',
        $o{tls} ? (tls => 1) : ());
    my $body   = $o{body} // '';
    $client->send(($o{body} ? 'POST' : 'GET') . " $target HTTP/1.1\r\n"
            . "Host: front.example\r\n"
            . ($body ? 'Content-Length: ' . length($body) . "\r\n" : '')
            . "\r\n$body");
    $log->await(qr/park test: \Q$path\E: parked/);
    return ($client, $log);
}

sub wake {
    my ($path) = @_;
    return RProxy::Client->to('t36_park')->get("/wake?wake=$path");
}

sub is_answered {
    my ($client, $status, $name) = @_;
    my $got = $client->read_response;
    is($got->status, $status, $name);
    return $got;
}

# ---- parking ----

sub woken {
    my ($client, $log) = parked('/park/a?do=answer');
    ok($client->is_silent(0.05), 'nobody wakes it');
    wake('/park/other');
    ok($client->is_silent(0.05), 'another is meant');
    wake('/park/a');
    is($client->read_response->body, "woken\n", 'answered');

    ($client, $log) = parked('/park/a?do=answer&times=2', client => $client);
    wake('/park/a');
    $log->await(qr{/park/a: wake});
    ok($client->is_silent(0.05), 'once is not enough');
    wake('/park/a');
    is($client->read_response->body, "woken\n", 'twice, on the same connection');

    ($client) = parked('/park/a?do=status&code=503', client => $client);
    wake('/park/a');
    is_answered($client, 503, 'a status');

    my @clients = map { (parked("/park/many?do=answer"))[0] } 1 .. 20;
    wake('/park/many');
    is(scalar(grep { $_->read_response->body eq "woken\n" } @clients), 20,
        'twenty at once');
    return;
}

sub not_woken {
    my ($client, $log) = parked('/park/late?do=answer&timeout=100');
    is_answered($client, 504, 'the time is over');
    is(scalar(grep {m{/park/late: timeout}} $log->lines), 1, 'told once');
    is_answered((parked('/park/late?do=status&code=503&timeout=100',
        client => $client))[0], 504, 'on the same connection');

    # Each wake-up begins the time anew: a second would not do for four.
    ($client, $log) = parked('/park/anew?do=answer&times=4&timeout=1000');
    for (1 .. 4) {
        ok($client->is_silent(0.4), "wake-up $_ is not late");
        wake('/park/anew');
    }
    is_answered($client, 200, 'the time begins anew with each');
    return;
}

sub own_handler {
    my $origin = RProxy::Origin->listen('origin_a');
    my ($client) = parked('/park/own?do=own&handler=rproxy');
    wake('/park/own');
    my $x = RProxy::Exchange->join($client, $origin);
    is($x->request->{target}, '/park/own?do=own&handler=rproxy',
        'an upstream gets the request');
    $x->origin->reply(200, 'mine');
    is($client->read_response->body, 'mine', 'and answers it');
    $x->origin->close;

    ($client) = parked('/park/own?do=own&handler=rproxy', body => $BODY);
    wake('/park/own');
    $x = RProxy::Exchange->join($client, $origin, 'POST');
    is(md5_hex($x->request->read_body($x->origin)->body), md5_hex($BODY),
        'with the body');
    $x->origin->reply(200, 'thanks');
    is($client->read_response->body, 'thanks', 'and the answer comes back');
    $x->origin->close;

    ($client) = parked('/park/own?do=own&handler=rproxy&timeout=100',
        client => $client);
    $x = RProxy::Exchange->join($client, $origin);
    $x->origin->reply(200, 'late');
    is($client->read_response->body, 'late', 'also when the time is over');
    $x->origin->close;

    ($client) = parked('/file/hello.txt?do=own', client => $client);
    wake('/file/hello.txt');
    like(is_answered($client, 200, 'a file')->body, qr/hello/i,
        'sent on the loop');

    ($client) = parked('/cgi/digest.sh?do=own&handler=cgi-script',
        client => $client, body => $BODY);
    wake('/cgi/digest.sh');
    like(is_answered($client, 200, 'a program')->body, qr/^\Q@{[md5_hex($BODY)]}/,
        'run by a worker, with the body');

    ($client) = parked('/park/own?do=own&handler=nobody', client => $client);
    wake('/park/own');
    is_answered($client, 404, 'a handler that is not there: as by httpd');
    return;
}

sub client_goes {
    for my $way (qw(close reset)) {
        my ($client, $log) = parked('/park/gone?do=answer');
        $client->$way;
        ok($log->await(qr{/park/gone: gone}), "$way: told");
        wake('/park/gone');
        is((parked('/park/next?do=answer&timeout=10'))[0]->read_response->status,
            504, "$way: the server goes on");
        is(scalar(grep {m{/park/gone: wake}} $log->lines), 0,
            "$way: told nothing more");
    }
    my ($client, $log) = parked(stream('heap', 20), vhost => 't36_slow');
    wake('/park/stream');
    ok($log->await(qr{/park/stream: gone}),
        'a client that takes nothing is gone after Timeout');
    return;
}

sub stream {
    my ($kind, $mib) = @_;
    return sprintf '/park/stream?do=stream&kind=%s&bytes=%d', $kind,
        $mib * $MIB;
}

sub read_late {
    my ($client) = @_;
    my $head = $client->read_response_head;
    return md5_hex($client->read_exactly($head->field('Content-Length')));
}

sub pressure {
    for my $tls (0, 1) {
        my $name = $tls ? 'TLS' : 'plain';
        my $before = RProxy::Pressure::memory();
        my ($client, $log) = parked(stream('heap', 20), tls => $tls,
            vhost => $tls ? 't36_tls' : 't36_park');
        wake('/park/stream');
        $log->await(qr{/park/stream: full});
        cmp_ok(RProxy::Pressure::memory() - $before, '<', 4 * $MIB,
            "$name: memory is bounded");
        is(read_late($client), md5_hex($PATTERN), "$name: byte for byte");
        like($log->await(qr/streamed/), qr/rooms=[1-9]/,
            "$name: told of room");
    }
    return;
}

sub memory {
    for my $tls (0, 1) {
        my $name = $tls ? 'TLS' : 'plain';
        my ($client, $log) = parked(stream('memory', 20), tls => $tls,
            vhost => $tls ? 't36_tls' : 't36_park');
        wake('/park/stream');
        $log->await($tls ? qr{/park/stream: full} : qr/streamed/);
        is(read_late($client), md5_hex($PATTERN), "$name: byte for byte");
        like($log->await(qr/streamed/), $tls ? qr/rooms=[1-9]/ : qr/rooms=0/,
            $tls ? 'TLS: what is encrypted waits' : 'plain: all at once');
        like($log->await(qr/streamed/), qr/asides=0/, "$name: not set aside");
    }
    return;
}

# Wake-ups meet requests that are just ending, by an answer or by their time.
sub storm {
    my @clients = map { RProxy::Client->to('t36_park') } 1 .. 20;
    my %got;
    for my $query (('times=3&timeout=5000', 'times=1000000&timeout=1') x 5) {
        $_->send("GET /park/s?do=answer&$query HTTP/1.1\r\nHost: a\r\n\r\n")
            for @clients;
        wake('storm');
        $got{ $_->read_response->status }++ for @clients;
    }
    is_deeply(\%got, { 200 => 100, 504 => 100 },
        'all are answered, some by wake-ups and some because it is time');
    return;
}

# ---- the rest ----

sub where {
    my $say = sub {
        my ($vhost, $path) = @_;
        return RProxy::Client->to($vhost)->get($path)->body;
    };
    is($say->('t36_park', '/wake'), "loop\n", 'on a loop');
    is($say->('t36_park', '/wake/by-type'), "loop\n",
        'with AddOutputFilterByType');
    is($say->('t36_park', '/wake/unknown'), "worker\n",
        'not with a filter that may wait');
    is($say->('t36_noroute', '/wake'), "loop\n",
        'without a route, where a module wants it');
    is($say->('t36_worker', '/park/x'), "cannot park\n",
        'no parking on a worker');
    return;
}

sub log_fields {
    my $log = RProxy::Log->file('36-park.log');
    my ($client) = parked('/park/log?do=answer');
    wake('/park/log');
    $client->read_response;
    is($log->await(qr{^/park/log }),
        qq(/park/log cache=woken reason=by \\"thread\\" env=woken\n),
        'notes of other modules, without an exchange');
    return;
}

sub status {
    my $client = RProxy::Client->to('t36_park');
    is_deeply(RProxy::Status->of('t36_park')->{park_test},
        { of => 'rproxy-status' }, 'JSON');
    like($client->get('/rproxy-status')->body,
        qr{<h2>Parking &amp; test</h2>\n<p>of rproxy-status</p>\n<h2>},
        'the page');
    like($client->get('/rproxy-metrics')->body, qr/^rproxy_park_test 7$/m,
        'the metrics');
    return;
}

sub begin_save {
    my ($vhost, $origin, $target) = @_;
    my $client = RProxy::Client->to($vhost,
        $vhost =~ /tls/ ? (tls => 1, limit => 5) : ());
    my $x = RProxy::Exchange->begin($client, $origin, "GET $target HTTP/1.1\r\n");
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nhalf");
    $x->client->read_until('half');
    return $x;
}

# Its time passes while nobody looks; the origin waits for the rest before it
# says more.
sub stalled_behind_pause {
    my $origin = RProxy::Origin->listen('origin_a');
    my $post   = "POST %s HTTP/1.1\r\nContent-Length: 100\r\n";
    my $log    = RProxy::Log->error_log;
    my $x = RProxy::Exchange->begin('t36_slow', $origin, sprintf $post, '/paused');
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    $log->await(qr{/paused: paused});
    my $later = RProxy::Exchange->begin('t36_slow', $origin, sprintf $post, '/later');
    is($later->client->read_response->status, 408, 'another one is told');
    ok($x->client->is_silent(0.05), 'this one is not');
    wake('/paused');
    $log->await(qr{/paused: resumed});
    ok($x->client->read_until('half'), '... before it goes on');
    like($x->client->wait_for_end(15), qr/^(?:eof|reset)$/, '... which is its end');
    return;
}

sub finished_alone {
    my ($vhost) = @_;
    my $origin = RProxy::Origin->listen('origin_a');
    for my $way (qw(close reset)) {
        my $log = RProxy::Log->error_log;
        my $x   = begin_save($vhost, $origin, '/save');
        $x->client->$way;
        ok($x->origin->is_silent(0.05), "$way: the exchange goes on");
        $x->origin->send('x' x 999_996);
        like($log->await(qr{/save: saved}), qr/saved 1000000 outcome ok/,
            "$way: the filter gets all of it");
        ok($x->origin->is_silent(0.05), "$way: the connection is kept");
        $x->origin->close;
    }
    {
        my $log = RProxy::Log->error_log;
        my $x   = begin_save($vhost, $origin, '/save');
        $x->client->close;
        $x->origin->send('x' x 1000);
        $x->origin->close;
        ok($log->await(qr{/save: error bucket}), 'a cut is told as one');
        like($log->await(qr{/save: saved}), qr/outcome (?!ok)/, 'and its outcome');
    }
    {
        my $log = RProxy::Log->error_log;
        my $x   = begin_save($vhost, $origin, '/save?not-alone');
        $x->client->close;
        like($x->origin->wait_for_end(1), qr/^(?:eof|reset)$/,
            'no more: the exchange goes with its client');
        like($log->await(qr/RP1203: /), qr/client_gone/, 'logged');
        is(scalar(grep {m{/save: saved}} $log->lines), 0,
            'and no filter sees an end');
    }
    return;
}

# Before there was a response, and thus before any filter ran.
sub finished_for_gone {
    my $origin = RProxy::Origin->listen('origin_a');
    my ($client, $log) = parked('/park/save?do=own&handler=rproxy&alone=1');
    wake('/park/save');
    my $x = RProxy::Exchange->join($client, $origin);
    $client->close;
    ok($x->origin->is_silent(0.05), 'the exchange goes on');
    $x->origin->reply(200, $BODY);
    like($log->await(qr{/park/save: saved}), qr/saved 100000 outcome ok/,
        'the filter gets all of it');
    return;
}

sub finished_for_slow {
    my $origin = RProxy::Origin->listen('origin_a');
    my $log    = RProxy::Log->error_log;
    my $x = RProxy::Exchange->begin('t36_slow', $origin, "GET /save HTTP/1.1\r\n");
    my $sent = 0;
    $x->origin->send("HTTP/1.1 200 OK\r\nContent-Length: @{[30 * $MIB]}\r\n\r\n");
    while ($sent < 30 * $MIB) {
        RProxy::Pressure::is_ready($x->origin, 1, 5) or last;
        $sent += RProxy::Pressure::send_part($x->origin, $sent, 30 * $MIB);
    }
    is($sent, 30 * $MIB, 'the origin can send all of it');
    like($log->await(qr{/save: saved}), qr/saved 31457280 outcome ok/,
        'the filter gets all of it');
    return;
}

sub restart {
    my $origin = RProxy::Origin->listen('origin_a');
    my ($client) = parked('/park/own?do=own&handler=rproxy&timeout=1500');
    my ($gone, $log) = parked('/park/gone?do=answer');
    RProxy::Server::restart_gracefully();
    my $x = RProxy::Exchange->join($client, $origin);
    $x->origin->reply(200, 'still here');
    is($client->read_response->body, 'still here',
        'a parked request is under way');
    $gone->close;
    ok($log->await(qr{/park/gone: gone}), 'its child looks after it');
    return;
}
