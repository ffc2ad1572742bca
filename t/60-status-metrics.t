#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# rproxy-metrics: Prometheus text format 0.0.4, read strictly, with numbers that
# are those of the requests.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Origin ();
use RProxy::Prometheus ();
use RProxy::Server ();
use RProxy::Vars ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while ($c->read_request) {
        $c->reply(200, 'x' x 100);
    }
});

RProxy::Driver::each(t60_metrics => sub {
    my ($driver, $vhost) = @_;
    subtest "$driver: format"     => sub { format_of($vhost) };
    subtest "$driver: numbers"    => sub { numbers($vhost) };
    subtest "$driver: histograms" => sub { histograms($vhost) };
});
subtest 'event loops' => \&loops if RProxy::Driver::mpm() eq 'event';
done_testing();

sub scrape {
    my ($vhost) = @_;
    return RProxy::Client->to($vhost)->get('/rproxy-metrics');
}

sub metrics {
    my ($vhost) = @_;
    my ($value) = RProxy::Prometheus::parse(scrape($vhost)->body);
    return $value;
}

# The labels of a route in this virtual host, the first or second of the path.
sub labels_of {
    my ($vhost, $which) = @_;
    my $port  = RProxy::Vars::value("${vhost}_port");
    my %found = map {
        /^rproxy_requests_active(\{server="metrics\.example:$port",
            route="\/app",id="(\d+)"\})$/x ? ($2 => $1) : ()
    } keys %{ metrics($vhost) };
    return $found{ (sort { $a <=> $b } keys %found)[$which] };
}

sub format_of {
    my ($vhost) = @_;
    my $reply = scrape($vhost);
    is($reply->status, 200, 'a scrape');
    is($reply->field('Content-Type'),
        'text/plain; version=0.0.4; charset=utf-8', 'its type');
    my ($value, $type) = eval { RProxy::Prometheus::parse($reply->body) };
    is($@, '', 'all lines are of the format');
    cmp_ok(scalar keys %$value, '>', 50, 'and there are some');
    my @totals = grep { ($type->{$_} eq 'counter') != /_total$/ } keys %$type;
    is("@totals", '', 'counters, and nothing else, end with _total');
    is(RProxy::Client->to($vhost)->ask(POST => '/rproxy-metrics')->status, 405,
        'no POST');
    is(RProxy::Client->to($vhost)->ask(HEAD => '/rproxy-metrics')->status, 200,
        'but HEAD');
}

sub numbers {
    my ($vhost) = @_;
    my $client = RProxy::Client->to($vhost);
    my %send = (one => ['X-Kind', 'one'], other => []);
    is($client->get('/app', @{ $send{$_} })->status, 200, $_)
        for qw(one other other);
    is($client->get('/quoted1')->status, 200, 'a quoted one');

    my $port = RProxy::Vars::value("${vhost}_port");
    my $base = qq(server="metrics.example:$port",route=);
    my $value;
    RProxy::Server::await(sub {
        $value = metrics($vhost);
        my @quoted = grep { /^rproxy_requests_total.*route="~ .*outcome="ok"/
                && index($_, $base) > 0 && $value->{$_} == 1 } keys %$value;
        return @quoted == 1;
    }, 'the last request to be counted');
    my ($one, $other) = map { labels_of($vhost, $_) } 0, 1;
    isnt($one, $other, 'routes of one path are told apart');
    my @found = map {
        my $labels = s/\}$//r;
        $value->{"rproxy_requests_total$labels,outcome=\"ok\"}"}
    } $one, $other;
    is_deeply(\@found, [1, 2], 'requests by route');
    is($value->{"rproxy_response_body_bytes_total$other"}, 200, 'bytes');
    is($value->{"rproxy_requests_active$other"}, 0, 'none under way');
    my ($quoted) = grep {/^rproxy_requests_active\{\Q$base\E"~/} keys %$value;
    like($quoted, qr{route="~ \^/\[\\"q\]uoted\(\\\\d\)\$"},
        'quotes and backslashes are escaped');
    my ($limit) = grep {
        /^rproxy_member_max_connections\{upstream="t60_metrics".*number="0"/
    } keys %$value;
    is($value->{$limit}, 7, 'the limit of a member');
}

sub histograms {
    my ($vhost) = @_;
    my $value = metrics($vhost);
    my %series;
    for my $name (keys %$value) {
        my ($of, $labels, $le) =
            $name =~ /^(\w+)_bucket(\{(?:.*,)?)le="([^"]+)"\}$/ or next;
        $labels =~ s/,?$/}/;
        $labels = '' if $labels eq '{}';
        push @{ $series{"$of$labels"} }, [$le, $value->{$name}];
    }
    cmp_ok(scalar keys %series, '>=', 4, 'there are some');
    my @wrong = grep { !is_histogram($_, $series{$_}, $value) } keys %series;
    is("@wrong", '', 'buckets add up to the count');
    my $labels = labels_of($vhost, 1);
    is($value->{"rproxy_request_duration_seconds_count$labels"}, 2,
        'of a route: its requests');
    cmp_ok($value->{"rproxy_request_duration_seconds_sum$labels"}, '>', 0,
        'and their time');
}

sub is_histogram {
    my ($name, $buckets, $value) = @_;
    (my $count = $name) =~ s/^(\w+)/${1}_count/;
    my @le = sort { ($a->[0] eq '+Inf') <=> ($b->[0] eq '+Inf')
            || $a->[0] <=> $b->[0] } map { [@$_] } @$buckets;
    my $last = 0;
    for my $bucket (@le) {
        return 0 if $bucket->[1] < $last;
        $last = $bucket->[1];
    }
    my ($first, $all) = $name =~ /_waf_/ ? (0.00001, 17) : (0.000128, 22);
    return @le == $all && $le[0][0] == $first && $le[-1][0] eq '+Inf'
        && $last == $value->{$count};
}

# Every 16th turn is measured, and no turn twice.
sub loops {
    my $before = metrics('t60_metrics');
    for (1 .. 4) {
        my $client = RProxy::Client->to('t60_metrics');
        $client->get('/app')->status == 200 or die "no 200" for 1 .. 50;
    }
    my $now   = metrics('t60_metrics');
    my %grown = map { $_ => $now->{$_} - $before->{$_} } qw(
        rproxy_loop_turns_total rproxy_loop_lag_seconds_count
        rproxy_loop_requests_total);
    my ($turns, $lags, $requests) = @grown{ qw(rproxy_loop_turns_total
        rproxy_loop_lag_seconds_count rproxy_loop_requests_total) };
    cmp_ok($requests, '>=', 200,             "$requests requests");
    cmp_ok($turns,    '>=', 200,             "$turns turns");
    cmp_ok($lags,     '>=', $turns / 16 - 2, "$lags measured");
    cmp_ok($lags,     '<=', $turns,          'at most once');
}
