#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What log lines say of a request: %{name}^RP, RProxyEnv, and the formats of
# conf/log-formats.conf.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

my $A    = 'http://127.0.0.1:' . RProxy::Vars::value('origin_a_port');
my $DEAD = 'http://127.0.0.1:' . RProxy::Vars::value('origin_h_port');
my $MS   = qr/\d+\.\d{3}/;
my $count = 0;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, 'x' x 100, 'X-Saw-Id', $request->field('X-Request-ID'));
    }
});

RProxy::Driver::each(t60_log => sub {
    my ($driver, $vhost) = @_;
    subtest "$driver: a request"         => sub { answered($vhost, $driver) };
    subtest "$driver: a second one"      => sub { reused($vhost) };
    subtest "$driver: a failure"         => sub { failed($vhost) };
    subtest "$driver: a retry"           => sub { retried($vhost) };
    subtest "$driver: an error document" => sub { error_document($vhost) };
    subtest "$driver: not proxied"       => sub { not_proxied($vhost) };
    subtest "$driver: variables"         => sub { variables($vhost, $driver) };
    subtest "$driver: ready formats"     => sub { ready_formats($vhost) };
});
$origin->stop;
RProxy::Driver::each(t60_log => sub {
    my ($driver, $vhost) = @_;
    subtest "$driver: times"       => sub { times_of($vhost) };
    subtest "$driver: client gone" => sub { client_gone($vhost) };
});
done_testing();

# A word for one request, by which its lines are found.
sub word { return sprintf 'word-%d-%d-%d', time, $$, ++$count }

# A log of the suite, from its begin on.
sub whole {
    my ($file) = @_;
    my $log = RProxy::Log->file($file);
    $log->{begin} = 0;
    return $log;
}

# The fields of a line "word name=value ..." of this log, once it is there.
sub line_of {
    my ($file, $word) = @_;
    my $line = whole($file)->await(qr/^\Q$word\E(?: |$)/);
    my %value;
    $value{$1} = $2 // $3 while $line =~ / (\w+)=(?:"([^"]*)"|(\S+))/g;
    return \%value;
}

# One request on a connection of its own: its fields in the log, its response.
sub logged {
    my ($vhost, $target, %o) = @_;
    my $word   = word();
    my $client = $o{client} // RProxy::Client->to($vhost);
    my $reply  = $client->ask($o{method} // 'GET', $target,
        ['X-Test' => $word, @{ $o{fields} // [] }], $o{body});
    return (line_of('t60_all', $word), $reply, $word);
}

sub answered {
    my ($vhost, $driver) = @_;
    my ($log, $reply) = logged($vhost, '/app/x?y',
        method => 'POST', body => 'y' x 30);
    is($reply->status, 200, 'a response');
    my %is = map { $_ => $log->{$_} } qw(route upstream member tries queue
        outcome bytes_in bytes_out cache guard driver reason);
    is_deeply(\%is, {
        route    => '/app', upstream => 't60_log', member    => $A,
        tries    => 1,      queue    => '-',       outcome   => 'ok',
        bytes_in => 30,     bytes_out => 100,      cache     => '-',
        guard    => '-',    driver   => $driver,   reason    => '-',
    }, 'fields');
    like($log->{$_}, qr/^$MS$/, "$_ in milliseconds")
        for qw(connect first_byte total);
    cmp_ok($log->{connect}, '<=', $log->{first_byte}, 'connected, then a byte');
    cmp_ok($log->{first_byte}, '<=', $log->{total}, 'then the end');
    is($log->{request_id}, $reply->field('X-Saw-Id'), 'the id the origin saw');
    is($log->{nonsense}, '-', 'no such field');
    is($log->{bare},     '-', 'no name');
}

sub reused {
    my ($vhost) = @_;
    my $client = RProxy::Client->to($vhost);
    my ($log) = logged($vhost, '/app', client => $client);
    like($log->{reused}, qr/^(?:yes|no)$/, 'a first request');
    ($log) = logged($vhost, '/app', client => $client);
    is($log->{reused}, 'yes', 'the second is on a kept connection');
    like($log->{connect}, qr/^$MS$/, 'which it had soon');
}

sub failed {
    my ($vhost) = @_;
    my ($log, $reply) = logged($vhost, '/dead');
    is($reply->status, 502, 'a 502');
    is($log->{upstream},   $DEAD,            'upstream');
    is($log->{member},     $DEAD,            'member');
    is($log->{outcome},    'connect_failed', 'outcome');
    like($log->{reason},   qr/refused/,      'reason');
    is($log->{connect},    '-',              'never connected');
    is($log->{first_byte}, '-',              'no byte');
    is($log->{reused},     '-',              'no connection');
    is($log->{bytes_out},  0,                'no body');
    like($log->{total},    qr/^$MS$/,        'some time');
}

sub retried {
    my ($vhost) = @_;
    my ($log, $reply) = logged($vhost, '/pair');
    is($reply->status, 200, 'a response');
    is($log->{upstream}, 't60_pair', 'upstream');
    is($log->{tries},    2,          'the second try');
    is($log->{member},   $A,         'the member that answered');
    is($log->{outcome},  'ok',       'outcome');
}

# Two exchanges: what became of the request is the first one's.
sub error_document {
    my ($vhost) = @_;
    my ($log, $reply) = logged($vhost, '/page');
    is($reply->status, 502, 'a 502');
    is($reply->body, 'x' x 100, 'with a document of another upstream');
    is($log->{route},    '/page',          'route');
    is($log->{upstream}, $DEAD,            'upstream');
    is($log->{outcome},  'connect_failed', 'outcome');
    is($log->{last},     't60_log',        'the last one by %>{...}');
}

sub not_proxied {
    my ($vhost) = @_;
    my ($log, $reply) = logged($vhost, '/none');
    is($reply->status, 404, 'a 404 of httpd');
    is(join(' ', map { $log->{$_} } qw(route upstream member tries total
        outcome driver request_id last)), '- - - - - - - - -', 'all are empty');
}

sub variables {
    my ($vhost, $driver) = @_;
    my ($log, $reply, $word) = logged($vhost, '/app/env');
    my $env = line_of('t60_env', $word);
    is($env->{$_}, $log->{$_}, "$_ is the same") for qw(upstream member route
        tries outcome total driver);
    is($env->{id}, $log->{request_id}, 'so is the id');
    is($env->{reason}, '-', 'there is no reason');
    is($env->{cache},  '-', 'nor a cache');

    (undef, undef, $word) = logged($vhost, '/app');
    $env = line_of('t60_env', $word);
    is("@$env{qw(upstream member route tries)}", '- - - -', 'none where off');

    (undef, undef, my $bad) = logged($vhost, '/dead/env');
    is_deeply(line_of('t60_failed', $bad), {}, 'a condition: env=');
    (undef, undef, my $twice) = logged($vhost, '/pair/env');
    is_deeply(line_of('t60_expr', $twice), {}, 'a condition: expr=');
    (undef, undef, my $page) = logged($vhost, '/page/env');
    is(line_of('t60_env', $page)->{upstream}, $DEAD, 'with an error document');
    ok(!grep({/$word/} whole('t60_failed')->lines),
        'what the condition leaves out');
    ok(!grep({/$bad/} whole('t60_expr')->lines),
        'what the other leaves out');
}

# The formats that come with the module.
sub ready_formats {
    my ($vhost) = @_;
    my $agent = word() . q( "quoted" \\ back\\"slash\\ 'single' <b> &);
    my ($id) = $agent =~ /(\S+)/;
    my (undef, $reply) = logged($vhost, '/app?a="b"',
        fields => ['User-Agent', $agent, 'Referer', 'http://x/"y"']);
    my $line = whole('t60_json')->await(qr/\Q$id\E/);
    my $json = eval { JSON::PP->new->decode($line) };
    is($@, '', 'the line is JSON') or diag($line);
    is($json->{agent},    $agent,           'the agent with its quotes');
    is($json->{referer},  'http://x/"y"',   'the referer');
    like($json->{request}, qr{^GET /app\?a="b" HTTP/1\.1$}, 'the request');
    is($json->{status},   200,              'the status');
    is($json->{upstream}, 't60_log',        'the upstream');
    is($json->{member},   $A,               'the member');
    is($json->{outcome},  'ok',             'the outcome');
    is($json->{tries},    1,                'the tries');
    is($json->{id}, $reply->field('X-Saw-Id'), 'the id');
    like($json->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$/, 'time');
    like($json->{$_}, qr/^$MS$/, $_) for qw(connect first_byte total);

    $line = whole('t60_rproxy')->await(qr/\Q$id\E/);
    like($line, qr/ upstream=t60_log \ member=\Q$A\E \ outcome=ok \ tries=1 \ queue=-
        \ connect=$MS \ first_byte=$MS \ total=$MS \ cache=- \ guard=-
        \ id=[0-9a-f]+\n/x, 'the line of text');
    like($line, qr/"\Q$id\E \\"quoted\\" \\\\ back\\\\\\"slash\\\\/,
        'its agent');
}

# What a slow origin costs can be read off.
sub times_of {
    my ($vhost) = @_;
    my $by_hand = RProxy::Origin->listen('origin_a');
    my $client  = RProxy::Client->to($vhost);
    my $word    = word();
    $client->send("GET /app HTTP/1.1\r\nHost: x\r\nX-Test: $word\r\n\r\n");
    my $c = $by_hand->accept;
    $c->read_request;
    $c->pause(0.05);
    $c->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
    is($client->read_until("\r\n\r\na") ? 1 : 0, 1, 'the first byte');
    $c->pause(0.05);
    $c->send('b');
    is($client->read_exactly(1), 'b', 'the last');
    my $log = line_of('t60_all', $word);
    cmp_ok($log->{first_byte}, '>=', 50,  'first_byte');
    cmp_ok($log->{total},      '>=', 100, 'total');
    cmp_ok($log->{total}, '<', 5000, 'these are milliseconds');
}

sub client_gone {
    my ($vhost) = @_;
    my $by_hand = RProxy::Origin->listen('origin_a');
    my $client  = RProxy::Client->to($vhost);
    my $word    = word();
    $client->send("GET /app HTTP/1.1\r\nHost: x\r\nX-Test: $word\r\n\r\n");
    my $c = $by_hand->accept;
    $c->read_request;
    $client->reset;
    my $log = line_of('t60_all', $word);
    is($log->{outcome},    'client_gone', 'outcome');
    is($log->{first_byte}, '-',           'no byte came');
    is($log->{member},     $A,            'the member that was asked');
}
