#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Mixed load for SOAK seconds on two servers: one is restarted and loses a child
# now and then, the other is left alone.  No request fails but those of killed
# children, and nothing grows.
#
#   make -f Makefile.apxs soak SOAK=3600
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time sleep);
use RProxy::Aborts ();
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Load ();
use RProxy::Origin::Slow ();
use RProxy::Rest ();

my $SOAK  = $ENV{SOAK} || 12;
my $EVERY = $SOAK / 4 < 60 ? $SOAK / 4 : 60;    # seconds between restarts
# What a killed child had is seen to fail within so many seconds.
my $SEEN = 1;
# Growth in the second half.  A sanitizer keeps what is freed.
my $GROWTH_KIB = $ENV{SANITIZER} ? 600_000 : 4_000;
my $BODY       = RProxy::Origin::Slow::body(4, 4000);

plan skip_all => 'needs the event MPM' if RProxy::Driver::mpm() ne 'event';
plan tests => 17;

my $port   = Apache::Test::vars('origin_a_port');
my $origin = RProxy::Origin::Slow->start($port, record => 0);
my ($steady, $disturbed) = map { start_server() } 1, 2;

for my $server ($steady, $disturbed) {
    begin_load($server);    # what is made once is there when it begins
    sleep 2;
    end_load($server);
    $server->{before} = $server->{rest}->held;
}
$disturbed->{parent_fds} =
    $disturbed->{httpd}->descriptors_of($disturbed->{httpd}->pid);
begin_load($_) for $steady, $disturbed;
my ($kills, $memory) = disturb();
end_load($_) for $steady, $disturbed;

left_alone();
restarted();
for my $case ([$steady, 'left alone'], [$disturbed, 'restarted']) {
    my ($server, $name) = @$case;
    cmp_ok($server->{requests}, '>', 15 * $SOAK, "$name: many requests");
    cmp_ok($server->{aborted}, '>', 5 * $SOAK, "$name: many aborted ones");
    is_deeply($server->{after}{gauges}, $server->{rest}->gauges_of_nobody,
        "$name: no gauge stays up");
    is($server->{httpd}->connect->get('/slow')->body, $BODY,
        "$name: it answers");
    is_deeply($server->{httpd}->complaints, [], "$name: nothing in the log");
    note "$name: $server->{requests} requests, $server->{aborted} aborted";
}

sub start_server {
    my $tls   = Apache::Test::vars('tls');
    my $mine  = RProxy::Httpd::free_port();
    my $httpd = RProxy::Httpd->start(
        children     => 2,
        max_children => 2,
        modules      => [qw(ssl socache_shmcb)],
        conf         => <<"CONF",
LogLevel notice
Listen 127.0.0.1:$mine
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
<RProxyUpstream soak>
    RProxyMember "http://127.0.0.1:$port" idle-timeout=500ms
</RProxyUpstream>
RProxyPass "/" soak
<VirtualHost 127.0.0.1:$mine>
    SSLEngine On
    SSLCertificateFile    "$tls.crt"
    SSLCertificateKeyFile "$tls.key"
    RProxyPass "/" soak
</VirtualHost>
CONF
    );
    return {
        httpd => $httpd,
        tls   => $mine,
        rest  => RProxy::Rest->new($httpd, 'soak', $mine),
    };
}

# Clients that pause: some 300 requests a second.
sub begin_load {
    my ($server) = @_;
    my $load = sub {
        my ($tls, %o) = @_;
        my $to = $tls ? $server->{tls} : $server->{httpd}->port;
        return RProxy::Load->start($to, clients => 1, tls => $tls,
            body => $BODY, %o);
    };
    $server->{loads} = [
        $load->(0, target => '/fast/%d', keep_alive => 1, pause => 0.01),
        $load->(0, target => '/slow/%d', pause      => 0.02),
        $load->(0, target => '/fast/%d', keep_alive => 1, pause => 0.03,
            upload => 60_000),
        $load->(1, target => '/slow/%d', keep_alive => 1, pause => 0.02),
        $load->(1, target => '/fast/%d', pause      => 0.05),
    ];
    $server->{aborts} = [
        RProxy::Aborts->start($server->{httpd}->port, clients => 1,
            pause => 0.01),
        RProxy::Aborts->start($server->{tls}, clients => 1, tls => 1,
            pause => 0.05),
    ];
    return;
}

sub end_load {
    my ($server) = @_;
    my @loads  = map { $_->stop } @{ delete $server->{loads} };
    my @aborts = map { $_->stop } @{ delete $server->{aborts} };
    $server->{clients}  = @loads + @aborts;
    $server->{requests} = $server->{aborted} = 0;
    $server->{requests} += $_->{requests} for @loads;
    $server->{aborted}  += $_->{requests} for @aborts;
    for my $what (qw(failed failed_at)) {
        $server->{$what} = [map { @{ $_->{$what} } } @loads, @aborts];
    }
    return;
}

# A kill between every two restarts.  Returns the times of the kills, and what
# memory the other server and the restarted parent had at the middle and end.
sub disturb {
    my $httpd = $disturbed->{httpd};
    my $begun = time;
    my (@kills, %memory);
    for (my $n = 1; $n * $EVERY <= $SOAK; $n++) {
        sleep_until($begun + ($n - 0.5) * $EVERY);
        $httpd->await_children(1);
        my @children = $httpd->children;
        push @kills, time;
        $httpd->end_child(KILL => $children[ rand @children ]);
        sleep_until($begun + $n * $EVERY);
        $httpd->restart_gracefully;
        my $half = 2 * $n * $EVERY <= $SOAK ? 'middle' : 'end';
        $memory{$half} = {
            steady => $steady->{rest}->memory,
            parent => $httpd->memory_of($httpd->pid),
        };
    }
    return (\@kills, \%memory);
}

sub sleep_until {
    my ($then) = @_;
    my $left = $then - time;
    sleep $left if $left > 0;
    return;
}

sub left_alone {
    is_deeply($steady->{failed}, [], 'left alone: no request failed');
    $steady->{after} = $steady->{rest}->held;
    is_deeply($steady->{after}{descriptors}, $steady->{before}{descriptors},
        'left alone: the same children have the same descriptors');
    cmp_ok(growth('steady'), '<', $GROWTH_KIB,
        'left alone: memory does not grow');
    return;
}

sub growth {
    my ($what) = @_;
    my ($middle, $end) = map { $memory->{$_}{$what} } qw(middle end);
    note "$what: $middle KiB in the middle, $end at the end";
    return $end - $middle;
}

sub restarted {
    my @at   = @{ $disturbed->{failed_at} };
    my @lost = grep { is_lost($at[$_], $disturbed->{failed}[$_]) } 0 .. $#at;
    my %lost = map { $_ => 1 } @lost;
    my @other = map { since_kill($at[$_]) . $disturbed->{failed}[$_] }
        grep { !$lost{$_} } 0 .. $#at;
    is_deeply(\@other, [],
        'restarted: no request failed but of killed children');
    cmp_ok(scalar @lost, '<=', @$kills * $disturbed->{clients},
        'restarted: of these one for each client at most');
    note scalar(@$kills) . ' kills, ' . @lost . ' requests lost';
    $disturbed->{after} = $disturbed->{rest}->held;
    cmp_ok(growth('parent'), '<', $GROWTH_KIB,
        'restarted: the parent does not grow');
    my $fds = $disturbed->{httpd}->descriptors_of($disturbed->{httpd}->pid);
    is($fds, $disturbed->{parent_fds}, 'restarted: nor its descriptors');
    return;
}

sub since_kill {
    my ($at) = @_;
    my ($last) = grep { $_ <= $at } reverse @$kills;
    return defined $last ? sprintf '%.2f s after a kill: ', $at - $last : '';
}

# Did this request end with a child?
sub is_lost {
    my ($at, $text) = @_;
    return $text =~ /closed without|cut short|reset|broken pipe|no resp|TLS: /i
        && grep { $at >= $_ && $at <= $_ + $SEEN } @$kills;
}
