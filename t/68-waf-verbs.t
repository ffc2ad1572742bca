#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Living with rules: what they have found, statistics, exceptions that rproxyctl
# suggests (and that help once they are in the configuration), and a request
# from a file explained.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Httpd ();
use RProxy::Prometheus ();

my $CTL  = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $FORM = ['Content-Type' => 'application/x-www-form-urlencoded'];

my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => { 'htdocs/post' => "posted\n", 'own.conf' => "# none yet\n",
        'htdocs/below/.htaccess'  => "SecRuleRemoveById 6869\n",
        'htdocs/broken/.htaccess' => "Nonsense\n" },
    conf     => sub {
        my ($self) = @_;
        my $folder = $self->folder;
        return <<"END";
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
    SecRuleEngine Off
</Location>
<Location "/status">
    SetHandler rproxy-status
    SecRuleEngine Off
</Location>
<Location "/metrics">
    SetHandler rproxy-metrics
    SecRuleEngine Off
</Location>
<Location "/detects">
    SecRuleEngine DetectionOnly
</Location>
<Location "/editor">
    SecRuleUpdateTargetById 6861 "!ARGS:text"
</Location>
<If "\%{QUERY_STRING} =~ /trusted/">
    SecRuleRemoveById 6862
</If>
<Directory "$folder/htdocs">
    AllowOverride All
    RProxyWafHtaccess On
</Directory>
<VirtualHost *:*>
ServerName first.test
SecRuleEngine On
SecRequestBodyAccess On
Include $folder/own.conf
SecRule ARGS "\@rx (?i)select" "id:6861,phase:2,pass,log,msg:'SQL',\\
    severity:CRITICAL,setvar:tx.anomaly_score=+5"
SecRule REQUEST_HEADERS:User-Agent "\@contains nikto" "id:6862,phase:1,pass,\\
    log,msg:'A scanner',setvar:tx.anomaly_score=+3"
SecRule ARGS:slow "\@rx (?:a+)+\$" "id:6866,phase:2,pass,nolog"
SecRule TX:anomaly_score "\@ge 5" "id:6869,phase:2,deny,log,msg:'Too much'"
</VirtualHost>
<VirtualHost *:*>
    ServerName second.test
    ServerAlias *.second.test
    SecRuleEngine DetectionOnly
    SecRequestBodyAccess On
    SecRule ARGS "\@contains select" "id:6863,phase:2,pass,log,msg:'Also SQL'"
</VirtualHost>
END
    },
);
my $admin = RProxy::Admin->new(undef, base => '/admin',
    connect => sub { $httpd->connect });

sub ctl {
    my (@words) = @_;
    my $port = $httpd->port;
    my $pid  = open my $out, '-|', $^X, $CTL, '--url', "http://127.0.0.1:$port/admin",
        'waf', @words or die "rproxyctl: $!";
    my $text = do { local $/; <$out> };
    close $out;
    return $text // '';
}

sub get  { return $httpd->connect->get($_[0], Host => $_[1] // 'first.test')->status }
sub post {
    return $httpd->connect->ask('POST', '/post', [Host => 'first.test', @$FORM], $_[0])
        ->status;
}

# ---- what was found ----

like(ctl('hits'), qr/No rule has found anything/, 'nothing yet');
is(get('/post?a=b'), 200, 'a request that is no attack');
is(post('title=x&text=please+select%0aone'), 403, 'one that is refused');
is(post('title=x&text=Select'), 403, 'another one');
is(get('/detects?q[]=select'), 404, 'one that only is detected');
is(get('/post?%22x%22=select'), 403, 'a name that is not for a configuration');

my ($code, $json) = $admin->get('guard/waf-hits');
is($code, 200, 'hits');
is_deeply([map { join ' ', @$_{qw(rule verdict path target)} } @{ $json->{hits} }], [
        '6869 refuse /post TX:anomaly_score',
        '6861 match /post ARGS:"x"',
        '6869 detect /detects TX:anomaly_score',
        '6861 match /detects ARGS:q[]',
        map { ('6869 refuse /post TX:anomaly_score', '6861 match /post ARGS:text') } 1 .. 2
    ],
    'the newest first, with what they were in');
my $hit = $json->{hits}[-1];
is($hit->{text},  'please select\\x0aone', 'bytes that nobody obeys');
is($hit->{score}, 5,                       'the score');
is($hit->{host},  'first.test',            'the host');
is($hit->{request}, $json->{hits}[-2]{request}, 'hits of one request');
isnt($hit->{request}, $json->{hits}[-3]{request}, 'hits of another one');
is(scalar @{ ($admin->get('guard/waf-hits?path=/post&rule=6861'))[1]{hits} }, 3,
    'only of a path and a rule');
is(($admin->get("guard/waf-hits?$_"))[0], 400, "wrong: $_")
    for 'limit=0', 'limit=x', 'rule=', 'colour=red';
like(ctl('hits', '--rule', 6861), qr/6861 +match +5 +first\.test +\/post +ARGS:text/,
    'rproxyctl waf hits');

# ---- statistics ----

my $waf = ($admin->get('guard/waf-stats'))[1]{waf};
is_deeply({ %{ $waf->{requests} }{qw(match detect refuse limits)} },
    { match => 0, detect => 1, refuse => 3, limits => 0 }, 'requests by verdict');
cmp_ok($waf->{requests}{pass}, '>=', 1, 'and those that passed');
my $timed = 0;
$timed += $_->{requests} for @{ $waf->{time}{buckets} };
my $all = 0;
$all += $_ for values %{ $waf->{requests} };
is($timed, $all, 'each has its time');
cmp_ok($waf->{time}{sum_us}, '>', 0, '... which is some');
is_deeply({ map { ("$_->{rule} $_->{verdict}" => $_->{hits}) } @{ $waf->{rules} } },
    { '6861 match' => 4, '6869 refuse' => 3, '6869 detect' => 1 }, 'rules');
is($waf->{paths}[0]{path}, 'first.test/post', 'paths');
like(ctl('stats'), qr/refuse +3\n.*BELOW.*6861 +match +4\n.*first\.test\/post/s,
    'rproxyctl waf stats');
my $page = $httpd->connect->get('/status')->body;
like($page, qr{6869</td>.*first\.test/post}s, 'the page has it');
my ($metric) = RProxy::Prometheus::parse($httpd->connect->get('/metrics')->body);
is($metric->{'rproxy_guard_waf_requests_total{verdict="refuse"}'}, 3,
    'metrics: verdicts');
is($metric->{'rproxy_guard_waf_rule_hits_total{rule="6861",verdict="match"}'}, 4,
    'metrics: rules');
cmp_ok($metric->{'rproxy_guard_waf_seconds_count'}, '>=', $all, 'metrics: time');

# ---- a request explained ----

$httpd->write_file('request', "POST /post?b=1 HTTP/1.1\r\nHost: first.test\r\n"
        . "User-Agent: nikto\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
        . 'text=select');
my $explained = ctl('explain', $httpd->folder . '/request');
like($explained, qr/^POST \/post\?b=1 HTTP/,             'which request');
like($explained, qr/host +first\.test, .*httpd\.conf:\d+$/m, 'its host');
like($explained, qr/verdict +refuse, by rule 6869, status 403, phase 2/, 'the verdict');
like($explained, qr/anomaly_score +8/,                   'the score');
like($explained, qr/6862 +1 +REQUEST_HEADERS:User-Agent +nikto +A scanner/, 'a match');
like($explained, qr/6861 +2 +ARGS:text +select +SQL/,    'another one');
like(ctl('explain', $httpd->folder . '/request', '--host', 'a.second.test'),
    qr/host +second\.test.*DetectionOnly.*verdict +match/s, 'another host has other rules');
unlike($explained, qr/^ *sections/m, 'no section speaks');
for my $case (
    ['/editor?c=1', qr/^POST \/editor\?c=1 .*sections .*verdict +match\n.*6862(?!.*6861)/s,
        'a <Location> that makes an exception'],
    ['/detects', qr/^POST \/detects\?b=1 .*engine +DetectionOnly.*verdict +detect/s,
        'one that only detects'],
    ['/post?trusted', qr/sections .*verdict +refuse.*6861(?!.*6862)/s, 'an <If>'],
    ['/below/post', qr/sections .*verdict +match\n.*6862.*6861(?!.*6869)/s,
        'an .htaccess file'],
) {
    my ($path, $expected, $name) = @$case;
    like(ctl('explain', $httpd->folder . '/request', '--path', $path), $expected, $name);
}
is(($admin->get('guard/waf-stats'))[1]{waf}{requests}{refuse}, 3, 'none of it counts');
($code, $json) = $admin->post('guard/waf-explain',
    { request => "GET /?x=1 HTTP/1.0\n\n", host => 'nobody.test' });
is($code, 200, 'a host that is not there');
is_deeply([$json->{named} ? 1 : 0, @$json{qw(host verdict)}],
    [0, 'first.test', 'pass'], '... the rules of the one that answers');
is(($admin->post('guard/waf-explain', $_))[0], 400,
    'wrong: ' . JSON::PP->new->canonical->encode($_))
    for {}, { request => "GET\n" }, { base64 => '*' }, { request => 7 },
    { request => "GET / HTTP/1.1\n\n", base64 => 'R0VU' },
    { request => "GET / HTTP/1.1\n\n", path => 'x' };

# ---- exceptions ----

my $lines = ctl('suggest', '--requests', 2);
like($lines, qr/^# first\.test: 2 hits of 2 requests, 1 clients; 2 have no others;/m,
    'what an exception is worth');
like($lines, qr/^SecRule REQUEST_FILENAME "\@streq \/post" "id:90000,phase:1,pass,nolog,t:none,ctl:ruleRemoveTargetById=6861;ARGS:text"$/m,
    'an exception');
unlike($lines, qr/detects/, 'none for what came once');
like($lines, qr/^# 2 of 4 hits would be silenced; 1 are of too few requests; for 1 /m,
    'what it does not help');
$httpd->write_file('own.conf', ctl('suggest'));
my @before = $httpd->children;
$httpd->restart_gracefully;
ok($httpd->await_gone(\@before, 20), 'the children of before are gone');
is(post('title=x&text=Select'), 200, 'it helps');
is(post('title=select&text=x'), 403, '... nobody else');
is(get('/detects?q[]=select'), 404, 'the other one');
is_deeply([map { join ' ', @$_{qw(rule path target)} }
            @{ ($admin->get('guard/waf-hits?limit=3'))[1]{hits} }], [
        '6869 /post TX:anomaly_score', '6861 /post ARGS:title',
        '6869 /post TX:anomaly_score'
    ],
    'hits stay over a graceful restart, and what is silenced adds none');
like(ctl('suggest'), qr/id:90002,.*ARGS:/, 'ids that are not in use');

# ---- beyond a limit ----

my $before = ($admin->get('guard/waf-stats'))[1]{waf}{requests};
is(get('/detects?q=select&slow=' . 'a' x 40 . 'b'), 404, 'one that meets a limit');
my $behind = ($admin->get('guard/waf-stats'))[1]{waf}{requests};
is($behind->{limits} - $before->{limits}, 1, '... which is counted');
is($behind->{detect} - $before->{detect}, 1, '... as what rules would refuse, too');

is_deeply($httpd->complaints, [], 'nothing else in the log');

like(ctl('explain', $httpd->folder . '/request', '--path', '/broken/post'),
    qr/httpd answers 500\n/, 'a request that httpd ends before rules see it');
done_testing();
