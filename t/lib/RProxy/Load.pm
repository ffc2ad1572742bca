# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Load;

# Clients that ask again and again, each a process of its own, and count
# exactly what came of it.
#
#   my $load = RProxy::Load->start($port, clients => 4, target => '/x',
#       status => 200, body => "hello\n");
#   ... a restart ...
#   my $seen = $load->stop;
#   is_deeply($seen->{failed}, []);
#
# clients     processes
# keep_alive  1: requests share a connection; 0: each has its own
# pause       seconds between two requests of a client
# target      of all requests; "%d" becomes a running number
# body        expected; a string or a pattern
# upload      each request is a PUT with a body of so many bytes
# tls         connect by TLS
# may_end     1: the server will end.  A client stops when a connection is
#             refused; one that ends before the first byte of its first
#             response was never accepted, and is counted apart
#
# stop returns: requests (answered as expected), failed (texts), failed_at
# (when: seconds since the epoch; a client gives up after 1000), retried (a
# kept connection was closed before the first byte of a response, and the
# request went out again: RFC 9112 section 9.3.1), connections, unaccepted,
# slowest (seconds of the slowest answer).
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);
use RProxy::Client ();

my $stopped = 0;    # in a client's process

sub start {
    my ($class, $port, %o) = @_;
    my $self = bless { owner => $$, workers => [] }, $class;
    for my $number (1 .. $o{clients} // 4) {
        pipe my $in, my $report or croak "pipe: $!";
        defined(my $pid = fork) or croak "fork: $!";
        if (!$pid) {
            $SIG{TERM} = sub { $stopped = 1 };
            $SIG{PIPE} = 'IGNORE';
            my $seen = $class->work($port, $self->{owner}, $number, \%o);
            print $report JSON::PP->new->encode($seen), "\n";
            close $report;
            POSIX::_exit(0);
        }
        close $report;
        push @{ $self->{workers} }, { pid => $pid, in => $in };
    }
    return $self;
}

# Shall a client's process end?
sub is_over { return $stopped || getppid != $_[1] }

# In a client's process.  Returns what it has seen.
sub work {
    my ($class, $port, $parent, $number, $o) = @_;
    my %seen   = nothing();
    my $serial = 0;
    my $client;
    until ($class->is_over($parent) || $seen{refused}) {
        select undef, undef, undef, $o->{pause} if $o->{pause};
        my $target = $o->{target} // '/';
        $serial++;
        $target =~ s/%d/$serial-$number/;
        my $began  = time;
        my $done   = eval {
            $client = ask($port, $client, $target, $o, \%seen);
            1;
        };
        my $took = time - $began;
        $seen{slowest} = $took if $took > $seen{slowest};
        next if $done;
        if ($o->{may_end} && $@ =~ /Connection refused/) {
            $seen{refused} = 1;
            next;
        }
        # The kernel resets what nobody had accepted when the socket closed.
        if ($o->{may_end} && $@ =~ /^connect to port .*reset by peer/) {
            $seen{unaccepted}++;
            undef $client;
            next;
        }
        note_failure(\%seen, "$target: $@");
        undef $client;
    }
    return \%seen;
}

sub note_failure {
    my ($seen, $text) = @_;
    push @{ $seen->{failed} },    $text;
    push @{ $seen->{failed_at} }, time;
    $stopped = 1 if @{ $seen->{failed} } >= 1000;
    return;
}

sub nothing {
    return (failed => [], failed_at => [], slowest => 0,
        map { $_ => 0 } qw(requests retried connections unaccepted refused));
}

# One request; dies when its answer is not as expected.  Returns the client
# when its connection may be used again.
sub ask {
    my ($port, $client, $target, $o, $seen) = @_;
    my $reused   = $client ? 1 : 0;
    my @fields   = $o->{keep_alive} ? () : (Connection => 'close');
    my @request  = defined $o->{upload}
        ? (PUT => $target, \@fields, 'u' x $o->{upload})
        : (GET => $target, \@fields);
    my $response = $client && $client->ask(@request);
    $seen->{retried}++ if $reused && !$response;
    if (!$response) {
        $client = RProxy::Client->connect($port, limit => $o->{limit} // 10,
            tls => $o->{tls});
        $seen->{connections}++;
        $response = $client->ask(@request);
    }
    if (!$response && $o->{may_end}) {
        $seen->{unaccepted}++;
        return undef;
    }
    $response or die 'closed without an answer (' . $client->ended . ")\n";
    verify($response, $o);
    $seen->{requests}++;
    my $ends = lc($response->field('Connection') // '') eq 'close';
    return $o->{keep_alive} && !$ends ? $client : undef;
}

sub verify {
    my ($response, $o) = @_;
    my $status = $o->{status} // 200;
    $response->{complete} or die "cut short\n";
    $response->status == $status
        or die 'status ' . $response->status . "\n";
    my $body = $o->{body};
    return unless defined $body;
    ref $body ? $response->body =~ $body : $response->body eq $body
        or die "another body\n";
    return;
}

# Ends all and adds up what they saw.
sub stop {
    my ($self) = @_;
    kill TERM => $_->{pid} for @{ $self->{workers} };
    return $self->finish;
}

# The same when they end of themselves.
sub finish {
    my ($self) = @_;
    my %sum = nothing();
    for my $worker (splice @{ $self->{workers} }) {
        my $line = readline $worker->{in};
        local $?;
        waitpid $worker->{pid}, 0;
        my $seen = defined $line ? JSON::PP->new->decode($line)
            : { failed => ['a client died'], failed_at => [time] };
        push @{ $sum{$_} }, @{ $seen->{$_} } for qw(failed failed_at);
        $sum{$_} += $seen->{$_} // 0
            for qw(requests retried connections unaccepted refused);
        $sum{slowest} = $seen->{slowest}
            if ($seen->{slowest} // 0) > $sum{slowest};
    }
    return \%sum;
}

sub DESTROY {
    my ($self) = @_;
    return unless $self->{owner} == $$;
    for my $worker (@{ $self->{workers} }) {
        kill KILL => $worker->{pid};
        local $?;
        waitpid $worker->{pid}, 0;
    }
    return;
}

1;
