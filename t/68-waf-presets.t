#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The presets conf/guard/waf-*.conf at work, each in a virtual host, with Debian's
# Core Rule Set: attacks are refused once, what their application needs is not.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp qw(tempdir);
use RProxy::ConfigTest ();
use RProxy::Httpd ();

my $top = Apache::Test::vars('top_dir');
chomp(my $packages = `'$top/t/waf/packages'`);
plan skip_all => 'needs the Core Rule Set, by t/waf/packages' if $packages eq '';

my @PRESETS = qw(crs drupal nextcloud strict wordpress);
is_deeply([map {m{waf-(\w+)\.conf$}} sort glob "$top/conf/guard/waf-*.conf"],
    \@PRESETS, 'the presets');

# Debian's settings, but for the place of the audit log; and a plugin as those of
# CRS 4 are.
my $folder   = tempdir(CLEANUP => 1);
my $settings = "$folder/modsecurity.conf";
put('wordpress-rule-exclusions-before.conf', <<'END');
SecRule TX:wordpress-rule-exclusions-plugin_enabled "@eq 0" \
    "id:9507099,phase:1,pass,nolog,ctl:ruleRemoveById=9507100-9507999"
SecRule REQUEST_FILENAME "@endsWith /plugged" \
    "id:9507100,phase:1,pass,t:none,nolog,\
    ctl:ruleRemoveTargetByTag=OWASP_CRS;ARGS:a"
END
{
    my $etc = "$packages/etc/modsecurity";
    open my $in, '<', "$etc/modsecurity.conf-recommended" or die $!;
    my $text = do { local $/ = undef; <$in> };
    $text =~ s{/var/log/apache2/}{$folder/};
    $text =~ s{unicode\.mapping}{$etc/unicode.mapping};
    put('modsecurity.conf', $text);
    chmod 0755, $folder;
}

sub put {
    my ($name, $text) = @_;
    open my $out, '>', "$folder/$name" or die "$name: $!";
    print $out $text;
    close $out or die "$name: $!";
    return;
}

my $places = <<"END";
Define WAF_PRESETS "$top/conf/guard"
Define WAF_SETTINGS "$settings"
Define WAF_CRS_SETUP "$packages/etc/modsecurity/crs"
Define WAF_CRS_RULES "$packages/usr/share/modsecurity-crs/rules"
Define WAF_CRS_PLUGINS "$folder"
END

{
    my $test = RProxy::ConfigTest->new;
    for my $name (@PRESETS) {
        $test->takes("$places<VirtualHost *>\n"
                . qq(Include "$top/conf/guard/waf-$name.conf"\n</VirtualHost>));
    }
    $test->takes(<<"END" =~ s/\n\z//r);
Define WAF_PRESETS "$top/conf/guard"
Define WAF_SETTINGS "$settings"
Define WAF_CRS_SETUP "$top/t/waf/crs4"
Define WAF_CRS_RULES "$top/t/waf/crs4/rules"
Define WAF_CRS_PLUGINS "$top/t/waf/crs4/plugins"
Include "$top/conf/guard/waf-wordpress.conf"
END
    my ($status, $said) = $test->run(qq(Define WAF_PRESETS "$top/conf/guard"),
        "Define WAF_SETTINGS $folder/none",
        qq(Include "$top/conf/guard/waf-strict.conf"));
    isnt($status, 0, 'settings that are not there keep httpd from starting');
    like($said, qr{\Q$folder/none\E}, '... and are named');
}

# The server has the same rules, as Debian's security2.conf loads them.
my $hosts = join '', map {<<"END"} @PRESETS;
<VirtualHost *>
    ServerName $_.example
    Include "$top/conf/guard/waf-$_.conf"
</VirtualHost>
END
my $httpd = RProxy::Httpd->start(
    files => { 'htdocs/index.html' => "a\n" },
    conf  => <<"END");
$places
Include "$settings"
Include "$packages/etc/modsecurity/crs/crs-setup.conf"
Include "$packages/usr/share/modsecurity-crs/rules/*.conf"
$hosts
END

my @BROWSER = (
    'User-Agent' => 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 '
        . 'Firefox/128.0',
    Accept            => 'text/html,*/*;q=0.8',
    'Accept-Language' => 'de,en;q=0.7',
);
my $log;

sub status {
    my ($host, $method, $target, $body, $type) = @_;
    $log = $httpd->log;
    my @type = defined $body
        ? ('Content-Type' => $type // 'application/x-www-form-urlencoded')
        : ();
    return $httpd->connect->ask($method, $target,
        [Host => "$host.example", @BROWSER, @type], $body)->status;
}

# Which hosts refuse it.
sub refused_by {
    my (@request) = @_;
    return join ' ', grep { status($_, @request) =~ /^4(?:03|13)$/ } @PRESETS;
}

my $SQL  = '%27+UNION+SELECT+user%2Cpassword+FROM+users--+';
my $ALL  = "@PRESETS";
my $ARGS = join '&', map {"a$_=1"} 1 .. 260;

is(refused_by(GET => '/?a=1'), '', 'a page');
is(refused_by(GET => "/?a=$SQL"), $ALL, 'an attack');
my $told = qr/\[id "980130"\].*\[hostname "wordpress\.example"\]/;
my $attack = $log;
$attack->await($told);
is(status('wordpress', GET => '/'), 200, 'another page');
is(scalar(grep {/$told/} $attack->lines), 1, '... is told once');
is(refused_by(POST => '/wp-login.php', "log=jane&pwd=$SQL"),
    'crs drupal nextcloud strict', 'a password of WordPress is nobody\'s business');
is(refused_by(POST => '/wp-login.php', "log=$SQL&pwd=a"), $ALL, '... a name is');
is(refused_by(POST => '/user/login', "name=jane&pass=$SQL"),
    'crs nextcloud strict wordpress', 'a password of Drupal');
is(refused_by(PUT => '/remote.php/dav/files/jane/a.bin', "a'\0" x 100_000,
        'application/octet-stream'),
    'crs drupal strict wordpress', 'a file for Nextcloud');
is(refused_by(PUT => '/elsewhere', "a'\0" x 100_000, 'application/octet-stream'),
    $ALL, '... for nobody');
is(refused_by(GET => "/plugged?a=$SQL"), 'drupal nextcloud', 'what a plugin excludes');
is(refused_by(GET => '/?a=x%01y'), 'strict', 'level 2');
is(refused_by(GET => "/?$ARGS"), 'strict', 'too many arguments');
is(refused_by(POST => '/', "a=$SQL", 'text/x-unknown'), $ALL, 'a type of no form');

is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
