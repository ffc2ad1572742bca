#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A client that goes while its request or the response is looked at, collected
# or sent: phase 5 and the audit log have it as any other.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();

my $FORM = 'application/x-www-form-urlencoded';
my $SLOW = 'a=' . 'x' x 60_000 . '&b=evil1';
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        my $size = $request->{target} =~ /large/ ? 5_000_000 : 100_000;
        $c->reply(200, 'x' x $size, 'Content-Type' => 'text/plain');
    }
});

my $is_loop = RProxy::Driver::is_loop();
my ($log, $audit);

# A client that sends these bytes and goes when the server is that far.
sub gone {
    my ($target, $bytes, $when, $length) = @_;
    my $client = RProxy::Client->to('t68_gone');
    $length //= length $bytes;
    $log   = RProxy::Log->error_log;
    $audit = RProxy::Log->file('68-waf-gone.log');
    $client->send(($length ? 'POST' : 'GET') . " $target HTTP/1.1\r\n"
            . "Host: localhost\r\n"
            . ($length ? "Content-Type: $FORM\r\nContent-Length: $length\r\n" : '')
            . "\r\n$bytes");
    ref $when ? $log->await($when) : $client->read_until($when) if $when;
    $client->close;
    return;
}

sub is_told {
    my ($target, $name) = @_;
    like($log->await(qr/\[id "6885"\].*\[uri "\Q$target\E"\]/),
        qr/phase five/, "$name: phase 5");
    like($audit->await(qr{ \Q$target\E HTTP/}), qr/6885/, '... and the audit log');
    my @lines = grep { /\[id "6885"\].*\[uri "\Q$target\E"\]/ } $log->lines;
    is(scalar @lines, 1, '... once');
    return;
}

gone('/at-once', '', '');
is_told('/at-once', 'no response was seen');
gone('/half', 'a=1', '', 1000);
is_told('/half', 'half a body');
gone('/half-spool', 'a=' . 'x' x 400_000, '', 500_000);
is_told('/half-spool', 'half a body, in a file');
gone('/inspected', $SLOW, $is_loop ? qr/RP4470/ : '');
is_told('/inspected', 'a body that is looked at');
like($log->await(qr/\[id "6881"\]/), qr{/inspected}, '... and what is found in it');
gone('/response', '', $is_loop ? qr/RP4471/ : '');
is_told('/response', 'a response that is looked at');
gone('/large', '', qr/\[id "6884"\]/);
is_told('/large', 'a response that is sent');

is(RProxy::Client->to('t68_gone')->get('/next')->status, 200, 'the server goes on');
is(scalar(grep { /exit signal/ } $log->lines), 0, '... and lost no process');
done_testing();
