# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Httpd;

# An httpd of one test's own: for what would disturb others (restarts, killed
# children) or needs other numbers of processes.  It runs under the MPM and
# the driver of the suite and ends with the object.
#
#   my $httpd = RProxy::Httpd->start(
#       children => 3,                    # processes at the start
#       processes => 2,                   # ... of prefork, else a process
#                                         # for each thread of the others
#       loop     => 'adopt',              # RProxyEventLoop, else the suite's
#       modules  => [qw(cgid)],           # beyond the usual ones
#       files    => { 'htdocs/a.txt' => "a\n" },
#       conf     => qq(RProxyPass "/" "http://127.0.0.1:$port"\n),
#   );
#   my $client = $httpd->connect;
#   $httpd->restart_gracefully;
#   is_deeply($httpd->complaints, []);
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Errno ();
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp ();
use IO::Socket::IP ();
use POSIX ();
use Apache::Test ();
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Server ();

# $FindBin::Bin is t/ in t/TEST and in each test.
use FindBin ();
my $TOP = "$FindBin::Bin/..";

my @STOCK = qw(
    authn_core authz_core authz_host log_config logio unixd version watchdog
    alias dir env filter headers mime reqtimeout setenvif
);

sub start {
    my ($class, %o) = @_;
    my $folder = File::Temp->newdir('rproxy-httpd-XXXXXX', TMPDIR => 1);
    my $self   = bless {
        owner    => $$,
        folder   => $folder,
        port     => free_port(),
        threads  => $o{threads} // 16,
        expected => {},
    }, $class;
    chmod 0755, $folder;
    make_path("$folder/scratch", "$folder/htdocs");
    chmod 01777, "$folder/scratch";
    $self->write_file('mime.types', "text/html html\ntext/plain txt\n");
    $self->write_file($_, $o{files}{$_}) for keys %{ $o{files} // {} };
    my $conf = ref $o{conf} ? $o{conf}->($self) : $o{conf} // '';
    $self->write_file('httpd.conf',
        $self->modules(%o) . $self->base(%o) . $conf);
    $self->run;
    return $self;
}

# The words of RProxyEventLoop that mean something under this MPM and driver:
# loops that accept themselves, loops that adopt; worker threads.
sub modes { return RProxy::Driver::is_loop() ? qw(auto adopt) : 'off' }

sub port   { return $_[0]{port} }
sub folder { return "$_[0]{folder}" }
sub pid    { return $_[0]{pid} }

# Below the ports that connections get, so that none of those is in the way.
sub free_port {
    for (1 .. 200) {
        my $port   = 21000 + int rand 9000;
        my $socket = IO::Socket::IP->new(
            LocalHost => '127.0.0.1',
            LocalPort => $port,
            Listen    => 1,
        ) or next;
        close $socket;
        return $port;
    }
    croak 'no free port';
}

# A file below the server's folder; executable when it begins with "#!".
sub write_file {
    my ($self, $name, $content) = @_;
    my $path = "$self->{folder}/$name";
    make_path(dirname($path));
    open my $out, '>', $path or croak "$path: $!";
    binmode $out;
    print $out $content;
    close $out or croak "$path: $!";
    chmod 0755, $path if $content =~ /\A#!/;
    return $path;
}

# With stock => 1 none of ours.
sub modules {
    my ($self, %o) = @_;
    my $mpm   = Apache::Test::vars('mpm');
    my %ours  = $o{stock} ? () : %{ Apache::Test::config()->{modules} };
    my @names = ("mpm_$mpm", @STOCK, @{ $o{modules} // [] });
    my $lines = `$TOP/conf/modules.sh @names`;
    croak 'no stock modules' if $? || $lines !~ /mpm/;
    for my $name (grep { $ours{"mod_$_.c"} } qw(rproxy rproxy_cache rproxy_balancer
        rproxy_guard)) {
        $lines .= qq(LoadModule ${name}_module "$ours{"mod_$name.c"}"\n);
    }
    return $lines;
}

sub base {
    my ($self, %o) = @_;
    my $folder = $self->folder;
    my $loop   = $o{loop} // (modes())[0];
    return <<"CONF" . user() . $self->mpm_numbers(%o);
ServerRoot "$folder"
DefaultRuntimeDir "$folder"
PidFile httpd.pid
ErrorLog error_log
CustomLog access_log "%>s %r"
LogLevel info @{[ $o{stock} ? '' : 'rproxy:debug' ]}
ServerName localhost
Listen 127.0.0.1:$self->{port}
DocumentRoot "$folder/htdocs"
Timeout 10
TypesConfig mime.types
@{[ $o{stock} ? '' : "RProxyEventLoop $loop" ]}
<IfModule mod_rproxy_guard.c>
    RProxyWafLogPace Off
</IfModule>
<IfModule mod_cgid.c>
    ScriptSock "$folder/scratch/cgisock"
</IfModule>
<Directory "$folder">
    Require all granted
</Directory>
CONF
}

sub user {
    return '' if $> != 0;
    my $vars = Apache::Test::vars();
    return "User $vars->{user}\nGroup $vars->{group}\n";
}

# children at the start and at most, threads of each.
sub mpm_numbers {
    my ($self, %o) = @_;
    my $children = $o{children} // 1;
    my $most     = $o{max_children} // $children;
    if (Apache::Test::vars('mpm') eq 'prefork') {
        my $all = $o{processes} // $children * $self->{threads};
        $all = 32 if $all > 32;
        return <<"CONF";
StartServers $all
MinSpareServers 1
MaxSpareServers $all
MaxRequestWorkers $all
CONF
    }
    my $workers = $most * $self->{threads};
    my $spare   = $o{min_spare} // 1;
    return <<"CONF";
StartServers $children
ServerLimit @{[ $most * 4 ]}
ThreadsPerChild $self->{threads}
MinSpareThreads $spare
MaxSpareThreads $workers
MaxRequestWorkers $workers
CONF
}

# In a session of its own: httpd signals its whole process group at the end.
sub run {
    my ($self) = @_;
    my $httpd = Apache::Test::vars('httpd');
    defined($self->{pid} = fork) or croak "fork: $!";
    if (!$self->{pid}) {
        POSIX::setsid();
        $ENV{RPROXY_SCRATCH} = "$self->{folder}/scratch";
        open STDERR, '>', "$self->{folder}/startup" or POSIX::_exit(126);
        open STDOUT, '>&', \*STDERR or POSIX::_exit(126);
        exec $httpd, '-f', "$self->{folder}/httpd.conf", '-DFOREGROUND'
            or POSIX::_exit(127);
    }
    $self->guard;
    RProxy::Server::await(sub { $self->is_up }, 'httpd to start', 30);
    return;
}

# A process that ends httpd when the test's process is gone without a word.
sub guard {
    my ($self) = @_;
    defined($self->{guard} = fork) or croak "fork: $!";
    return if $self->{guard};
    POSIX::close($_) for 3 .. 255;    # what others of the test wait to see closed
    select undef, undef, undef, 0.5 while getppid == $self->{owner};
    kill TERM => $self->{pid};
    POSIX::_exit(0);
}

sub is_up {
    my ($self) = @_;
    if (waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid}) {
        delete $self->{pid};
        croak 'httpd did not start: ' . $self->text('startup')
            . $self->text('error_log');
    }
    return $self->text('error_log') =~ /resuming normal operations/;
}

sub text {
    my ($self, $name) = @_;
    open my $in, '<', "$self->{folder}/$name" or return '';
    local $/;
    return <$in> // '';
}

sub log { return RProxy::Log->file("$_[0]{folder}/" . ($_[1] // 'error_log')) }

# A client (RProxy::Client) of this server.
sub connect {
    my ($self, %o) = @_;
    return RProxy::Client->connect($self->{port}, %o);
}

# The processes that serve requests: not the daemon of mod_cgid, which has one
# thread.
sub children {
    my ($self) = @_;
    open my $in, '<', "/proc/$self->{pid}/task/$self->{pid}/children"
        or croak "children of $self->{pid}: $!";
    my @pids = split ' ', <$in> // '';
    return @pids if Apache::Test::vars('mpm') eq 'prefork';
    return grep { threads_of($_) > 1 } @pids;
}

sub threads_of { return scalar(() = glob "/proc/$_[0]/task/*") }

sub await_children {
    my ($self, $n, $limit) = @_;
    RProxy::Server::await(sub { $self->children >= $n }, "$n children",
        $limit // 10);
    return;
}

# Until these processes are gone; false when they are not within the limit.
sub await_gone {
    my ($self, $pids, $limit) = @_;
    return eval {
        RProxy::Server::await(sub { !grep { -d "/proc/$_" } @$pids },
            "the end of @$pids", $limit);
        1;
    };
}

# Until connections are refused; false when they are not within the limit.
sub await_refusal {
    my ($self, $limit) = @_;
    return eval {
        RProxy::Server::await(
            sub {
                !IO::Socket::IP->new(
                    PeerHost => '127.0.0.1',
                    PeerPort => $self->{port},
                ) && $!{ECONNREFUSED};
            },
            'a refusal', $limit);
        1;
    };
}

# Until so many more requests have been answered.
sub await_requests {
    my ($self, $n, $limit) = @_;
    my $log = $self->log('access_log');
    RProxy::Server::await(sub { (() = $log->lines) >= $n }, "$n requests",
        $limit);
    return;
}

# Open descriptors of a process, and its resident memory in KiB.
sub descriptors_of { return scalar(() = glob "/proc/$_[1]/fd/*") }

# Its sockets that are neither listening nor closed by both sides, by the
# kernel's number for the state: 08 is CLOSE_WAIT.  Of its own port if none is
# named.
sub open_sockets {
    my ($self, @ports) = @_;
    @ports = $self->port unless @ports;
    my $local = join '|', map { sprintf '%04X', $_ } @ports;
    open my $in, '<', '/proc/net/tcp' or croak "/proc/net/tcp: $!";
    return grep { $_ ne '0A' && $_ ne '06' }
        map { (split)[1] =~ /:(?:$local)$/ ? (split)[3] : () } <$in>;
}

sub memory_of {
    my ($self, $pid) = @_;
    open my $in, '<', "/proc/$pid/status" or croak "$pid: $!";
    my ($kib) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$in>;
    return $kib;
}

# Ends a child by a signal; complaints() does not count it.
sub end_child {
    my ($self, $signal, $pid) = @_;
    $self->{expected}{$pid} = 1;
    kill $signal => $pid or croak "kill $pid: $!";
    return;
}

# Returns when the new configuration is in force; the children of the old one
# may still have work to do.
sub restart_gracefully {
    my ($self) = @_;
    my $log = $self->log;
    kill USR1 => $self->{pid} or croak "kill: $!";
    $log->await(qr/resuming normal operations/, 20);
    return;
}

# Returns when the server has taken notice.
sub signal_graceful_stop {
    my ($self) = @_;
    my $log = $self->log;
    kill WINCH => $self->{pid} or croak "kill: $!";
    $log->await(qr/AH00492/, 10);
    return;
}

# Waits for the end of the process; false when it does not come.
sub await_end {
    my ($self, $limit) = @_;
    my $ended = eval {
        RProxy::Server::await(
            sub { waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid} },
            'the end of httpd', $limit // 10);
        1;
    };
    delete $self->{pid} if $ended;
    return $ended;
}

sub stop {
    my ($self) = @_;
    local ($?, $@);
    if (my $guard = delete $self->{guard}) {
        kill KILL => $guard;
        waitpid $guard, 0;
    }
    return unless $self->{pid};
    kill TERM => $self->{pid};
    return if $self->await_end(20);
    kill KILL => -$self->{pid};
    waitpid delete $self->{pid}, 0;
    return;
}

# What should not be in a log: children that died, failed assertions, a full
# scoreboard, children that had to be killed, words of a sanitizer.
sub complaints {
    my ($self) = @_;
    my @found;
    for (split /\n/, $self->text('error_log')) {
        next if /child pid (\d+) exit signal/ && $self->{expected}{$1};
        push @found, $_
            if /exit signal|assertion|scoreboard is full|AH0048[45]/i
            || /did not exit, sending|stack smashing|double free|corrupt/i
            || /Sanitizer|runtime error:/;
    }
    for my $file (grep {-s} glob "$self->{folder}/scratch/sanitizer.*") {
        open my $in, '<', $file or next;
        push @found, "$file: " . join '', grep {defined} map { scalar <$in> } 1 .. 12;
    }
    return \@found;
}

sub DESTROY {
    my ($self) = @_;
    $self->stop if $self->{owner} == $$;
    return;
}

1;
