# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Log;

# Lines that the server appends to a log file after a given moment.
#
#   my $log = RProxy::Log->error_log;         # from here on
#   ... a request ...
#   like($log->await(qr/RP1042/), qr/refused/);
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Time::HiRes qw(time);
use RProxy::Vars ();

sub error_log { return $_[0]->file('error_log') }

# A file of t/logs by its name, or a path.
sub file {
    my ($class, $name) = @_;
    my $path = $name =~ m{/} ? $name : RProxy::Vars::value('t_logs') . "/$name";
    return bless { path => $path, begin => -s $path || 0 }, $class;
}

# All lines since then.
sub lines {
    my ($self) = @_;
    open my $in, '<', $self->{path} or croak "$self->{path}: $!";
    seek $in, $self->{begin}, 0;
    return <$in>;
}

# The first line that matches, once it is there: httpd logs after the response
# has gone out.  Dies after so many seconds.
sub await {
    my ($self, $pattern, $limit) = @_;
    $limit //= 15;
    my $until = time + $limit;
    while (1) {
        for my $line ($self->lines) {
            return $line if $line =~ /\n\z/ && $line =~ $pattern;
        }
        croak "no line like $pattern in $self->{path} within $limit s"
            if time > $until;
        select undef, undef, undef, 0.01;
    }
}

1;
