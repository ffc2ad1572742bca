# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Server;

# The processes of the test server, and what signals do to them.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Time::HiRes qw(time);
use RProxy::Vars ();
use RProxy::Log ();

sub parent_pid {
    my $file = RProxy::Vars::value('t_pid_file');
    open my $in, '<', $file or croak "$file: $!";
    chomp(my $pid = <$in>);
    return $pid;
}

# Children of the parent; with cgid its daemon is one of them.
sub child_pids {
    my $parent = parent_pid();
    open my $in, '<', "/proc/$parent/task/$parent/children"
        or croak "children of $parent: $!";
    return split ' ', <$in> // '';
}

# Ends a child by a signal, and tells 99-no-crash that this was meant.
sub end_child {
    my ($signal, $pid) = @_;
    my $file = RProxy::Vars::value('t_logs') . '/ended_on_purpose';
    open my $out, '>>', $file or croak "$file: $!";
    print $out "$pid\n";
    close $out or croak "$file: $!";
    kill $signal => $pid or croak "kill $pid: $!";
    await(sub { !-d "/proc/$pid" }, "the end of child $pid");
    return;
}

# Returns when the parent has taken up the new configuration.
sub restart_gracefully {
    my $log = RProxy::Log->error_log;
    kill USR1 => parent_pid() or croak "kill: $!";
    $log->await(qr/resuming normal operations/, 10);
    return;
}

# Calls something while no child moves on: they see its effects all at once.
sub while_stopped {
    my ($what) = @_;
    my @children = child_pids();
    kill STOP => @children;
    for my $pid (@children) {
        await(sub { process_state($pid) eq 'T' }, "child $pid to stop");
    }
    my $done = eval { $what->(); 1 };
    kill CONT => @children;
    croak $@ unless $done;
    return;
}

# As the kernel calls it: R, S, T ...
sub process_state {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/stat" or croak "$pid: $!";
    return <$in> =~ /\) (\w)/ ? $1 : '';
}

# Waits until a condition holds that nobody can tell us about.
sub await {
    my ($holds, $what, $limit) = @_;
    my $until = time + ($limit //= 10);
    until ($holds->()) {
        croak "waited $limit s for $what" if time > $until;
        select undef, undef, undef, 0.01;
    }
    return;
}

1;
