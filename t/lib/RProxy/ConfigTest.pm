# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::ConfigTest;

# "httpd -t" on lines of configuration, with the modules of the suite.
#
#   my $test = RProxy::ConfigTest->new;
#   my ($status, $said) = $test->run('RProxyPass "/" "http://127.0.0.1:3000"');
use strict;
use warnings FATAL => 'all';

use File::Temp qw(tempdir);
use Apache::Test ();

sub new {
    my ($class) = @_;
    my $vars = Apache::Test::vars();
    return bless {
        vars    => $vars,
        folder  => tempdir(CLEANUP => 1),
        modules => [modules_of($vars->{t_conf_file})],
    }, $class;
}

# The LoadModule lines of the suite's own configuration.
sub modules_of {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    my %seen;
    return grep { !$seen{$_}++ } map { /^\s*(LoadModule .*)/ ? $1 : () } <$in>;
}

# ServerRoot of the tested configurations, and the file the lines are in.
sub folder { return $_[0]{folder} }
sub file   { return "$_[0]{folder}/lines.conf" }

# @return httpd's exit status and all it said
sub run {
    my ($self, @lines) = @_;
    my ($vars, $folder) = @$self{qw(vars folder)};
    $self->put('lines.conf', @lines);
    $self->put('httpd.conf', @{ $self->{modules} }, 'ServerName localhost',
        qq(ServerRoot "$folder"), qq(DocumentRoot "$folder"),
        "Listen 127.0.0.1:$vars->{origin_a_port}",
        'ErrorLog error_log', 'Include "' . $self->file . '"');
    my $said = `'$vars->{httpd}' -d '$folder' -f '$folder/httpd.conf' -t 2>&1`;
    return ($? >> 8, $said);
}

sub put {
    my ($self, $name, @lines) = @_;
    open my $out, '>', "$self->{folder}/$name" or die "$name: $!";
    print $out map {"$_\n"} @lines;
    close $out or die "$name: $!";
}

1;
