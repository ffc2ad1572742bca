#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Rules that are built as those of CRS 4 are (t/waf/crs4), with its plugins
# around them and each construct that it uses: which of them speak of which
# request, here and in mod_security2.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use RProxy::Httpd ();
use RProxy::WafServer ();

my $top   = abs_path(Apache::Test::vars('top_dir'));
my $crs4  = "$top/t/waf/crs4";
chomp(my $packages = `'$top/t/waf/packages'`);
plan skip_all => 'needs mod_security2, by t/waf/packages' if $packages eq '';

my @files = ("$crs4/crs-setup.conf", "$crs4/plugins/sample-config.conf",
    "$crs4/plugins/sample-before.conf", sort(glob "$crs4/rules/*.conf"),
    "$crs4/plugins/sample-after.conf");

# ---- the constructs ----

# What v4.28.0 of the Core Rule Set uses.
my %CONSTRUCTS = (
    operators => ['@rx', '!@rx', map {"\@$_"} qw(lt eq ge gt endsWith streq contains
        pmFromFile pm within validateByteRange ipMatch detectSQLi detectXSS
        beginsWith validateUrlEncoding validateUtf8Encoding unconditionalMatch)],
    transformations => [map {"t:$_"} qw(urlDecodeUni lowercase htmlEntityDecode
        utf8toUnicode removeNulls jsDecode cssDecode cmdLine removeWhitespace
        compressWhitespace replaceComments normalizePath normalizePathWin
        escapeSeqDecode base64Decode length sha1 hexEncode removeCommentsChar
        none)],
    variables => [qw(TX ARGS ARGS_NAMES REQUEST_COOKIES REQUEST_COOKIES_NAMES
        XML:/* XML://@* REQUEST_HEADERS REQUEST_FILENAME RESPONSE_BODY
        REQUEST_BODY REQUEST_URI REQUEST_URI_RAW REQUEST_LINE REQUEST_METHOD
        REQUEST_PROTOCOL REQUEST_BASENAME QUERY_STRING REQUEST_HEADERS_NAMES
        ARGS_GET ARGS_GET_NAMES ARGS_COMBINED_SIZE FILES FILES_NAMES
        FILES_COMBINED_SIZE MULTIPART_PART_HEADERS MATCHED_VAR MATCHED_VARS
        MATCHED_VARS_NAMES REQBODY_PROCESSOR REMOTE_ADDR UNIQUE_ID
        RESPONSE_STATUS RESPONSE_HEADERS REQUEST_BODY_LENGTH &TX &ARGS TX:/
        !REQUEST_COOKIES:/ REQUEST_HEADERS:/)],
    actions => [qw(id: phase: block pass deny log nolog auditlog noauditlog msg:
        logdata: tag: ver: severity: status: t: capture chain skipAfter: setvar:
        multiMatch initcol: expirevar:)],
    ctl => [map {"ctl:$_"} qw(ruleRemoveTargetById ruleRemoveTargetByTag
        ruleRemoveById ruleRemoveByTag auditLogParts ruleEngine auditEngine
        requestBodyProcessor forceRequestBodyVariable)],
    macros => [qw(%{tx. %{TX. %{matched_var} %{MATCHED_VAR_NAME} %{remote_addr}
        %{request_line} %{REQUEST_HEADERS. %{ARGS. %{args.)],
    directives => [qw(SecRule SecAction SecMarker SecDefaultAction
        SecComponentSignature SecCollectionTimeout SecRuleUpdateTargetById)],
);
my $text = join '', map { content($_) } @files;

sub is_used {
    my ($word) = @_;
    my $end = $word =~ /\w$/ ? qr/\b/ : qr//;
    return $text =~ /(?<![\w@])\Q$word\E$end/;
}

for my $kind (sort keys %CONSTRUCTS) {
    is_deeply([grep { !is_used($_) } @{ $CONSTRUCTS{$kind} }],
        [], "the rules have all $kind");
}

# ---- requests ----

# Logged of each request.
my @ALWAYS = qw(101321 112900 112910 120020 120110 150030 180999);

# RESPONSE_HEADERS has Content-Type here, not there.
my $OURS = 150030;

my %TRANSFORMED = (
    lowercase => 'ABC', urlDecodeUni => '%u0041%42+C', urlDecode => '%41+B',
    htmlEntityDecode => '&lt;&#x41;&#65;&quot;', utf8toUnicode => "\xc3\xa9",
    removeNulls => "a\0b", jsDecode => '\u0041\x42', cssDecode => '\000041\20 B',
    cmdLine => q(C^M"D; /'c  dir), removeWhitespace => "a b\tc\n",
    compressWhitespace => "a \t b", replaceComments => 'a/* x */b',
    removeCommentsChar => 'a/*b--c#d', normalizePath => '/a/../b/./c',
    normalizePathWin => '\a\..\b\c', escapeSeqDecode => '\x41\102',
    base64Decode => 'QUI=', length => 'abcd', sha1 => 'a',
    several => '%26lt;A%20+B&gt;', multi => 'A',
);
my %OPERATED = (
    rx => "UNION sel\nect", word => 'one', bad => 'three', bytes => "a\x01",
    sql => "1' OR '1'='1", script => '<script>alert(1)</script>', end => 'e',
    same => 'one', escape => '%4', utf8 => "\xc0\xaf", number => 5,
);

my $MULTIPART = join "\r\n", '--cut', 'Content-Disposition: form-data; name="_charset_"',
    '', 'UTF-7', '--cut',
    'Content-Disposition: form-data; name="upload"; filename="a.txt"',
    'Content-Type: Text/Plain', '', 'content', '--cut',
    'Content-Disposition: form-data; name="other"; filename="b"',
    'Content-Type: image/png', '', '', '--cut--', '';
my $FORM = 'application/x-www-form-urlencoded';
my $NOTE = '{"note":"forbidden","profile_forbidden":1}';

my @ODD = ('this IS TOLD BY "x"', "can't be told (it may be only untold)",
    'at the end\\ntrying', 'of FFI\\CData', 'of [] and $this', 'point #',
    'a PDO::CASE_*', ': module');

my @CASES = (
    ['nothing', get('/'), 200],
    ['transformations', get('/?' . form(%TRANSFORMED)), 200,
        map({ 110_000 + 10 * $_ } 1 .. 20), 110910, 112920, 112930],
    ['transformations of what is transformed',
        get('/?' . form(lowercase => 'abc', length => 'abcde', sha1 => 'b')), 200,
        110010],
    ['operators', get('/?' . form(%OPERATED)), 200,
        map({ 112_000 + 10 * $_ } grep { $_ != 10 } 1 .. 25), 112920, 130030],
    ['operators that see nothing', get('/?' . form(rx => 'union', bytes => 'a',
            word => 'seven', sql => 'word', number => 3, script => 'a')), 200,
        qw(112050 112140 112150 112190 112200 112250 112920)],
    ['variables of the head', get('/variables?a=%2F', "X-Odd: odd\r\nX-Odd: even\r\n"),
        404, qw(120030 120040 120050 120060 120070 120080 120090 120100 120120
        120380 150020)],
    ['a form', post('/?a=%2F', $FORM, 'b=c&d=efgh'), 200, qw(120010 120030 120070
        120120 120130 120140 120150 120160 120170 120190 120200)],
    ['a form that is named otherwise',
        post('/', 'text/odd', 'b=c&d=efgh', "X-Forced: 1\r\n"), 200,
        qw(120010 120140 120150 120160 120170 120190 120200)],
    ['text', post('/', 'text/odd', 'some plain text'), 200, qw(120010 120250)],
    ['a body of parts', post('/', 'multipart/form-data; boundary=cut', $MULTIPART),
        200, qw(120010 120300 120310 120320 120330 120360 120370)],
    ['JSON', post('/', 'application/json', '{"a":{"b":"deep"},"list":["first","second"]}'),
        200, qw(104014 120010 120230 120240)],
    ['XML', post('/', 'application/xml',
            '<a b="secret-attribute"><c>secret text</c></a>'), 200, qw(120010 120210 120220)],
    ['what is excluded elsewhere', post('/other.php', 'application/json', $NOTE), 404,
        qw(102900 104010 104016 120010 150020 180170)],
    ['... and here', post('/plugin', 'application/json', $NOTE), 404,
        qw(120010 150020)],
    ['names that are excluded', post('/', 'application/json',
            '{"forbidden":{"profile":"a","profiles1":"extra"}}'), 200,
        qw(104013 112930 120010)],
    ['words elsewhere', get('/?' . form('pass1-text' => 'forbidden',
            'instance.raw.text' => 'forbidden', 'route' => '/v2/posts',
            word => 'forbidden') . '&q=1&q=2&z=extra'), 200,
        qw(102900 104010 104013 104014 112050 112140 112150 112190 112920 180170)],
    ['... and where a plugin excludes them', get('/plugin?'
            . form('pass1-text' => 'forbidden', 'instance.raw.text' => 'forbidden',
            'route' => '/v2/posts', word => 'forbidden') . '&q=1&q=2&z=extra'), 404,
        qw(112050 112140 112150 112190 112920 150020)],
    ['... but not twice', get('/plugin?route=/v2/posts&route=/&'
            . form('instance.raw.text' => 'forbidden')), 404,
        qw(102900 104010 104014 150020 180170)],
    ['cookies', get('/', "Cookie: a=odd; odd=1\r\n"), 200, 104012],
    ['cookies that are excluded',
        get('/', "Cookie: _ga=odd; _ga_X1=odd; __gads=odd; __utmz=odd\r\n"), 200],
    ['a score', get('/?a=forbidden', "X-Deny: 1\r\n"), 403,
        qw(only 101321 104010 112900 112910 120020 120110 149110 180170 180999)],
    ['an old cookie', get('/', "Cookie: \$Version=1; a=b\r\n"), 200, 148010],
    ['... that is refused early', get('/?a=forbidden',
            "Cookie: \"\$Version=1\r\nX-Early: 1\r\n"), 403,
        qw(only 101321 112900 112910 120020 120110 148010 148111 180999)],
    ['other hosts', get('/?a=//b.example/x&c=//x.a.example'), 200, 148020, 148030],
    ['only its own', get('/?c=//x.a.example/b'), 200],
    ['a collection that is excluded', get('/whole/v1?a=forbidden'), 404, 150020],
    ['no report', get('/?a=forbidden', "X-Report: 0\r\n"), 200, 102900, 104010],
    ['a report', get('/?a=forbidden', "X-Report: 3\r\n"), 200, 102900, 104010,
        180170],
    ['a report of nothing', get('/', "X-Report: 5\r\n"), 200, 180170],
    ['captures of captures', get('/', "Referer: http://a.example/x;b `c/d\r\n"), 200,
        102900, 130010, 180170],
    ['... without a blank', get('/', "Referer: http://a.example/x;b`c/d\r\n"), 200],
    ['a fragment', get('/', "Referer: http://a.example/x#a \$b/c\r\n"), 200, 130020],
    ['... that is a note',
        get('/', "Referer: http://a.example/x#:~:note=a \$b/c\r\n"), 200],
    ['words that are the same', get('/?' . form(a => 'x/* */b = B', c => "'d'='d'")),
        200, 130030],
    ['... and not', get('/?a=2+!%3d+3'), 200, 130040],
    ['... but the last ones', get('/?' . form(a => '2 != 3', c => '4 != 4')), 200],
    ['a word before a sign', get('/?' . form(a => 'a/./include_path = 1')), 200, 130050],
    ['... twice', get('/?' . form(a => 'include_path == 1', c => 'other = include_path')),
        200],
    (map { ['an odd phrase', get('/?' . form(odd => $_)), 200, 130060] } @ODD),
    ['no phrase', get('/?' . form(odd => 'a word *')), 200],
    ['a file that is not wanted', get('/', "X_Filename: a.boto\r\n"), 200, 130070],
    ['... and is', get('/', "X.Filename: a.botox\r\n"), 200],
    ['what has matched and XML', post('/', 'application/xml',
            '<a b="Runtime"><c>data64</c></a>'), 200, 120010, 130080],
    (map { ['a row of transformations', get('/?' . form(deep => $_)), 200, 130090] }
        'cHJvY2Vzcy5lbnY=', 'process [ "env" ]', 'process%2e\u0065nv'),
    ['escapes', get('/?' . form(deep => '\r\nx\x20QUIT;. dump')), 200, 130100],
    ['high bytes', get('/?' . form(bytes => "\xbca\xbe\xbc/a\xbe")), 200, 130110],
    ['... with a NUL', get('/?' . form(bytes => "\xac\xed\0\x05")), 200,
        112090, 120130, 130120],
    ['... in a class', get('/?' . form(bytes => "a\xe2\x80\x98b\xc2")), 200, 130130],
    (map { ['letters apart', get('/?' . form(deep => $_)), 200, 130140] }
        'xy;l"s', "'w\\h\$uo", '/bin/ls|x'),
    ['... behind a name', get("/?deep=A%3d1+'w\\ho"), 200, 130140],
    ['letters elsewhere', get('/?' . form(deep => 'false, bells')), 200],
    ['an end', get('/?' . form(deep => "a,b'\"\n")), 200, 130150],
    ['an array and more', get('/?a%5b1%5db=c'), 200, 130160],
    ['quotes', get('/?' . form(odd => '<b class="x">')), 200, 130170],
    ['the engine off', get('/off?a=forbidden', "X-Deny: 1\r\n"), 404,
        qw(only 101321)],
    ['a leak', get('/leak.html'), 403,
        qw(150040 150100 180050 180170)],
    ['a page with a word', get('/word.html'), 200, 150060],
);
my %PAGES = (
    'leak.html' => "<html><title>List of a</title><h1>List of a</h1>\n",
    'word.html' => "<p>zero, one</p>\n",
    'index.html' => "<p>Hello</p>\n",
);

# ---- ours ----

my $folder = tempdir(CLEANUP => 1);
my $includes = join '', map {"Include $_\n"} @files;
my $httpd = RProxy::Httpd->start(
    files => { map { +"htdocs/$_" => $PAGES{$_} } keys %PAGES },
    conf  => <<"END");
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
$includes
END

my @ours = map { ask($_) } @CASES;

sub ask {
    my ($case) = @_;
    my $log = $httpd->log;
    my $client = $httpd->connect;
    $client->send($case->[1]);
    my $status = $client->read_response->status;
    $log->await(qr/\[id "180999"\]/) if $case->[1] !~ m{^GET /off};
    my %rules = map { /ModSecurity: .*?\[id "(\d+)"\]/ ? ($1 => 1) : () } $log->lines;
    return { status => $status, rules => [sort keys %rules] };
}

for my $i (0 .. $#CASES) {
    my ($name, undef, $status, @rules) = @{ $CASES[$i] };
    is_deeply($ours[$i], { status => $status, rules => expected(@rules) }, $name)
      or diag "@{[grep { my $n = $_; !grep { $n == $_ } @ALWAYS } @{$ours[$i]{rules}}]}";
}
is_deeply($httpd->complaints, [], 'nothing else is in the log');

# ---- mod_security2 ----

{
    chmod 0755, $folder;
    my $peer = RProxy::WafServer->start(kind => 'peer', engine => 'On', level => 1,
        port => RProxy::Httpd::free_port(), peer => $packages, folder => "$folder/peer",
        rules => \@files,
        requests => [map { { bytes => $_->[1], answer => undef } } @CASES]);
    put("$folder/peer/docs/$_", $PAGES{$_}) for keys %PAGES;
    $peer->send_all;
    my @theirs = $peer->verdicts;
    for my $i (0 .. $#CASES) {
        is_deeply([grep { $_ != $OURS } @{ $ours[$i]{rules} }], $theirs[$i]{rules},
            "$CASES[$i][0], as there");
        is($ours[$i]{status}, $theirs[$i]{status}, '... with its status');
    }
}
done_testing();

# ---- helpers ----

# With those of each request, unless they begin with "only".
sub expected {
    my @rules = @_;
    push @rules, @ALWAYS if ($rules[0] // '') ne 'only';
    return [sort grep { $_ ne 'only' } @rules];
}

sub get {
    my ($target, $fields) = @_;
    return "GET $target HTTP/1.1\r\nHost: a.example\r\nUser-Agent: tests\r\n"
        . ($fields // '') . "Connection: close\r\n\r\n";
}

sub post {
    my ($target, $type, $body, $fields) = @_;
    my $length = length $body;
    return "POST $target HTTP/1.1\r\nHost: a.example\r\nUser-Agent: tests\r\n"
        . "Content-Type: $type\r\nContent-Length: $length\r\n" . ($fields // '')
        . "Connection: close\r\n\r\n$body";
}

sub form {
    my (%value) = @_;
    return join '&', map {
        "$_=" . $value{$_} =~ s/([^\w.])/sprintf '%%%02x', ord $1/ger
    } sort keys %value;
}

sub content {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    local $/ = undef;
    return scalar <$in>;
}

sub put {
    my ($file, $content) = @_;
    open my $out, '>', $file or die "$file: $!";
    print $out $content;
    close $out or die "$file: $!";
    return;
}
