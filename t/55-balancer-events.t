#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyMessageCmd: a command is told what happens to members and upstreams, one
# event after the other, by whichever process is there to do it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use FindBin ();
use RProxy::Balancer ();
use RProxy::Server ();

my $folder = File::Temp->newdir('rproxy-events-XXXXXX', TMPDIR => 1);
chmod 0777, "$folder";

# A line for each event; with a word as its first argument it hangs, fails or
# waits until may_end() after that.
my $command = "$folder/command";
open my $out, '>', $command or die "$command: $!";
print $out <<"END";
#!/bin/sh
what="\$RPROXY_EVENT|\$RPROXY_UPSTREAM|\$RPROXY_MEMBER|\$RPROXY_REASON"
echo "\$*|\$what|\$RPROXY_TIME" >>$folder/told
echo "on its output"
case \$1 in
    hang) exec sleep 60 ;;
    wait) until [ -e $folder/may_end ]; do sleep 0.01; done ;;
    fail) exit 7 ;;
esac
END
close $out;
chmod 0755, $command;

sub told {
    my @lines;
    if (open my $in, '<', "$folder/told") {
        chomp(@lines = <$in>);
    }
    return @lines;
}

sub await_told {
    my ($n, $limit) = @_;
    RProxy::Server::await(sub { told() >= $n }, "$n events", $limit // 5);
    return told();
}

sub may_end {
    open my $file, '>', "$folder/may_end" or die "$folder: $!";
    close $file;
    return;
}

sub farm {
    my ($line, %o) = @_;
    unlink "$folder/told", "$folder/may_end";
    return RProxy::Balancer->start(
        members  => [a => '', b => ''],
        upstream => "RProxyBalancer method=round-robin panic=60\n"
            . 'RProxyBalancerEject failures=2 time=60s max=100',
        conf => "RProxyMessageCmd $line\nLogLevel rproxy_balancer:info",
        %o,
    );
}

# So that one member is ejected.
sub eject {
    my ($farm, $name) = @_;
    $farm->tell($name => 500);
    $farm->ask('/') for 1 .. 4;
    $farm->await_state($name => 'ejected');
    return;
}

subtest 'what is told' => sub {
    my $farm = farm("$command one two");
    my $log  = $farm->httpd->log;
    my $url  = $farm->url('a');
    eject($farm, 'a');
    my @told = await_told(2);
    my ($ejected) = grep {/member-ejected/} @told;
    my $why = 'requests failed in a row';
    is($ejected =~ s/\|\d+$//r, "one two member-ejected app $url $why"
        . "|member-ejected|app|$url|$why", 'words and variables');
    my ($panic) = grep {/pool-panic/} @told;
    like($panic, qr/^one two pool-panic app  too few members are left\|/,
        'one of two is too few');
    like($log->await(qr/RP3075: /), qr/too few members/, 'the log says so too');
    like($log->await(qr/RP3077: .* of app \Q$url\E/), qr/exit status 0$/m,
        'and how the command ended');
    like($farm->httpd->text('error_log'), qr/^on its output$/m,
        'what it prints is there as well');
    is(scalar told(), 2, 'each is told once');
    is_deeply($farm->httpd->complaints, [], 'nothing odd in the log');
};

subtest 'probes, and only some events' => sub {
    unlink "$folder/told";
    my $farm = RProxy::Balancer->start(
        members  => [a => '', b => ''],
        upstream => "RProxyBalancer method=round-robin\n"
            . 'RProxyBalancerProbe tcp interval=100ms fast=50ms rise=1 fall=1',
        conf => "RProxyMessageCmd events=member-down,member-up $command",
    );
    $farm->kill_member('b');
    my $url = $farm->url('b');
    my ($down) = await_told(1);
    like($down, qr/^member-down app \Q$url\E probes failed\|/, 'down');
    $farm->start_member('b');
    my (undef, $up) = await_told(2);
    like($up, qr/^member-up app \Q$url\E probes passed\|/, 'up');
};

subtest 'a command that fails' => sub {
    my $farm = farm("events=member-ejected $command fail");
    my $log  = $farm->httpd->log;
    eject($farm, 'a');
    like($log->await(qr/RP3077: /), qr/:warn.*exit status 7/s, 'is logged');
};

subtest 'a command that hangs' => sub {
    my $farm = farm("timeout=1s $command hang");
    my $log  = $farm->httpd->log;
    eject($farm, 'a');
    like($log->await(qr/RP3077: /, 5), qr/took too long, it was ended/,
        'is ended');
    is(scalar await_told(2), 2, 'the next event is told all the same');
};

subtest 'a command that is gone' => sub {
    my $other = "$folder/other";
    system('cp', '-p', $command, $other) == 0 or die "cp: $?";
    my $farm = farm("events=member-ejected $other");
    my $log  = $farm->httpd->log;
    unlink $other;
    eject($farm, 'a');
    like($log->await(qr/RP3076: /), qr/cannot be run for member-ejected of app/,
        'is logged');
    $farm->httpd->complaints;
};

subtest 'the process that tells is killed' => sub {
    my $farm = farm("$command wait");
    eject($farm, 'a');
    await_told(1);
    my $pid = $farm->elected;
    my $log = $farm->httpd->log;
    $farm->httpd->end_child(KILL => $pid);
    like($log->await(qr/RP3004: /), qr/looks after the members/, 'another one');
    may_end();
    is(scalar await_told(2, 10), 2, 'the next one tells the rest');
    RProxy::Server::await(
        sub { $farm->httpd->text('error_log') =~ /RP3077.*pool-panic/ },
        'the end of the second', 10);
    is(scalar told(), 2, 'and nothing twice');
};

subtest 'a graceful restart' => sub {
    my $farm = farm("$command wait");
    eject($farm, 'a');
    await_told(1);
    $farm->httpd->restart_gracefully;
    may_end();
    is(scalar await_told(2, 10), 2, 'what waited is told after it');
};

subtest 'a roll' => sub {
    my $farm = farm("events=roll-done,roll-failed $command", conf => <<"CONF");
RProxyMessageCmd events=roll-done,roll-failed $command
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
CONF
    my $url  = 'http://127.0.0.1:' . $farm->httpd->port . '/rproxy-admin';
    my $ctl  = "$FindBin::Bin/../mod_rproxy/rproxyctl";
    my $roll = "$ctl --url $url roll app --wait 0";
    like(`$roll --exec true 2>&1`, qr/app: 2 members rolled/, 'one is done');
    my ($done) = await_told(1);
    like($done, qr/^roll-done app  2 members\|/, 'and told');
    like(`$roll --exec false 2>&1`, qr/FAILED/, 'another one is not');
    my (undef, $failed) = await_told(2);
    my $a = $farm->url('a');
    like($failed, qr/^roll-failed app \Q$a\E the command failed with status 1/,
        'and told as well');
};

done_testing();
