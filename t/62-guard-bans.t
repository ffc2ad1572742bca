#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Bans: of addresses and networks, by order; the same in all children, kept over
# restarts, killed children and full stops; files that cannot be used.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Httpd ();
use RProxy::Log ();
use RProxy::Server ();

my $CTL   = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $httpd = RProxy::Httpd->start(
    children => 3,
    files    => { 'htdocs/a.txt' => "a\n" },
    conf     => sub {
        my ($self) = @_;
        my $port = $self->port;
        return <<"END";
LogLevel rproxy_guard:info
RProxyGuardState scratch/state
RProxyGuardBans size=1000 time=10min
RProxyGuard On
RProxyGuardAllow 127.0.0.1
RProxyGuardLimit few rate=1/hour path=/few action=ban:3s
<VirtualHost *:$port>
    ServerName localhost
</VirtualHost>
<VirtualHost *:$port>
    ServerName detect.example
    RProxyGuard DetectOnly
</VirtualHost>
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
<Location "/status">
    SetHandler rproxy-status
    RProxyPass "!"
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
    RProxyPass "!"
</Location>
END
    },
);
my $admin = RProxy::Admin->new(undef, base => '/admin',
    connect => sub { $httpd->connect });

sub status { return $httpd->connect(from => $_[0])->get('/a.txt')->status }

# By many connections, so that all children are asked.
sub statuses {
    my ($from) = @_;
    my %seen;
    $seen{ status($from) }++ for 1 .. 12;
    return join ' ', sort keys %seen;
}

sub banned {
    my ($network) = @_;
    my ($found) = grep { $_->{network} eq $network } @{ ($admin->get('guard/bans'))[1]{bans} };
    return $found // {};
}

# ---- orders ----

is(statuses('127.0.0.7'), '200', 'nobody is banned');
is_deeply([($admin->get('guard/bans'))[0, 1]],
    [200, { count => 0, kept => JSON::PP::true, bans => [] }], 'the list says so');
is_deeply([($admin->post('guard/ban',
        { network => '127.0.0.7', seconds => 3600, why => 'for a test' }))[0, 1]],
    [200, { network => '127.0.0.7', kept => JSON::PP::true }], 'an order');
{
    my $log = $httpd->log;
    is(statuses('127.0.0.7'), '403', 'all children refuse it');
    like($log->await(qr/RP4002: .*by ban/),
        qr/127\.0\.0\.7 is banned for 3[56]\d\d more seconds by order: for a test/,
        'the log says why');
}
is(statuses('127.0.0.8'), '200', 'and nobody else');
my $ban = ($admin->get('guard/bans'))[1]{bans}[0];
is_deeply([@$ban{qw(network order times refused rule why)}],
    ['127.0.0.7', JSON::PP::true, 1, 12, 'order', 'for a test'],
    'what the list tells of it');

is(($admin->post('guard/ban', { network => '127.0.0.0/29' }))[0], 200, 'a network');
is(statuses('127.0.0.6'), '403', 'one of its addresses');
is(statuses('127.0.0.1'), '200', 'one that is allowed');
is(statuses('127.0.0.8'), '200', 'the first one behind it');
is(($admin->post('guard/unban', { network => '127.0.0.0/29' }))[0], 200, 'its end');
is(statuses('127.0.0.6'), '200', 'is its end');
is(statuses('127.0.0.7'), '403', 'and not that of one within it');

my @wrong = (
    [{ network => '127.0.0.256' } => qr/'127\.0\.0\.256' is wrong: no IP address/],
    [{ network => '127.0.0.1/8' } => qr/bits set behind/],
    [{ seconds => 5 }             => qr/"network" is missing/],
    [{ network => '127.0.0.9', seconds => 0 }  => qr/"seconds"/],
    [{ network => '127.0.0.9', reason => 'a' } => qr/"reason" is not known/],
);
for (@wrong) {
    my ($order, $pattern) = @$_;
    my ($code, $json) = $admin->post('guard/ban', $order);
    is($code, 400, 'a wrong order');
    like($json->{error}, $pattern, '... and what is wrong');
}
is(($admin->post('guard/unban', { network => '127.0.0.9' }))[0], 404,
    'who is not banned');

{
    my $open = $httpd->connect(from => '127.0.0.12');
    my @seen = map { $open->ask('GET', '/a.txt')->status } 1 .. 2;
    $admin->post('guard/ban', { network => '127.0.0.12' });
    push @seen, map { $open->ask('GET', '/a.txt')->status } 1 .. 2;
    $admin->post('guard/unban', { network => '127.0.0.12' });
    push @seen, $open->ask('GET', '/a.txt')->status;
    is("@seen", '200 200 403 403 200', 'a ban on one whose connection is open');
}

# ---- DetectOnly ----

{
    my $log = $httpd->log;
    is($httpd->connect(from => '127.0.0.7')->get('/a.txt', Host => 'detect.example')->status,
        200, 'DetectOnly refuses nobody');
    $log->await(qr/RP4003: would be refused by ban: 127\.0\.0\.7 is banned/);
    is(banned('127.0.0.7')->{refused}, $ban->{refused} + 12, '... and counts no refusal');
}

# ---- by a rule, longer each time ----

for my $times (1, 2) {
    1 while status('127.0.0.20') == 403;    # till the first one ends
    my ($row, $tries) = (0, 0);
    $row = $httpd->connect(from => '127.0.0.20')->get('/few')->status while $row != 403
        && $row != 429 && $tries++ < 3;
    is(statuses('127.0.0.20'), '403', "banned by a limit, $times");
    my $ban = banned('127.0.0.20');
    is_deeply([@$ban{qw(times rule order)}], [$times, 'few', JSON::PP::false], '... told');
    ok($ban->{left_s} > 3 * ($times - 1) && $ban->{left_s} <= 3 * $times,
        '... for that long');
}
is(($admin->post('guard/unban', { network => '127.0.0.20' }))[0], 200, 'forgotten');

# ---- rproxyctl ----

is(ctl('ban 127.0.0.9 1h tries passwords'), "127.0.0.9: banned\n", 'rproxyctl ban');
is(statuses('127.0.0.9'), '403', 'it is');
is(ctl('ban 2001:db8::1 7d'), "2001:db8::/64: banned\n", 'an IPv6 client');
like(ctl('bans'), qr/^\s+127\.0\.0\.9 +(?:59|60) min .* order +tries passwords$/m,
    'rproxyctl bans');
is(ctl('unban 2001:db8::1'), "2001:db8::/64: no longer banned\n", 'rproxyctl unban');

# ---- what is counted ----

{
    my $json = JSON::PP->new->decode($httpd->connect->get('/status?format=json')->body);
    is($json->{guard}{bans}{count}, 2, 'the status has the number');
    cmp_ok($json->{guard}{bans}{refused}, '>=', 48, 'and what was refused');
    like($httpd->connect->get('/status')->body, qr/127\.0\.0\.9.*tries passwords/,
        'the page shows them');
    like($httpd->connect->get('/metrics')->body,
        qr/^rproxy_guard_bans 2$/m, 'a metric');
}

# ---- killed, restarted, stopped ----

{
    my ($victim) = $httpd->children;
    $httpd->end_child(KILL => $victim);
    $httpd->await_gone([$victim]);
    is(statuses('127.0.0.9'), '403', 'a killed child');
}
$httpd->restart_gracefully;
is(statuses('127.0.0.9'), '403', 'a graceful restart');
again(sub { });
is(statuses('127.0.0.9'), '403', 'a full stop');
is(statuses('127.0.0.7'), '403', 'of both');
cmp_ok(($admin->get('guard/bans'))[1]{bans}[0]{left_s}, '<=', 3600, 'its end stays');

my $file = $httpd->folder . '/scratch/state/bans';
is(sprintf('%o', (stat $file)[2] & 0777), '600', 'nobody else reads the file');
again(sub { change_file(sub { $_[0] =~ s/\nend .*//s }) });
is(statuses('127.0.0.9'), '200', 'a torn file: nobody is banned');
like($httpd->text('error_log'),
    qr{RP4022: .*scratch/state/bans is not used: line \d+: .*bans\.rejected},
    'the log says so');
ok(-e "$file.rejected", 'it is kept aside');

is(ctl('ban 127.0.0.9 1h again'), "127.0.0.9: banned\n", 'a new ban');
again(sub { change_file(sub { $_[0] =~ s/^(mod_rproxy_guard bans 1 )(\d+)/$1 . ($2 - 3000)/e }) });
is(statuses('127.0.0.9'), '403', 'most of an hour later');
cmp_ok(($admin->get('guard/bans'))[1]{bans}[0]{left_s}, '<=', 600, '... it lasts no longer');
again(sub { change_file(sub { $_[0] =~ s/^(mod_rproxy_guard bans 1 )(\d+)/$1 . ($2 + 9999)/e }) });
is(statuses('127.0.0.9'), '403', 'a clock that was set back');
again(sub { change_file(sub { $_[0] =~ s/^(mod_rproxy_guard bans 1 )(\d+)/$1 . ($2 - 3000)/e }) });
is(statuses('127.0.0.9'), '200', 'after its end');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub ctl {
    my ($words) = @_;
    my $port = $httpd->port;
    return scalar `$^X $CTL --url http://127.0.0.1:$port/admin guard $words 2>&1`;
}

# A full stop, something between, and a start.
sub again {
    my ($between) = @_;
    $httpd->stop;
    unlink $httpd->folder . '/error_log';    # its words say that httpd is up
    $between->();
    $httpd->run;
    return;
}

sub change_file {
    my ($change) = @_;
    open my $in, '<', $file or die "$file: $!";
    my $text = do { local $/; <$in> };
    close $in or die $!;
    $change->($text);
    open my $out, '+<', $file or die "$file: $!";
    truncate $out, 0 or die $!;
    print $out $text;
    close $out or die $!;
    return;
}
