#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What labels of credentials have used: counted right by all processes together,
# shown as JSON, CSV and metrics, and there after a full stop and start.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha256_hex);
use RProxy::Admin ();
use RProxy::Httpd ();
use RProxy::Server ();

my $httpd = RProxy::Httpd->start(
    children => 3,
    files    => {
        'htdocs/a.txt' => 'x' x 1000,
        'keys.txt'     => join('', map { "$_ " . sha256_hex("key-of-$_") . " quota=50/day\n" }
                qw(alice bob)),
    },
    conf => <<'END',
RProxyGuardState scratch/state
RProxyGuardKeys keys.txt
<Location "/a.txt">
    RProxyGuardRequire key
</Location>
<Location "/admin">
    SetHandler rproxy-admin
</Location>
<Location "/status">
    SetHandler rproxy-status
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
</Location>
END
);

sub status {
    my ($key) = @_;
    return $httpd->connect->ask('GET', '/a.txt', [defined $key ? ('X-Api-Key', $key) : ()])
        ->status;
}

# The words of the log say that httpd is up.
sub start_again {
    unlink $httpd->folder . '/error_log';
    $httpd->run;
    return;
}

sub usage {
    my $admin = RProxy::Admin->new(undef, base => '/admin', connect => sub { $httpd->connect });
    my ($status, $json) = $admin->get('guard/usage');
    is($status, 200, 'the verb answers');
    return { map { $_->{label} => $_ } @{ $json->{usage} } };
}

# ---- four clients at once, one quota ----

my @pipes = map {
    my $port = $httpd->port;
    open my $pipe, '-|', $^X, '-It/lib', '-e', <<'END', $port or die $!;
use FindBin (); BEGIN { $FindBin::Bin = 't' }
use RProxy::Client ();
my $n = 0;
for (1 .. 20) {
    my $client = RProxy::Client->connect($ARGV[0]);
    $n += $client->ask('GET', '/a.txt', ['X-Api-Key', 'key-of-alice'])->status == 200;
}
print $n;
END
    $pipe;
} 1 .. 4;
my $sum = 0;
$sum += readline $_ for @pipes;
is($sum, 50, 'a quota, right to the request');
is(status('key-of-bob'), 200, 'another label');
is(status('key-of-bob'), 200, '... again');
is(status('wrong'), 401, 'a wrong key');
is(status(), 401, 'none');

# A request is counted when its response is sent, and then logged.
RProxy::Server::await(sub { (() = $httpd->text('access_log') =~ /a\.txt/g) == 84 },
    'all lines of the log', 10);
my $before = usage();
is($before->{alice}{requests}, 50, 'requests');
is($before->{alice}{refused}, 30, 'refusals');
cmp_ok($before->{alice}{bytes}, '>=', 50 * 1000, 'bytes');
is($before->{bob}{requests}, 2, '... of each label');
is($before->{bob}{bytes}, 2000, '... of bodies');
is($before->{'-'}{refused}, 2, 'who has none');
like($before->{bob}{day}, qr/^20\d\d-\d\d-\d\d$/, 'of a day');

{
    my $top = Apache::Test::vars('top_dir');
    my $url = 'http://127.0.0.1:' . $httpd->port . '/admin';
    my @csv = `$^X $top/mod_rproxy/rproxyctl --url $url guard usage --csv`;
    is($csv[0], "day,label,requests,refused,bytes\n", 'CSV');
    is((grep { $_ eq "$before->{bob}{day},bob,2,0,2000\n" } @csv), 1, '... of each label');
    like(`$^X $top/mod_rproxy/rproxyctl --url $url guard usage`, qr/DAY +LABEL.*\n.*alice/s,
        'a table');
    like($httpd->connect->ask('GET', '/status?format=json')->body,
        qr/"label":"bob","requests":2,"refused":0,"bytes":2000/, 'the status');
    like($httpd->connect->ask('GET', '/metrics')->body,
        qr/rproxy_guard_usage_requests\{label="bob"\} 2$/m, 'metrics');
}

# ---- restarts ----

$httpd->restart_gracefully;
is_deeply(usage(), $before, 'after a graceful restart');
$httpd->stop;
like($httpd->text('scratch/state/usage'), qr/^bob \d+ 2 0 2000$/m, 'in a file');
start_again();
is_deeply(usage(), $before, 'after a stop and a start');
is(status('key-of-alice'), 429, '... quotas hold on');
$httpd->stop;
$httpd->write_file('scratch/state/usage', "mod_rproxy_guard usage 1\nbob 1 2\n");
start_again();
is(usage()->{bob}, undef, 'a damaged file is not used');
like($httpd->text('error_log'), qr/RP4223: .*usage is not used: it is damaged, line 2/,
    '... the log says so');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
