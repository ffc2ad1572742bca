# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Source;

# The files of this project, for the style checks.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Exporter qw(import);
use File::Find ();
use FindBin ();

our @EXPORT_OK = qw(top text_files c_files module_files lines_of);

my $TOP = $FindBin::Bin =~ m{^(.*)/t/style$} ? $1 : '.';

sub top { return $TOP }

# Paths below the top folder: what is or will be checked in, else (no git) all
# but the build folder.
sub text_files {
    my @files = split /\0/,
        `git -C '$TOP' ls-files -z -co --exclude-standard 2>/dev/null`;
    @files = found_files() unless @files;
    return sort grep { -f "$TOP/$_" && -T _ } @files;
}

sub found_files {
    my @files;
    File::Find::find({ no_chdir => 1, wanted => sub {
        return if !-f;
        my $file = substr $File::Find::name, 1 + length $TOP;
        return if $file =~ m{^(?:build|t/logs|t/state|\.git)/
            |^t/conf/(?:[^/]*\.conf|apache_test_config\.pm|mime\.types)$}x;
        push @files, $file;
    } }, $TOP);
    return @files;
}

sub c_files { return grep {/\.[ch]$/} text_files() }

# Those that go into the modules.
sub module_files { return grep {m{^mod_}} c_files() }

sub lines_of {
    my ($file) = @_;
    open my $in, '<', "$TOP/$file" or croak "$file: $!";
    return <$in>;
}

1;
