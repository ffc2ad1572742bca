#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the status, its page and the metrics tell of a balanced upstream: answers
# by class, times, the last failure and the last minute, the same whichever
# child is asked.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Balancer ();
use RProxy::Origin ();
use RProxy::Prometheus ();
use RProxy::Server ();
use RProxy::Status ();

my $farm = RProxy::Balancer->start(
    members  => [a => 'weight=2', b => ''],
    upstream => "RProxyBalancer method=round-robin\n"
        . 'RProxyBalancerEject failures=0 rate=0',
    conf => <<'CONF',
RProxyRetry on=none
<Location "/metrics">
    SetHandler rproxy-metrics
    RProxyPass "!"
</Location>
<Location "/status-with">
    SetHandler rproxy-status
    RProxyStatusAdmin /rproxy-admin/
    RProxyPass "!"
</Location>
<Location "/status-none">
    SetHandler rproxy-status
    RProxyStatusAdmin none
    RProxyPass "!"
</Location>
CONF
);

sub all_counted {
    my ($n) = @_;
    RProxy::Server::await(sub { $farm->upstream->{requests} == $n },
        "$n requests to be counted");
    return;
}

subtest 'before the first request' => sub {
    my $member = $farm->member('a');
    is($member->{last_failure}, undef, 'nothing has failed');
    is($member->{total}{count}, 0, 'no time is known');
    is($member->{total}{p95_ms}, undef, 'nor a quantile');
    is($farm->upstream->{recent}{requests}, 0, 'nor was there anything');
};

subtest 'answers and times' => sub {
    $farm->ask('/') for 1 .. 3;
    $farm->tell($_ => 404) for qw(a b);
    $farm->ask('/') for 1 .. 3;
    all_counted(6);
    my $a = $farm->member('a');
    is_deeply($a->{answers}, { none => 0, '1xx' => 0, '2xx' => 2, '3xx' => 0,
        '4xx' => 2, '5xx' => 0 }, 'by class of status');
    is($a->{total}{count}, 4, 'times of all of them');
    is($a->{first_byte}{count}, 4, 'to the first byte as well');
    cmp_ok($a->{total}{sum_ms}, '>=', $a->{first_byte}{sum_ms},
        'which comes before the last');
    cmp_ok($a->{total}{p50_ms}, '<=', $a->{total}{p99_ms}, 'quantiles');
    is($a->{recent}{requests}, 4, 'all of it in the last minute');
    is($a->{recent}{failed}, 0, 'without a failure');
    my $sum = 0;
    $sum += $_ for @{ $a->{recent}{requests_by_5s} };
    is($sum, 4, 'slot by slot');
    is($farm->upstream->{total}{count}, 6, 'the upstream has the sum');
};

subtest 'the last failure' => sub {
    $farm->tell(b => 503);
    $farm->tell(a => 'well');
    $farm->ask('/') for 1 .. 3;
    all_counted(9);
    my $failure = $farm->member('b')->{last_failure};
    is($failure->{reason}, 'status', 'a status');
    is($failure->{status}, 503, 'this one');
    cmp_ok($failure->{ago_s}, '<=', 5, 'just now');
    is($farm->member('b')->{recent}{failed}, 1, 'it was the only one');
    $farm->tell(b => 'close');
    $farm->ask('/') for 1 .. 3;
    all_counted(12);
    is($farm->member('b')->{last_failure}{reason}, 'reset', 'then a reset');
    is($farm->member('b')->{answers}{none}, 1, 'which is no answer');
    is($farm->member('a')->{last_failure}, undef, 'at the other one nothing');
    $farm->kill_member('b');
    $farm->ask('/') for 1 .. 3;
    all_counted(15);
    is($farm->member('b')->{last_failure}{reason}, 'connect_failed',
        'then no connection');
};

subtest 'on the page' => sub {
    my $page = $farm->ask('/rproxy-status')->body;
    like($page, qr{<h3>app <small>round-robin</small>}, 'the upstream');
    like($page, qr{<span class="state good">2 up</span>}, 'how many are up');
    like($page, qr{connect_failed <small>\d+ s ago</small>}, 'the failure');
    like($page, qr{<small>weight 2</small>}, 'weights');
    my $other = $farm->ask('/rproxy-status?upstream=other')->body;
    unlike($other, qr/<h3>app <small>r/, 'one upstream alone');
};

subtest 'buttons, where they are wanted' => sub {
    my $page = $farm->ask('/rproxy-status')->body;
    unlike($page, qr/data-upstream|<dialog/, 'none by default');
    $page = $farm->ask('/status-none')->body;
    unlike($page, qr/data-upstream|<dialog/, 'none where it says so');
    $page = $farm->ask('/status-with')->body;
    my $url = $farm->url('a');
    like($page, qr{data-upstream="app" data-url="\Q$url\E">}, 'for a member');
    like($page, qr{data-upstream="app">}, 'for the upstream');
    like($page, qr{<dialog [^>]*data-admin="/rproxy-admin">}, 'whom to ask');
    $page = $farm->ask('/status-with?format=part')->body;
    like($page, qr{data-url="\Q$url\E">}, 'in what is kept up to date');
    unlike($page, qr/<dialog/, 'which has no dialog');
};

subtest 'metrics' => sub {
    my ($value, $type) =
        RProxy::Prometheus::parse($farm->ask('/metrics')->body);
    my $app = 'upstream="app"';
    my ($a, $b) = map { "$app,member=\"" . $farm->url($_) . '"' } qw(a b);
    my $name = 'rproxy_balancer_member';
    is($value->{"${name}_up{$a}"}, 1, 'up');
    is($value->{"${name}_weight{$a}"}, 2, 'weight');
    is($value->{"${name}_requests_total{$a,class=\"2xx\"}"}, 8, '2xx');
    is($value->{"${name}_requests_total{$b,class=\"5xx\"}"}, 1, '5xx');
    is($value->{"${name}_requests_total{$b,class=\"none\"}"}, 2, 'no answer');
    is($value->{"${name}_failed_total{$b}"}, 3, 'failed');
    is($value->{"${name}_request_duration_seconds_count{$a}"}, 10, 'times');
    is($value->{"${name}_first_byte_seconds_bucket{$a,le=\"+Inf\"}"}, 10,
        'to the first byte');
    $name = 'rproxy_balancer';
    is($value->{"${name}_request_duration_seconds_count{$app}"}, 13,
        'of all that were answered');
    is($value->{"${name}_members{$app,state=\"up\"}"}, 2, 'members by state');
    is($value->{"${name}_panic{$app}"}, 0, 'no panic');
    is($value->{"${name}_in_flight{$app}"}, 0, 'none in flight');
    my @odd = grep { ($type->{$_} eq 'counter') != /_total$/ } keys %$type;
    is("@odd", '', 'counters, and nothing else, end with _total');
};

subtest 'in log lines' => sub {
    my $again = RProxy::Balancer->start(
        members => [c => '', d => 'backup=on'],
        conf    => <<'CONF',
RProxyRetry tries=2 on=reset
LogFormat "%{member}^RP %{tries}^RP %{tried}^RP %{chosen_by}^RP" tried
CustomLog tried tried
CONF
    );
    my $log = $again->httpd->log('tried');
    $again->ask('/');
    $again->tell(c => 'close');
    $again->ask('/');
    my ($c, $d) = map { $again->url($_) } qw(c d);
    like($log->await(qr/ 1 /), qr/^\Q$c\E 1 - method$/m, 'one try');
    like($log->await(qr/ 2 /), qr/^\Q$d\E 2 \Q$c\E method$/m, 'the one before');
    my $status = RProxy::Status->of('', port => $again->httpd->port);
    is($status->{upstreams}[0]{retries}, 1, 'the upstream has counted it');
    like($again->ask('/rproxy-status')->body, qr/; 1 retries, \d+ more may/,
        'as the page says');
};

subtest 'more members than a page has room for' => sub {
    my $port = RProxy::Origin::port('origin_h');
    my $many = RProxy::Balancer->start(
        members => [e => ''],
        conf    => join "\n", '<RProxyUpstream many>',
        (map {"RProxyMember http://127.0.1.$_:$port"} 1 .. 250),
        'RProxyBalancer method=round-robin',
        'RProxyBalancerEject failures=1 time=60s', '</RProxyUpstream>',
        'RProxyRetry on=none', 'RProxyPass /many many',
        '<Location /metrics>', 'SetHandler rproxy-metrics', 'RProxyPass "!"',
        '</Location>', '',
    );
    is($many->ask('/many')->status, 502, 'one of them is asked in vain');
    RProxy::Server::await(
        sub { $many->upstream('many')->{failed} == 1 }, 'its failure');
    my $first = $many->ask('/rproxy-status')->body;
    like($first, qr/1 to 100 of 250, those that are not well first/, 'a part');
    my $rows = sub {
        return scalar(() = $_[0] =~ /<tr><th scope="row">[^<]*<small>w/g);
    };
    is($rows->($first), 101, 'so many rows, and that of the other upstream');
    my ($name, $state) = $first =~ m{<table\ class="rows\ pool">.*?
        <tr><th\ scope="row">(http://127\.0\.1\.\d+):.*?class="state\ bad">
        (\w+)<}sx;
    is($state, 'ejected', 'the one that is not well comes first');
    like($first, qr{<a href="\?upstream=many&amp;from=100">next</a>}, 'a link');
    my $last = $many->ask('/rproxy-status?upstream=many&from=200')->body;
    like($last, qr/201 to 250 of 250/, 'the last part');
    is($rows->($last), 50, 'its rows');
    like($many->ask('/rproxy-status?upstream=many&from=900')->body,
        qr/1 to 100 of 250/, 'there is no part so far back');
    my $metrics = $many->ask('/metrics')->body;
    my $url = qr/upstream="many",member="http:[^"]*"/;
    is(scalar(() = $metrics =~ /^rproxy_balancer_member_up\{$url\} /mg), 250,
        'a metric of each');
    unlike($metrics, qr/_bucket\{$url/, 'but no histograms');
    like($metrics, qr/_duration_seconds_bucket\{upstream="many",le/,
        'one of all');
};

is_deeply($farm->httpd->complaints, [], 'nothing odd in the log');
done_testing();
