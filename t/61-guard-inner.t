#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Limits of the place that answers, which httpd finds on its way: the page of a
# folder, a path that is rewritten, a part of a page.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Vars ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    $c->reply(200, 'up') while $c->read_request;
});

my $httpd = RProxy::Httpd->start(
    children => 2,
    modules  => [qw(dir rewrite include autoindex negotiation)],
    files    => {
        'htdocs/x/index.html'    => "x\n",
        'htdocs/y/other.html'    => "y\n",
        'htdocs/both/index.html' => "both\n",
        'htdocs/parts.shtml'     => qq(<!--#include virtual="/part" -->) x 3,
        'htdocs/part'            => "p\n",
        'htdocs/list/a.txt'      => "a\n",
        'htdocs/wait/index.html' => "x\n",
        'htdocs/wait/other.html' => "y\n",
        'htdocs/late.shtml'      => '<!--#include virtual="/wait/part" -->',
        'htdocs/wait/part'       => "p\n",
    },
    conf => sub { <<"END" },
RProxyGuard On
DirectoryIndex none.html index.html
RProxyGuardLimit host rate=1/day burst=1 path=/both
<Location "/x/index.html">
    RProxyGuardLimit index rate=1/day burst=1
</Location>
<Location "/x/none.html">
    RProxyGuardLimit none rate=1/day
</Location>
<Location "/both">
    RProxyGuardLimit both rate=1/day burst=1 key=path+ip
</Location>
<Location "/both/index.html">
    RProxyGuardLimit within rate=1/day burst=1
</Location>
<Location "/y/other.html">
    RProxyGuardLimit other rate=1/day burst=1
</Location>
RewriteEngine On
RewriteRule "^/rewritten\$" "/y/other.html" [PT]
<Directory "@{[$_[0]->folder]}/htdocs/y">
    Options +FollowSymLinks
    RewriteEngine On
    RewriteRule "^old\$" "other.html"
</Directory>
<Location "/wait/">
    RProxyGuardLimit waits rate=5/s key=ip action=delay:3s
</Location>
<Location "/up">
    RProxyGuardLimit up rate=5/s key=ip action=delay:3s
</Location>
RProxyPass "/up" "http://127.0.0.1:@{[RProxy::Vars::value("origin_a_port")]}"
<Directory "@{[$_[0]->folder]}/htdocs/wait">
    Options +FollowSymLinks
    RewriteEngine On
    RewriteRule "^rewritten\$" "other.html"
</Directory>
<Directory "@{[$_[0]->folder]}/htdocs/list">
    Options +FollowSymLinks
    RewriteEngine On
    RewriteRule "^other\$" "/wait/other.html"
    RewriteRule "^up\$" "/up"
</Directory>
<Files "late.shtml">
    Options +Includes
    SetOutputFilter INCLUDES
</Files>
<Files "parts.shtml">
    Options +Includes
    SetOutputFilter INCLUDES
</Files>
<Location "/part">
    RProxyGuardLimit part rate=1/day burst=1
</Location>
<Location "/list/">
    Options +Indexes
</Location>
<Location "/list/a.txt">
    RProxyGuardLimit listed rate=1/day
</Location>
END
);

my $last = 1;

sub client { return '127.0.0.' . ++$last }

sub statuses {
    my ($from, @paths) = @_;
    return [map { $httpd->connect(from => $from)->get($_)->status } @paths];
}

is_deeply(statuses(client(), ('/x/') x 4), [200, 200, 429, 429],
    'a limit of the page that a folder has');
is_deeply(statuses(client(), qw(/x/ /x/index.html /x/ /x/index.html)),
    [200, 200, 429, 429], '... is that of the page itself');
is_deeply(statuses(client(), ('/both/') x 3), [200, 200, 429],
    'each limit is charged once, whatever finds it');
is_deeply(statuses(client(), qw(/rewritten /y/old /rewritten /y/old)),
    [200, 200, 429, 429], 'a path that is rewritten');
is_deeply(statuses(client(), ('/list/') x 3, '/list/a.txt', '/list/a.txt'),
    [200, 200, 200, 200, 429], 'who is only shown costs nothing');
{
    my $from = client();
    my @page = map { $httpd->connect(from => $from)->get('/parts.shtml')->body }
        1 .. 3;
    is_deeply(\@page, ["p\n" x 3, "p\n" x 3, $page[2]],
        'parts of a page are charged together, once');
    unlike($page[2], qr/p\n/, '... and are not there when they are too many');
}

# ---- what has to wait waits, whatever finds it ----

for my $case (
    ['/wait/'          => qr/^x$/],
    ['/wait/rewritten' => qr/^y$/],
    ['/list/other'     => qr/^y$/],
    ['/list/up'        => qr/^up$/],
    ['/late.shtml'     => qr/^p$/],
) {
    my ($path, $body) = @$case;
    my $from    = client();
    my $begin   = time;
    my @clients = map { $httpd->connect(from => $from) } 1 .. 4;
    $_->send("GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n") for @clients;
    my @answers = map { $_->read_response } @clients;
    is(scalar(grep { $_->status == 200 && $_->body =~ $body } @answers), 4,
        "$path: all four have it");
    cmp_ok(time - $begin, '>', 0.55, '... not before their time');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');

done_testing();
