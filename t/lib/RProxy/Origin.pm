# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Origin;

# An origin server that sends exactly the bytes it is told to.  Two ways:
#
# By hand, in the test's own process, step by step (no second process, so what
# happens when is certain):
#
#   my $origin = RProxy::Origin->listen('origin_a');
#   $client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
#   my $c = $origin->accept;
#   my $request = $c->read_request;          # RProxy::Message
#   $c->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
#   $c->reset;
#
# By script, in processes of its own, one for each connection; what it got is
# on record:
#
#   my $origin = RProxy::Origin->start('origin_a', sub {
#       my ($c) = @_;
#       while (my $request = $c->read_request) {
#           $c->reply(200, "hello\n");
#       }
#   });
#   is($origin->await_requests(1)->[0]{target}, '/');
#   is($origin->connections, 1);
#
# An address is the name of a port of Apache::Test's vars, a port, [host, port]
# or the path of a unix socket.  It listens before start() returns, and ends
# when the object goes.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use IO::Socket::IP ();
use IO::Socket::UNIX ();
use POSIX ();
use Socket qw(SOCK_STREAM);
use RProxy::Origin::Connection ();
use RProxy::Origin::Record ();

sub listen {
    my ($class, $address, %o) = @_;
    return bless {
        owner  => $$,
        socket => listening_socket($address, $o{backlog} // 128),
        limit  => $o{limit} // $RProxy::Wire::LIMIT,
        count  => 0,
    }, $class;
}

sub listening_socket {
    my ($address, $backlog) = @_;
    my $socket;
    if (!ref $address && $address =~ m{/}) {
        unlink $address;
        $socket = IO::Socket::UNIX->new(
            Type   => SOCK_STREAM,
            Local  => $address,
            Listen => $backlog,
        );
        chmod 0777, $address if $socket;
    }
    else {
        my ($host, $port) = ref $address ? @$address : ('127.0.0.1', $address);
        $socket = IO::Socket::IP->new(
            LocalHost => $host,
            LocalPort => port($port),
            Listen    => $backlog,
            ReuseAddr => 1,
        );
    }
    return $socket // croak "listen: " . ($@ || $!);
}

sub port {
    my ($name) = @_;
    return $name if $name =~ /^\d+$/;
    require RProxy::Vars;
    return RProxy::Vars::value("${name}_port") || croak "no port '$name'";
}

# The next connection (RProxy::Origin::Connection).  Dies when none comes
# within the limit.
sub accept {
    my ($self, $limit) = @_;
    $limit //= $self->{limit};
    $self->has_connection($limit) or croak "no connection within $limit s";
    my $socket = $self->{socket}->accept or croak "accept: $!";
    return RProxy::Origin::Connection->new(
        $socket,
        limit  => $self->{limit},
        number => ++$self->{count},
    );
}

# Does a connection wait to be accepted, or come within so many seconds?
sub has_connection {
    my ($self, $limit) = @_;
    my $bits = '';
    vec($bits, fileno $self->{socket}, 1) = 1;
    return select($bits, undef, undef, $limit // 0) > 0;
}

sub start {
    my ($class, $address, $script, %o) = @_;
    my $self = $class->listen($address, %o);
    $self->{record} = RProxy::Origin::Record->new;
    pipe my $watch, $self->{lifeline} or croak "pipe: $!";
    defined($self->{pid} = fork) or croak "fork: $!";
    if (!$self->{pid}) {
        CORE::close $self->{lifeline};
        $self->serve($script, $watch);
        POSIX::_exit(0);    # no END blocks, no second TAP plan
    }
    CORE::close $self->{socket};
    return $self;
}

# In the origin's process: accepts until the test's process closes its end of
# the lifeline, be it by stop() or by its death; then all of the group end.
sub serve {
    my ($self, $script, $watch) = @_;
    POSIX::setpgid(0, 0);
    $SIG{CHLD} = 'IGNORE';
    $SIG{TERM} = $SIG{INT} = 'DEFAULT';
    my $bits = '';
    vec($bits, fileno $_, 1) = 1 for $watch, $self->{socket};
    while (1) {
        next if select(my $ready = $bits, undef, undef, undef) < 0;
        kill KILL => -$$ if vec $ready, fileno $watch, 1;
        my $c = eval { $self->accept(0) } or next;
        $c->{record} = $self->{record};
        $c->note('open');
        my $pid = fork;
        if (defined $pid && $pid == 0) {
            CORE::close $self->{socket};
            $self->converse($c, $script);
            POSIX::_exit(0);
        }
        CORE::close $c->socket;
    }
}

sub converse {
    my ($self, $c, $script) = @_;
    eval { $script->($c); 1 } or $c->note(error => text => "$@");
    $c->note('close');
    $c->close;
}

# Of an origin by script: how many connections so far, what requests (hashes of
# connection, method, target, head, body, trailers, complete), what errors of
# the script.
sub connections { return scalar $_[0]{record}->all('open') }
sub requests    { return [ $_[0]{record}->all('request') ] }
sub errors      { return [ map { $_->{text} } $_[0]{record}->all('error') ] }

# Them, once there are so many; dies after the limit.
sub await_requests {
    my ($self, $n) = @_;
    return [ $self->{record}->await('request', $n, $self->{limit}) ];
}

sub await_connections {
    my ($self, $n) = @_;
    return scalar $self->{record}->await('open', $n, $self->{limit});
}

# Until so many connections have ended.
sub await_closed {
    my ($self, $n) = @_;
    return scalar $self->{record}->await('close', $n, $self->{limit});
}

sub stop {
    my ($self) = @_;
    CORE::close $self->{socket} if $self->{socket};
    if (my $pid = delete $self->{pid}) {
        local $?;    # the test's own exit status
        CORE::close $self->{lifeline};
        kill KILL => -$pid, $pid;    # others may hold the lifeline as well
        waitpid $pid, 0;
    }
    return;
}

sub DESTROY {
    my ($self) = @_;
    $self->stop if $self->{owner} == $$;
    return;
}

1;
