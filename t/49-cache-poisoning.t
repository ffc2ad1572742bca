#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Poisoning: what an attacker sends reaches the origin, whose page says what it
# was told, and is stored; the next client must not get it.  Deception: a
# client is lured to an address that looks like a file's; the attacker must not
# get the page that was made for him.  Each test sends the attack, then a
# victim's request, and once more, now that the victim's page is stored.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Path qw(make_path);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Echo ();
use RProxy::Origin ();
use RProxy::Vars ();

my $RUN   = sprintf 'p-%d-%d', $$, time;
my $pages = 0;

# Fields that applications believe when they write addresses of their own.
my @BELIEVED = (
    ['X-Forwarded-Host',     'evil.example'],
    ['x-forwarded-host',     'evil.example'],
    ['X-Forwarded-Proto',    'evil'],
    ['X-Forwarded-Scheme',   'evil'],
    ['X-Forwarded-Port',     '6666-evil'],
    ['X-Forwarded-Ssl',      'evil'],
    ['X-Forwarded-Prefix',   '/evil'],
    ['X-Forwarded-Server',   'evil.example'],
    ['Forwarded',            'host=evil.example;proto=evil'],
    ['X-Original-URL',       '/evil'],
    ['X-Rewrite-URL',        '/evil'],
    ['X-Host',               'evil.example'],
    ['X-Original-Host',      'evil.example'],
    ['X-HTTP-Host-Override', 'evil.example'],
    ['X_Forwarded_Host',     'evil.example'],
    ['X_Original-URL',       '/evil'],
    ['Front-End-Https',      'evil'],
);

my $echo  = RProxy::Echo->start('origin_a');
my $cache = RProxy::Cache->start('t49_poison_errors', 'origin_b');
write_program();

for my $vhost (qw(t49_poison t49_poison_pass t49_poison_checked
    t49_poison_program)) {
    subtest "$vhost: fields that applications believe" => sub {
        fields($vhost);
    };
    subtest "$vhost: names of the host" => sub { hosts($vhost) };
}
subtest 'absolute-form'             => \&absolute_form;
subtest 'paths'                     => \&paths;
subtest 'queries'                   => \&queries;
subtest 'fields taken away'         => \&connection_options;
subtest 'requests that get errors'  => \&errors;
subtest 'deception'                 => \&deception;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

sub write_program {
    my $folder = RProxy::Vars::value('scratch') . '/t49-poison';
    make_path($folder);
    chmod 0755, $folder;
    open my $out, '>', "$folder/told.cgi" or die "$folder: $!";
    print $out <<'END';
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\nGET %s HTTP/1.1\n' "$REQUEST_URI"
env
END
    close $out or die "$folder: $!";
    chmod 0755, "$folder/told.cgi";
}

sub new_page { return sprintf '/%s-%d', $RUN, ++$pages }

# A request as it stands here, on a connection of its own.
sub raw {
    my ($vhost, $request) = @_;
    my $client = RProxy::Client->to($vhost);
    $client->send($request);
    my ($method) = $request =~ /\A(\S+)/;
    return $client->read_response(method => $method);
}

sub request {
    my ($target, @fields) = @_;
    my $head = "GET $target HTTP/1.1\r\n";
    unshift @fields, Host => 'localhost'
        unless RProxy::Client::has_field(Host => @fields);
    while (my ($name, $value) = splice @fields, 0, 2) {
        $head .= "$name: $value\r\n";
    }
    return "${head}Connection: close\r\n\r\n";
}

# Attack and victim, twice.  $attack makes a request of the page's address;
# the victim's is for the page, with fields of his own.
sub survives {
    my ($vhost, $what, $attack, @victim) = @_;
    my $page = new_page();
    my @seen;
    for (1 .. 2) {
        raw($vhost, $attack->($page));
        push @seen, raw($vhost, request($page, @victim));
    }
    for my $seen (@seen) {
        unlike($seen->{head} . $seen->body, qr/evil/i, "$what: nothing of it");
        like($seen->body, qr{\AGET \Q$page\E HTTP/1\.1\r?$}m, "$what: his page");
    }
    ok($cache->said($seen[1])->{hit}, "$what: which is stored");
    is($seen[1]->body, $seen[0]->body, "$what: and stays");
    return;
}

sub fields {
    my ($vhost) = @_;
    for my $field (@BELIEVED) {
        survives($vhost, $field->[0], sub { request($_[0], @$field) });
    }
    survives($vhost, 'two lines', sub {
        request($_[0], 'X-Forwarded-Host', 'localhost',
            'X-Forwarded-Host', 'evil.example');
    });
    # Who sends such a field himself does not get the page of others either.
    survives($vhost, 'another value', sub {
        request($_[0], 'X-Forwarded-Host', 'evil.example');
    }, 'X-Forwarded-Host', 'good.example');
}

sub hosts {
    my ($vhost) = @_;
    my @cases = ('evil.example', 'localhost:6666', 'LocalHost', 'localhost.',
        'localhost:80', 'localhost:', 'localhost:080', 'evil.localhost',
        'localhost.:80', '127.0.0.1');
    for my $host (@cases) {
        my $page = new_page();
        for my $round (1 .. 2) {
            raw($vhost, request($page, Host => $host));
            my $seen = raw($vhost, request($page));
            my ($told) = $seen->body =~ /^(?:Host: |HTTP_HOST=)(.*?)\r?$/m;
            is($told, 'localhost', "Host: $host, then the usual: $round");
        }
    }
    for my $host ('localhost/evil', 'localhost evil', 'a@evil', 'evil:x',
        'localhost, evil', "localhost\r\nHost: evil", '', '[evil') {
        (my $what = "Host: '$host'") =~ s{\r\n}{ and }g;
        survives($vhost, $what, sub {
            "GET $_[0] HTTP/1.1\r\nHost: $host\r\nConnection: close\r\n\r\n";
        });
    }
}

sub absolute_form {
    my $v = 't49_poison_pass';
    for my $authority ('evil.example', 'localhost:6666', 'evil@localhost',
        'LOCALHOST') {
        my $page = new_page();
        for my $round (1 .. 2) {
            raw($v, request("http://$authority$page"));
            raw($v, request("http://$authority$page", Host => 'evil.example'));
            my $seen = raw($v, request($page));
            like($seen->body, qr{\AGET \Q$page\E HTTP}, "$authority: his page");
            like($seen->body, qr/^Host: localhost\r$/m,
                "$authority: with his Host, $round");
            unlike($seen->body, qr/evil/, "$authority: nothing else");
        }
    }
    survives($v, 'another Host beside it', sub {
        request("http://localhost$_[0]", Host => 'evil.example');
    });
    survives($v, 'another scheme', sub {
        request("https://localhost$_[0]", 'X-Forwarded-Proto', 'evil');
    });
    survives($v, 'no path', sub { request("http://localhost?$_[0]evil") });
}

sub paths {
    my $v = 't49_poison';
    for my $attack ('%s;evil', '%s%%23evil', '%s%%3fevil', '%s%%00evil',
        '%s%%20evil', '%s%%0d%%0aevil:1', '%s#evil', '%s\\evil', '%s/evil',
        '%s/../evil', '%s%%2fevil', '%s/evil/..', '%s%%2f..%%2fevil',
        '%s?evil', '%s&evil', '%s.', '%s/', '%s%%2e', '%s?', '%s??evil') {
        survives($v, $attack, sub { request(sprintf $attack, $_[0]) });
    }
    # Other spellings of an address: whatever they get, it is not stored under
    # the usual one, and says the same where it is the same.
    for my $attack ('/%s', '/.%s', '/evil/..%s', '/evil/%%2e%%2e%s',
        '/evil%%2f..%s', '/%%2e%s', '//evil/..%s', '/;evil%s', '/..;%s') {
        survives($v, $attack, sub { request(sprintf $attack, $_[0]) });
    }
    my $page = new_page();
    for my $pair (["$page/a/b", "$page/a%2fb"], ["$page/c?d", "$page/c%3fd"],
        ["$page/e", "$page/E"], ["$page/f", "$page/f/"],
        ["$page/g", "$page/g%20"], ["$page/h;x", "$page/h"]) {
        for my $round (1 .. 2) {
            for my $target (@$pair) {
                my $seen = raw($v, request($target));
                next if $seen->status =~ /^40[04]$/;
                like($seen->body, qr{\AGET \Q$target\E HTTP}i,
                    "$target: its own page, $round");
            }
        }
    }
}

sub queries {
    my $v = 't49_poison';
    my $page = new_page();
    for my $query ('x=1', 'x=2', 'x=1&y=2', 'y=2&x=1', 'x=1&x=2', 'x=2&x=1',
        'x', 'x=', '', 'x=1;utm_a=evil', 'utm_a=1;x=evil', 'utm[]=evil',
        'x=1&utm.a=2', 'x=%31', 'X=1', 'x=1&&', 'x[]=1', 'utm_%61=evil') {
        for my $round (1 .. 2) {
            my $seen = raw($v, request("$page?$query"));
            like($seen->body, qr{\AGET \Q$page?$query\E HTTP},
                "?$query: its own page, $round");
        }
    }
    survives($v, 'no query', sub { request("$_[0]?evil") });
    survives($v, 'behind an ignored one',
        sub { request("$_[0]?utm_source=1&evil=1") });
    survives($v, 'behind an ignored one and a semicolon',
        sub { request("$_[0]?utm_source=1;evil=1") });
}

# Connection names fields that are not passed on: a page made without them must
# not be stored for those who send them.
sub connection_options {
    my $page = $cache->page(body => 'for nobody',
        fields => ['Vary', 'Accept-Language, Cookie']);
    my @mine = ('Accept-Language', 'de', Cookie => 'id=anna');
    for my $named ('Accept-Language', 'cookie', 'close, COOKIE') {
        my ($attacker, $victim) =
            map { $cache->through('t49_poison_errors') } 1 .. 2;
        $cache->answer($page, body => "evil without $named",
            fields => ['Vary', 'Accept-Language, Cookie']);
        $attacker->get($page, @mine, Connection => $named);
        $cache->answer($page, body => 'for anna', fields => ['Vary',
            'Accept-Language, Cookie']);
        is($victim->get($page, @mine)->body, 'for anna', "Connection: $named");
        $page = $cache->page(body => 'x');
    }
}

# An answer to something in the attacker's request alone is nobody else's.
sub errors {
    my @attacks = (
        [400, 'Cookie', 'x' x 4000],
        [400, 'X-Oversize', 'x' x 6000],
        [400, 'X-Meta', "a\tb"],
        [401, 'Authorization', 'x'],
        [403, 'User-Agent', 'sqlmap'],
        [405, 'X-Any', 'x'],
        [406, 'Accept', 'evil/evil'],
        [411, 'X-Any', 'x'],
        [413, 'X-Any', 'x'],
        [415, 'X-Any', 'x'],
        [416, 'Range', 'bytes=99999-'],
        [417, 'X-Any', 'x'],
        [421, 'X-Any', 'x'],
        [426, 'X-Any', 'x'],
        [429, 'X-Any', 'x'],
        [431, 'X-Any', 'x'],
        [501, 'X-Any', 'x'],
        [505, 'X-Any', 'x'],
    );
    for my $attack (@attacks) {
        my ($status, @field) = @$attack;
        my $page = $cache->page(status => $status, body => 'evil');
        is($cache->get($page, @field)->status, $status, "$status: comes");
        $cache->answer($page, body => 'fine');
        is($cache->get($page)->body, 'fine', "$status: is not for the next");
    }
    # Errors of httpd itself.
    for my $attack (['a field too long', 'X-Oversize', 'x' x 9000],
        ['too many fields', map { ("X-$_", 1) } 1 .. 120],
        ['a bad character', 'X-Meta', "a\x07b"],
        ['a bad name', 'X Meta', 'b'],
        ['two lengths', 'Content-Length', 1, 'Content-Length', 2]) {
        my ($what, @fields) = @$attack;
        my $page = $cache->page(body => 'fine');
        for my $round (1 .. 2) {
            my $refused = raw('t49_poison_errors', request($page, @fields));
            is($refused->status, 400, "$what: refused, $round");
            is($cache->get($page)->body, 'fine', "$what: the next, $round");
        }
    }
    my $page = $cache->page(status => 404, body => 'no');
    $cache->get($page) for 1 .. 2;
    is($cache->asked($page), 1, 'control: errors of the page are kept');
}

# The page is anna's own, whatever stands behind /account, and says so; the
# cache looks at no name.
sub deception {
    $cache->origin->stop;
    my $origin = RProxy::Origin->start('origin_b', \&account);
    my $n = join '-', $$, time;
    for my $says (qw(private no-store cookie vary)) {
        for my $end ("/x-$n.css", "/x-$n.js", "%2fx-$n.css", ";x-$n.css",
            "/%2e%2e/static/x-$n.css", "/..%2fstatic/x-$n.css",
            "%00x-$n.css", "%23x-$n.css", "%3fx-$n.css", "?x-$n.css",
            "/x-$n.png;y", "/.css?$n", "%0a-$n.css", "//x-$n.css") {
            my $target = "/account/$says$end";
            my @answers = map {
                my $client = RProxy::Client->to('t49_poison_account');
                $client->get($target, @$_, Connection => 'close');
            } [Cookie => 'id=anna'], [], [];
            my $own = $answers[0]->body =~ /anna/ ? 'anna' : 'nothing';
            unlike($_->{head} . $_->body, qr/anna/, "$target: $own, not his")
                for @answers[1, 2];
        }
    }
    my $client = RProxy::Client->to('t49_poison_account');
    like($client->get('/account/private', Cookie => 'id=anna')->body,
        qr/anna's account/, 'control: she does get it');
    ok($cache->said($client->get("/static/$n.css"))->{stored},
        'control: and files are stored');
    is_deeply($origin->errors, [], 'no error of the origin');
}

sub account {
    my ($c) = @_;
    my %says = (
        private    => ['Cache-Control', 'private'],
        'no-store' => ['Cache-Control', 'no-store'],
        cookie     => ['Set-Cookie',    'seen=1'],
        vary       => ['Vary',          'Cookie'],
    );
    while (my $request = $c->read_request) {
        my ($who)  = $request->{head} =~ /^Cookie: id=(\w+)/m;
        my ($says) = $request->{target} =~ m{^/account/([\w-]+)};
        my $fields = $says{ $says // '' };
        $c->reply(200, $who && $fields ? "$who\'s account" : 'log in',
            @{ $fields // [] });
    }
}
