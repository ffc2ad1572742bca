#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The WAF reads ModSecurity's recommended configuration and Debian's Core Rule
# Set as they are, refuses to stand beside mod_security2, and a reload with bad
# rules leaves the running ones.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::ConfigTest ();
use RProxy::PrivateServer ();
use RProxy::Server ();
use RProxy::Vars ();

my $top = Apache::Test::vars('top_dir');
chomp(my $packages = `'$top/t/waf/packages'`);
plan tests => 18,
    need({ 'needs the Core Rule Set, by t/waf/packages' => sub { $packages ne '' } });

my $crs         = "$packages/usr/share/modsecurity-crs";
my $test        = RProxy::ConfigTest->new;
my $recommended = recommended("$packages/etc/modsecurity");

# Debian's list of files, where they are unpacked.
my @load = do {
    open my $in, '<', "$crs/owasp-crs.load" or die $!;
    map { s{(?=/etc/modsecurity/)|(?=/usr/share/)}{$packages}r } <$in>;
};
chomp @load;

$test->takes(join "\n", qq(Include "$recommended"), @load);
$test->takes(join "\n", 'RProxyWafSkip nothing', '<VirtualHost *>',
    'SecRuleEngine On', @load, 'SecRuleRemoveById 942100',
    '<Location /x>', 'SecRuleRemoveByTag attack-sqli', '</Location>',
    '</VirtualHost>');

# As plugins of CRS 4 are: settings, then rules before and behind the others.
$test->takes(join "\n",
    'SecAction "id:9500010,phase:1,pass,nolog,setvar:tx.fake-plugin_enabled=1"',
    'SecRule TX:fake-plugin_enabled "@eq 0" "id:9500099,phase:1,pass,nolog,'
        . 'ctl:ruleRemoveById=9500100-9500999"',
    'SecRule REQUEST_FILENAME "@endsWith /a" "id:9500100,phase:1,pass,t:none,'
        . 'nolog,ctl:ruleRemoveTargetById=942100;ARGS:/^b/"',
    @load,
    'SecRuleUpdateTargetById 942100-942199 "!ARGS:q,!REQUEST_COOKIES:/^wp_/"',
    'SecRuleUpdateTargetByTag attack-xss "!ARGS:text"',
    'SecRuleUpdateActionById 949110 "deny,status:429"');

# ---- beside mod_security2 ----

my $library = (glob "$packages/usr/lib/*-linux-gnu/libyajl.so.2")[0];
my $lua     = (glob "$packages/usr/lib/*-linux-gnu/liblua5.1.so.0")[0];
my @other   = ("LoadFile $lua", "LoadFile $library", 'LoadModule security2_module '
    . "$packages/usr/lib/apache2/modules/mod_security2.so");
$test->refuses_all(join("\n", @other, 'SecRule ARGS x id:1,pass'),
    'mod_security2 is loaded, too: both would carry Sec* directives out.');
my ($status) = $test->run(@other);
is($status, 0, 'without rules they stand side by side');

# ---- the start ----

my $server = RProxy::PrivateServer->start('LogLevel notice',
    qq(Include "$recommended"),
    'SecAuditLog audit.log', @load, 'RProxyWafSkip @sounds',
    'SecRule ARGS "@sounds x" "id:1,pass"');
RProxy::Server::await(sub { $server->said =~ /resuming normal/ }, 'the start');
my $said = $server->said;
like($said, qr/RP4344: WAF: 64\d rules in the main server, compiled in \d+ ms/,
    'the start tells how many rules there are');
like($said, qr/RP4342: SecDataDir \S+ at \Q$recommended\E:\d+ has no effect here/,
    '... what has no effect');
like($said, qr/RP4343: .* left out by RProxyWafSkip: .*httpd.conf:\d+: there is no/,
    '... and what was left out');
my ($ms) = $said =~ /compiled in (\d+) ms/;
cmp_ok($ms, '<', 5000, "... in time ($ms ms)");

# ---- a reload ----

sub reload {
    my (@lines) = @_;
    $server->write_configuration(@lines);
    my $folder = $server->folder;
    my $httpd  = RProxy::Vars::value('httpd');
    my $told   = `'$httpd' -d '$folder' -f '$folder/httpd.conf' -k graceful 2>&1`;
    return ($?, $told);
}

sub answers {
    my $client = RProxy::Client->connect($server->port);
    $client->send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return $client->read_response->status;
}

for my $bad ('SecRule ARGS "@nope x" id:1', 'SecRule ARGS "(x" id:1') {
    my ($failed, $told) = reload($bad);
    isnt($failed, 0, "a reload with $bad fails");
    like($told, qr/nope|no expression/, '... and says why');
}
ok(answers(), 'the server runs on');

# As it is, but for the folder of its audit log, which a package makes that need
# not be there.
sub recommended {
    my ($from) = @_;
    open my $in, '<', "$from/modsecurity.conf-recommended" or die $!;
    my $text = join '', <$in>;
    my $to   = $test->folder;
    $text =~ s{/var/log/apache2(?=/)}{$to} or die 'no audit log';
    $text =~ s{^(SecUnicodeMapFile) }{$1 $from/}m or die 'no map';
    $test->put('modsecurity.conf', $text);
    return "$to/modsecurity.conf";
}
