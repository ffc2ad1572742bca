#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What cannot be inspected, or not to its end, is refused: 400, 403 or 413 by its
# cause, or passes where the place says so.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use RProxy::Client ();
use RProxy::Log ();
use RProxy::Origin ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, length($request->body // ''), 'Content-Type' => 'text/plain');
    }
});
my $log;

sub status {
    my ($method, $target, $body, $type) = @_;
    $log = RProxy::Log->error_log;
    my @type = defined $body
        ? ('Content-Type' => $type // 'application/x-www-form-urlencoded')
        : ();
    return RProxy::Client->to('t68_closed')->ask($method, $target, \@type, $body)
        ->status;
}

sub post { return status('POST', @_) }

sub parts {
    my (@names) = @_;
    return (join('', map {
        qq(--b\r\nContent-Disposition: form-data; name="f"; filename="$_"\r\n)
            . "Content-Type: text/plain\r\n\r\n" . 'x' x 60_000 . "\r\n"
    } @names) . "--b--\r\n", 'multipart/form-data; boundary=b');
}

# One file for each text.
sub files {
    return (join('', map {
        qq(--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n)
            . "Content-Type: text/plain\r\n\r\n$_\r\n"
    } @_) . "--b--\r\n", 'multipart/form-data; boundary=b');
}

my $JSON = 'application/json';
my $XML  = 'application/xml';
my $SLOW = 'slow=' . 'x' x 5000;
my $LONG = 'long=yw' . 'x' x 40_000;   # each x is looked at from each before it
my $MANY = join '&', ('a=1') x 21_000;

# ---- bodies ----

is(post('/', join '&', map {"a$_=1"} 1 .. 50), 200, 'so many arguments');
is(post('/', join '&', map {"a$_=1"} 1 .. 51), 400, '... and one more');
is(post('/', '[[[[["a"]]]]]', $JSON), 200, 'JSON so deep');
is(post('/', '[[[[[["a"]]]]]]', $JSON), 400, '... and deeper');
is(post('/', '{"a":', $JSON), 400, '... and cut off');
is(post('/', '<a><b>c</b></a>', $XML), 200, 'XML');
is(post('/', '<a><b>c</a>', $XML), 400, '... that is none');
is(post('/', parts(qw(a b))), 413, 'files that are too large together');
is(post('/', parts('a.php')), 403, '... by its name');
is(post('/', parts('a')), 200, '... and one that passes');
my ($text, $type) = parts('a');
is(post('/', $text =~ s/--b--/--c--/r, $type), 400, 'parts without an end');
is(post('/reject',  'a=' . 'x' x 2000), 413, 'a body that is too large');
is(post('/partial', 'a=' . 'x' x 2000), 200, '... where the rest passes');

# ---- what is in files ----

my $PROGRAM = '<a-program>';
is(post('/', files('a', 'b', $PROGRAM)), 200, 'files are not looked into');
for my $place ('/saved', '/kept') {
    is(post($place, files('a', 'b')),           200, "files, $place");
    is(post($place, files('a', $PROGRAM)),      406, '... that a rule refuses');
    is(post($place, files('a', 'b', 'c')),      400, 'one more than SecUploadFileLimit');
    is(post($place, files($PROGRAM, ('a') x 9)), 400, '... or many');
    like($log->await(qr/\[id "6893"\]/), qr/MULTIPART_STRICT_ERROR/, '... is told');
}
is(post('/saved/more', files('a', 'b', $PROGRAM)), 406, 'where it is larger');
my $large = $PROGRAM . 'x' x 90_000;
is(post('/saved', files('a', $large)), 406, 'a large file');

# ---- entities ----

{
    my $file = File::Temp->new;
    print {$file} 'evil';
    close $file or die $!;
    my $begin = '<?xml version="1.0"?><!DOCTYPE a ';
    is(post('/', qq($begin [<!ENTITY x SYSTEM "file://$file">]><a>&x;</a>), $XML),
        400, 'an entity of a file');
    is(post('/', qq($begin [<!ENTITY x "evil">]><a>&x;</a>), $XML), 400,
        '... of the body');
    my $seen = @{ $origin->requests };
    my $url  = 'http://127.0.0.1:' . RProxy::Origin::port('origin_a') . '/dtd';
    is(post('/', qq($begin SYSTEM "$url"><a>b</a>), $XML), 200,
        'one that names a DTD elsewhere');
    is(scalar(grep { $_->{target} eq '/dtd' } @{ $origin->requests }), 0,
        '... which nobody asks for');
}

# ---- NUL ----

is(status('GET', '/?a=e%00vil'), 406, 'a NUL in a query');
is(post('/', "a=e\0vil"), 406, '... in a form');
is(post('/', '{"a":"e\\u0000vil"}', $JSON), 406, '... in JSON');
is(post('/', "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ne\0vil\r\n--b--\r\n",
    'multipart/form-data; boundary=b'), 406, '... in a part');

# ---- limits of the inspection ----

is(post('/', $SLOW), 403, 'an expression without end');
like($log->await(qr/not all looked at/), qr/ModSecurity: The rules were not all/,
    '... is told');
like($log->await(qr/Rule 6894/), qr/met SecPcreMatchLimit/, '... by its rule');
is(post('/open', $SLOW), 200, '... where that passes');
is(post('/open', "$SLOW&b=evil"), 403, '... but what the other rules say');
is(post('/many', $MANY), 403, 'more values than there is room for');
is(post('/open/many', $MANY), 200, '... where that passes');
$log->await(qr/too many values/);

# ---- its time ----

for my $case (
    ['/time',        403, 'an expression that takes longer than RProxyWafTime'],
    ['/time/open',   200, '... where that passes'],
    ['/time/detect', 200, '... where rules only detect'],
) {
    my ($target, $status, $name) = @$case;
    is(post($target, $LONG), $status, $name);
    like($log->await(qr/not all looked at/), qr/too many .*RProxyWafTime/,
        '... is told');
    like($log->await(qr/Rule 68940/), qr/met .* or RProxyWafTime/,
        '... with its rule');
}
is(post('/time/enough', $LONG), 200, 'where there is time enough');
is(post('/time/enough', "$LONG&b=evil"), 403, '... the other rules say');
is(scalar(grep {/not all looked at/} $log->lines), 0, '... and no limit is met');

is(scalar(grep { /exit signal/ } $log->lines), 0, 'the server lost no process');
done_testing();
