#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Every mistake in a directive is refused by "httpd -t" with the line, the
# directive, the bad value and what would be right; what merely looks wrong is
# a warning.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::ConfigTest ();

my $GOOD  = 'http://127.0.0.1:9';
my $EMPTY = "<RProxyUpstream u>\n</RProxyUpstream>";

# What is written => what httpd says of it.  The mistake is in the line that
# begins with ">>" (the first one if there is none).
my @MISTAKES = (
    # targets
    ['RProxyPass' => q{RProxyPass: expected RProxyPass path target}],
    [qq{RProxyPass /a} => q{RProxyPass: expected RProxyPass path target}],
    [qq{RProxyPass a $GOOD} =>
        q{RProxyPass: 'a' is no path (the path does not begin with a slash)}],
    [qq{RProxyPass /%zz $GOOD} => q{RProxyPass: '/%zz' is no path (a percent}],
    [qq{RProxyPass =a $GOOD} => q{RProxyPass: 'a' is no path}],
    [qq{RProxyPass /a?b $GOOD} => q{RProxyPass: '/a?b' is no path}],
    [q{RProxyPass / 127.0.0.1:3000} =>
        q{RProxyPass: '127.0.0.1:3000' is wrong: expected !, http://host[:port]}],
    [q{RProxyPass / http://} => q{RProxyPass: 'http://': '' is no host name}],
    [q{RProxyPass / http://h:0} => q{RProxyPass: 'http://h:0': port '0'}],
    [q{RProxyPass / http://h:x/y} => q{RProxyPass: 'http://h:x': port 'x'}],
    [q{RProxyPass / http://[::1} => q{'[::1' is no host name}],
    [q{RProxyPass / http://u@h} => q{RProxyPass: 'http://u@h': a user name}],
    [q{RProxyPass / http://h/?q} =>
        q{RProxyPass: 'http://h/?q' has a query or fragment: expected}],
    [q{RProxyPass / "http://h/a b"} =>
        q{RProxyPass: 'http://h/a b' has a character that is not allowed}],
    [q{RProxyPass / http://h/%4} => q{'http://h/%4' has a character}],
    [q{RProxyPass / unix:run/s} => q{RProxyPass: 'unix:run/s': the socket}],
    [q{RProxyPass / upstream://} => q{RProxyPass: 'upstream://' is wrong}],
    [q{RProxyPass / gopher://h} => q{RProxyPass: 'gopher://h': unknown scheme}],
    (map {
        my ($scheme, $module) = @$_;
        [qq{RProxyPass / $scheme://h} =>
            qq{RProxyPass: '$scheme://h': scheme $scheme is not supported yet; }
            . "use ProxyPass of $module"]
    } [https => 'mod_proxy_http'], [fcgi => 'mod_proxy_fcgi'],
        [ajp => 'mod_proxy_ajp'], [h2 => 'mod_proxy_http2'],
        [h2c => 'mod_proxy_http2'], [ws => 'mod_proxy_wstunnel'],
        [wss => 'mod_proxy_wstunnel']),

    # several targets
    [qq{RProxyPass / $GOOD http://h} =>
        q{RProxyPass: 2 targets, 0 percentages: expected one behind each}],
    [qq{RProxyPass / $GOOD 90%} => q{the targets' percentages sum up to 90%}],
    [qq{RProxyPass / $GOOD 90% http://h 20%} => q{sum up to 110%: expected 100%}],
    [qq{RProxyPass / $GOOD 101%} => q{RProxyPass: '101%' is wrong: expected a}],
    [qq{RProxyPass / $GOOD/x 50% http://h 50%} =>
        q{RProxyPass: some targets have a path and others have none}],
    [qq{RProxyPass / $GOOD sticky=address} =>
        q{RProxyPass: sticky=address has one target to choose from}],
    [qq{RProxyPass / $GOOD 50% http://h 50% sticky=cookie} =>
        q{'sticky=cookie' is wrong: expected sticky=address, sticky=cookie:}],
    [qq{RProxyPass / $GOOD 50% http://h 50% "sticky=header:a b"} =>
        q{'sticky=header:a b' is wrong: expected}],

    # keys of a route
    [qq{RProxyPass / $GOOD metod=GET} =>
        q{RProxyPass: unknown key 'metod', did you mean 'method'?}],
    [qq{RProxyPass / $GOOD zzzzzzzzz=1} => q{unknown key 'zzzzzzzzz' (known: }],
    [qq{RProxyPass / $GOOD method=get} => q{RProxyPass: "method=get" has a method}],
    [qq{RProxyPass / $GOOD header=} => q{RProxyPass: "header=" has no name}],
    [qq{RProxyPass / $GOOD cookie=a;b} => q{RProxyPass: "cookie=a;b" has}],
    [qq{RProxyPass / $GOOD "expr=%{HTTP_HOST} =="} =>
        q{RProxyPass: 'expr=%{HTTP_HOST} ==' is no expression}],
    [qq{RProxyPass / $GOOD !prefix=keep} =>
        q{RProxyPass: '!prefix=keep' is wrong: expected ! only before}],
    [qq{RProxyPass / $GOOD prefix=cut} =>
        q{RProxyPass: 'prefix=cut' is wrong: expected prefix=keep, strip or}],
    [qq{RProxyPass / $GOOD prefix=replace} =>
        q{RProxyPass: prefix=replace, but the target has no path: expected}],
    [qq{RProxyPass / $GOOD files=last} =>
        q{RProxyPass: 'files=last' is wrong: expected files=first}],
    [qq{RProxyPass / $GOOD maintenance=yes} =>
        q{RProxyPass: 'yes' is wrong: expected On or Off}],

    # where a route stands
    [qq{<Directory />\n>>RProxyPass $GOOD\n</Directory>} =>
        q{RProxyPass is not allowed in <Directory>: expected}],
    [qq{<Location /x>\n<If true>\n>>RProxyPass $GOOD\n</If>\n</Location>} =>
        q{RProxyPass is not allowed in <If>: expected}],
    [qq{<Location /x>\n>>RProxyPass\n</Location>} =>
        q{RProxyPass: expected a target such as http://}],
    [qq{<Location /x>\n>>RProxyPass /y $GOOD\n</Location>} =>
        q{RProxyPass: '/y' is a path: expected only a target}],
    [qq{<Location /x>\nRProxyPass !\n>>RProxyPass $GOOD\n</Location>} =>
        q{RProxyPass: this section has one already}],
    (map {
        [qq{<$_>\n>>RProxyPass $GOOD/y\n</} . (/(\w+)/)[0] . '>' =>
            q{is a pattern and cannot be replaced: expected}]
    } 'LocationMatch ^/x', 'Location ~ ^/x', 'Location /x*'),

    # patterns
    [qq{RProxyPassMatch ^/x} => q{RProxyPassMatch: expected a regular}],
    [qq{RProxyPassMatch ( $GOOD} =>
        q{RProxyPassMatch: '(' is no regular expression: expected}],
    [qq{RProxyPassMatch ^/(.) $GOOD/\$2} =>
        q{RProxyPassMatch: the target uses $2, '^/(.)' has 1 groups: expected}],
    [qq{RProxyPassMatch ^/(.) http://\$1/} => q{'' is no host name}],
    [qq{RProxyPass / http://h\$1} => q{RProxyPass: 'http://h$1' is wrong}],
    [qq{RProxyPassMatch ^/x $GOOD prefix=keep} =>
        q{RProxyPassMatch: prefix= is for RProxyPass: expected}],

    # upstreams
    ["<RProxyUpstream u\n</RProxyUpstream>" =>
        q{<RProxyUpstream: the closing '>' is missing: expected}],
    [qq{<RProxyUpstream "a b">\n</RProxyUpstream>} =>
        q{<RProxyUpstream: '"a b"' is no name: expected}],
    [qq{<RProxyUpstream>\n</RProxyUpstream>} => q{<RProxyUpstream: '' is no name}],
    ["$EMPTY\n>>$EMPTY" => q{<RProxyUpstream u>: the name is taken by the one at}],
    ["<RProxyUpstream u>\n>>DocumentRoot /\n</RProxyUpstream>" =>
        q{DocumentRoot is not allowed in <RProxyUpstream>: expected}],
    ["<Location /x>\n>>$EMPTY\n</Location>" =>
        q{<RProxyUpstream not allowed in <Location> context}],
    [qq{RProxyMember $GOOD} => q{RProxyMember: expected inside <RProxyUpstream}],
    (map {
        my ($arguments, $text) = @$_;
        ["<RProxyUpstream u>\n>>RProxyMember $arguments\n</RProxyUpstream>" =>
            "RProxyMember: $text"]
    } ['', 'expected a URL such as http://'],
        ["$GOOD/x", "'$GOOD/x': a member has no path or query"],
        ['fcgi://h', "'fcgi://h': scheme fcgi is not supported yet"],
        ["$GOOD weigth=1", q{unknown key 'weigth', did you mean 'weight'?}],
        ["$GOOD weight=1001", q{'weight=1001' is wrong: expected a whole number from 0}],
        ["$GOOD weight=1x", q{'weight=1x' is wrong}],
        ["$GOOD weight=", q{'weight=' is wrong}],
        ["$GOOD max-connections=-1", q{'max-connections=-1' is wrong}],
        ["$GOOD max-requests=99999999999999999999", q{'max-requests=9}],
        ["$GOOD idle-timeout=1x",
            q{'idle-timeout=1x' is wrong: expected a time in seconds}],
        ["$GOOD backup=maybe", q{'maybe' is wrong: expected On or Off}],
        ["$GOOD backup", q{'backup' is wrong: expected key=value}]),
    ["<RProxyUpstream u>\nRProxyMember $GOOD\n>>RProxyMember $GOOD\n"
            . '</RProxyUpstream>' =>
        "RProxyMember: '$GOOD' is a member of u already"],
    ["<RProxyUpstream u>\n"
            . join('', map {"RProxyMember http://127.0.0.1:$_\n"} 1 .. 10_000)
            . ">>RProxyMember http://127.0.0.1:10001\n</RProxyUpstream>" =>
        'RProxyMember: u has 10000 members already: expected'],
    ["<RProxyUpstream u>\n>>RProxyRetry tries=0\n</RProxyUpstream>" =>
        q{RProxyRetry: 'tries=0' is wrong}],

    # what may differ by location
    ['RProxyTimeout' => q{RProxyTimeout: expected a time, or connect=}],
    ['RProxyTimeout soon' =>
        q{RProxyTimeout: 'soon' is wrong: expected a time in seconds}],
    ['RProxyTimeout 30 conect=1' =>
        q{RProxyTimeout: unknown key 'conect', did you mean 'connect'?}],
    ['RProxyTimeout connect=-1' => q{RProxyTimeout: 'connect=-1' is wrong}],
    ['RProxyTimeout connect=1 30' => q{RProxyTimeout: '30' is wrong: expected key=}],
    ['RProxyTimeout 99999999999999999999' => q{RProxyTimeout: '99999999999999999999' is}],
    ['RProxyPreserveHost "a b"' =>
        q{RProxyPreserveHost: 'a b' is wrong: expected On, Off or a host name}],
    ['RProxyForward via' => q{RProxyForward: 'via' is wrong: expected field=off}],
    ['RProxyForward via=yes' =>
        q{RProxyForward: 'via=yes' is wrong: expected off, on, append or pass}],
    ['RProxyForward x-forwarded-fro=on' =>
        q{RProxyForward: unknown field 'x-forwarded-fro', did you mean 'x-forwarded-for'?}],
    ['RProxyRetry' => q{RProxyRetry: expected tries=, on=, member=, budget= or replay=}],
    ['RProxyRetry tries=0' => q{RProxyRetry: 'tries=0' is wrong}],
    ['RProxyRetry on=connect,rset' =>
        q{RProxyRetry: unknown reason in on= 'rset', did you mean 'reset'?}],
    ['RProxyRetry on=reset,399' =>
        q{RProxyRetry: '399' is wrong: expected a status from 400 to 599}],
    ['RProxyRetry on=5xxx' => q{RProxyRetry: '5xxx' is wrong: expected a status}],
    ['RProxyRetry member=first' =>
        q{RProxyRetry: 'first' is wrong: expected any, other or same}],
    ['RProxyRetry on=' => q{RProxyRetry: unknown reason in on= ''}],
    ['RProxyRetry budget=101%' => q{RProxyRetry: 'budget=101' is wrong}],
    ["<VirtualHost *>\n>>RProxyRetry budget=5\n</VirtualHost>" =>
        q{RProxyRetry: budget= counts all requests of an upstream: expected}],
    ['RProxyRetry replay=1t' => q{RProxyRetry: 'replay=1t' is wrong: expected a size}],
    ['RProxyRetry trys=1' => q{RProxyRetry: unknown key 'trys', did you mean 'tries'?}],
    ['RProxyRewrite maybe' => q{RProxyRewrite: 'maybe' is wrong: expected On or Off}],
    ['RProxyHide "a b"' => q{RProxyHide: 'a b' is wrong: expected defaults, none}],
    ['RProxyErrorOverride 1' => q{RProxyErrorOverride: '1' is wrong: expected On}],
    ['RProxyMaintenance' => q{RProxyMaintenance: expected On or Off}],
    ['RProxyMaintenance maybe' => q{RProxyMaintenance: 'maybe' is wrong}],
    ['RProxyMaintenance On page=none.html' =>
        q{RProxyMaintenance: page=none.html is no file: expected the path}],
    ['RProxyMaintenance On retry-after=soon' => q{'retry-after=soon' is wrong}],
    ['RProxyMaintenance On pag=x' => q{unknown key 'pag', did you mean 'page'?}],
    ['RProxyRequestBuffer' => q{RProxyRequestBuffer: expected Off, or memory}],
    ['RProxyRequestBuffer 1q' =>
        q{RProxyRequestBuffer: '1q' is wrong: expected a size in bytes}],
    ['RProxyRequestBuffer Off file=1' => q{'file=1' is wrong: expected nothing}],
    ['RProxyRequestBuffer 1m fil=1' => q{unknown key 'fil', did you mean 'file'?}],
    ['RProxyClientAbort stop' =>
        q{RProxyClientAbort: 'stop' is wrong: expected cancel or finish}],
    ['RProxyResponseLimit head=1' =>
        q{RProxyResponseLimit: 'head=1' is wrong: expected a size in bytes from 1024}],
    ['RProxyResponseLimit heads=1k' => q{unknown key 'heads', did you mean 'head'?}],
    (map {
        [qq{RProxyStatusAdmin $_} =>
            qq{RProxyStatusAdmin: '$_' is wrong: expected none, or a path of this}]
    } 'rproxy-admin', '/', '//other.example/a', '/a?b', q{/a'b}),
    ['RProxyEnv maybe' => q{RProxyEnv: 'maybe' is wrong: expected On or Off}],

    # what belongs to a virtual host or the server
    ['RProxyTrusted 10.0.0.0/33' =>
        q{RProxyTrusted: '10.0.0.0/33' is wrong: expected an address or a network}],
    ['RProxyTrusted host.example' => q{RProxyTrusted: 'host.example' is wrong}],
    ['RProxyEventLoop on' => q{RProxyEventLoop: 'on' is wrong: expected auto, adopt or off}],
    ['RProxyLoops 0' => q{RProxyLoops: '0' is wrong: expected a whole number from 1}],
    ['RProxyResolve 1y' => q{RProxyResolve: '1y' is wrong: expected a time}],
    ['RProxyMaxConnections many' => q{RProxyMaxConnections: 'many' is wrong}],
    ['RProxyTempDir none-such' =>
        q{RProxyTempDir: 'none-such' is wrong: expected an existing directory}],
    (map {
        my $name = (split)[0];
        ["<VirtualHost *>\n>>$_\n</VirtualHost>" =>
            "$name cannot occur within <VirtualHost> section"]
    } 'RProxyLoops 1', 'RProxyResolve 1', 'RProxyMaxConnections 1',
        'RProxyTempDir /'),
);

# Found when all lines are read: an error of its own kind, with file and line.
my @UNKNOWN_NAMES = (
    ['RProxyPass / ap' => q{RProxyPass at FILE:1: no upstream is named 'ap'; }],
    ["RProxyPass / ap\n<RProxyUpstream app>\n</RProxyUpstream>" =>
        q{no upstream is named 'ap', did you mean 'app'; expected a URL or}],
    ['RProxyPassMatch ^/ ap' => q{RProxyPassMatch at FILE:1: no upstream is}],
    ["<Location /x>\nRProxyPass ap\n</Location>" =>
        q{RProxyPass at FILE:2: no upstream is named 'ap'}],
);

my @WARNINGS = (
    ["RProxyPass / $GOOD\nRProxyPass / http://127.0.0.1:8" =>
        q{RP1103: the route of / at FILE:2 is never reached: the one at FILE:1}],
    ["RProxyPass =/a $GOOD\nRProxyPass =/%61 $GOOD method=GET" =>
        q{RP1103: the route of /a at FILE:2}],
    ["RProxyPassMatch ^/ $GOOD\nRProxyPassMatch ^/ $GOOD" =>
        q{RP1103: the route of ^/ at FILE:2}],
    ["RProxyPass / u\n$EMPTY" =>
        q{RP1104: <RProxyUpstream u> at FILE:2 has no members: requests to it}],
    ["<RProxyUpstream u>\nRProxyMember $GOOD\n</RProxyUpstream>" =>
        q{RP1105: <RProxyUpstream u> at FILE:1 is not used: expected}],
    ['RProxyPass / http://no-such-host.invalid' =>
        q{RP1106: 'http://no-such-host.invalid' at FILE:1: the name }
            . 'no-such-host.invalid has no address'],
);

# Right, and nothing to say about it.
my @GOOD = (
    "RProxyPass / $GOOD",
    "RProxyPass / $GOOD\nRProxyPass =/ $GOOD",
    "RProxyPass / $GOOD method=GET\nRProxyPass / $GOOD",
    "RProxyPass / $GOOD \"expr=%{HTTPS} == 'on'\"\nRProxyPass / $GOOD",
    "RProxyPass /a $GOOD\nRProxyPass /a/ $GOOD",
    "RProxyPass / $GOOD\n<VirtualHost *>\nRProxyPass / $GOOD\n</VirtualHost>",
    "RProxyPass / a 70% $GOOD 30% sticky=cookie:x !header=X:1 query=q:1|2\n"
        . "<RProxyUpstream a>\nRProxyMember http://[::1]:9 weight=2 backup=on "
        . "idle=3 idle-timeout=100ms max-age=1h max-requests=5 fail-pause=0\n"
        . "RProxyMember unix:/run/x|http://y max-connections=9\n"
        . "RProxyRetry budget=30%\n</RProxyUpstream>",
    "RProxyPass /b upstream://a/x 0% upstream://a/y 100%\n"
        . "<RProxyUpstream a>\nRProxyMember $GOOD\n</RProxyUpstream>",
    "<Location /x>\nRProxyPass $GOOD/y files=first maintenance=off\n</Location>",
    "<LocationMatch ^/x>\nRProxyPass $GOOD/y prefix=keep\n</LocationMatch>",
    "RProxyPassMatch ^/(.)/(.*)\$ $GOOD/\$2/\$1 method=GET|POST",
    "RProxyPassMatch ^/x(/.*)\$ $GOOD\$1",
    "RProxyPass / !",
    "RProxyTimeout 30 connect=500ms total=1h\nRProxyTimeout between=0",
    "RProxyPreserveHost shop.example:81\nRProxyPreserveHost On",
    "RProxyForward via=off X-Real-IP=pass\nRProxyHide none X-Foo",
    "RProxyTrusted 10.0.0.0/8 192.0.2.1 2001:db8::/32",
    "RProxyRetry tries=1 on=connect,reset,timeout,invalid,5xx budget=0 replay=1m\n"
        . 'RProxyRetry on=none',
    "RProxyMaintenance on page=\"lines.conf\" retry-after=0",
    "RProxyRequestBuffer 16k file=2g\nRProxyRequestBuffer off",
    "RProxyClientAbort finish\nRProxyEnv on\nRProxyRewrite off",
    "RProxyResponseLimit head=1k fields=10 trailers=0 interim=0",
    "RProxyLoops auto\nRProxyLoops 2\nRProxyEventLoop off\nRProxyResolve 0\n"
        . "RProxyMaxConnections 100\nRProxyTempDir .",
);

my $configtest = RProxy::ConfigTest->new;
plan tests => 3 * @MISTAKES + 2 * @UNKNOWN_NAMES + 2 * @WARNINGS + 2 * @GOOD;

$configtest->refuses(@$_)     for @MISTAKES;
$configtest->refuses_all(@$_) for @UNKNOWN_NAMES;
$configtest->warns(@$_)       for @WARNINGS;
$configtest->takes($_)        for @GOOD;
