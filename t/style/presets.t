#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# conf/cache/*.conf: httpd takes each of them in a virtual host and in a
# <Location>, and the shop's preset leaves out nothing of WordPress' own.
use strict;
use warnings FATAL => 'all';

use FindBin ();
use lib "$FindBin::Bin/../lib";
use Test::More;
use Cwd qw(abs_path);
use File::Basename qw(basename);
use File::Temp qw(tempdir);
use RProxy::Source qw(top);

my $top     = abs_path(top());
my $build   = $ENV{BUILD} ? abs_path($ENV{BUILD}) : "$top/build";
my @presets = sort glob "$top/conf/cache/*.conf";

ok(@presets >= 6, 'there are presets') or BAIL_OUT('none');
is(complaint($_), '', basename($_) . ' is taken') for @presets;

my %shop = map { $_ => 1 } words("$top/conf/cache/woocommerce.conf");
is(join("\n", grep { !$shop{$_} } words("$top/conf/cache/wordpress.conf")), '',
    'woocommerce.conf has all that wordpress.conf keeps out');

# Nonces of WordPress hold for 12 hours at least: no page may be older.
for my $name (qw(wordpress woocommerce)) {
    my %hours = map {/^RProxyCache(Max|KeepStale) (\d+)h$/ ? ($1 => $2) : ()}
        lines("$top/conf/cache/$name.conf");
    cmp_ok(($hours{Max} // 99) + ($hours{KeepStale} // 99), '<', 12,
        "$name.conf: no page outlives its nonces");
}
done_testing();

# Lines, those that end in a backslash joined with the next.
sub lines {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    my $text = do { local $/; <$in> };
    $text =~ s/\\\n\s*/ /g;
    return map { s/\s+/ /gr } grep { !/^\s*(?:#|$)/ } split /\n/, $text;
}

# "RProxyCacheBypass cookie=a", one for each word of those that add up.
sub words {
    return map {
        my ($name, @words) = split / /;
        $name =~ /^RProxyCache(?:Bypass|NoStore|QueryIgnore)$/
            ? map {"$name $_"} @words
            : ();
    } lines(@_);
}

# What httpd says against it, or nothing.
sub complaint {
    my ($preset) = @_;
    my $folder = tempdir(CLEANUP => 1);
    my @modules = sort glob "$build/mod_*/mod_*.so";
    open my $out, '>', "$folder/conf" or die $!;
    print $out "ServerName localhost\nErrorLog $folder/log\n",
        "Listen 127.0.0.1:1\n",
        `'$top/conf/modules.sh' mpm_event authz_core log_config unixd`,
        (map { m{mod_(\w+)\.so$}; "LoadModule $1_module $_\n" } @modules),
        "<VirtualHost *>\nRProxyCache On\nInclude $preset\n",
        "<Location /x>\nInclude $preset\n</Location>\n</VirtualHost>\n";
    close $out or die $!;
    chomp(my $httpd = `'$top/conf/httpd.sh'`);
    my $said = `'$httpd' -t -d '$folder' -f '$folder/conf' 2>&1`;
    return $? ? $said : '';
}
