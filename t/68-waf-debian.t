#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A Debian host that had mod_security2: the packages' files as they are, but for
# where the test has them, with the lines of the manual in their place.  What
# modsecurity.conf-recommended asks for is done.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Httpd ();
use RProxy::Log ();

my $top = Apache::Test::vars('top_dir');
chomp(my $packages = `'$top/t/waf/packages'`);
plan skip_all => 'needs the Core Rule Set, by t/waf/packages' if $packages eq '';

sub text {
    my ($name) = @_;
    open my $in, '<', $name or die "$name: $!";
    local $/ = undef;
    return scalar <$in>;
}

# What the manual has beside Debian's own files.
my ($lines) = text("$top/README.md")
    =~ m{rproxy-waf\.conf <<'END'\n(.*?)^\s*END$}ms;
ok($lines, 'the manual says which lines are needed');
my ($left_out) = text("$top/README.md")
    =~ m{^\s+(SecRule REQUEST_FILENAME "\@rx \^/rproxy-.*?ruleEngine=Off"\n)}ms;
ok($left_out, '... and which leave its own handlers out');

sub moved {
    my ($root, $text) = @_;
    return $text =~ s{(?<=\s)(?=/(?:etc/modsecurity|usr/share|var/)\S)}{$root}gr;
}

my $etc   = 'etc/modsecurity';
my $httpd = RProxy::Httpd->start(
    files => {
        'htdocs/index.html' => "a\n",
        'htdocs/leak.html'  => 'You have an error in your SQL syntax; check the manual',
        'htdocs/large.html' => 'a' x 600_000 . ' You have an error in your SQL syntax;',
    },
    conf => sub {
        my ($self) = @_;
        my $root = $self->folder;
        system('cp', '-r', "$packages/etc", "$packages/usr", $root) == 0 or die 'cp';
        mkdir "$root/$_" or die "$root/$_: $!" for qw(var var/log var/log/apache2);
        my $load = 'usr/share/modsecurity-crs/owasp-crs.load';
        $self->write_file($load, moved($root, text("$root/$load")));
        $self->write_file("$etc/modsecurity.conf",
            moved($root, text("$root/$etc/modsecurity.conf-recommended"))
                =~ s/^(SecRuleEngine) DetectionOnly$/$1 On/mr);
        $self->write_file("$etc/rproxy.conf", $left_out);
        return moved($root, text("$root/etc/apache2/mods-available/security2.conf")
                . $lines) . <<'END';
<Location "/rproxy-admin">
    SetHandler rproxy-admin
</Location>
END
    });
my $said = $httpd->text('error_log');
like($said, qr/RP4344: WAF: 64\d rules in the main server/, 'all rules are there');
is(join(' ', sort $said =~ /RP4342: (Sec\w+)/g),
    'SecCollectionTimeout SecComponentSignature SecDataDir SecPcreMatchLimitRecursion',
    '... and what has no effect is told');

my @BROWSER = (
    Host              => 'localhost',
    'User-Agent'      => 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0',
    Accept            => 'text/html,*/*;q=0.8',
    'Accept-Language' => 'de,en;q=0.7',
);
my $log;

sub status {
    my ($method, $target, $type, $body) = @_;
    $log = $httpd->log;
    return $httpd->connect->ask($method, $target,
        [@BROWSER, $type ? ('Content-Type' => $type) : ()], $body)->status;
}

# What the server makes of a body that may pass: a file takes none.
my $PASSED = status(POST => '/', 'application/x-www-form-urlencoded', 'a=b');
unlike($PASSED, qr/^4(?:00|03|13)$/, 'a form');

sub refused_by {
    my ($id, $status, @request) = @_;
    my $name = pop @request;
    is(status(@request), $status, $name);
    ok($log->await(qr/ModSecurity: Access denied .*\[id "$id"\]/), "... by $id");
    return;
}

sub part {
    my ($name, $content) = @_;
    return qq(--b\r\nContent-Disposition: form-data; name="f"; filename="$name"\r\n)
        . "Content-Type: text/plain\r\n\r\n$content\r\n";
}

# ---- the rules ----

my ($JSON, $XML) = ('application/json', 'text/xml');
my $PARTS = 'multipart/form-data; boundary=b';
my $deep  = '[' x 513 . ']' x 513;
my $angle = '%u2039script%u203Aalert(1)%u2039/script%u203A';

is(status(GET => '/?a=b'), 200, 'a page');
refused_by(949110, 403, GET => '/?a=1%27+UNION+SELECT+a,b+FROM+users--+', 'an attack');
refused_by(949110, 403, GET => "/?a=$angle", '... in letters of unicode.mapping');
refused_by(949110, 403, POST => '/', $JSON, '{"a":"; cat /etc/passwd"}', '... in JSON');
refused_by(949110, 403, POST => '/', $XML, '<a>; cat /etc/passwd</a>', '... in XML');
refused_by(200002, 400, POST => '/', $JSON, '{"a":', 'JSON that is none');
refused_by(200002, 400, POST => '/', $JSON, $deep,   '... that is too deep');
refused_by(200002, 400, POST => '/', $XML, '<a>',    'XML that is none');
refused_by(200003, 400, POST => '/', $PARTS, 'a' . part('a', 'a') . "--b--\r\n",
    'parts behind something');
refused_by(200004, 403, POST => '/', $PARTS, part('a', '--a') . "--b--\r\n",
    'parts with what may be a boundary');

# ---- limits ----

my $large = 'a' x 140_000;
is(status(POST => '/', $PARTS, part('a', $large) . "--b--\r\n"), $PASSED,
    'a file that is large');
is(status(POST => '/', 'application/x-www-form-urlencoded', "a=$large"), 413,
    '... and a form');
{
    my $client = $httpd->connect;
    $client->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: $PARTS\r\n"
            . "Content-Length: 13107201\r\n\r\n");
    is($client->read_response->status, 413, 'a body above SecRequestBodyLimit');
}

# ---- responses ----

refused_by(959100, 403, GET => '/leak.html', 'a page with an error of a database');
is(status(GET => '/large.html'), 200, '... behind SecResponseBodyLimit');

# ---- the module's own handlers ----

# As rproxyctl would, with a word that rules refuse elsewhere.
for my $case (
    [GET => '/rproxy-admin/guard/waf-hits?path=/etc/passwd', 200, 'what rules found at a path'],
    [GET => '/rproxy-admin/../waf-hits?path=/etc/passwd', 403, '... not behind another'],
    [GET => '/rproxy-admin/x.php?path=/etc/passwd',       403, '... nor any file'],
) {
    my ($method, $target, $status, $name) = @$case;
    is(status($method, $target), $status, $name) or diag $log->lines;
}

# ---- the audit log ----

is(status(GET => '/not-there'), 404, 'a page that is not there');
my $file  = $httpd->folder . '/var/log/apache2/modsec_audit.log';
my $audit = RProxy::Log->file($file);
is(status(GET => '/?last=../../etc/passwd'), 403, 'a last attack');
my $line = JSON::PP::decode_json($audit->await(qr{last=}));
is($line->{request}{request_line}, 'GET /?last=../../etc/passwd HTTP/1.1',
    'the audit log has it');
is($line->{response}{status}, 403, '... with the answer');
is((grep {/"949110"/} @{ $line->{audit_data}{messages} })[0]
        =~ s/Access denied with code (\d+).*/$1/sr, 403, '... and what was found');
unlike(text($file), qr/not-there/, '... and no page that is not there');

is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
