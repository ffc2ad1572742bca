#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# rproxyctl's commands of the balancer; a roll under load loses no request and
# stops when a member does not come back.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Balancer ();
use RProxy::Load ();
use RProxy::Server ();

my $CTL = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $PROBE = 'RProxyBalancerProbe http path=/health interval=100ms fast=50ms rise=2 fall=1';

plan tests => 7;

subtest 'the commands'              => \&commands;
subtest 'members come and go'       => \&added;
subtest 'words in commands'         => \&words;
subtest 'a roll under load'         => \&rolled;
subtest 'a command that fails'      => \&failed;
subtest 'a member that stays sick'  => \&sick;
subtest 'too few others'            => \&too_few;

# ---- a farm and the command line ----

sub farm {
    my (%o) = @_;
    return RProxy::Balancer->start(
        members  => $o{members} // [map { $_ => "route=$_" } 'a' .. 'd'],
        upstream => join("\n", 'RProxyBalancer method=least-conn room=8', $o{probe} // ()),
        children => 2,
        conf     => <<'CONF',
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
    );
}

sub ctl {
    my ($farm, @arguments) = @_;
    my @command = ($^X, $CTL, '--url',
        'http://127.0.0.1:' . $farm->httpd->port . '/rproxy-admin', @arguments);
    my $quoted = join ' ', map { "'" . s/'/'\\''/gr . "'" } @command;
    my $said = `$quoted 2>&1`;
    return ($? >> 8, $said);
}

sub does {
    my ($farm, $pattern, @arguments) = @_;
    my ($status, $said) = ctl($farm, @arguments);
    is($status, 0, "rproxyctl @arguments") or diag($said);
    like($said, $pattern, '... says so');
    return $said;
}

sub states {
    my ($farm) = @_;
    my ($status, $said) = ctl($farm, qw(balancer list app --json));
    my $json = JSON::PP::decode_json($said);
    return join '; ',
        map {"$_->{route} $_->{state}"} @{ $json->{upstreams}[0]{members} };
}

# A command that leaves its words in a file and makes the member fail all but
# probes until 50 more requests have been answered.
sub deploy {
    my ($farm) = @_;
    my $orders = $farm->{orders};
    my $log    = $farm->httpd->folder . '/access_log';
    return "printf '%s\\n' {member} >>$orders/rolled; printf 500 >$orders/{member}; "
        . "n=\$(wc -l <$log); "
        . "until [ \$(wc -l <$log) -gt \$((n + 50)) ]; do sleep 0.01; done; "
        . "printf well >$orders/{member}";
}

sub deployed {
    my ($farm) = @_;
    open my $in, '<', "$farm->{orders}/rolled" or return '';
    return join '', map { s/\n//r } <$in>;
}

# ---- ----

sub commands {
    my $farm = farm(members => [a => 'route=ra', b => '', c => '']);
    my ($a, $b) = map { $farm->url($_) } qw(a b);
    does($farm, qr/^app: least-conn, 0 in flight, no probes\n\s+NO\s+MEMBER .*WHY\n/,
        qw(balancer list));
    does($farm, qr/^\s+0\s+\Q$a\E\s+ra\s+up\s.*\snothing known$/m, qw(balancer list app));
    does($farm, qr/^app, \Q$b\E: drain, weight 1, 0 in flight, drained; .*for 300 s$/m,
        qw(balancer drain app 1 --for 5min));
    does($farm, qr/^app, \Q$b\E: drain, .*served for \d+ s$/m,
        qw(balancer drain app), $b, '--until', time + 100);
    does($farm, qr/^app, \Q$a\E: maintenance/m, qw(balancer maintenance app ra));
    does($farm, qr/^app, \Q$a\E: maintenance, weight 7/m, qw(balancer weight app ra 7));
    does($farm, qr/^<RProxyUpstream app>\n.*RProxyMember \Q$a\E weight=7 route=ra\n/s,
        qw(balancer directives));
    does($farm, qr/^app, \Q$a\E: up, weight 7/m, qw(balancer ready app ra));
    does($farm, qr/^app, as configured$/m, qw(balancer reset app));
    does($farm, qr/^# nothing was changed$/m, qw(balancer directives app));
    my @cases = (
        [1, qr/404: there is no balanced upstream 'x'; there are: app/,
            qw(balancer ready x 1)],
        [1, qr/404: app has no member number 9/, qw(balancer ready app 9)],
        [1, qr/400: "weight" must be/, qw(balancer weight app 1 1001)],
        [2, qr/needs: UPSTREAM MEMBER/, qw(balancer ready app)],
        [2, qr/needs: UPSTREAM MEMBER WEIGHT/, qw(balancer weight app 1)],
        [2, qr/--for 5x: expected a time such as/, qw(balancer drain app 1 --for 5x)],
        [2, qr/--until noon: expected 18:30/, qw(balancer drain app 1 --until noon)],
        [2, qr/roll needs: UPSTREAM --exec/, qw(roll app)],
        [2, qr/has no RProxyBalancerProbe: say --wait/, qw(roll app --exec true)],
        [1, qr/404/, qw(roll x --exec true --wait 0)],
    );
    for (@cases) {
        my ($wanted, $pattern, @arguments) = @$_;
        my ($status, $said) = ctl($farm, @arguments);
        is($status, $wanted, "@arguments: exit status $wanted");
        like($said, $pattern, '... and why');
    }
    is(states($farm), 'ra up;  up;  up', 'nothing was changed by those');
}

sub added {
    my $farm = farm(members => [a => 'route=a', b => 'route=b']);
    $farm->start_member('c');
    my $c = $farm->url('c');
    does($farm, qr/^app, \Q$c\E: .*added/, qw(balancer add app), $c,
        qw(--route c --weight 3 --slow-start 0));
    RProxy::Server::await(sub { ($farm->count(8)->{c} // 0) > 0 }, 'c to be asked', 5);
    does($farm, qr/^    # \Q$c\E: added\n    RProxyMember \Q$c\E weight=3 route=c$/m,
        qw(balancer directives));
    my ($status, $said) = ctl($farm, qw(balancer add app), $c);
    is($status, 1, 'not twice');
    like($said, qr/409: the upstream has a member with this URL already/, '... and why');
    $farm->httpd->restart_gracefully;
    like(states($farm), qr/; c up/, 'it outlives a graceful restart');
    does($farm, qr/^app, /, qw(balancer remove app c));
    RProxy::Server::await(sub { states($farm) !~ /c/ }, 'c to be gone', 5);
    is($farm->count(6)->{c}, undef, 'not asked any more');
}

# Of the program itself: what it makes of words for the shell.
sub words {
    open my $in, '<', $CTL or die "$CTL: $!";
    my $text = do { local $/; <$in> };
    eval "package Ctl; no warnings 'redefine'; $text" or die $@;
    my %words = Ctl::roll_words({ url => 'http://[::1]:81', route => '' });
    is_deeply(\%words, { url => 'http://[::1]:81', host => '::1', port => 81,
        member => '[::1]:81' }, 'words of a URL');
    my @cases = (
        ['x {member} "{host}" {port}'  => q|x '[::1]:81' "::1" 81|],
        [q|x '\' {host}|               => q|x '\' ::1|],
        [q|x \{host} {hosts} '{host}'| => q|x \{host} {hosts} '::1'|],
        ["a\n{url}"                    => "a\n'http://[::1]:81'"],
    );
    is(Ctl::filled($_->[0], %words), $_->[1], $_->[0]) for @cases;
    is(Ctl::filled('x {member}', member => q|a'; $(b)|), q|x 'a'\''; $(b)'|, 'quoted');
    my $odd = q|$(id)`'"\ ;*|;
    my $command = Ctl::filled('printf %s {member}', member => $odd);
    is(scalar `$command`, $odd, 'the shell reads one word');
}

sub rolled {
    my $farm = farm(probe => $PROBE);
    my $load = RProxy::Load->start($farm->httpd->port, clients => 4, keep_alive => 1,
        body => qr/^[abcd]$/, target => '/%d');
    $farm->httpd->await_requests(200, 20);
    my $said = does($farm, qr/^app: 4 members rolled$/m, qw(roll app --exec),
        deploy($farm));
    $farm->httpd->await_requests(200, 20);
    my $seen = $load->stop;
    is_deeply($seen->{failed}, [], 'no request has failed');
    cmp_ok($seen->{requests}, '>', 400, 'of many');
    is(deployed($farm), 'abcd', 'each member in turn');
    is(states($farm), 'a up; b up; c up; d up', 'all are up');
    my $url = $farm->url('c');
    my @steps = map { /\Q$url\E: (\w+)/ ? $1 : () } split /\n/, $said;
    is("@steps", 'drain maintenance printf well up', 'told step by step');
}

sub failed {
    my $farm = farm(probe => $PROBE);
    my $orders = $farm->{orders};
    my $fail = "test {member} != b || exit 7; printf %s {member} >>$orders/rolled";
    my ($status, $said) = ctl($farm, qw(roll app --exec), $fail);
    is($status, 4, 'exit status 4');
    like($said, qr/FAILED: the command failed with status 7$/m, 'told why');
    like($said, qr/left in maintenance$/m, '... and what is now');
    is(deployed($farm), 'a', 'no further member');
    is(states($farm), 'a up; b maintenance; c up; d up', 'it is out');
    ($status, $said) = ctl($farm, qw(roll app --exec), 'true');
    is($status, 0, 'rolled again');
    like($said, qr/left out: it is in maintenance \(--all\)$/m, '... without it');
    is(states($farm), 'a up; b maintenance; c up; d up', '... which stays out');
    does($farm, qr/4 members rolled/, qw(roll app --all --exec true));
    is(states($farm), 'a up; b up; c up; d up', 'with --all it is back');
    ($status, $said) = ctl($farm, qw(roll app --restore --exec), $fail);
    is($status, 4, '--restore: exit status 4');
    like($said, qr/ready again$/m, '... told');
    is(states($farm), 'a up; b up; c up; d up', '... all are up');
}

sub sick {
    my $farm = farm(probe => $PROBE);
    my ($status, $said) = ctl($farm, qw(roll app --up-timeout 1 --exec),
        "printf sick >$farm->{orders}/{member}");
    is($status, 4, 'exit status 4');
    like($said, qr/FAILED: probes do not find it well, see --up-timeout$/m, 'told why');
    is(states($farm), 'a maintenance; b up; c up; d up', 'it is out, alone');
    $farm->tell(a => 'well');
    $farm->tell(b => 'hold');
    my @held = map { $farm->httpd->connect } 1 .. 6;
    $_->send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") for @held;
    RProxy::Server::await(sub { $farm->member('b')->{in_flight} > 0 }, 'b to hold', 5);
    ($status, $said) = ctl($farm, qw(roll app --drain-timeout 0 --exec), 'true');
    is($status, 4, 'requests that do not end: exit status 4');
    like($said, qr/FAILED: requests are still in flight, see --drain-timeout$/m,
        '... told why');
    $farm->tell(b => 'well');
    is((grep { $_->read_response->status != 200 } @held), 0, '... and all are answered');
}

sub too_few {
    my $farm = farm(members => [map { $_ => "route=$_" } qw(a b)], probe => $PROBE);
    my ($status, $said) = ctl($farm, qw(roll app --min-up 2 --exec), 'true');
    is($status, 5, 'exit status 5');
    like($said, qr/not touched: 1 of the others up, --min-up is 2$/m, 'told why');
    is(states($farm), 'a up; b up', 'nothing was changed');
    $farm->tell(b => 'sick');
    $farm->await_state(b => 'down');
    ($status, $said) = ctl($farm, qw(roll app --exec), 'true');
    is($status, 5, 'the only one that is up');
    is(states($farm), 'a up; b down', '... stays up');
}
