#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Limits of the place that answers, which httpd finds on its way: the page of a
# folder, a path that is rewritten, a part of a page.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();

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

done_testing();
