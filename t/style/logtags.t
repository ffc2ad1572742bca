#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RPLOGNO numbers stand once in the source, in the range of their module.
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use RProxy::Source qw(module_files lines_of);

my %RANGE = (
    mod_rproxy          => 1,
    mod_rproxy_cache    => 2,
    mod_rproxy_balancer => 3,
    mod_rproxy_guard    => 4,
);

my (%places, @outside);
for my $file (module_files()) {
    my ($module) = $file =~ m{^([^/]+)/};
    my $number = 0;
    for my $line (lines_of($file)) {
        $number++;
        next if $line =~ /#\s*define/;
        while ($line =~ /\bRPLOGNO\(\s*(\w+)\s*\)/g) {
            push @{ $places{$1} }, "$file:$number";
            push @outside, "$file:$number: $1"
                unless $1 =~ /^$RANGE{$module}\d{3}$/;
        }
    }
}
my @twice = map {"$_: @{ $places{$_} }"}
    grep { @{ $places{$_} } > 1 } sort keys %places;

ok(%places > 0, 'there are log tags');
is(join("\n", @twice),   '', 'each stands once');
is(join("\n", @outside), '', 'each is in the range of its module');
done_testing();
