#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# slowhttptest's four modes at once - slow heads, slow bodies, ranges, slow
# readers - against one child of sixteen threads: everyone else is answered as if
# nothing was.  httpd without event loops is not there for anybody.  The long
# form is t/bench/slow.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Driver ();
use RProxy::Httpd ();
use RProxy::Server ();

my $EACH    = 60;
my $SECONDS = 8;
my @MODES   = (
    [qw(-H -i 5)],                     # heads that do not end
    [qw(-B -i 5 -s 8192)],             # bodies that do not
    [qw(-R -a 1 -b 3000)],             # very many ranges
    [qw(-X -w 10 -y 20 -n 5 -z 8)],    # readers that take a few bytes
);

chomp(my $TOOL = qx(sh -c 'command -v slowhttptest') // '');
plan skip_all => 'needs slowhttptest' unless $TOOL;
plan skip_all => 'needs event loops'  unless RProxy::Driver::is_loop();
plan tests => 5;

sub server {
    my ($loop) = @_;
    return RProxy::Httpd->start(
        loop  => $loop,
        files => {
            'htdocs/a.txt'     => "a\n",
            'htdocs/large.txt' => 'x' x (8 << 20)
        },
        conf => qq(RProxyPass "/x" "http://127.0.0.1:1"\n),
    );
}

# Runs the four for so many seconds; they end by themselves.
sub attack {
    my ($httpd) = @_;
    return map {
        my @mode = @$_;
        defined(my $pid = fork) or die "fork: $!";
        if (!$pid) {
            open STDOUT, '>', '/dev/null' or die $!;
            open STDERR, '>&', \*STDOUT   or die $!;
            exec $TOOL, @mode, '-c', $EACH, '-r', $EACH, '-l', $SECONDS, '-u',
                'http://127.0.0.1:' . $httpd->port . '/large.txt'
                or die "exec: $!";
        }
        $pid;
    } @MODES;
}

# Those that are established at the server's end.
sub connections { return scalar grep { $_ eq '01' } $_[0]->open_sockets }

# How many of ten requests are answered, each within three seconds.
sub answered {
    my ($httpd) = @_;
    return scalar grep {
        my $client = $httpd->connect(limit => 3);
        my $got    = eval { $client->get('/a.txt') };
        $got && $got->status == 200;
    } 1 .. $_[1];
}

for my $case (['auto', 10, 10], ['off', 1, 0]) {
    my ($loop, $asked, $expected) = @$case;
    my $httpd = server($loop);
    is(answered($httpd, 1), 1, "$loop: at rest it answers");
    my @pids = attack($httpd);
    RProxy::Server::await(sub { connections($httpd) >= 2 * $EACH },
        'the slow connections');
    is(answered($httpd, $asked), $expected,
        $loop eq 'off' ? 'without loops nobody is answered'
        : 'with loops everyone is');
    kill TERM => @pids;
    waitpid $_, 0 for @pids;
    is_deeply($httpd->complaints, [], 'and nothing goes wrong')
        if $loop eq 'auto';
}
