# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Discovery;

# A balanced upstream (RProxy::Balancer) whose members are found.
#
#   my $farm = farm($dns, 'dns:app.test type=a', 'file:/path');
#   await_members($farm, 2);
#   is(source($farm)->{ttl_s}, 1);
use strict;
use warnings FATAL => 'all';

use Exporter qw(import);
use RProxy::Balancer ();
use RProxy::Server ();
use RProxy::Source ();
use RProxy::Status ();

our @EXPORT_OK = qw(farm source await_source await_members await_spread);

# Was the module built with c-ares?
sub has_dns {
    my $libraries = RProxy::Source::top() . '/conf/libraries.sh';
    return `$libraries` =~ /-lcares/;
}

# DNS may be undef where no source is one.
sub farm {
    my ($dns, @sources) = @_;
    my $dns_options = $dns
        ? ' server=' . $dns->address . ' retry=100ms timeout=1s tries=1' : '';
    return RProxy::Balancer->start(
        members  => [],
        upstream => join("\n", 'RProxyBalancer method=round-robin',
            map { "RProxyBalancerDiscover $_" . (/^dns:/ ? $dns_options : '') }
                @sources),
        conf => join("\n", '<Location "/rproxy-admin">',
            'SetHandler rproxy-admin', 'RProxyPass "!"', '</Location>'),
    );
}

# What the status says of the first source.
sub source {
    my ($farm) = @_;
    return RProxy::Status->of('', port => $farm->httpd->port)->{discovery}[0];
}

sub await_source {
    my ($farm, $holds, $what) = @_;
    RProxy::Server::await(sub { $holds->(source($farm)) }, $what, 10);
    return;
}

# Until the upstream has so many members that can be asked.
sub await_members {
    my ($farm, $n) = @_;
    RProxy::Server::await(
        sub {
            my @up = grep { $_->{state} eq 'up' } @{ $farm->upstream->{members} };
            return @up == $n;
        }, "$n members", 10);
    return;
}

# Until requests are spread like this (a process asks a member that has come as
# soon as it has heard of it).  @return how they are spread
sub await_spread {
    my ($farm, %expect) = @_;
    my ($n, $until) = (0, time + 5);
    $n += $_ for values %expect;
    while (1) {
        my $seen = $farm->count($n);
        return $seen if time > $until || same($seen, \%expect);
    }
}

sub same {
    my ($x, $y) = @_;
    return join(' ', map {"$_ $x->{$_}"} sort keys %$x) eq
        join(' ', map {"$_ $y->{$_}"} sort keys %$y);
}

1;
