#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# HTTP/2 streams that their client resets before they are answered: so many of an
# address, then its connection ends.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Vars ();

plan skip_all => 'needs an MPM with threads: mod_http2 has no other'
    unless RProxy::Driver::has_threads();

use constant { HEADERS    => 1, RST_STREAM  => 3, SETTINGS => 4 };
use constant { END_STREAM => 1, END_HEADERS => 4, CANCEL   => 8 };

my $PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
my $port    = RProxy::Vars::value('origin_a_port');
my $origin  = RProxy::Origin->listen('origin_a');
my $httpd   = RProxy::Httpd->start(
    modules => ['http2'],
    conf    => <<"CONF",
Protocols h2c http/1.1
RProxyGuard On
RProxyGuardConnections resets=3/hour
RProxyPass "/" "http://127.0.0.1:$port"
CONF
);

sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    return substr(pack('N', length $payload), 1)
        . pack('CCN', $type, $flags, $stream) . $payload;
}

sub literal { return chr($_[0]) . chr(length $_[1]) . $_[1] }

sub http2 {
    my ($from) = @_;
    my $client = $httpd->connect(from => $from);
    $client->send($PREFACE . frame(SETTINGS, 0, 0, ''));
    return { client => $client, stream => -1 };
}

# One stream that is at the origin when its client takes it back.
sub ask_and_reset {
    my ($h2) = @_;
    my $n = $h2->{stream} += 2;
    $h2->{client}->send(frame(HEADERS, END_STREAM | END_HEADERS, $n,
        "\x82\x86" . literal(4, '/') . literal(1, 'a.example')));
    my $c = $origin->accept;
    $c->read_request_head;
    $h2->{client}->send(frame(RST_STREAM, 0, $n, pack 'N', CANCEL));
    $c->wait_for_end;
    return;
}

# Does the connection end?  What was sent before does not count.
sub has_ended {
    my ($h2) = @_;
    return eval { $h2->{client}->read_until_close; 1 } // 0;
}

my $first = http2('127.0.0.1');
my $other = http2('127.0.0.2');
ask_and_reset($first) for 1 .. 4;
is($httpd->text('error_log') =~ /RP4181/ ? 1 : 0, 0, 'three an hour, and one');
ask_and_reset($first);
my $line;
RProxy::Server::await(
    sub { ($line) = $httpd->text('error_log') =~ /(RP4181.*)/ },
    'the line of the log');
like($line, qr/127\.0\.0\.1 refused: too many of its streams were reset/,
    'one more is too many');
ok(has_ended($first), 'the connection ends');
ask_and_reset($other);
my $again = http2('127.0.0.1');
ask_and_reset($again);
ok(has_ended($again), 'another one of this address likewise');
ask_and_reset($other);
pass('others may go on');
is_deeply($httpd->complaints, [], 'nothing odd in the log');

done_testing();
