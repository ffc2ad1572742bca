#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# A challenge as a program sees it that can do the work: question, answer,
# cookie; and what is refused.  (t/e2e/challenge.test.js has the browser's side.)
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA qw(sha256);
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Server ();

my $PATH   = '/.well-known/rproxy-guard';
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, 'cookie: ' . ($request->field('Cookie') // 'none'),
            $request->{target} eq '/old'
            ? ('Cache-Control' => 'max-age=0, stale-while-revalidate=60')
            : ());
    }
});

sub ask {
    my ($target, %o) = @_;
    my $client = RProxy::Client->to($o{vhost} // 't64_challenge',
        $o{from} ? (from => $o{from}) : ());
    return $client->ask($o{method} // 'GET', $target, $o{fields} // [], $o{body});
}

sub question_of {
    my ($answer) = @_;
    return $answer->body =~ /data-question="([^"]+)" data-difficulty="(\d+)"/;
}

# The first number that will do, or that will not.
sub work {
    my ($question, $bits, $wrong) = @_;
    for (my $n = 0; ; $n++) {
        my $good = unpack('B32', sha256("$question.$n")) =~ /^0{$bits}/;
        return $n if $wrong ? !$good : $good;
    }
}

is(ask('/hot')->status, 200, 'one is free');
my $log  = RProxy::Log->error_log;
my $page = ask('/hot');
is($page->status, 403, 'the second one gets a challenge');
like($page->field('Content-Type'),  qr{^text/html},  '... a page');
like($page->field('Cache-Control'), qr/no-store/,    '... that is not kept');
like($page->field('Content-Security-Policy'), qr/^default-src 'none'/,
    '... and that may ask nobody else');
unlike($page->body, qr{https?://}, '... nor does it want to');
my ($id) = $page->body =~ m{<b>([0-9a-z]{12})</b>};
like($log->await(qr/RP4002: .*id=$id/), qr/refused by asks: more than 1\/day/,
    'the log has its number, rule and reason');

my ($question, $bits) = question_of($page);
is($bits, 8, 'so hard');
my $n      = work($question, $bits);
my $answer = ask("$PATH?$question&$n");
is($answer->status, 204, 'the answer is taken');
my ($pass) = ($answer->field('Set-Cookie') // '')
    =~ /^rproxy_pass=([^;]+); Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/;
ok($pass, '... for a cookie');

my @pass = (fields => [Cookie => "a=b; rproxy_pass=$pass; c=d"]);
my $good = ask('/hot', @pass);
is($good->status, 200, 'with it one gets on');
is($good->body, 'cookie: a=b; c=d', 'the application does not see it');
is(ask('/hot', fields => [Cookie => "rproxy_pass=$pass"])->body,
    'cookie: none', '... nor an empty field');
is(ask('/hot', @pass, from => '127.0.0.44')->status, 200, 'from near by, too');
is(ask('/hot', @pass, from => '127.0.4.4')->status, 403, 'from elsewhere not');
is(ask('/hot', fields => [Cookie => 'rproxy_pass=' . substr $pass, 0, -1])
        ->status, 403, 'not with one that was changed');
is(ask('/hot', fields => [Cookie => "rproxy_pass=$question"])->status, 403,
    'nor with the question');

is(ask('/section')->status, 200, 'a section: one is free');
is(ask('/section', @pass)->status, 403, '... and then it is harder');
is(ask('/section', @pass, from => '127.0.7.1')->status, 200,
    'not for allowed networks');

is(ask("$PATH?$question&" . work($question, $bits, 1))->status, 403,
    'a number that is wrong');
is(ask("$PATH?$question&$n", from => '127.0.4.4')->status, 403,
    'the right one from elsewhere');
is(ask("$PATH?$question&$n", method => 'POST', body => 'a')->status, 403,
    'another method');
is(ask($_)->status, 403, "nothing to take: $_")
    for $PATH, "$PATH?", "$PATH?&", "$PATH?a&1", "$PATH?$pass&1";
is(ask($PATH, vhost => 't64_detect')->status, 403, 'any virtual host takes it');

my $json = ask('/hot', fields => [Accept => 'application/json']);
like($json->field('Content-Type'), qr{^application/json}, 'JSON for programs');
like($json->body, qr/^\{"error":"challenge",/, '... that says what it is');
is(ask('/hot', method => 'HEAD')->status, 403, 'HEAD');
my $form = ask('/hot', method => 'POST', body => 'a=b');
like($form->body, qr/data-body="1"/, 'the page of a form knows that it is one');

is_deeply([map { ask('/', vhost => 't64_detect')->status } 1 .. 2], [200, 200],
    'DetectOnly asks nobody');

# ---- what the cache fetches for itself ----

is_deeply([map { ask('/old')->status } 1 .. 2], [200, 200],
    'two are free, the second one of the cache');
RProxy::Server::await(
    sub { (grep { $_->{target} eq '/old' } @{ $origin->requests }) == 2 },
    'the page is fetched anew, and that counts as nobody');
is(ask('/old')->status, 403, 'the third one is not free');

# ---- over a full stop ----

my $httpd = RProxy::Httpd->start(
    files => { 'htdocs/a.txt' => "a\n" },
    conf  => <<'END',
RProxyGuardState scratch/state
RProxyGuard On
RProxyGuardLimit none rate=1/day key=all action=challenge:4
END
);
my @own = do {
    $httpd->connect->get('/a.txt');
    my ($ask, $hard) = question_of($httpd->connect->get('/a.txt'));
    my $got = $httpd->connect->get("$PATH?$ask&" . work($ask, $hard));
    (Cookie => $got->field('Set-Cookie') =~ /^([^;]+)/);
};
sub with_own { return $httpd->connect->ask('GET', '/a.txt', \@own)->status }

sub again {
    $httpd->stop;
    unlink $httpd->folder . '/error_log';    # its words say that httpd is up
    $_[0]->();
    $httpd->run;
    $httpd->connect->get('/a.txt');    # the one that is free
    return;
}

is(with_own(), 200, 'a cookie');
$httpd->restart_gracefully;
is(with_own(), 200, '... is good after a graceful restart');
again(sub { });
is(with_own(), 200, '... and after a full stop');
my $file = $httpd->folder . '/scratch/state/challenge';
is(sprintf('%o', (stat $file)[2] & 0777), '600', 'nobody else reads the secret');
again(sub { truncate $file, 9 or die $! });
is(with_own(), 403, 'a torn file: a new secret');
like($httpd->text('error_log'), qr{RP4134: .*challenge is not what},
    'the log says so');
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
