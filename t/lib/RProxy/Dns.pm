# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Dns;

# A DNS server on loopback, UDP and TCP, that answers as it is told.
#
#   my $dns = RProxy::Dns->start;
#   $dns->say('app.test', A => 1, '127.0.0.1', '127.0.0.2');    # with a TTL
#   $dns->say('_http._tcp.app.test', SRV => 1, [10, 1, 8080, 'a.test']);
#   $dns->say('x.test', CNAME => 1, 'app.test');
#   $dns->fail('app.test', 'SERVFAIL');    # NXDOMAIN, REFUSED, silent, garbage
#   $dns->say('app.test', 'A');            # the name is there, no record is
#   $dns->fail;                            # all names
#   $dns->await_questions(3, 'app.test');  # that many more
#   "server=" . $dns->address;
#
# Other names are not there.  An answer of more than 512 bytes is cut over UDP.
# Ends with the object.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Temp ();
use IO::Select ();
use IO::Socket::IP ();
use JSON::PP ();
use POSIX ();
use Socket qw(AF_INET6 SOCK_DGRAM SOCK_STREAM inet_aton inet_pton);
use RProxy::Server ();

my %TYPE  = (A => 1, CNAME => 5, PTR => 12, AAAA => 28, SRV => 33);
my %RCODE = (SERVFAIL => 2, NXDOMAIN => 3, REFUSED => 5);
my $UDP_MAX = 512;

sub start {
    my ($class) = @_;
    my $self = bless {
        owner  => $$,
        folder => File::Temp->newdir('rproxy-dns-XXXXXX', TMPDIR => 1),
        zone   => {},
        fault  => {},
    }, $class;
    @$self{qw(udp tcp port)} = sockets();
    $self->publish;
    pipe my $watch, $self->{lifeline} or croak "pipe: $!";
    defined($self->{pid} = fork) or croak "fork: $!";
    if (!$self->{pid}) {
        close $self->{lifeline};
        eval { $self->serve($watch) };
        POSIX::_exit(0);
    }
    close $self->{$_} for qw(udp tcp);
    return $self;
}

# Both on one port, below those that connections get.
sub sockets {
    for (1 .. 200) {
        my $port = 21000 + int rand 9000;
        my %at   = (LocalHost => '127.0.0.1', LocalPort => $port);
        my $tcp  = IO::Socket::IP->new(%at, Type => SOCK_STREAM, Listen => 64)
            or next;
        my $udp = IO::Socket::IP->new(%at, Type => SOCK_DGRAM) or next;
        return ($udp, $tcp, $port);
    }
    croak 'no free port';
}

sub address { return "127.0.0.1:$_[0]{port}" }

# ---- what it is told ----

sub say {
    my ($self, $name, $type, $ttl, @data) = @_;
    delete $self->{fault}{$_} for '*', $name;
    delete $self->{zone}{$name} if $type eq 'CNAME';
    $self->{zone}{$name}{$type} = [map { [$ttl, $_] } @data];
    return $self->publish;
}

sub fail {
    my ($self, $name, $how) = @_;
    $self->{fault}{ $name // '*' } = $how // 'SERVFAIL';
    return $self->publish;
}

sub forget {
    my ($self, $name) = @_;
    delete $self->{zone}{$name};
    return $self->publish;
}

sub publish {
    my ($self) = @_;
    my $file = "$self->{folder}/zone";
    open my $out, '>', "$file.new" or croak "$file: $!";
    print $out JSON::PP->new->encode({ %$self{qw(zone fault)} });
    close $out or croak "$file: $!";
    rename "$file.new", $file or croak "$file: $!";
    return;
}

# Questions it got, "app.test A udp", since it began.
sub questions {
    my ($self, $name) = @_;
    open my $in, '<', "$self->{folder}/questions" or return;
    return grep { !defined $name || /\A\Q$name\E / } <$in>;
}

sub await_questions {
    my ($self, $n, $name) = @_;
    my $before = $self->questions($name);
    RProxy::Server::await(
        sub { $self->questions($name) >= $before + $n },
        "$n questions", 10);
    return;
}

# ---- its process ----

sub serve {
    my ($self, $watch) = @_;
    my $select = IO::Select->new($watch, @$self{qw(udp tcp)});
    while (1) {
        for my $ready ($select->can_read) {
            return if $ready == $watch;
            if ($ready == $self->{udp}) { $self->serve_udp }
            else                        { $self->serve_tcp }
        }
    }
}

sub serve_udp {
    my ($self) = @_;
    defined(my $peer = $self->{udp}->recv(my $question, 4096)) or return;
    my $answer = $self->answer($question, 'udp') // return;
    if (length $answer > $UDP_MAX) {    # TC, and no record
        $answer = substr $answer, 0, length $question;
        substr $answer, 2, 1, chr(ord(substr $answer, 2, 1) | 2);
        substr $answer, 6, 6, "\0" x 6;
    }
    $self->{udp}->send($answer, 0, $peer);
    return;
}

sub serve_tcp {
    my ($self) = @_;
    my $client = $self->{tcp}->accept or return;
    my ($length, $question);
    while (read_exactly($client, 2, \$length)
        && read_exactly($client, unpack('n', $length), \$question)) {
        my $answer = $self->answer($question, 'tcp') // last;
        print {$client} pack('n', length $answer), $answer;
        $client->flush;
    }
    return;
}

sub read_exactly {
    my ($socket, $n, $bytes) = @_;
    $$bytes = '';
    while (length $$bytes < $n) {
        IO::Select->new($socket)->can_read(1) or return 0;
        sysread $socket, $$bytes, $n - length $$bytes, length $$bytes
            or return 0;
    }
    return 1;
}

# @return undef: no answer
sub answer {
    my ($self, $question, $by) = @_;
    my ($name, $type) = read_question($question);
    $self->note("$name $type $by\n");
    my ($zone, $fault) = @{ $self->orders }{qw(zone fault)};
    my $how = $fault->{$name} // $fault->{'*'} // '';
    return if $how eq 'silent';
    return substr($question, 0, 2) . "\x81\x80garbage" if $how eq 'garbage';
    my ($rcode, @rows) = (0);
    if ($how)                    { $rcode = $RCODE{$how} }
    elsif (!exists $zone->{$name}) { $rcode = $RCODE{NXDOMAIN} }
    else                         { @rows = rows($zone, $name, $type) }
    my $head = pack 'a2 n n n n n', $question, 0x8180 | $rcode, 1,
        scalar @rows, 0, 0;
    return $head . substr($question, 12, length(encode_name($name)) + 4)
        . join '', @rows;
}

sub orders {
    my ($self) = @_;
    open my $in, '<', "$self->{folder}/zone" or die "zone: $!";
    local $/;
    return JSON::PP->new->decode(scalar <$in>);
}

sub note {
    my ($self, $line) = @_;
    open my $out, '>>', "$self->{folder}/questions" or die "questions: $!";
    print $out $line;
    close $out;
    return;
}

sub read_question {
    my ($question) = @_;
    my ($at, @labels) = (12);
    while (my $n = ord substr $question, $at, 1) {
        push @labels, lc substr $question, $at + 1, $n;
        $at += $n + 1;
    }
    my $type = unpack 'n', substr $question, $at + 1, 2;
    my %name = reverse %TYPE;
    return (join('.', @labels), $name{$type} // $type);
}

# With the aliases on the way.
sub rows {
    my ($zone, $name, $type) = @_;
    my @rows;
    my $owner = "\xc0\x0c";    # the question's name
    for (1 .. 12) {
        my $alias = $zone->{$name}{CNAME};
        push @rows, row($owner, 'CNAME', @{ $alias->[0] }) if $alias;
        push @rows, map { row($owner, $type, @$_) } @{ $zone->{$name}{$type} // [] };
        last if !$alias;
        $name  = $alias->[0][1];
        $owner = encode_name($name);
    }
    return @rows;
}

sub row {
    my ($owner, $type, $ttl, $data) = @_;
    my $bytes = $type eq 'A' ? inet_aton($data)
        : $type eq 'AAAA'    ? inet_pton(AF_INET6, $data)
        : $type eq 'SRV'     ? pack('n n n', @$data) . encode_name($data->[3])
        :                      encode_name($data);
    return $owner
        . pack('n n N n', $TYPE{$type}, 1, $ttl, length $bytes) . $bytes;
}

sub encode_name {
    return join('', map { chr(length) . $_ } split /\./, $_[0]) . "\0";
}

sub stop {
    my ($self) = @_;
    if (my $pid = delete $self->{pid}) {
        local $?;
        close $self->{lifeline};
        kill KILL => $pid;
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
