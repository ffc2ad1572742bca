#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# explain knows the settings of <Directory>, <Files>, <If> and .htaccess, with
# the line that each comes from, and says what the real request then gets.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Path qw(make_path);
use FindBin ();
use RProxy::Admin ();
use RProxy::Cache ();
use RProxy::Vars ();

my $CONF    = "$FindBin::Bin/conf/53-admin-explain.conf";
my $SECTION = '<Directory>, <Files>, <If> or .htaccess';
my $folder  = RProxy::Vars::value('scratch') . '/t53';
my $port    = RProxy::Vars::value('t53_explain_port');
my $cache   = RProxy::Cache->start('t53_explain', 'origin_a');
my $admin   = RProxy::Admin->new('t53_explain');

write_file("$_/page.txt", $_) for qw(. dir dir/below both htaccess);
write_file('page.off', 'off');
write_file('htaccess/.htaccess', "\nRProxyCacheDefault 77\n");

settings('/page.txt', 'virtual host', default_s => 600, 'RProxyCacheDefault 600');
settings('/dir/page.txt', $SECTION, default_s => 61, 'RProxyCacheDefault 61');
settings('/dir/below/page.txt', $SECTION, default_s => 61, 'RProxyCacheDefault 61');
settings('/both/page.txt', $SECTION, default_s => 62, 'RProxyCacheDefault 62');
settings('/both/page.txt', $SECTION, errors_s => 63, 'RProxyCacheErrors 63');
settings('/both/../dir/page.txt', $SECTION, default_s => 61, 'RProxyCacheDefault 61');

my $json = settings('/htaccess/page.txt', $SECTION, default_s => 77);
is($json->{settings}{where}{default_s}, "$folder/htaccess/.htaccess:2",
    '.htaccess: file and line');
off('/page.off', 'RProxyCache Off', 'Files');
off('/page.txt?off', 'RProxyCache Off', 'If "%{QUERY');

$json = explained('/page.txt', { Cookie => 'a=b' });
is($json->{decision}, 'bypass', '<If> that looks at a field');
is($json->{by}{rule}, 'cookie=a', '... its rule');
is($json->{by}{where}, $CONF . ':' . line_of('cookie=a'), '... of its line');
is(said('/page.txt', Cookie => 'a=b')->{fwd}, 'bypass', '... and so it is');

said('/dir/page.txt') for 1, 2;
$json = explained('/dir/page.txt');
is($json->{decision}, 'hit', 'a page of a section');
like($json->{checked_why}, qr/^condition-on-client at \Q$CONF\E:/,
    '... behind all phases because of <If>');

$json = explained('/dir/%00');
is($json->{decision}, 'miss', 'what is no file');
is(explained('/none/such')->{decision}, 'miss', 'what is not there');
done_testing();

sub write_file {
    my ($name, $text) = @_;
    my ($in) = "$folder/$name" =~ m{(.*)/};
    make_path($in, { mode => oct 755 });
    open my $out, '>', "$folder/$name" or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
    chmod 0644, "$folder/$name";
    return;
}

sub explained {
    my ($target, $headers) = @_;
    my ($status, $json) = $admin->post('cache/explain', {
        url => "http://localhost:$port$target",
        $headers ? (headers => $headers) : (),
    });
    is($status, 200, "explain $target") or diag($json->{error});
    return $json;
}

# The number of the first line that has this text.
sub line_of {
    my ($text) = @_;
    open my $in, '<', $CONF or die "$CONF: $!";
    while (<$in>) {
        return $. if index($_, $text) >= 0;
    }
    die "no $text in $CONF";
}

sub settings {
    my ($target, $of, $name, $value, $line) = @_;
    my $json = explained($target);
    is($json->{settings}{of}, $of, '... by whose settings');
    is($json->{settings}{$name}, $value, "... $name");
    is($json->{settings}{where}{$name}, $CONF . ':' . line_of($line), '... where')
        if $line;
    return $json;
}

# The line below the one that opens the section.
sub off {
    my ($target, $rule, $section) = @_;
    my $json = explained($target);
    is($json->{decision}, 'off', '... off');
    is($json->{by}{rule}, $rule, '... by the directive');
    is($json->{by}{where}, $CONF . ':' . (line_of("<$section") + 1), '... of its line');
    is(said($target)->{cache}, undef, '... and so it is');
    return;
}

# Cache-Status of the real request.
sub said {
    my ($target, @fields) = @_;
    return $cache->said($cache->get($target, Host => "localhost:$port", @fields));
}
