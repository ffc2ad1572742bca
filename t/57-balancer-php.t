#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A shop on PHP with four workers: 180 bots ask for one page after the other
# while 20 customers go to the checkout.  With PHP's own queue (its backlog, no
# max-connections) a customer waits behind the bots; with a class and the
# balancer's queue in front of them.  Each answer takes 20 ms of a worker.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use IO::Select ();
use IO::Socket::IP ();
use POSIX ();
use Time::HiRes qw(time);
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();

plan skip_all => 'needs php' if !grep { -x "$_/php" } split /:/, $ENV{PATH};
plan skip_all => 'needs more clients at once than prefork has processes here'
    if Apache::Test::vars('mpm') eq 'prefork';
plan tests => 5;

use constant { WORKERS => 4, BOTS => 180, CUSTOMERS => 20, CHECKOUTS => 3 };

my $PAGE = <<'END';
<?php
usleep(20000);
header('Content-Type: text/plain');
echo str_starts_with($_SERVER['REQUEST_URI'], '/checkout') ? 'paid' : 'page';
END

my $CLASSES = <<'END';
RProxyClass checkout priority=90 path=/checkout
RProxyClass bot      priority=10 "expr=%{HTTP_USER_AGENT} =~ /bot|crawl|spider/i"
END
my $QUEUE = 'RProxyBalancerQueue max=400 timeout=30s aging=2s';

# ---- PHP ----

my $folder = File::Temp->newdir('rproxy-php-XXXXXX', TMPDIR => 1);
my $port   = RProxy::Origin::port('origin_a');
my $php;

# The first process serves as those do that it forks; all are in one session,
# which ends as a whole.
sub start_php {
    open my $out, '>', "$folder/index.php" or die "$folder: $!";
    print $out $PAGE;
    close $out or die "$folder: $!";
    defined($php = fork) or die "fork: $!";
    if (!$php) {
        POSIX::setsid();
        $ENV{PHP_CLI_SERVER_WORKERS} = WORKERS - 1;
        open STDOUT, '>', "$folder/log" or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        exec qw(php -n -q -S), "127.0.0.1:$port", "$folder/index.php"
            or POSIX::_exit(127);
    }
    RProxy::Server::await(sub {
        IO::Socket::IP->new(PeerHost => '127.0.0.1', PeerPort => $port)
    }, 'php to listen');
    return;
}

END {
    local $?;
    if ($php) {
        kill KILL => -$php;
        waitpid $php, 0;
    }
}

# ---- clients ----

sub start_httpd {
    my (%o) = @_;
    return RProxy::Httpd->start(
        children => 3,
        threads  => 100,
        conf     => <<"END",
$o{classes}
<RProxyUpstream shop>
    RProxyMember "http://127.0.0.1:$port" $o{member}
    $o{queue}
</RProxyUpstream>
RProxyTimeout first-byte=30
RProxyPass "/" "shop"
END
    );
}

# Begins its next request, if it has one.  @return its socket
sub begin {
    my ($httpd, $who) = @_;
    my ($target, $agent) = $who->{customer} ? ('/checkout', 'browser')
        : ('/page', 'a bot');
    $who->{begun}  = time;
    $who->{client} = $httpd->connect(limit => 30);
    $who->{client}->send("GET $target HTTP/1.1\r\nHost: a\r\n"
            . "Connection: close\r\nUser-Agent: $agent\r\n\r\n");
    return $who->{client}{socket};
}

# Bots go on until the last customer has paid, and wait for what they asked for.
# @return seconds of each checkout, all answers as a hash of counts, pages that
# bots got before the last checkout
sub rush {
    my (%o) = @_;
    my $httpd = start_httpd(%o);
    my (@took, %answers, %who_has);
    my ($left, $pages) = (CUSTOMERS * CHECKOUTS, 0);
    my $open = IO::Select->new;
    my $next = sub {
        my ($who) = @_;
        my $socket = begin($httpd, $who);
        $who_has{$socket} = $who;
        $open->add($socket);
    };
    $next->({}) for 1 .. BOTS;
    $next->({ customer => CHECKOUTS }) for 1 .. CUSTOMERS;
    while ($open->count) {
        for my $socket ($open->can_read) {
            my $who    = delete $who_has{$socket};
            my $answer = $who->{client}->read_response;
            $open->remove($socket);
            $answers{ $answer->status . ' ' . $answer->body }++;
            if ($who->{customer}) {
                push @took, time - $who->{begun};
                $left--;
                $next->($who) if --$who->{customer};
            }
            elsif ($left) {
                $pages++;
                $next->($who);
            }
        }
    }
    return { took => [sort { $a <=> $b } @took], answers => \%answers,
        pages => $pages };
}

sub percentile {
    my ($sorted, $percent) = @_;
    return $sorted->[int(($#$sorted * $percent + 50) / 100)];
}

# @return the median
sub say_times {
    my ($what, $seen) = @_;
    my ($median, $p99) = map { percentile($seen->{took}, $_) } 50, 99;
    diag(sprintf '%-16s %d checkouts: median %3.0f ms, p99 %4.0f ms; '
        . '%d pages for bots meanwhile', "$what:", scalar @{ $seen->{took} },
        1000 * $median, 1000 * $p99, $seen->{pages});
    return $median;
}

start_php();
my $without = rush(classes => '', member => '', queue => '');
my $with    = rush(classes => $CLASSES, queue => $QUEUE,
    member => 'max-connections=' . WORKERS);
my %median = (
    without => say_times('without classes', $without),
    with    => say_times('with classes', $with),
);
for (['without classes' => $without], ['with classes' => $with]) {
    my ($what, $seen) = @$_;
    is_deeply($seen->{answers}, { '200 paid' => CUSTOMERS * CHECKOUTS,
            '200 page' => BOTS + $seen->{pages} },
        "$what: all have paid, all bots got their pages");
}
cmp_ok($median{with}, '<', $median{without} / 2,
    'a checkout takes less than half of the time');
cmp_ok($without->{pages}, '>', BOTS, 'bots were there all the time');
cmp_ok($with->{pages}, '>', 0, 'bots get pages besides');
