# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::PrivateServer;

# A second httpd with a configuration of its own, for what the many virtual
# hosts of the suite's server would hide.  It has the suite's modules and MPM,
# listens on one port of 127.0.0.1 and ends with the object.
#
#   my $server = RProxy::PrivateServer->start('RProxyPass "/" "http://..."');
#   my $client = RProxy::Client->connect($server->port);
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Temp qw(tempdir);
use IO::Socket::IP ();
use POSIX ();
use RProxy::ConfigTest ();
use RProxy::Server ();
use RProxy::Vars ();

sub start {
    my ($class, @lines) = @_;
    my $folder = tempdir(CLEANUP => 1);
    chmod 0755, $folder or croak "$folder: $!";
    my $self = bless {
        folder => $folder,
        owner  => $$,
        port   => free_port(),
    }, $class;
    $self->write_configuration(@lines);
    $self->run;
    return $self;
}

sub port   { return $_[0]{port} }
sub folder { return $_[0]{folder} }

sub free_port {
    my $socket = IO::Socket::IP->new(LocalHost => '127.0.0.1', Listen => 1)
        or croak "listen: $@";
    return $socket->sockport;
}

sub write_configuration {
    my ($self, @lines) = @_;
    my @modules =
        RProxy::ConfigTest::modules_of(RProxy::Vars::value('t_conf_file'));
    open my $out, '>', "$self->{folder}/httpd.conf" or croak "open: $!";
    print $out map {"$_\n"} @modules, <<"END", @lines;
ServerName localhost
ServerRoot "$self->{folder}"
DocumentRoot "$self->{folder}"
DefaultRuntimeDir "$self->{folder}"
PidFile pid
ErrorLog error_log
TypesConfig /dev/null
Listen 127.0.0.1:$self->{port}
<IfModule unixd_module>
    User nobody
    Group "#65534"
</IfModule>
<IfModule !mpm_prefork_module>
    StartServers 1
    ServerLimit 4
    ThreadsPerChild 8
    MaxRequestWorkers 8
</IfModule>
<IfModule cgid_module>
    ScriptSock cgisock
</IfModule>
END
    close $out or croak "close: $!";
    return;
}

sub run {
    my ($self) = @_;
    my $folder = $self->{folder};
    defined($self->{pid} = fork) or croak "fork: $!";
    if (!$self->{pid}) {
        POSIX::setsid();    # prefork ends all processes of its group with it
        open STDOUT, '>', "$folder/said" or die $!;
        open STDERR, '>&', \*STDOUT or die $!;
        exec RProxy::Vars::value('httpd'), '-d', $folder,
            '-f', "$folder/httpd.conf", '-DFOREGROUND'
            or die "exec: $!";
    }
    RProxy::Server::await(sub {
        waitpid($self->{pid}, 1) == 0 or croak 'httpd: ' . $self->said;
        return IO::Socket::IP->new(
            PeerHost => '127.0.0.1', PeerPort => $self->{port});
    }, 'the private server');
    return;
}

sub said {
    my ($self) = @_;
    my $text = '';
    for my $name (qw(said error_log)) {
        open my $in, '<', "$self->{folder}/$name" or next;
        $text .= join '', <$in>;
    }
    return $text;
}

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    local $?;
    kill TERM => $pid;
    waitpid $pid, 0;
    return;
}

sub DESTROY {
    my ($self) = @_;
    $self->stop if $self->{owner} == $$;
    return;
}

1;
