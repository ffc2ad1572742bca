#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Ten thousand members of an upstream: how long the server takes to start, by
# its own CPU time, and what each member costs in all processes together.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use POSIX ();
use RProxy::Balancer ();
use RProxy::Origin ();
use RProxy::Server ();

use constant {
    MANY       => 10_000,
    START_MAX  => 1.0,     # seconds of CPU time
    MEMBER_MAX => 5120,    # bytes
    STATUS_MAX => 512,     # more in the process that has written a status
};

# A sanitizer has memory and time of its own.
plan skip_all => 'needs httpd without a sanitizer' if $ENV{SANITIZER};
plan tests => 9;

# No request goes to these while there is one of tier 0.
sub others {
    my ($n) = @_;
    return map { sprintf 'RProxyMember http://127.%d.%d.%d:9 tier=1',
        1 + int $_ / 62_500, int($_ / 250) % 250, 1 + $_ % 250 } 1 .. $n;
}

sub start {
    my ($n) = @_;
    my $farm = RProxy::Balancer->start(
        members  => [a => ''],
        upstream => join("\n", others($n - 1),
            'RProxyBalancer method=least-conn'),
        children     => 3,
        max_children => 3,
    );
    RProxy::Server::await(sub { $farm->ask('/')->status == 200 }, 'it', 10);
    return $farm;
}

# Seconds of the process that reads the configuration.
sub cpu_time {
    my ($httpd) = @_;
    open my $in, '<', '/proc/' . $httpd->pid . '/stat' or die "stat: $!";
    my ($fields) = <$in> =~ /\) (.*)/;
    my @field = split ' ', $fields;
    return ($field[11] + $field[12]) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
}

# Bytes: what several processes share counts once.
sub memory {
    my ($httpd) = @_;
    my $kib = 0;
    for my $pid ($httpd->pid, $httpd->children) {
        open my $in, '<', "/proc/$pid/smaps_rollup" or die "$pid: $!";
        $kib += $_ for map { /^Pss:\s+(\d+) kB/ ? $1 : () } <$in>;
    }
    return 1024 * $kib;
}

sub report {
    my ($what, $few, $many, $more) = @_;
    my $each = ($many - $few) / MANY;
    note(sprintf '%s: %.0f bytes a member', $what, $each);
    cmp_ok($each, '<=', MEMBER_MAX + ($more // 0), "$what: bytes of a member");
    return;
}

# The same with two members, for comparison.
my ($few_memory, $few_time, $few_later);
{
    my $few   = start(2);
    my $httpd = $few->httpd;
    $few->count(30);
    ($few_memory, $few_time) = (memory($httpd), cpu_time($httpd));
    my @old = $httpd->children;
    $httpd->restart_gracefully;
    $httpd->await_gone(\@old, 20);
    $few->count(30);
    $few_later = memory($httpd);
}

my $farm  = start(MANY);
my $httpd = $farm->httpd;
my $time  = cpu_time($httpd) - $few_time;
note(sprintf '%d members: %.2f s to start', MANY, $time);
cmp_ok($time, '<', START_MAX, 'the start takes no longer than a second');
is_deeply($farm->count(30), { a => 30 }, 'it serves');
report('after some requests', $few_memory, memory($httpd));

# ---- a restart ----

{
    my @old = $httpd->children;
    my $before = cpu_time($httpd);
    $httpd->restart_gracefully;
    $time = cpu_time($httpd) - $before;
    note(sprintf '%d members: %.2f s to restart', MANY, $time);
    cmp_ok($time, '<', START_MAX, 'neither does a restart');
    ok($httpd->await_gone(\@old, 20), 'the old children end');
    is_deeply($farm->count(30), { a => 30 }, 'it serves again');
    report('after a restart', $few_later, memory($httpd));
}

# ---- the status looks at all of them ----

{
    my $upstream = $farm->upstream;
    cmp_ok(scalar @{ $upstream->{members} }, '>', 0, 'the status is there');
    report('after a look at the status', $few_later, memory($httpd),
        STATUS_MAX);
}
