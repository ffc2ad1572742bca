#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyWafLogPace: an attack does not fill the error log, and nobody's first
# line is left out; a /64 of IPv6 is one client; all else has every request.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::ConfigTest ();
use RProxy::Httpd ();
use RProxy::Server ();
use Time::HiRes qw(time);

my $REQUESTS = 60;

{
    my $test = RProxy::ConfigTest->new;
    $test->takes($_) for 'RProxyWafLogPace 1000/s', 'RProxyWafLogPace Off';
    $test->refuses("RProxyWafLogPace $_",
        "RProxyWafLogPace: '$_' is wrong: expected lines a second up to 1000000/s, "
            . 'as 100/s, or Off')
        for qw(100 0/s -1/s 1000001/s 5/m x/s);
}

my $httpd = RProxy::Httpd->start(
    files => { 'htdocs/index.html' => "a\n" },
    conf  => <<'END');
RProxyWafLogPace 1/s
RProxyGuardList proxy 127.0.0.8
RProxyGuardClient header=X-Client trust=proxy
SecRuleEngine On
SecAuditEngine RelevantOnly
SecAuditLog audit.log
SecRule ARGS "@rx odd" "id:1,phase:1,pass,log,auditlog"
SecRule ARGS "@streq evil" "id:2,phase:1,deny,log,auditlog"
END
my $log   = $httpd->log;
my $audit = $httpd->log('audit.log');

sub ask {
    my ($address, $value) = @_;
    return $httpd->connect(from => $address)->get("/?a=$value")->status;
}

sub told {
    my ($address, $id) = @_;
    return scalar grep {/\[client \Q$address\E\] ModSecurity: .*\[id "$id"\]/}
        $log->lines;
}

my $begun = time;
is(ask('127.0.0.1', 'odd'), 200, 'a request of an address');
is(told('127.0.0.1', 1), 1, '... is told');
ask('127.0.0.1', 'odd') for 2 .. $REQUESTS;
my $most = 2 + time - $begun;
cmp_ok(told('127.0.0.1', 1), '<=', $most, "not all of $REQUESTS are");
is(ask('127.0.0.1', 'evil'), 403, 'one that is refused');
is(told('127.0.0.1', 2), 1, '... is told as the first of its kind');
is(ask('127.0.0.2', 'odd'), 200, 'another address');
is(told('127.0.0.2', 1), 1, '... is told');
ask('127.0.0.1', 'evil') for 2 .. $REQUESTS;
$most = 2 + time - $begun;
cmp_ok(told('127.0.0.1', 2), '<=', $most, 'not all of many refusals are');

# ---- a network ----

# A client behind a proxy that is believed.
sub ask_behind {
    my ($address, $value) = @_;
    return $httpd->connect(from => '127.0.0.8')
        ->get("/?a=$value", 'X-Client' => $address)->status;
}

sub told_of {
    my ($network, $id) = @_;
    return scalar grep {/\[client \Q$network\E[0-9a-f]+\] .*\[id "$id"\]/}
        $log->lines;
}

for my $kind (['odd', 200, 1], ['evil', 403, 2]) {
    my ($value, $status, $id) = @$kind;
    $begun = time;
    is(ask_behind('2001:db8:0:1::1', $value), $status, "IPv6, $value");
    is(told_of('2001:db8:0:1::', $id), 1, '... is told');
    ask_behind(sprintf('2001:db8:0:1::%x', $_), $value) for 2 .. $REQUESTS;
    $most = 2 + time - $begun;
    cmp_ok(told_of('2001:db8:0:1::', $id), '<=', $most,
        '... not all addresses of its network are');
    is(ask_behind('2001:db8:0:2::1', $value), $status, 'one of another network');
    is(told_of('2001:db8:0:2::', $id), 1, '... is told');
}

RProxy::Server::await(sub { (() = $audit->lines) == 4 * $REQUESTS + 3 },
    'the audit log to have all', 15);
is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
