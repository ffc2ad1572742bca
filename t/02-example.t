#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The example configurations are such that httpd takes them, without a warning
# about anything but their example names.
use strict;
use warnings FATAL => 'all';

use Apache::Test qw(-withtestmore);
use File::Temp qw(tempdir);

plan tests => 8;

my $vars   = Apache::Test::vars();
my $folder = tempdir(CLEANUP => 1);
mkdir "$folder/logs" or die $!;
symlink "$vars->{top_dir}/conf/cache", "$folder/rproxy-cache" or die $!;

sub configtest {
    my ($example, $addition) = @_;
    open my $out, '>', "$folder/httpd.conf" or die $!;
    print $out map {"$_\n"} loaded_modules(), <<"END", $addition;
ServerName localhost
ServerRoot "$folder"
Listen 127.0.0.1:$vars->{origin_a_port}
Include "$vars->{top_dir}/conf/log-formats.conf"
Include "$vars->{top_dir}/conf/$example"
END
    close $out or die $!;
    my $said = `'$vars->{httpd}' -d '$folder' -f '$folder/httpd.conf' -t 2>&1`;
    return ($? >> 8, $said);
}

# The LoadModule lines of the suite's own configuration.
sub loaded_modules {
    open my $in, '<', $vars->{t_conf_file} or die "$vars->{t_conf_file}: $!";
    my %seen;
    return grep { !$seen{$_}++ } map { /^\s*(LoadModule .*)/ ? $1 : () } <$in>;
}

for my $example (qw(rproxy.conf cache.conf)) {
    my ($status, $said) = configtest($example, '');
    is($status, 0, "httpd takes $example") or diag($said);
    like($said, qr/Syntax OK/, '... and says so');
    my @warnings = grep { /RP\d{4}:/ && !/shop\.internal|example/ }
        split /\n/, $said;
    is_deeply(\@warnings, [], '... without a warning of ours');

    ($status) = configtest($example, 'RProxyLoops none-such');
    isnt($status, 0, '... but no wrong line after it');
}
