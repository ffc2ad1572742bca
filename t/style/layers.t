#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Each file of a module names its layer in its header comment; includes go down
# (L2 glue -> L1 APR -> L0 pure) or stay on their level.
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use File::Basename qw(dirname);
use RProxy::Source qw(top module_files lines_of);

# All that pure code may know of the system.
my %PURE = map { $_ => 1 }
    qw(stddef.h stdint.h stdbool.h stdarg.h limits.h inttypes.h string.h);
my $HTTPD = qr/^(?:httpd|http_\w+|ap_\w+|util_\w+|mod_\w+|mpm_common
    |scoreboard|unixd|heartbeat|cache_common)\.h$/x;

my @files = module_files() or BAIL_OUT('no source files');
my %layer = map { $_ => layer($_) } @files;

for my $file (@files) {
    my @wrong = defined $layer{$file}
        ? map { wrong_include($file, $_) } includes($file)
        : 'no "Layer L0", L1 or L2 in its header comment';
    is(join("\n", @wrong), '', $file);
}
done_testing();

sub layer {
    my ($file) = @_;
    my @lines = lines_of($file);
    splice @lines, 25 if @lines > 25;
    return join('', @lines) =~ /\blayer\s+(?:\*\s+)?L([012])\b/i ? $1 : undef;
}

sub includes {
    my ($file) = @_;
    return map { /^\s*#\s*include\s*([<"][^>"]+)/ ? $1 : () } lines_of($file);
}

# Nothing, or what is wrong with this include.
sub wrong_include {
    my ($file, $include) = @_;
    my ($kind, $name) = $include =~ /^(.)(.*)/;
    return wrong_system_include($file, $name) if $kind eq '<';
    my $target = target($file, $name)
        // return qq("$name" is no file of this module);
    return qq("$name" names no layer) unless defined $layer{$target};
    return qq("$name" is L$layer{$target}, this is L$layer{$file})
        if $layer{$target} > $layer{$file};
    return qq("$name": who waits knows no HTTP)
        if $file =~ m{/driver/(?:worker|reactor)} && $target =~ m{/http1/};
    return;
}

sub wrong_system_include {
    my ($file, $name) = @_;
    return "<$name> is not for L0" if $layer{$file} == 0 && !$PURE{$name};
    return "<$name> is for L2"     if $layer{$file} == 1 && $name =~ $HTTPD;
    return;
}

# As the compiler finds it: beside the file, in its module, in mod_rproxy.
sub target {
    my ($file, $name) = @_;
    my ($module) = $file =~ m{^([^/]+)/};
    for my $folder (dirname($file), $module, 'mod_rproxy') {
        my $path = "$folder/$name";
        1 while $path =~ s{[^/]+/\.\./}{};
        return $path if exists $layer{$path};
    }
    return undef;
}
