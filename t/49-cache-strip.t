#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Arguments that do not count for the key are not shown to the origin: a page
# that repeats them would be everybody's, with what the first one put there.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Log ();
use RProxy::Origin ();

my $count  = 0;
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, "$request->{method} $request->{target}",
            'Cache-Control', $request->{target} =~ /private/ ? 'private' : 'max-age=600');
    }
});

# Virtual host, query => what the origin sees
for my $case (
    ['ignore', 'utm_a=evil',              ''],
    ['ignore', 'utm_a=evil&x=1',          '?x=1'],
    ['ignore', 'x=1&utm_a=evil&y=2',      '?x=1&y=2'],
    ['ignore', 'y=2&x=1&utm_a=a&utm_b=b', '?y=2&x=1'],
    ['ignore', 'x=1',                     '?x=1'],
    ['ignore', 'utm_%61=a&x=1',           '?utm_%61=a&x=1'],
    ['ignore', 'x=utm_a=evil?&utm_a=?',   '?x=utm_a=evil?'],
    ['keep',   'id=1&x=2',                '?id=1'],
    ['keep',   'x=2',                     ''],
    ['none',   'x=1&y',                   ''],
    ['below',  'x=1&utm_a=evil',          '?x=1'],
    ['off',    'utm_a=evil&x=1',          '?utm_a=evil&x=1'],
    ['cgi',    'utm_a=evil&x=1',          'x=1 ?x=1'],
    ['cgi',    'utm_a=evil',              ' '],
    ['rewrite', 'utm_a=evil&x=1',         'p=own&x=1 ?x=1'],
    ['rewrite', 'utm_a=evil',             'p=own '],
) {
    my ($host, $query, $seen) = @$case;
    my $path = path($host);
    my $got  = get($host, "$path?$query");
    is(seen($host, $path, $got->body), $seen, "$host: ?$query");
    is(log_of($got->{word}), "GET $path?$query HTTP/1.1",
        "$host: the log has it as it was sent");
}

# A page of his own is nobody else's, and what he sent is not lost on it.
my $path = path('ignore') . '/private';
is(get('ignore', "$path?utm_a=1&x=1")->body, "GET $path?x=1", 'private: the same');

for my $host (qw(ignore none)) {
    my $path = path($host);
    get($host, "$path?utm_a=evil");
    is(get($host, $path)->body, "GET $path", "$host: the others get a clean page");
}
my $posted = path('ignore') . '?utm_a=1';
is(RProxy::Client->to('t49_strip_ignore')->ask(POST => $posted, [], 'x')->body,
    "POST $posted", 'POST: as it was sent');
stock();
done_testing();

# mod_proxy has made its target before.
sub stock {
    my $port  = Apache::Test::vars('origin_a_port');
    my $httpd = RProxy::Httpd->start(
        modules => [qw(proxy proxy_http)],
        conf    => <<"CONF",
RProxyCacheSize 4m
RProxyCache On
RProxyCacheQueryIgnore utm_*
ProxyPass "/" "http://127.0.0.1:$port/"
CONF
    );
    is($httpd->connect->get('/stock?utm_a=evil&x=1')->body, 'GET /stock?x=1',
        'ProxyPass: ?utm_a=evil&x=1');
    is($httpd->connect->get('/stock?utm_a=evil')->body, 'GET /stock',
        'ProxyPass: ?utm_a=evil');
    return;
}

sub path {
    my ($host) = @_;
    return sprintf '/%d-%d-%d', time, $$, ++$count unless $host =~ /cgi|rewrite/;
    return sprintf '/%s/%d-%d-%d', $host, time, $$, ++$count;
}

# Its line of the log begins with {word}.
sub get {
    my ($host, $target) = @_;
    my $word = sprintf 'w-%d-%d-%d', time, $$, ++$count;
    my $vhost = $host =~ /cgi|rewrite/ ? 'httpd' : $host;
    my $got = RProxy::Client->to("t49_strip_$vhost", limit => 10)
        ->get($target, 'X-Test', $word);
    $got->{word} = $word;
    return $got;
}

# The origin's view of the query.
sub seen {
    my ($host, $path, $body) = @_;
    if ($host =~ /cgi|rewrite/) {
        $body =~ s/\Q$path\E//;
        $body =~ s/\n\z//;
        return $body;
    }
    return $body =~ m{^GET (?:/below)?\Q$path\E(.*)}s ? $1 : $body;
}

sub log_of {
    my ($word) = @_;
    my $log = RProxy::Log->file('t49_strip');
    $log->{begin} = 0;
    my ($line) = $log->await(qr/^\Q$word\E /) =~ /^\S+ (.*)/;
    return $line;
}
