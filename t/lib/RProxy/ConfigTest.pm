# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::ConfigTest;

# "httpd -t" on lines of configuration, with the modules of the suite.
#
#   my $test = RProxy::ConfigTest->new;
#   my ($status, $said) = $test->run('RProxyPass "/" "http://127.0.0.1:3000"');
#
# And what a test wants to know of them:
#
#   $test->refuses($lines, $why);        # 3 tests: refused, where, why
#   $test->refuses_all($lines, $why);    # 2: a mistake of no single line
#   $test->warns($lines, $why);          # 2
#   $test->takes($lines);                # 2: without a word of ours
#
# The mistake is in the line that begins with ">>", the first one if there is
# none.  FILE in $why is the file of the lines.
use strict;
use warnings FATAL => 'all';

use File::Temp qw(tempdir);
use Apache::Test ();
use Test::More ();

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

sub refuses {
    my ($self, $marked, $why) = @_;
    my ($line, $directive, $lines) = marked($marked);
    my ($status, $said) = $self->run($lines);
    Test::More::isnt($status, 0, short($lines) . ' is refused');
    $self->has_text($said, "line $line of FILE:\n$directive",
        '... with the place');
    $self->has_text($said, $why, '... with the reason');
    return;
}

sub refuses_all {
    my ($self, $lines, $why) = @_;
    my ($status, $said) = $self->run($lines);
    Test::More::isnt($status, 0, short($lines) . ' is refused');
    $self->has_text($said, $why, '... with the place');
    return;
}

sub warns {
    my ($self, $lines, $why) = @_;
    my ($status, $said) = $self->run($lines);
    Test::More::is($status, 0, short($lines) . ' is taken');
    $self->has_text($said, $why, '... with a warning');
    return;
}

sub takes {
    my ($self, $lines) = @_;
    my ($status, $said) = $self->run($lines);
    Test::More::is($status, 0, short($lines) . ' is right')
        or Test::More::diag($said);
    Test::More::unlike($said, qr/RP\d|rproxy/i, '... without a word');
    return;
}

sub short {
    my ($text) = @_;
    $text =~ s/\n/; /g;
    return length $text > 70 ? substr($text, 0, 67) . '...' : $text;
}

# The place of ">>" as a line number, the directive there, and the text
# without it.
sub marked {
    my ($text) = @_;
    my $line = 1;
    if ($text =~ /^(.*)>>/s) {
        $line = 1 + ($1 =~ tr/\n//);
        $text =~ s/>>//;
    }
    my ($directive) = (split /\n/, $text)[$line - 1] =~ /^(<?\w+)/;
    return ($line, $directive, $text);
}

sub has_text {
    my ($self, $said, $text, $name) = @_;
    my $file = $self->file;
    $text =~ s/FILE/$file/g;
    Test::More::ok(index($said, $text) >= 0, $name)
        or Test::More::diag("expected: $text\ngot: $said");
    return;
}

sub put {
    my ($self, $name, @lines) = @_;
    open my $out, '>', "$self->{folder}/$name" or die "$name: $!";
    print $out map {"$_\n"} @lines;
    close $out or die "$name: $!";
}

1;
