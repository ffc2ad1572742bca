#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Ways around the rules: heads and bodies that could be read in two ways, other
# requests that httpd or the cache make of one, verdicts that others overrule.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

my $FORM   = 'application/x-www-form-urlencoded';
my $users  = RProxy::Vars::value('scratch') . '/68-waf-bypass.users';
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, length $request->body // '', 'Content-Type' => 'text/plain');
    }
});
open my $file, '>', $users or die "$users: $!";
print {$file} "jane:{SHA}io3u1EYj1MRCaMJmUtgJRYUcT38=\n" or die $!;
close $file or die $!;
chmod 0644, $users;

sub sent {
    my ($text, $vhost) = @_;
    my $client = RProxy::Client->to($vhost // 't68_bypass');
    $client->send(ref $text ? shift @$text : $text);
    $client->send($_) for ref $text ? @$text : ();
    my $answer = eval { $client->read_response };
    return $answer ? $answer : undef;
}

sub status { my $answer = sent(@_); return $answer ? $answer->status : 'closed' }

sub post {
    my ($target, $body, @fields) = @_;
    return join "\r\n", "POST $target HTTP/1.1", 'Host: localhost',
        "Content-Type: $FORM", 'Content-Length: ' . length $body, @fields, '', $body;
}

my $before = sub { scalar @{ $origin->requests } };

subtest 'heads' => sub {
    my $seen = $before->();
    my $host = "Host: localhost\r\n";
    for my $method (qw(GET OPTIONS DELETE PATCH TRACE FOO PROPFIND)) {
        is(status("$method /?q=evil1 HTTP/1.1\r\n$host\r\n"), 403, $method);
    }
    is(status("GET http://localhost/?q=evil1 HTTP/1.1\r\n$host\r\n"), 403,
        'an absolute target');
    is(status("GET //x//?q=evil1 HTTP/1.1\r\n$host\r\n"), 403, 'slashes');
    is(status("GET /?&&q=%65vil1& HTTP/1.1\r\n$host\r\n"), 403, 'empty parts');
    is(status("GET /?evil1 HTTP/1.1\r\n$host\r\n"), 403, 'a name alone');
    is(status("GET /?q=%00evil1 HTTP/1.1\r\n$host\r\n"), 403, 'behind a byte of 0');
    is(status("GET /?q=%ff%c0evil1 HTTP/1.1\r\n$host\r\n"), 403, 'no UTF-8');
    is(status("GET /?a=b?q=evil1 HTTP/1.1\r\n$host\r\n"), 403, 'a second mark');
    is(status("GET /?a=b#&q=evil1 HTTP/1.1\r\n$host\r\n"), 400, 'a fragment');
    is(status("GET /?q=evil1 HTTP/1.1\r\n${host}Upgrade: websocket\r\n"
                . "Connection: Upgrade\r\n\r\n"), 403, 'an upgrade');
    is($before->(), $seen, 'none of them reaches the upstream');
    my $answer = sent("GET /?to=go%0d%0aX-Mine:%201 HTTP/1.1\r\n$host\r\n");
    is($answer && $answer->field('X-Mine'), undef, 'no field of the client');
};

subtest 'bodies' => sub {
    my $seen = $before->();
    is(status(post('/', 'a=evil1') =~ s/^POST/GET/r), 403, 'of a GET');
    is(status(post('/', 'a=evil1') =~ s/^POST/FOO/r), 403, 'of a strange method');
    is(status([split //, post('/', 'a=evil1')]), 403, 'byte by byte');
    is(status(post('/', 'a=evil1', 'Content-Length: 3')), 400, 'two lengths');
    my $chunked = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: $FORM\r\n"
        . "Transfer-Encoding: chunked\r\n";
    is(status("$chunked\r\n3;x=y\r\na=e\r\n4\r\nvil1\r\n0\r\nX: y\r\n\r\n"), 403,
        'chunks, extensions and a trailer');
    is(status("${chunked}Content-Length: 3\r\n\r\n7\r\na=evil1\r\n0\r\n\r\n"), 403,
        'chunks and a length');
    is(status($chunked =~ s/chunked/identity/r . "\r\n7\r\na=evil1\r\n0\r\n\r\n"),
        400, 'an encoding that there is not');
    is(status($chunked =~ s/chunked/\x0bchunked/r . "\r\n7\r\na=evil1\r\n0\r\n\r\n"),
        400, 'a space that is none');
    is(status(post('/', 'a=evil1') =~ s/\Q$FORM/\U$FORM;charset=x/r), 403,
        'its type in capitals');
    is(status(post('/', 'a=evil1') =~ s/: \Q$FORM/:\t $FORM ; a=b/r), 403,
        '... with spaces');
    is($before->(), $seen, 'none of them reaches the upstream');
};

subtest 'other requests of httpd' => sub {
    is(status(post('/cgi/body.sh', 'a=evil1')), 403, 'a program');
    is(status(post('/pretty', 'a=evil1')), 403, 'a path of .htaccess');
    my $large = 'a=' . 'x' x 20_000;
    is(sent(post('/pretty', $large))->body, "20002 bytes\n", '... and its body');
    is(sent(post('/private', 'a=evil1'))->body, "0 bytes\n",
        'the page of an error gets no body that rules have not seen');
};

subtest 'the cache behind its clients' => sub {
    my $cache = RProxy::Cache->start('t68_bypass_cache', 'origin_b');
    my @stale = ('Cache-Control', 'max-age=60, stale-while-revalidate=600',
        'Age', 70, 'Content-Type', 'text/plain');
    my %how = (
        6911 => [body => 'a leak', fields => [@stale, 'X-Leak', 'yes']],
        6912 => [body => 'a secret', fields => \@stale],
    );
    for my $id (sort keys %how) {
        my $log  = RProxy::Log->error_log;
        my $page = $cache->page(body => 'one', fields => \@stale);
        is($cache->get($page)->body, 'one', 'a page is stored');
        $cache->answer($page, @{ $how{$id} });
        is($cache->get($page)->body, 'one', '... and sent while it is stale');
        like($log->await(qr/refused by waf-$id/), qr/RP4002/,
            'what comes in its place meanwhile is refused');
        unlike($cache->get($page)->body, qr/leak|secret/, '... and seen by nobody')
            for 1 .. 3;
    }
    $cache->origin->stop;
};

subtest 'a section with a mode of its own' => sub {
    my $get = "GET /%s?q=evil1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    is(status(sprintf($get, ''), 't68_bypass_mode'), 200, 'a host that only detects');
    is(status(sprintf($get, 'strict'), 't68_bypass_mode'), 403,
        '... and a section that refuses');
};

subtest 'logins' => sub {
    for my $n (1 .. 4) {
        my $login = post('/login', 'user=jane&password=wrong');
        my $is = status([substr($login, 0, -20), substr $login, -20],
            't68_bypass_login');
        is($is, $n <= 2 ? 200 : 429, "try $n");
    }
};

subtest 'refusals before the body has come' => sub {
    for my $target ('/?to=go', '/private') {
        my ($head, $body) = post($target, 'a=b') =~ /\A(.*\r\n\r\n)(.*)\z/s;
        my $client = RProxy::Client->to('t68_bypass');
        $client->send($head);
        my $answer = RProxy::Driver::is_loop() && $client->read_response;
        $client->send($body) unless $answer;
        is(($answer || $client->read_response)->status,
            $target eq '/private' ? 401 : 302, $target);
    }
};

subtest 'who is let in by a password' => sub {
    plan skip_all => 'needs mod_access_compat' if !Apache::Test::have_module('access_compat');
    my $get = "GET /any?q=%s HTTP/1.1\r\nHost: localhost\r\n"
        . "Authorization: Basic amFuZTpqYW5l\r\n\r\n";
    is(status(sprintf($get, 'good'), 't68_bypass_any'), 200, 'with a good request');
    is(status(sprintf($get, 'evil1'), 't68_bypass_any'), 403, '... not with a bad one');
};

done_testing();
