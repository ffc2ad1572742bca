#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Every mistake in a directive of the guard is refused by "httpd -t" with the
# line, the directive, the bad value and what would be right.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::ConfigTest ();

my $LIMIT = 'RProxyGuardLimit a';

my @MISTAKES = (
    ['RProxyGuard maybe' =>
        q{RProxyGuard: 'maybe' is wrong: expected On, Off or DetectOnly}],
    ['RProxyGuardDeny 10.0.0.1/8' =>
        q{RProxyGuardDeny: '10.0.0.1/8' is wrong: the address has bits set behind}],
    ['RProxyGuardDeny 10.0.0.0/33' =>
        q{'10.0.0.0/33' is wrong: bits of an IPv4 network are 0 to 32}],
    ['RProxyGuardAllow 1.2.3' => q{'1.2.3' is wrong: no IP address}],
    ['RProxyGuardAllow action=log' => 'expected networks before it'],
    ['RProxyGuardBans size=1'     => q{'size=1' is wrong}],
    ['RProxyGuardBans longest=1y' => q{'longest=1y' is wrong}],
    ["<VirtualHost *>\n>>RProxyGuardBans size=1000\n</VirtualHost>" =>
        'RProxyGuardBans cannot occur within <VirtualHost> section'],
    ['RProxyGuardDeny country:DEU' =>
        q{RProxyGuardDeny: 'country:DEU' is wrong: a country has two letters}],
    ['RProxyGuardList a asn:x' =>
        q{RProxyGuardList: 'asn:x' is wrong: an autonomous system has a number}],
    ["<VirtualHost *>\n>>RProxyGuardGeo a.mmdb\n</VirtualHost>" =>
        'RProxyGuardGeo cannot occur within <VirtualHost> section'],
    ['RProxyGuardClient header=X-A' => 'expected both: header=CF-Connecting-IP trust=LIST'],
    ['RProxyGuardClient header=a:b trust=x' =>
        q{'header=a:b' is wrong: expected the name of a field}],
    ['RProxyGuardClient heder=X-A' => q{unknown key 'heder', did you mean 'header'?}],
    ['RProxyGuardForwardAuth' => q{'' is wrong: expected the service, as http://HOST}],
    ['RProxyGuardForwardAuth http://127.0.0.1/ timout=1s' =>
        q{unknown key 'timout', did you mean 'timeout'?}],
    ['RProxyGuardForwardAuth http://127.0.0.1/ timeout=0' => 'expected a time'],
    ['RProxyGuardForwardAuth http://127.0.0.1/ waiting=0' => q{'waiting=0' is wrong}],
    ['RProxyGuardForwardAuth http://127.0.0.1/ by=ip' =>
        q{'ip' is wrong: expected cookie:NAME, header:NAME, url or address}],
    ['RProxyGuardForwardAuth http://127.0.0.1/ headers=Content-Length' =>
        q{'Content-Length' is wrong: expected headers= with names of fields}],
    ['RProxyGuardForwardAuth http://127.0.0.1/ headers=a:b' => q{'a:b' is wrong}],
    ['RProxyGuardForwardAuth http://127.0.0.1/a#b' => q{has a query or fragment}],
    ['RProxyGuardForwardAuth https://sso.example/' => 'scheme https is not supported yet'],
    ['RProxyGuardForwardAuth upstream://sso/$1?a#b' => q{'upstream://sso/$1?a#b' is wrong}],
    ['RProxyGuardState /does/not/exist' =>
        q{RProxyGuardState: '/does/not/exist' is wrong: expected a directory within}],
    ['RProxyGuardList a 1::2::3' =>
        q{RProxyGuardList: '1::2::3' is wrong: no IP address}],
    ['RProxyGuardList a file:x file:y' => 'it has a file already'],
    ["<VirtualHost *>\n>>RProxyGuardList a 10.0.0.0/8\n</VirtualHost>" =>
        'RProxyGuardList cannot occur within <VirtualHost> section'],
    ['RProxyGuardConnections' => 'expected address=100, network=1000'],
    ['RProxyGuardConnections address=0' => q{'address=0' is wrong}],
    ['RProxyGuardConnections adress=1' =>
        q{unknown key 'adress', did you mean 'address'?}],
    ['RProxyGuardConnections rate=50' => q{'rate=50' is wrong}],
    ['RProxyGuardConnections address=9 action=challenge' =>
        q{'challenge' is wrong: expected off, log or refuse}],
    ["RProxyGuardConnections address=9\n>>RProxyGuardConnections address=9" =>
        'it stands at '],
    ['RProxyGuardBot' => q{RProxyGuardBot: unknown class ''}],
    ['RProxyGuardBot robot action=log' => q{unknown class 'robot'}],
    ['RProxyGuardBot ai' => 'expected action= or when-busy='],
    ['RProxyGuardBot ai action=kill' => q{'kill' is wrong: expected off, log}],
    ['RProxyGuardBot ai when-busy=go' => 'expected stale or wait'],
    ['RProxyGuardBot ai busy=stale'   => q{unknown key 'busy'}],
    ['RProxyGuardBots verify=yes' => q{unknown value of verify= 'yes'}],
    ['RProxyGuardBots agent=x' => q{unknown key 'agent', did you mean 'agents'?}],
    [q{RProxyGuardLimit a rate=1/s "expr=guard_bot('robot') == '1'"} => q{guard_bot('robot'): no class of bots}],
    ["<VirtualHost *>\n>>RProxyGuardBots verify=off\n</VirtualHost>" =>
        'RProxyGuardBots cannot occur within <VirtualHost> section'],
    ['RProxyGuardChallenge difficulty=31' => q{'difficulty=31' is wrong}],
    ['RProxyGuardChallenge time=1s'       => q{'time=1s' is wrong}],
    ['RProxyGuardHead off=all' =>
        q{RProxyGuardHead: unknown check 'all'}],
    ['RProxyGuardHead of=path' => q{unknown key 'of', did you mean 'off'?}],
    ['RProxyGuardHead path-max=0' => q{'path-max=0' is wrong}],
    ['RProxyGuardHead action=no' => q{unknown action 'no'}],
    ['RProxyGuardLimit a' => 'a name and rate=: login rate=5/min'],
    ["$LIMIT burst=3" => 'a: rate= is missing'],
    ["$LIMIT rate=5" =>
        q{'rate=5' is wrong: expected a number of requests and a time: 5/min}],
    ["$LIMIT rate=0/s" => q{'rate=0/s' is wrong}],
    ["$LIMIT rate=-1/s" => q{'rate=-1/s' is wrong}],
    ["$LIMIT rate=1/fortnight" => q{'rate=1/fortnight' is wrong}],
    ["$LIMIT rate=1/0s" => q{'rate=1/0s' is wrong}],
    ["$LIMIT rate=99999999999/s" => q{is wrong}],
    (map { ["$LIMIT rate=$_" => 'is wrong'] } qw(1/999999999999999999999s
        18446744073709551617/s 1/9223372036854775807s 1.5/s 1e3/s 1/-1s)),
    (map { ["$LIMIT rate=1/s $_" => 'is wrong'] } qw(burst=4294967296 cost=0
        keys=0 keys=4294967297 action=delay:99999999999999d action=delay:-1s
        action=ban:99999999999999999999d action=refuse:200)),
    (map { ["$LIMIT $_" => 'is wrong'] } qw(concurrent=4294967297
        bandwidth=99999999999999999999 bandwidth=-1k)),
    ['RProxyGuardConnections rate=99999999999/s' => 'is wrong'],
    ["$LIMIT rate=1/s shared=file" => q{unknown value of shared= 'file'}],
    ["$LIMIT concurrent=3 shared=redis" => 'shared=redis goes with rate='],
    ["$LIMIT bandwidth=1m shared=redis" => 'shared=redis goes with rate='],
    ["$LIMIT rate=1/s key=client" =>
        q{'key=client' is wrong: expected ip, network, header:NAME}],
    ["$LIMIT rate=1/s key=header:" => q{'key=header:' is wrong}],
    ["$LIMIT rate=1/s key=ip+ip+ip+ip+ip" => 'four parts at most'],
    ["$LIMIT rate=1/s brst=3" => q{unknown key 'brst', did you mean 'burst'?}],
    ["$LIMIT rate=1/s burst=-1" => q{'burst=-1' is wrong}],
    ["$LIMIT rate=1/s path=x" => 'a path that begins with /'],
    ["$LIMIT rate=1/s action=deny" =>
        q{'action=deny' is wrong: expected off, log, class:NAME}],
    ["$LIMIT rate=1/s action=class:" => q{'action=class:' is wrong}],
    ["$LIMIT rate=1/s action=ban:ever" => q{'action=ban:ever' is wrong}],
    ["$LIMIT rate=1/s class=" => q{'class=' is wrong}],
    ["<RProxyGuardLimit>\n</RProxyGuardLimit>" => 'expected a name and >'],
    ["<RProxyGuardLimit a b>\n</RProxyGuardLimit>" => 'expected a name and >'],
    ["<RProxyGuardLimit a>\nburst=1\n</RProxyGuardLimit>" =>
        'a: rate= is missing'],
    ["$LIMIT concurrent=0" => q{'concurrent=0' is wrong}],
    ["$LIMIT concurrent=2 rate=1/s" => 'concurrent= goes without rate='],
    ["$LIMIT concurrent=2 action=delay" => 'action=delay goes with rate='],
    ["$LIMIT bandwidth=1" => q{'bandwidth=1' is wrong}],
    ["$LIMIT bandwidth=1m rate=1/s" => 'bandwidth= goes without rate='],
    ["$LIMIT bandwidth=1m action=refuse" => 'bandwidth= refuses nothing'],
    ["$LIMIT rate=1/s burst=2m" =>
        'burst=2097152 is wrong: expected a number from 0 to 1000000'],
    ["$LIMIT rate=1/s missing=x" => q{unknown value of missing= 'x'}],
    ["$LIMIT rate=1/s status=200" => q{'status=200' is wrong}],
    ["$LIMIT rate=1/s burst=3 cost=5" => 'cost=5 is never allowed with burst=3'],
    ["$LIMIT rate=1/s expr=((" => 'RProxyGuardLimit: expr=((: '],
    ['RProxyGuardLogin a' => 'a name and kind=: admin kind=wordpress'],
    ['RProxyGuardLogin a path=/x' => 'a: kind= is missing'],
    ['RProxyGuardLogin a kind=wordpres' =>
        q{unknown kind 'wordpres', did you mean 'wordpress'?}],
    ['RProxyGuardLogin a kind=form path=/x success=status:302' =>
        'a: kind=form needs path=, user= and success='],
    ['RProxyGuardLogin a kind=form path=/x user=u' => 'a: kind=form needs path='],
    ['RProxyGuardLogin a kind=joomla success=status:302' =>
        'success= and failure= are for kind=form; kind=joomla knows its own'],
    ['RProxyGuardLogin a kind=form success=status:99' => 'status:302'],
    ['RProxyGuardLogin a kind=form failure=code:302' =>
        'expected status:302, location:/home* and cookie:NAME'],
    ['RProxyGuardLogin a kind=drupal path=user' => 'a path that begins with /'],
    ['RProxyGuardLogin a kind=drupal address=often' =>
        q{'rate=often' is wrong: expected a number of requests and a time}],
    ['RProxyGuardLogin a kind=drupal address=1000000/h' =>
        '100000 wrong passwords at most'],
    ['RProxyGuardLogin a kind=drupal action=delay' =>
        q{'action=delay' is wrong: expected off, log}],
    ['RProxyGuardLogin a kind=drupal adress=1/h' =>
        q{unknown key 'adress', did you mean 'address'?}],
    ["$LIMIT rate=1/s burst" => q{'burst' is wrong: expected key=value}],
    ['SecRule ARGZ x id:1' => 'SecRule: there is no variable ARGZ'],
    ['SecRule ARGS "@sounds x" id:1' => 'SecRule: there is no operator @sounds'],
    ['SecRule ARGS x id:1,t:rot13' => 'there is no transformation t:rot13'],
    ['SecRule ARGS x id:1,denie' => 'SecRule: there is no action denie'],
    ['SecRule ARGS x deny' => 'a rule needs an id, as id:100001'],
    ["SecRule ARGS x id:1\n>>SecAction id:1" =>
        'there is a rule with id:1 already, at FILE:1'],
    ["SecRule ARGS x id:1,chain\n>>SecMarker END" =>
        'the chain of rule 1 at FILE:1 waits for its next rule'],
    ['SecRule ARGS x id:1,ctl:ruleEngine=Maybe' =>
        'ctl:ruleEngine: wants On, Off or DetectionOnly'],
    ['SecRule ARGS x id:1,ctl:requestBodyAccess=maybe' =>
        'ctl:requestBodyAccess: wants On or Off'],
    ['SecRule ARGS x id:1,ctl:auditEngine=Some' =>
        'ctl:auditEngine: wants On, Off or RelevantOnly'],
    ['SecDefaultAction deny' => 'SecDefaultAction: a phase is missing, as phase:2'],
    ['SecUploadFileLimit 0' => 'expected a whole number from 1 to 100000'],
    ['SecRequestBodyJsonDepthLimit 1k' => 'expected a whole number from 1 to 100000'],
    ['SecTmpSaveUploadedFiles Maybe' => q{'Maybe' is wrong: expected On or Off}],
    ['SecUploadKeepFiles Maybe' => 'expected On, Off or RelevantOnly'],
    ['SecTmpDir /nowhere/at-all' =>
        q{SecTmpDir: '/nowhere/at-all' is wrong: expected a directory that is there}],
    ['SecAuditLog /nowhere/audit.log' =>
        q{SecAuditLog: '/nowhere/audit.log' is wrong: expected a file in a directory}],
    ['SecDefaultAction phase:2' => 'needs one of pass, deny, drop'],
    ['SecRuleRemoveById x' => q{'x' is neither an id of a rule nor ids as}],
    ['SecRuleRemoveByTag (' => 'SecRuleRemoveByTag: "(" is no expression'],
    ['SecRuleUpdateTargetById 1 !ARG:x' => 'there is no variable ARG'],
    ['SecRuleUpdateActionById 1 id:2' => 'the id of a rule stays as it is'],
    ['SecRuleEngine Maybe' =>
        q{SecRuleEngine: 'Maybe' is wrong: expected On, Off or DetectionOnly}],
    ['SecRequestBodyAccess Perhaps' => q{'Perhaps' is wrong: expected On or Off}],
    ['SecRequestBodyLimit 0' => q{SecRequestBodyLimit: '0' is wrong}],
    ['SecRequestBodyLimitAction Cut' => 'expected Reject or ProcessPartial'],
    ['SecArgumentSeparator &&' => 'expected one character, as &'],
    ['SecAuditLogParts XYZ' => 'expected letters A to K, as ABCFHZ'],
    ['SecAuditLogRelevantStatus (' => 'expected a regular expression'],
    ['SecUnicodeMapFile a b' => q{'b' is wrong: expected a code page, as 20127}],
    ['SecResponseBodyMimeType html' => 'expected a media type, as text/html'],
    ['SecPcreMatchLimit 0' => q{SecPcreMatchLimit: '0' is wrong}],
    ['SecHashEngine On' =>
        'SecHashEngine On: that is not done here, and without it less would be seen'],
    ['SecRuleScript /x.lua' => 'there is no Lua (or RProxyWafSkip SecRuleScript)'],
    ["<Location />\n>>SecPcreMatchLimit 5\n</Location>" =>
        'SecPcreMatchLimit not allowed in <Location> context'],
    ['RProxyWafTime soon' => q{RProxyWafTime: 'soon' is wrong}],
    ['RProxyWafTime 61s' => q{RProxyWafTime: '61s' is wrong}],
    ['RProxyWafFail perhaps' => 'expected open or closed'],
    ['RProxyWafLibinjection /does/not/exist' => 'RProxyWafLibinjection: '],
);

# In lines of a container, or of several directives together.
my @WITHIN = (
    ["$LIMIT rate=1/s shared=redis" =>
        'a at FILE:1: shared=redis needs RProxyGuardRedis redis://HOST'],
    ["<RProxyGuardLimit a>\nrate 1/s\n</RProxyGuardLimit>" =>
        qq{line 2 of FILE:\n<RProxyGuardLimit: '1/s' is wrong: expected one key=}],
    ["<RProxyGuardLimit a>\nrate=1\n</RProxyGuardLimit>" =>
        qq{line 2 of FILE:\n<RProxyGuardLimit: 'rate=1' is wrong}],
    ["SecMarker A\nSecRule ARGS (a id:7" =>
        'WAF: FILE:2: rule 7: "(a" is no expression: missing closing'],
    ["<Location /a>\nSecRule ARGS (a id:7\n</Location>" =>
        'WAF: FILE:2: rule 7: "(a" is no expression: missing closing'],
    ["SecRule ARGS a id:7,chain" =>
        'the chain of rule 7 at FILE:1 waits for its next rule'],
    ["SecRule ARGS a id:7\nSecRuleUpdateActionById 7 chain" =>
        'FILE:2: rule 7: a rule that stands alone cannot begin a chain'],
    ["SecUnicodeMapFile nowhere.map 20127" => 'nowhere.map: No such file'],
);

my @RIGHT = (
    'RProxyGuard detectonly',
    'RProxyGuardList a 10.0.0.0/8 ::1',
    'RProxyGuardBans size=1000000 time=90s longest=1h prefix=56',
    "RProxyGuardList b 10.0.0.0/8\nRProxyGuardDeny b 192.0.2.1 action=log",
    'RProxyGuardHead off=hidden,backup methods=any path-max=2k action=log',
    "$LIMIT rate=3/10s burst=9 key=ip+host+path methods=GET,POST keys=1000000",
    qq($LIMIT rate=1/day "key=expr:%{REQUEST_URI}" "expr=%{QUERY_STRING} != ''"),
    'Include "' . Apache::Test::vars('top_dir') . '/conf/guard.conf"',
    "<RProxyGuardLimit a>\nrate=1/s\n\"expr=%{QUERY_STRING} != ''\"\n"
        . "</RProxyGuardLimit>",
    "$LIMIT bandwidth=1m burst=4m key=address",
    "$LIMIT concurrent=2 key=user keys=100 action=class:slow",
    "$LIMIT rate=1/s key=address+label action=ban:1h class=bots",
    "SecRule ARGS a id:1\n<Location /x>\nSecRuleRemoveById 1\n</Location>",
    "RProxyWafSkip \@sounds\nSecRule ARGS \"\@sounds x\" id:1,chain\nSecRule ARGS y",
    "RProxyWafSkip SecRuleScript\nSecRuleScript /x.lua",
    "SecHashEngine Off\nSecStatusEngine On\nSecSensorId x\nSecUploadKeepFiles Off",
    "<Location /x>\nRProxyGuard On\n$LIMIT rate=1/min\n</Location>",
);

my $test = RProxy::ConfigTest->new;
plan tests => 3 * @MISTAKES + 2 * @WITHIN + 2 * @RIGHT;
$test->refuses(@$_) for @MISTAKES;
$test->refuses_all(@$_) for @WITHIN;
$test->takes($_) for @RIGHT;
