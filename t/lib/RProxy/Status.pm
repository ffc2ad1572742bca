# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Status;

# What rproxy-status says, at /rproxy-status of a virtual host, as a structure.
#
#   my $status = RProxy::Status->of('t60_status');
#   is($status->route('/app')->{requests}, 3);
#   $status = RProxy::Status->await('t60_status',
#       sub { $_[0]->route('/app')->{active} == 0 }, 'the end of it');
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use JSON::XS ();
use RProxy::Client ();
use RProxy::Server ();
use RProxy::Vars ();

# One request on a connection of its own.  port => of a server outside of the
# suite.
sub of {
    my ($class, $vhost, %o) = @_;
    my $port   = $o{port} // RProxy::Vars::value("${vhost}_port");
    my $client = RProxy::Client->connect($port);
    my $reply  = $client->get('/rproxy-status?format=json');
    $reply->status == 200 or croak 'rproxy-status: ' . $reply->{head};
    my $self = JSON::XS->new->utf8->decode($reply->body);
    return bless { %$self, port => $port }, $class;
}

# The first that a condition holds for: numbers are counted a moment after the
# client has its response.
sub await {
    my ($class, $vhost, $holds, $what, %o) = @_;
    my $status;
    RProxy::Server::await(
        sub { $holds->($status = $class->of($vhost, %o)) }, $what);
    return $status;
}

# The route of this name in the virtual host that was asked.
sub route {
    my ($self, $name) = @_;
    my ($route) = grep {
        $_->{route} eq $name && $_->{server} =~ /:$self->{port}\z/
    } @{ $self->{routes} };
    return $route // croak "no route '$name'";
}

# A member by the name of its upstream and its place there.
sub member {
    my ($self, $upstream, $number) = @_;
    my ($found) = grep { $_->{name} eq $upstream } @{ $self->{upstreams} };
    $found or croak "no upstream '$upstream'";
    return $found->{members}[ $number // 0 ] // croak "no member";
}

# By how much a number has grown, for each of these paths: 'requests',
# 'outcomes.ok'.
sub grown {
    my ($then, $now, @paths) = @_;
    return { map { $_ => at($now, $_) - at($then, $_) } @paths };
}

sub at {
    my ($value, $path) = @_;
    $value = $value->{$_} // croak "no '$path'" for split /\./, $path;
    return $value;
}

1;
