#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The last word: no child died under the tests before, no sanitizer spoke.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();

plan tests => 4;

# Test 7x-* end children on purpose, by SIGKILL or SIGSEGV sent from outside:
# they say so in the log of the suite beforehand.
my $vars = Apache::Test::vars();
my %expected;
if (open my $in, '<', "$vars->{t_logs}/ended_on_purpose") {
    $expected{$_}++ for map { /(\d+)/ ? $1 : () } <$in>;
}

open my $log, '<', "$vars->{t_logs}/error_log" or die "error_log: $!";
my (@died, @reports);
while (<$log>) {
    push @died, $_ if /child pid (\d+) exit signal/ && !$expected{$1};
    push @died, $_ if /AH00052|core dump|assertion failed|stack smashing/i
        && !/child pid \d+ exit signal/;
    push @reports, $_ if /(?:Address|Leak|Thread|Memory)Sanitizer|runtime error:/;
}
is_deeply(\@died, [], 'no child died of a signal');
is_deeply(\@reports, [], 'no sanitizer report in the log');

my @files = map { my $f = $_; first_lines($f) }
    grep {-s} glob "$vars->{scratch}/sanitizer.*";
is_deeply(\@files, [], 'no sanitizer report in a file');

my $client = RProxy::Client->connect($vars->{port});
is($client->get('/')->status, 200, 'the server is still there');

sub first_lines {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    my @lines = grep {defined} map { scalar <$in> } 1 .. 8;
    return "$file: @lines";
}
