#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The README's chapter of directives against what "httpd -L" says of our
# modules: the same names, contexts that hold, entries in the manual's form.
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use RProxy::Source qw(top lines_of);

my @FORM = qw(Description Syntax Default Context Status Module);
my @CONTEXTS = ('server config', 'virtual host', 'directory', '.htaccess');

my $top   = abs_path(top());
my $build = $ENV{BUILD} ? abs_path($ENV{BUILD}) : "$top/build";
my %code  = directives_of_httpd();
my %text  = entries_of_readme();

ok(%code > 0, 'httpd -L lists our directives') or BAIL_OUT('none');
for my $name (sort keys %code) {
    my $entry = $text{ lc $name };
    ok($entry, "$name has an entry in README.md") or next;
    is($entry->{name}, $name, "$name: as it is spelled");
    next if exists $entry->{row};
    is(join(' ', grep { !length($entry->{$_} // '') } @FORM), '',
        "$name: all lines of the form");
    like($entry->{Syntax}, qr/\Q$name\E/, "$name: Syntax names it");
    is($entry->{Module}, $code{$name}{module}, "$name: Module");
    is($entry->{Context}, join(', ', contexts($name, $entry)),
        "$name: Context, as httpd has it");
    ok($entry->{prose}, "$name: more than the table");
}
my %known = map { lc $_ => 1 } keys %code;
is(join(' ', map { $text{$_}{name} } grep { !$known{$_} } sort keys %text), '',
    'no entry without a directive');

my %idle = idle_directives();
ok(%idle > 40, 'there are directives that do nothing');
is($text{ lc $_ }{row} =~ tr/`"//dr, $idle{$_}, "$_: the README has why")
    for sort keys %idle;
done_testing();

# What the table of the README has to say of directives of ModSecurity that do
# nothing.
sub idle_directives {
    my $table = join '',
        lines_of('mod_rproxy_guard/config/waf_directive_table.h');
    $table =~ s/\\\n\s*//g;
    my %found;
    while ($table =~ /WAF_IDLE\("(\w+)",\s*(?:NULL|"([^"]*)"),\s*(\d),
        \s*"((?:[^"\\]|\\.)*)"\)/gx) {
        my ($name, $harmless, $is_refused, $why) = ($1, $2, $3, $4);
        $found{$name} = ($is_refused
            ? (defined $harmless ? "Only $harmless; else refused: " : 'Refused: ')
            : (defined $harmless ? "$harmless, or nothing" : 'Nothing')
                . ' happens: ')
            . $why =~ s/\\"//gr;
    }
    return %found;
}

sub directives_of_httpd {
    my $folder = tempdir(CLEANUP => 1);
    my @modules = sort glob "$build/mod_*/mod_*.so";
    open my $out, '>', "$folder/conf" or die $!;
    print $out "ServerName localhost\nErrorLog $folder/log\n",
        `'$top/conf/modules.sh' mpm_event authz_core log_config unixd`,
        map { m{mod_(\w+)\.so$}; "LoadModule $1_module $_\n" } @modules;
    close $out or die $!;
    chomp(my $httpd = `'$top/conf/httpd.sh'`);
    my $list = `'$httpd' -d '$folder' -f '$folder/conf' -L 2>&1`;
    $? == 0 or BAIL_OUT("httpd -L: $list");
    my %found;
    while ($list =~ /^<?(\S+?) \((mod_rproxy\w*)\.c\)\n((?:\t.*\n)+)/mg) {
        $found{$1} = { module => $2, where => $3 };
    }
    return %found;
}

# "### Name" up to the next heading, in the chapter "## Directives"; those of
# ModSecurity have a row of a table each.
sub entries_of_readme {
    my $text = join '', lines_of('README.md');
    $text =~ s/<!--.*?-->//gs;
    my ($chapter) = $text =~ /^## Directives\n(.*?)(?=^## |\z)/ms;
    my %entries;
    while (($chapter // '') =~ /^### ([^\n]+)\n(.*?)(?=^### |\z)/msg) {
        my ($heading, $body) = ($1, $2);
        if ($heading eq 'Directives of ModSecurity') {
            $entries{ lc $1 } = { name => $1, row => $2 }
                while $body =~ /^\| `(Sec\w+)[^`]*` \| (\S.*) \|$/mg;
            next;
        }
        (my $name = $heading) =~ s/^\\?<|\\?>$|`//g;
        $name =~ s/^<|>$//g;
        my %entry = (name => $name);
        $entry{$1} = $2 while $body =~ /^\| \*\*(\w+):\*\* \| (.*?) *\|$/mg;
        $entry{prose} = grep { /\w/ && !/^[|]/ } split /\n/, $body;
        $entries{ lc $name } = \%entry;
    }
    return %entries;
}

# What httpd allows; a directive that only makes sense in the main server may
# leave out "virtual host", which httpd -L does not tell.
sub contexts {
    my ($name, $entry) = @_;
    my $where = $code{$name}{where};
    my %ok;
    $ok{'server config'} = $ok{'virtual host'} = $where !~ /only inside/;
    $ok{directory}   = $where !~ /only outside/;
    $ok{'.htaccess'} = $where =~ /in \.htaccess/;
    $ok{'virtual host'} = 0 if ($entry->{Context} // '') !~ /virtual host/
        && $where =~ /only outside/;
    return grep { $ok{$_} } @CONTEXTS;
}
