# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Rest;

# What a server (RProxy::Httpd) holds while nobody uses it.
#
#   my $rest = RProxy::Rest->new($httpd, 'app');     # an upstream's name
#   ... load, that has ended ...
#   my $held = $rest->held;
#   is_deeply($held->{gauges}, $rest->gauges_of_nobody);
#
# It asks /rproxy-status.  More ports: those that httpd listens on beside its
# own.
use strict;
use warnings FATAL => 'all';

use RProxy::Server ();
use RProxy::Status ();

# At the beginning, when nobody has used the server.
sub new {
    my ($class, $httpd, $upstream, @ports) = @_;
    my $self = bless {
        httpd    => $httpd,
        upstream => $upstream,
        ports    => [$httpd->port, @ports],
    }, $class;
    $self->{nobody} = $self->gauges;
    return $self;
}

sub gauges_of_nobody { return $_[0]{nobody} }

# With the question itself.
sub gauges {
    my ($self) = @_;
    my $status = RProxy::Status->of(undef, port => $self->{httpd}->port);
    my $member = $status->member($self->{upstream});
    return {
        active   => $status->{traffic}{active},
        clients  => $status->{clients}{open},
        handoffs => $status->{handoffs}{active},
        map { ("member $_" => $member->{$_}) } qw(active connections idle),
    };
}

# gauges, descriptors of each child, their memory in KiB: once the gauges are
# those of nobody and the last socket is closed, or as they are after 10 s.
sub held {
    my ($self) = @_;
    my ($httpd, $nobody) = @$self{qw(httpd nobody)};
    my $gauges;
    wait_for(sub {
        $gauges = $self->gauges;
        return !grep { $gauges->{$_} != $nobody->{$_} } keys %$nobody;
    });
    wait_for(sub { !$httpd->open_sockets(@{ $self->{ports} }) });
    my %descriptors =
        map { $_ => $httpd->descriptors_of($_) } $httpd->children;
    return {
        gauges      => $gauges,
        descriptors => \%descriptors,
        memory      => $self->memory,
    };
}

# Of all children.
sub memory {
    my ($self) = @_;
    my $sum = 0;
    $sum += $self->{httpd}->memory_of($_) for $self->{httpd}->children;
    return $sum;
}

# The test compares what does not come.
sub wait_for {
    my ($holds) = @_;
    eval { RProxy::Server::await($holds, 'rest'); 1 } or print "# $@";
    return;
}

1;
