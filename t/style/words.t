#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What can be said of files line by line: licence, white space, line length,
# length of functions, no paths of somebody's machine.
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use Cwd qw(abs_path);
use RProxy::Source qw(top text_files c_files lines_of);

my $LICENCE = 'Licensed under the Apache License, Version 2.0 (see LICENSE).';
my $WIDTH   = 80;
my $LONGEST = 80;    # lines of a function

# In pieces, so that this file passes.
my $MACHINE = join '|', '/wo' . 'rk/', '/tmp' . '/src', '/ho' . 'me/[a-z]',
    quotemeta abs_path(top()) . '/';

# Data, and files whose form others set.
my $DATA = qr{^(?:LICENSE$|t/fuzz/corpus/|t/bench/figures|.*package-lock\.json$
    |.*\.(?:json|csv|svg|dict|supp)$)}x;

my @text = grep { !/$DATA/ } text_files();
my @c    = c_files();

check('no path of a machine', \@text, sub { /(?<![\w.}-])(?:$MACHINE)/ });
check('no tab outside of makefiles', [grep { !/Makefile|\.mk$/ } @text],
    sub {/\t/});
check('no space at the end of a line', \@text, sub {/[ \t]\r?$/});
check("no line of C over $WIDTH columns", \@c, too_wide());
check("no function over $LONGEST lines", \@c, too_long());
check('no test skips itself but for what it needs', [grep {m{^t/[^/]*\.t$}} @text],
    sub { /\bSKIP:|\bskip\(|\bneed_\w+|\btodo\b/i
            || /skip_all/ && !/skip_all => ['"]needs / });
is(join("\n", grep { !has_licence($_) } grep {/\.(?:[ch]|t|pm|sh|py)$/} @text),
    '', 'the licence in the first lines');
done_testing();

# A rule is called for each line ($_, without its end) with its number.
sub check {
    my ($what, $files, $rule) = @_;
    my @places;
    for my $file (@$files) {
        my $number = 0;
        for (lines_of($file)) {
            chomp;
            $number++;
            push @places, "$file:$number: $_" if $rule->($number);
        }
    }
    is(join("\n", @places), '', $what);
    return;
}

# Tables between "clang-format off" and "on", and lines that are long for a
# string's sake, may be.
sub too_wide {
    my $off = 0;
    return sub {
        my ($number) = @_;
        $off = 0 if $number == 1;
        $off = $1 eq 'off' if /clang-format (off|on)/;
        return 0 if $off || length() <= $WIDTH;
        (my $bare = $_) =~ s/"(?:[^"\\]|\\.)*"/""/g;
        return length $bare > $WIDTH || $bare eq $_;
    };
}

# From "{" to "}" in the first column.
sub too_long {
    my $begin = 0;
    return sub {
        my ($number) = @_;
        $begin = 0       if $number == 1;
        $begin = $number if /^\{/;
        return 0 unless /^\}/ && $begin;
        my $lines = $number - $begin + 1;
        $begin = 0;
        return $lines > $LONGEST;
    };
}

sub has_licence {
    my ($file) = @_;
    my @lines = lines_of($file);
    return scalar grep { defined && index($_, $LICENCE) >= 0 } @lines[0 .. 2];
}
