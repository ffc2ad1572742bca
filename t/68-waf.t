#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Rules at work: each phase, each verdict, bodies of all kinds, for what an
# upstream, a file and a program answer; log lines as mod_security2 has them.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

my $FORM   = ['Content-Type' => 'application/x-www-form-urlencoded'];
my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, answer_of($request), fields_of($request->{target}));
    }
});

sub answer_of {
    my ($request) = @_;
    my $target = $request->{target};
    return 'the list of passwords' if $target =~ /passwords/;
    return 'x' x 5000 . ' leak'    if $target =~ /late-leak/;
    return 'a leak ' . 'x' x 5000  if $target =~ /early-leak/;
    return length($request->body // '') . ' bytes';
}

sub fields_of {
    my ($target) = @_;
    return (
        'Content-Type' => $target =~ /image/ ? 'image/png' : 'text/plain',
        $target =~ /leaky/  ? ('X-Leak'        => 'yes')         : (),
        $target =~ /cached/ ? ('Cache-Control' => 'max-age=600') : (),
    );
}

my $log;

# The answer, on a connection of its own.
sub ask {
    my ($method, $target, $fields, $body, %o) = @_;
    $log = RProxy::Log->error_log;
    return RProxy::Client->to($o{vhost} // 't68_waf')
        ->ask($method, $target, $fields // [], $body);
}

sub status { my $answer = ask(@_); return $answer ? $answer->status : 'closed' }
sub form   { return status('POST', $_[0], $FORM, @_[1 .. $#_]) }

sub line {
    my ($id) = @_;
    return $log->await(qr/ModSecurity: .*\[id "$id"\]/);
}

sub multipart {
    my ($name, $content) = @_;
    return (
        ['Content-Type' => 'multipart/form-data; boundary=b'],
        qq(--b\r\nContent-Disposition: form-data; name="f"; filename="$name"\r\n)
            . "Content-Type: text/plain\r\n\r\n$content\r\n--b--\r\n"
    );
}

# ---- phase 1 ----

my $page = ask('GET', '/a?b=c', ['User-Agent' => 'my "bad-agent" 1']);
is($page->status, 403, 'a header is refused');
my ($id) = $page->body =~ m{<b>([0-9a-z]{12})</b>};
ok($id, '... with a page that has a number');
like(line(6801), qr{
    \[client\ 127\.0\.0\.1\]\ ModSecurity:\ Access\ denied\ with\ code\ 403\ \(phase\ 1\)\.
    \ String\ match\ "bad-agent"\ at\ REQUEST_HEADERS:User-Agent\.
    \ \[file\ "[^"]*/68-waf\.conf"\]\ \[line\ "\d+"\]\ \[id\ "6801"\]\ \[msg\ "An\ agent"\]
    \ \[data\ "is\ \\\\x22my\ \\\\x22bad-agent\\\\x22\ 1\\\\x22"\]
    \ \[severity\ "CRITICAL"\]\ \[ver\ "t/1"\]\ \[tag\ "a/b"\]
    \ \[hostname\ "localhost"\]\ \[uri\ "/a"\]\ \[unique_id\ "[-\w@]{24,27}"\]$
}x, '... and a line in the form of mod_security2');
like($log->await(qr/RP4002/), qr/refused by waf-6801: .*id=$id/,
    '... whose number is in the log');

my $away = ask('GET', '/?to=away');
is($away->status, 302, 'a redirect');
is($away->field('Location'), 'http://example.org/away', '... with its macro');
like(line(6803), qr{denied with redirection to http://example.org/away using status 302},
    '... is logged');
is(status('GET', '/?to=nowhere'), 'closed', 'a connection is dropped');
like(line(6804), qr/denied with connection close \(phase 1\)/, '... is logged');
is(status('GET', '/?to=anywhere&q=evil1'), 200, 'an allowed request goes on');
like(line(6805), qr/ModSecurity: Access allowed \(phase 1\)/, '... is logged');

# ---- phase 2 ----

is(status('GET', '/?q=good'),          200, 'a harmless argument');
is(status('GET', '/?q=%65vil1'),       403, 'an argument of the query');
is(status('GET', '/?q=evil1&skip=1'),  200, 'a rule that is skipped');
is(form('/', 'a=b&c=good'),            200, 'a harmless form');
is(form('/', 'a=b&c=ev%69l2'),         403, 'a form');
like(line(6807), qr/\(phase 2\)\. .* at ARGS:c\./, '... with its field in the log');
is(form('/', 'a=' . 'x' x 200_000),    200, 'a large form');
is(form('/', 'a=' . 'x' x 200_000 . '&b=evil3'), 403, '... at whose end it is');
is(status('POST', '/', [@$FORM, 'Transfer-Encoding' => 'chunked'],
    "5\r\na=evi\r\n2\r\nl4\r\n0\r\n\r\n"), 403, 'a form in chunks');
my @json = ['Content-Type' => 'application/json'];
is(status('POST', '/', @json, '{"a":{"b":["x","evil5"]}}'), 403, 'JSON');
is(status('POST', '/', @json, '{"a":{"b":["x","good"]}}'),  200, 'harmless JSON');
is(status('POST', '/', @json, '{"a":'), 400, 'JSON that is broken');
like(line(6808), qr/A broken body/, '... is an error of the body');
is(status('POST', '/', multipart('a.txt', 'x' x 300_000)), 200, 'a file');
is(status('POST', '/', multipart('a.php', 'x' x 300_000)), 403, '... of that name');
is(form('/cgi/body.sh', 'a=' . 'x' x 100_000), 200, 'a program gets its body');
is(form('/cgi/body.sh', 'a=evil6'), 403, '... or nothing of it');
is(form('/file/hello.txt', 'a=evil6'), 403, 'what is no proxy is protected');

my ($type, $long) = multipart('a.txt', 'x' x 3_000_000);
is(ask('POST', '/', $type, $long)->body, length($long) . ' bytes',
    'an upload reaches the upstream as it was');

# ---- the client's pace ----

my $slow = RProxy::Client->to('t68_waf');
$slow->send("POST / HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: $FORM->[1]\r\nContent-Length: 9\r\n\r\na=");
my $before = @{ $origin->requests };
is(status('GET', '/'), 200, 'others are served while a body comes');
$slow->send('evil7');
is(status('GET', '/'), 200, '... more of it');
is(scalar @{ $origin->requests }, $before + 2, '... which no upstream gets');
$slow->send('90');
is($slow->read_response->status, 403, '... before all of it was seen');

my $both = RProxy::Client->to('t68_waf');
is($both->ask('POST', '/', $FORM, 'a=good')->status, 200, 'a form');
is($both->ask('POST', '/', $FORM, 'a=evil8')->status, 403,
    '... and another one on the same connection');
is($both->ask('GET', '/')->status, 200, '... which goes on');

my $polite = RProxy::Client->to('t68_waf');
$polite->send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        . "Content-Type: $FORM->[1]\r\nContent-Length: 6\r\n\r\n");
like($polite->read_until("\r\n\r\n"), qr{^HTTP/1.1 100 },
    'who expects to be asked is asked');
$polite->send('a=good');
is($polite->read_response->status, 200, '... and served');

# ---- phases 3 to 5 ----

is(status('GET', '/leaky'), 404, 'a header of the response');
like(line(6810), qr/denied with code 404 \(phase 3\)/, '... is logged');
my $list = ask('GET', '/passwords');
is($list->status, 403, 'the body of a response');
unlike($list->body, qr/passwords/, '... is not seen');
like(line(6811), qr/\(phase 4\)\. .* at RESPONSE_BODY\./, '... and logged');
is(status('GET', '/image-passwords'), 200, '... but not that of an image');
is(status('GET', '/file/hello.txt'), 200, 'a file goes through all phases');
is(status('GET', '/?last=1'), 200, 'what the last phase finds');
like(line(6812), qr/ModSecurity: Warning\. .*At the end/, '... is logged');

for my $target ('/', '/file/hello.txt', '/cgi/body.sh') {
    is(status('GET', "$target?phase=$_"), 410, "phase $_ of $target") for 1 .. 4;
    is(status('GET', "$target?phase=5"), 200, "phase 5 of $target");
    like(line(68155), qr/\[uri "\Q$target\E"\]/, '... is told');
}

# ---- sections ----

is(status('GET', '/strict?n=1'),      200, 'a rule of a section');
is(status('GET', '/strict?n=a'),      403, '... refuses');
is(status('GET', '/?n=a'),            200, '... there only');
is(status('GET', '/strict?q=evil1'),  403, 'rules of the host hold in sections');
is(status('GET', '/editor?q=evil1'),  200, '... but those that they remove');
is(form('/editor', 'q=evil1'),        200, '... in a body, too');
is(status('GET', '/free?q=evil1'),    200, 'a section without rules');
is(status('GET', '/free', ['User-Agent' => 'bad-agent']), 200, '... of phase 1');

# ---- the cache ----

is(status('GET', '/cached'), 200, 'a response is stored');
is($origin->await_requests(1)->[-1]{target}, '/cached', '... of the upstream');
is(status('GET', '/cached'), 200, '... and served');
is(status('GET', '/cached', ['User-Agent' => 'bad-agent']), 403,
    'no hit for who is refused');
is(status('GET', '/cached?passwords'), 403, 'a response that is refused');
is(status('GET', '/cached?passwords'), 403, '... was not stored');

# ---- DetectionOnly ----

is(status('GET', '/?q=evil1', [], undef, vhost => 't68_detect'), 200,
    'rules that only detect');
like(line(6821), qr/ModSecurity: Warning\. Pattern match/, '... say so');
is(form('/', 'a=evil1', vhost => 't68_detect'), 200, '... of a form');
like(line(6821), qr/Warning/, '... too');
is(ask('POST', '/', $FORM, 'a=' . 'x' x 30_000, vhost => 't68_detect')->body,
    '30002 bytes', '... and have no limit');

# ---- limits ----

is(form('/', 'a=' . 'x' x 9000,   vhost => 't68_limits'), 200, 'below the limits');
is(form('/', 'a=' . 'x' x 12_000, vhost => 't68_limits'), 413, 'more without files');
like($log->await(qr/no files data length/), qr/larger than the configured limit \(10000\)/,
    '... is logged');
is(form('/', 'a=' . 'x' x 30_000, vhost => 't68_limits'), 413, 'more than all');
like($log->await(qr/Request body \(Content-Length\)/), qr/limit \(20000\)\./,
    '... is logged');
is(status('POST', '/', [@$FORM, 'Transfer-Encoding' => 'chunked'],
    "7530\r\n" . 'x' x 30_000 . "\r\n0\r\n\r\n", vhost => 't68_limits'), 413,
    '... in chunks');
is(status('GET', '/late-leak', [], undef, vhost => 't68_limits'), 500,
    'a response of more');
is(status('GET', '/late-leak', [], undef, vhost => 't68_partial'), 200,
    'a response is seen up to its limit');
is(status('GET', '/early-leak', [], undef, vhost => 't68_partial'), 403,
    '... there');
my $text = ['Content-Type' => 'text/x-log'];
is(ask('POST', '/', $text, 'x' x 30_000 . 'evil1', vhost => 't68_partial')->body,
    '30005 bytes', 'a body is seen up to its limit');
is(status('POST', '/', $text, 'evil1' . 'x' x 30_000, vhost => 't68_partial'), 403,
    '... there');

# ---- the audit log ----

my $file  = RProxy::Vars::value('scratch') . '/68-waf-audit.json';
my $audit = RProxy::Log->file($file);
is(form('/', 'a=evil9"'), 403, 'a request for the audit log');
my ($unique) = line(6807) =~ /\[unique_id "([^"]+)"\]/;
my $entry = JSON::PP->new->decode($audit->await(qr/"\Q$unique\E"/));
is($entry->{transaction}{remote_address}, '127.0.0.1', 'its client');
is($entry->{request}{request_line}, 'POST / HTTP/1.1', 'its request');
is_deeply($entry->{request}{body}, ['a=evil9"'], 'its body');
is($entry->{response}{status}, 403, 'its response');
like($entry->{audit_data}{messages}[0], qr/^Access denied .*\[id "6807"\]/,
    'what was found');
is($entry->{audit_data}{action}{phase}, 2, '... and done');
is($entry->{matched_rules}[0]{id}, '6807', '... by which rule');
my $own = RProxy::Log->file(RProxy::Vars::value('scratch') . '/68-waf-own.json');
is(status('GET', '/own?b=1'), 200, 'a section with a log of its own');
$entry = JSON::PP->new->decode($own->await(qr/"GET /));
is_deeply([sort keys %$entry], [qw(request response transaction)], '... and parts');
is($entry->{request}{request_line}, 'GET /own?b=1 HTTP/1.1', '... has all');
is(status('GET', '/own?quiet=1'), 200, '... but what an <If> leaves out');
is(status('GET', '/own?b=2'), 200, '...');
$own->await(qr/b=2/);
is(scalar(grep { /quiet/ } $own->lines), 0, '... as it says');
is(scalar(grep { m{/own} } $audit->lines), 0, '... and the host has nothing of it');
is(status('GET', '/'), 200, 'a request that is not relevant');
is(scalar(grep { /"GET / } $audit->lines), 0, '... is not in it');

done_testing();
