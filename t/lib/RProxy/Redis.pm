# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Redis;

# A redis-server on loopback that fails as it is told.
#
#   my $redis = RProxy::Redis->start(password => 'x');   # or none
#   $redis->url;                       # redis://127.0.0.1:PORT/0
#   $redis->socket;                    # a path, for unix://
#   $redis->command(qw(GET a));        # a text, a number, a list, or undef
#   $redis->kill; $redis->run;         # gone, and there again, empty
#   $redis->pause; $redis->resume;     # it hangs: connections are taken
#
# Ends with the object, and with the process of the test.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Temp ();
use IO::Socket::IP ();
use POSIX ();
use RProxy::Httpd ();
use RProxy::Server ();

my $PROGRAM = 'redis-server';

sub is_installed {
    return scalar grep { -x "$_/$PROGRAM" } split /:/, "$ENV{PATH}:/usr/sbin";
}

sub start {
    my ($class, %o) = @_;
    my $self = bless {
        owner    => $$,
        folder   => File::Temp->newdir('rproxy-redis-XXXXXX', TMPDIR => 1),
        port     => RProxy::Httpd::free_port(),
        password => $o{password},
    }, $class;
    chmod 0755, $self->{folder};
    $self->run;
    return $self;
}

sub url    { return "redis://127.0.0.1:$_[0]{port}/0" }
sub port   { return $_[0]{port} }
sub socket { return "$_[0]{folder}/socket" }

sub run {
    my ($self) = @_;
    my $folder = $self->{folder};
    my @words  = (
        '--port', $self->{port}, '--bind', '127.0.0.1', '--save', '',
        '--appendonly', 'no',  '--dir', "$folder",
        '--unixsocket', $self->socket, '--unixsocketperm', '777',
        '--daemonize', 'no', '--logfile', "$folder/log",
    );
    push @words, '--requirepass', $self->{password} if $self->{password};
    defined($self->{pid} = fork) or croak "fork: $!";
    if (!$self->{pid}) {
        POSIX::setsid();
        exec $PROGRAM, @words or POSIX::_exit(127);
    }
    $self->watch;
    RProxy::Server::await(
        sub { ($self->command('PING') // '') eq 'PONG' },
        $PROGRAM, 20);
    return;
}

# A process that ends it when the test's process is gone without a word.
sub watch {
    my ($self) = @_;
    defined($self->{watch} = fork) or croak "fork: $!";
    return if $self->{watch};
    POSIX::close($_) for 3 .. 255;    # what others of the test wait to see closed
    select undef, undef, undef, 0.5 while getppid == $self->{owner};
    kill KILL => $self->{pid};
    POSIX::_exit(0);
}

sub pause  { return CORE::kill STOP => $_[0]{pid} }
sub resume { return CORE::kill CONT => $_[0]{pid} }

sub kill {
    my ($self) = @_;
    for my $pid (grep {$_} delete @$self{qw(watch pid)}) {
        CORE::kill KILL => $pid;
        waitpid $pid, 0;
    }
    return;
}

# One command on a connection of its own; undef when nobody answers.
sub command {
    my ($self, @words) = @_;
    my $socket = IO::Socket::IP->new(
        PeerHost => '127.0.0.1',
        PeerPort => $self->{port},
    ) or return;
    my @commands = ([@words]);
    unshift @commands, [AUTH => $self->{password}] if $self->{password};
    my $reply;
    for my $command (@commands) {
        print {$socket} '*' . @$command . "\r\n",
            map { '$' . length($_) . "\r\n$_\r\n" } @$command;
        $socket->flush;
        $reply = read_reply($socket);
    }
    return $reply;
}

sub read_reply {
    my ($socket) = @_;
    defined(my $line = <$socket>) or return;
    my ($type, $rest) = $line =~ /^(.)(.*)\r\n\z/ or croak "no reply: $line";
    return $rest if $type =~ /[+:-]/;
    return if $rest < 0;
    return [map { read_reply($socket) } 1 .. $rest] if $type eq '*';
    read($socket, my $text, $rest + 2) == $rest + 2 or croak 'a short reply';
    return substr $text, 0, $rest;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $@);
    $self->kill if $self->{owner} == $$;
    return;
}

1;
