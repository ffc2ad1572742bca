#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# All C is formatted as .clang-format says (clang-format 14; other versions
# differ in details).  To format: clang-format-14 -i FILE
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use RProxy::Source qw(top c_files);

my ($tool) = grep { -x "/usr/bin/$_" } qw(clang-format-14 clang-format);
BAIL_OUT('clang-format is missing: conf/deps.sh test') unless $tool;
chdir top() or die;

for my $file (c_files()) {
    my $said = `$tool --dry-run --Werror '$file' 2>&1`;
    ok($? == 0, $file) or diag(join '', grep {defined} (split /^/, $said)[0 .. 2]);
}
done_testing();
