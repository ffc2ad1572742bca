#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the guard has done: by rule, class and action, whom limits refuse most;
# as a page, as JSON and as metrics, also after a graceful restart.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Httpd ();
use RProxy::Prometheus ();

my $httpd = RProxy::Httpd->start(
    children => 2,
    modules  => [qw(include)],
    files    => {
        'list.txt'         => "127.0.0.9\n127.0.0.10\n",
        'htdocs/no.shtml'  => '(<!--#echo var="REDIRECT_RPROXY_GUARD_ID" -->)',
    },
    conf => <<'END',
RProxyGuardList nine file:list.txt
RProxyGuardAudit audit.json
RProxyGuardAllow 127.0.0.1
AddOutputFilter INCLUDES .shtml
<Location "/no.shtml">
    Options +Includes
</Location>
<Location "/site/">
    RProxyGuard On
    RProxyGuardDeny nine
    RProxyGuardDeny 127.0.0.8 action=log
    RProxyGuardLimit few rate=1/hour key=ip+path path=/site/few
    RProxyGuardLimit secret rate=1/hour key=header:X-Key path=/site/secret
    RProxyGuardLimit slow rate=1/hour path=/site/class action=class:t67
</Location>
<Location "/site/own">
    ErrorDocument 403 /no.shtml
</Location>
<Location "/status">
    SetHandler rproxy-status
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
</Location>
END
);

ask('127.0.0.9', '/site/')      for 1 .. 3;
ask('127.0.0.8', '/site/');
ask('127.0.0.2', '/site/few/<a>') for 1 .. 5;
ask('127.0.0.3', '/site/few/b') for 1 .. 3;
ask('127.0.0.3', '/site/class') for 1 .. 3;
ask('127.0.0.3', '/site/secret', ['X-Key' => $_]) for qw(s3cr3t s3cr3t other);

my $guard = report();
is_deeply(rules($guard), {
        'deny refuse'   => 3,
        'deny log'      => 1,
        'few refuse'    => 6,
        'secret refuse' => 1,
        'slow class'    => 2,
    },
    'each rule, and what became of the requests');

my ($few, $secret) = map { top($guard, $_) } qw(few secret);
is_deeply([map { "$_->{text} $_->{refused}" } @$few],
    ['127.0.0.2 + /site/few/<a> 4', '127.0.0.3 + /site/few/b 2'],
    'whom a limit refuses most comes first');
is_deeply([map { "$_->{text} $_->{refused}" } @$secret], ['field X-Key 1'],
    'a key that may be a secret is not shown');
like($few->[0]{key}, qr/^[0-9a-f]{16}$/, 'a key has a number');
is_deeply([map { "$_->{name} $_->{networks}" } @{ $guard->{lists} }], ['nine 2'],
    'lists');
is($guard->{audit}{lost}, 0, 'the audit log');

my $page = ask('127.0.0.1', '/status')->body;
like($page, qr{few</td>.*127\.0\.0\.2 \+ /site/few/&lt;a(?:>|&gt;)}s,
    'the page has it, escaped');
unlike($page, qr/s3cr3t/, '... without secrets');
my ($metric) = RProxy::Prometheus::parse(ask('127.0.0.1', '/metrics')->body);
is($metric->{'rproxy_guard_rule_requests_total'
        . '{rule="few",class="",action="refuse"}'}, 6, 'metrics');

$httpd->restart_gracefully;
$guard = report();
is(rules($guard)->{'deny refuse'}, 3, 'a graceful restart keeps the counts');
is_deeply(top($guard, 'few'), $few, '... and the keys');

like(ask('127.0.0.9', '/site/own')->body, qr/^\([0-9a-z]{12}\)$/,
    'a page of one\'s own has the number, too');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub ask {
    my ($from, $target, $fields) = @_;
    return $httpd->connect(from => $from)->ask('GET', $target, $fields);
}

sub report {
    return JSON::PP::decode_json(ask('127.0.0.1', '/status?format=json')->body)
        ->{guard};
}

sub rules {
    my ($report) = @_;
    return { map { ("$_->{rule} $_->{action}" => $_->{requests}) }
            @{ $report->{rules} } };
}

sub top {
    my ($report, $name) = @_;
    my ($limit) = grep { $_->{name} eq $name } @{ $report->{limits} };
    return $limit->{top};
}
