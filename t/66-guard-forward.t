#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Another service says who may: its answers go to the origin or to the client,
# are kept for a time where that is wanted, and without one nobody is let in.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Time::HiRes qw(time);
use RProxy::Httpd ();
use RProxy::Origin ();

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, join(' ', map { "$_=" . ($request->field($_) // '-') } qw(X-User X-Odd)),
            $request->{target} =~ /cached/ ? ('Cache-Control', 'max-age=600, public') : ());
    }
});

# Some may come from here, to one path or to one host alone.
sub is_elsewhere {
    my ($request, $who) = @_;
    return 1 if $who eq 'near' && $request->field('X-Forwarded-For') ne '127.0.0.1';
    return 1 if $who eq 'outer' && $request->field('X-Forwarded-Uri') =~ m{^/told/inner};
    return $who eq 'guest' && $request->field('X-Forwarded-Host') ne 'localhost';
}

# Who shows the cookie "who=NAME" is NAME.
my $service = RProxy::Origin->start('origin_b', sub {
    my ($c) = @_;
    my $request = $c->read_request or return;
    my ($who) = ($request->field('Cookie') // '') =~ /who=(\w+)/;
    $who //= '';
    return $c->reply(204, '') if ($request->field('Authorization') // '') eq 'Bearer good';
    return $c->hang if $who eq 'slow';
    return $c->send("HTTP/1.1 200") && $c->hang if $who eq 'cut';
    return $c->send("nonsense\r\n\r\n") if $who eq 'odd';
    return $c->reply(500, '') if $who eq 'broken';
    return $c->reply(302, '') if $who eq 'nowhere';
    return $c->reply(204, '', map { ("X-Fill-$_" => 'x' x 4000) } 1 .. 40) if $who eq 'huge';
    return $c->reply(302, '', Location => 'https://login.example/?u=1',
        'Set-Cookie' => 'state=1', 'X-User' => 'nobody') if $who eq '';
    return $c->reply(403, 'no', 'X-Odd' => 'x') if $who eq 'evil' || is_elsewhere($request, $who);
    return $c->reply(401, '', 'WWW-Authenticate' => 'Bearer realm="sso"') if $who eq 'old';
    return $c->reply(204, '', 'X-User' => $who, 'X-Odd' => 'x', 'X-Forwarded-User' => $who,
        'X-Group' => 'a', 'X-Group' => 'b');
});

my ($port, $auth) = map { RProxy::Origin::port("origin_$_") } qw(a b);
my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => { 'htdocs/f.txt' => "file\n" },
    conf     => <<"END",
RProxyCacheSize 8m
RProxyCache On
RProxyGuardForwardAuth http://127.0.0.1:$auth/check?a=1 headers=X-User timeout=30s
<Location "/">
    RProxyGuardRequire forward-auth
</Location>
<Location "/soon">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/check timeout=1s
</Location>
<Location "/open">
    RProxyGuardRequire none
</Location>
<Location "/kept">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/kept headers=X-User cache=60s by=cookie:who timeout=30s
</Location>
<Location "/told">
    RProxyGuardForwardAuth http://127.0.0.1:$auth/told headers=X-User,X-Forwarded-User,X-Group cache=60s timeout=30s
</Location>
<Location "/nobody">
    RProxyGuardForwardAuth http://127.0.0.1:1/ timeout=1s
</Location>
<Location "/try">
    RProxyGuardRequire forward-auth action=log
</Location>
<Location "/delayed">
    RProxyGuard On
    RProxyGuardLimit t66 rate=20/s action=delay
</Location>
<Location "/slowly">
    RProxyGuard On
    RProxyGuardLimit t66slow rate=5/s burst=1 action=delay
</Location>
RProxyPass "/f.txt" "!"
RProxyPass "/" "http://127.0.0.1:$port"
END
);

sub ask {
    my ($path, $who, @fields) = @_;
    push @fields, Cookie => "a=b; who=$who" if defined $who;
    return $httpd->connect->ask('GET', $path, \@fields);
}
sub status { return ask(@_)->status }
sub questions { return scalar @{ $service->requests } }

is(ask('/a?b=c', 'anna', 'X-User' => 'root', X_User => 'root', 'X-Odd' => 'mine')->body,
    'X-User=anna X-Odd=mine', 'who is let in, and what the origin is told');
{
    my $question = $service->requests->[-1];
    is("$question->{method} $question->{target}", 'GET /check?a=1', 'the question');
    like($question->{head}, qr{^X-Forwarded-Uri: /a\?b=c\r$}m, '... has the address');
    ask('/b/.././%61//b%20c?d=//e', 'anna');
    like($service->requests->[-1]{head}, qr{^X-Forwarded-Uri: /a/b%20c\?d=//e\r$}m,
        '... as the origin sees it');
    ask('http://localhost/a?b', 'anna');
    like($service->requests->[-1]{head}, qr{^X-Forwarded-Uri: /a\?b\r$}m,
        '... without a scheme and host');
    like($question->{head}, qr{^X-Forwarded-Method: GET\r$}m, '... and the method');
    like($question->{head}, qr{^Cookie: a=b; who=anna\r$}m, '... and the cookies');
}
is(ask('/a', 'anna', 'X-User' => 'root', Connection => 'X-User')->body,
    'X-User=anna X-Odd=-', 'what the origin is told, whatever Connection takes away');
{
    my $answer = ask('/a');
    is($answer->status, 302, 'who has to log in');
    is($answer->field('Location'), 'https://login.example/?u=1', '... is told where');
    is($answer->field('Set-Cookie'), 'state=1', '... with the cookie');
    is($answer->field('X-User'), undef, '... and nothing else');
    $answer = ask('/a', 'evil');
    is($answer->status, 403, 'who is refused');
    is($answer->field('X-Odd'), undef, '... gets no other fields');
    $answer = ask('/a', 'old');
    is($answer->status, 401, 'who must show something else');
    is($answer->field('WWW-Authenticate'), 'Bearer realm="sso"', '... is told what');
}
for (
    [broken => qr/RP4351: .* answers 500: expected 2xx/],
    [nowhere => qr/RP4351: .* answers 302: expected 2xx/],
    [odd => qr/RP4350: .* invalid_response: .*RProxyResponseLimit/],
    [huge => qr/RP4350: .* invalid_response: .*RProxyResponseLimit/],
    [cut => qr/RP4350: .* total_timeout: .*its timeout=/],
    [slow => qr/RP4350: .* total_timeout: .*its timeout=/],
) {
    my ($who, $line) = @$_;
    is(status('/soon', $who), 503, "the service is $who: nobody is let in");
    like($httpd->text('error_log'), $line, '... and the log says why');
}
is(status('/nobody', 'anna'), 503, '... or is not there');
like($httpd->text('error_log'), qr/RP4350: .* connect_failed/, '... and the log says so');
is(status('/f.txt'), 302, 'a file');
is(ask('/f.txt', 'anna')->body, "file\n", '... for who may');
is(status('/delayed', 'anna'), 200, 'with a delay') for 1 .. 3;
is(status('/delayed', 'evil'), 403, '... refused behind it') for 1 .. 3;
{
    my $begun = time;
    is(status('/slowly', 'anna'), 200, 'let in, at a rate') for 1 .. 4;
    cmp_ok(time - $begun, '>', 0.35, '... that holds');
}
is(status('/try', 'evil'), 200, 'what is only logged');
is(ask('/open', 'evil', 'X-User' => 'root')->body, 'X-User=- X-Odd=-', 'an open path');
{
    my $client = $httpd->connect;
    is($client->ask('POST', '/a', [Cookie => 'who=anna'], 'x' x 5000)->status, 200, 'a POST');
    is($client->ask('GET', '/a', [Cookie => 'who=evil'])->status, 403,
        '... and another on its connection');
    is($client->ask('HEAD', '/a', [Cookie => 'who=anna'])->status, 200, '... and HEAD');
}

# ---- answers that are kept ----

{
    my $n = questions();
    is(ask('/kept/a', 'anna')->body, 'X-User=anna X-Odd=-', 'an answer') for 1 .. 5;
    is(questions() - $n, 1, '... is asked for once');
    is(ask('/kept/a', 'bert')->body, 'X-User=bert X-Odd=-', '... for each');
    is(status('/kept/a', 'evil'), 403, 'a refusal') for 1 .. 3;
    is(questions() - $n, 3, '... likewise');
    is(status('/kept/a'), 302, 'with a cookie it is not kept') for 1 .. 2;
    is(status('/kept/a', 'broken'), 503, 'nor without an answer') for 1 .. 2;
    is(questions() - $n, 7, '... it is asked each time');
}

{
    is(status('/told/a', 'outer'), 200, 'an answer for a path');
    ask('/told/a', 'anna', 'X-Forwarded-User' => 'root');
    like($origin->requests->[-1]{head}, qr{^X-Forwarded-User: anna\r$}m,
        '... with a field that only a trusted peer may send');
    like($origin->requests->[-1]{head}, qr{^X-Group: a, b\r$}m, '... and with all lines of one');
    is(status('/told/inner', 'outer'), 403, '... is not for another one');
    is(status('/told/a', 'near'), 200, '... for an address');
    is($httpd->connect(from => '127.0.0.2')->get('/told/a', Cookie => 'a=b; who=near')->status,
        403, '... is not for another one');
    is(status('/kept/a', 'guest'), 200, '... for a host');
    is(status('/kept/a', 'guest', Host => 'other.example'), 403, '... is not for another one');
    is(status('/kept/a', undef, Authorization => 'Bearer good'), 200, '... for a token');
    is(status('/kept/a'), 302, '... is not for who shows none');
}

# ---- the cache ----

{
    my $n = @{ $origin->requests };
    is(status('/cached', 'anna'), 200, 'a page that is stored') for 1 .. 2;
    is(status('/cached', 'evil'), 403, '... is not for whom the service refuses');
    is(status('/cached'), 302, '... or does not know');
    is(status('/cached', 'broken'), 503, '... or says nothing of');
    is(status('/cached', 'bert'), 200, '... but for who may');
    is(@{ $origin->requests } - $n, 1, '... from the cache');
}

# ---- many at once ----

{
    my @clients = map { $httpd->connect } 1 .. 30;
    my @who = map { $_ % 3 ? 'anna' : 'evil' } 1 .. 30;
    $clients[$_]->send("GET /a HTTP/1.1\r\nHost: localhost\r\nCookie: who=$who[$_]\r\n\r\n")
        for 0 .. 29;
    my @status = map { $_->read_response->status } @clients;
    is("@status", join(' ', map { $_ eq 'anna' ? 200 : 403 } @who), 'many at once');
}
{
    # Clients that do not wait for the service.
    my @clients = map { $httpd->connect } 1 .. 10;
    $_->send("GET /a HTTP/1.1\r\nHost: localhost\r\nCookie: who=slow\r\n\r\n") for @clients;
    $_->close for @clients;
    is(status('/a', 'anna'), 200, 'after clients that went away');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();
