# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Aborts;

# Clients that go away at random moments of a request, each a process of its
# own (see RProxy::Load).  The origin is an RProxy::Origin::Slow.
#
#   my $seen = RProxy::Aborts->start($port, count => 2000)->finish;
#   is($seen->{requests}, 2000);        # aborted
#   is_deeply($seen->{failed}, []);     # what should have come and did not
#
# count    of all clients together; without it they go on until stop()
# clients  processes
# pause    seconds between two requests of a client
# seed     of the random numbers
# tls      connect by TLS
use strict;
use warnings FATAL => 'all';

use parent 'RProxy::Load';
use RProxy::Client ();
use RProxy::Load ();

my $UPLOAD = 'u' x 30_000;

# What has happened when the client goes: ($client, $fields).
my @STAGES = (
    sub { },
    sub { $_[0]->send("GET /half HTTP/1.1\r\nHost: a.exa") },
    \&ask,
    sub { ask(@_); a_moment() },
    sub {
        $_[0]->send("POST /up HTTP/1.1\r\nHost: a.example\r\n$_[1]"
                . "Content-Length: 100000\r\n\r\n"
                . substr $UPLOAD, rand 30_000);
    },
    sub {
        $_[0]->send("POST /up HTTP/1.1\r\nHost: a.example\r\n$_[1]"
                . "Transfer-Encoding: chunked\r\n\r\n7530\r\n"
                . substr $UPLOAD, rand 30_000);
        a_moment();
    },
    sub {
        ask(@_);
        my $head = $_[0]->read_until("\r\n\r\n") // '';
        $head =~ m{\AHTTP/1.1 200 } && length $_[0]->read_exactly(1)
            or die $head eq '' ? "no response\n" : "another response: $head\n";
    },
);

sub ask {
    my ($client, $fields) = @_;
    return $client->send(
        "GET /slow HTTP/1.1\r\nHost: a.example\r\n$fields\r\n");
}

# Any time until the response begins.
sub a_moment {
    select undef, undef, undef, rand 0.004;
    return;
}

sub work {
    my ($class, $port, $parent, $number, $o) = @_;
    my %seen = RProxy::Load::nothing();
    my $most = $o->{count} && int(($o->{count} + $number - 1) / $o->{clients});
    srand(($o->{seed} // 1) * 1000 + $number);
    until ($class->is_over($parent) || ($most && $seen{requests} >= $most)) {
        select undef, undef, undef, $o->{pause} if $o->{pause};
        next if eval { begin_and_go($port, $o, \%seen); 1 };
        RProxy::Load::note_failure(\%seen, ($o->{tls} ? 'TLS: ' : '') . $@);
    }
    return \%seen;
}

sub begin_and_go {
    my ($port, $o, $seen) = @_;
    my $client = RProxy::Client->connect($port, limit => 10, tls => $o->{tls});
    $seen->{connections}++;
    my $kept = rand() < 0.4;
    complete_one($client) if $kept;
    my $fields = rand() < 0.5 ? "Connection: close\r\n" : '';
    # A password is checked by a worker thread.
    $fields .= "Authorization: Basic YTpi\r\n" if rand() < 0.2;
    my $stage = $STAGES[ rand @STAGES ];
    if (!eval { $stage->($client, $fields); 1 }) {
        # A kept connection may end before the next request is seen (RFC 9112
        # section 9.3.1).
        die $@ unless $kept && $@ eq "no response\n";
        $seen->{retried}++;
        return;
    }
    rand() < 0.5 ? $client->close : $client->reset;
    $seen->{requests}++;
    return;
}

# On a connection that goes on.
sub complete_one {
    my ($client) = @_;
    my $response = $client->get('/fast') or die "closed without an answer\n";
    RProxy::Load::verify($response, {});
    return;
}

1;
