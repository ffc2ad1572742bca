#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The client sees the public name only: in references, cookies, fields about
# software, and on error pages.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Origin ();

my $PORT   = Apache::Test::vars('origin_a_port');
my $DEAD   = Apache::Test::vars('origin_h_port');
my $MEMBER = "127.0.0.1:$PORT";

# The origin sends the fields that the query names: "name=value;name=value",
# percent-encoded; status=NNN is the status.
sub reply_by_query {
    my ($c, $request) = @_;
    my ($query) = $request->{target} =~ /\?(.*)/;
    my $status  = 200;
    my @fields;
    for my $pair (split /&/, $query // '') {
        $pair =~ s/%([0-9A-F]{2})/chr hex $1/ge;
        my ($name, $value) = split /=/, $pair, 2;
        if ($name eq 'status') { $status = $value }
        else                   { push @fields, $name, $value }
    }
    return $c->reply($status, "body of the origin\n", @fields);
}

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->send("HTTP/1.1 103 Early Hints\r\nServer: Secret/1.0\r\n"
                . "Connection: X-Hop\r\nX-Hop: 1\r\n"
                . "Link: </v2/a.css>; rel=preload\r\n\r\n")
            if $request->{target} =~ /^.v2.hinted/;
        reply_by_query($c, $request);
    }
});

sub query {
    my @pairs;
    while (my ($name, $value) = splice @_, 0, 2) {
        $value =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ge;
        push @pairs, "$name=$value";
    }
    return join '&', @pairs;
}

# Asks for the path with the origin answering these fields.
sub answer {
    my ($vhost, $path, $fields, %o) = @_;
    return RProxy::Client->to($vhost, %o)
        ->get($path . '?' . query(@$fields),
        Host => $o{host} // 'www.example.org', @{ $o{send} // [] });
}

# The value of one field as the client gets it.
sub mapped {
    my ($vhost, $path, $name, $value, %o) = @_;
    return answer($vhost, $path, [$name => $value], %o)->field($name);
}

plan tests => 66;

# ---- references ----

is(mapped('t27_root', '/', Location => "http://$MEMBER/a?b#c"),
    'http://www.example.org/a?b#c', 'Location of the member');
is(mapped('t27_root', '/', Location => "http://$MEMBER/a",
        host => 'www.example.org:8080'),
    'http://www.example.org:8080/a', 'with the port that the client uses');
is(mapped('t27_root', '/', Location => '/a'), '/a', 'a path');
is(mapped('t27_root', '/', Location => 'b/c?d'), 'b/c?d', 'a relative one');
is(mapped('t27_root', '/', Location => 'https://other.example/'),
    'https://other.example/', 'another host');
is(mapped('t27_root', '/', Location => 'https://www.example.org/'),
    'https://www.example.org/', 'the way to https is left open');
is(mapped('t27_root', '/', 'Content-Location' => "http://$MEMBER/a"),
    'http://www.example.org/a', 'Content-Location');
is(mapped('t27_root', '/', Refresh => "5; url=http://$MEMBER/a"),
    '5; url=http://www.example.org/a', 'Refresh');
is(mapped('t27_root', '/', Link => "<http://$MEMBER/a>; rel=next, </b>; rel=x"),
    '<http://www.example.org/a>; rel=next, </b>; rel=x', 'Link');

is(mapped('t27_prefix', '/app/x', Location => "http://$MEMBER/v2/a"),
    'http://www.example.org/app/a', 'prefix exchanged');
is(mapped('t27_prefix', '/app/x', Location => '/v2/a'), '/app/a', 'in a path');
is(mapped('t27_prefix', '/app/x', Location => '/v22/a'), '/v22/a',
    'not in another path');
is(mapped('t27_prefix', '/app/x', Link => '</v2/a>; rel=x'),
    '</app/a>; rel=x', 'in Link');
{
    my ($hint) = @{ answer('t27_prefix', '/app/hinted', [])->{interim} };
    is($hint->status, 103, 'a hint before the response');
    is($hint->field('Link'), '</app/a.css>; rel=preload', 'with its prefix');
    is_deeply([$hint->names], ['Link'], 'and nothing of the connection');
}
is(mapped('t27_prefix', '/own/x', Location => '/a'), '/own/a',
    'prefix put back');
is(mapped('t27_prefix', '/own/x', Location => '/own/a'), '/own/a',
    'not twice');

is(mapped('t27_kept_host', '/', Location => 'http://www.example.org/a'),
    'http://www.example.org/a', 'Host kept');
is(mapped('t27_kept_host', '/', Location => 'http://www.example.org/a',
        from => '127.0.0.2', send => ['X-Forwarded-Proto' => 'https']),
    'https://www.example.org/a', 'Host kept, TLS ends at a trusted peer');
is(mapped('t27_kept_host', '/', Location => 'http://www.example.org/a',
        from => '127.0.0.3', send => ['X-Forwarded-Proto' => 'https']),
    'http://www.example.org/a', 'not at a stranger');
is(mapped('t27_kept_host', '/', Location => "http://$MEMBER/a",
        from => '127.0.0.2', send => ['X-Forwarded-Host' => 'far.example']),
    'http://far.example/a', 'the name a trusted peer was called by');
is(mapped('t27_tls', '/', Location => "http://$MEMBER/a", tls => 1),
    'https://www.example.org/a', 'TLS ends here');

is(mapped('t27_root', '/untouched/', Location => "http://$MEMBER/a"),
    "http://$MEMBER/a", 'RProxyRewrite Off');

{
    my $client = RProxy::Client->to('t27_root');
    $client->send('GET /?' . query(Location => "http://$MEMBER/a")
            . " HTTP/1.0\r\n\r\n");
    my $location = $client->read_response->field('Location');
    like($location, qr{^http://front\.example(?::\d+)?/a$},
        'a client that names no host: ServerName');
}

# ---- cookies ----

is(mapped('t27_root', '/', 'Set-Cookie' => 'a=b; Domain=127.0.0.1; Path=/x'),
    'a=b; Path=/x', 'a domain of the origin');
is(mapped('t27_root', '/', 'Set-Cookie' => 'a=b; Domain=example.org'),
    'a=b; Domain=example.org', 'a domain of the public name');
is(mapped('t27_prefix', '/app/x', 'Set-Cookie' => 'a=b; Path=/v2/y; Secure'),
    'a=b; Path=/app/y; Secure', 'a path');
is(mapped('t27_prefix', '/own/x', 'Set-Cookie' => 'a=b; Path=/'),
    'a=b; Path=/own', 'a path put back');
is(mapped('t27_root', '/untouched/',
        'Set-Cookie' => 'a=b; Domain=127.0.0.1'),
    'a=b; Domain=127.0.0.1', 'RProxyRewrite Off');

# ---- software ----

my @SOFTWARE = (
    'Server'              => 'Secret/1.0',
    'X-Powered-By'        => 'PHP/5.2',
    'X-AspNet-Version'    => '4.0',
    'X-AspNetMvc-Version' => '5.2',
    'X-Generator'         => 'Own CMS',
    'X-Runtime'           => '0.1',
);
{
    my $got = answer('t27_root', '/', \@SOFTWARE);
    unlike($got->field('Server') // '', qr/Secret/, 'Server is ours');
    is($got->field($_), undef, "$_ is hidden")
        for qw(X-Powered-By X-AspNet-Version X-AspNetMvc-Version);
    is($got->field('X-Runtime'), '0.1', 'the rest is not');
}
{
    my $got = answer('t27_root', '/listed/', \@SOFTWARE);
    is($got->field($_), undef, "$_ is hidden, as it is listed")
        for qw(X-Generator X-Runtime);
    is($got->field('X-Powered-By'), undef, 'and the usual ones');
}
{
    my $got = answer('t27_root', '/untouched/', \@SOFTWARE);
    is($got->field('Server'),       'Secret/1.0', 'RProxyHide none: Server');
    is($got->field('X-Powered-By'), 'PHP/5.2',    'and X-Powered-By');
}

# ---- error pages of ours ----

sub tells_nothing {
    my ($got, $name) = @_;
    my $all = $got->{head} . $got->body;
    unlike($all, qr/127\.0\.0\.1|\b(?:$PORT|$DEAD)\b/, $name);
    return;
}

{
    my $got = RProxy::Client->to('t27_root')->get('/dead/x');
    is($got->status, 502, 'a member that refuses');
    tells_nothing($got, 'its address is not on the page');
}
{
    my $got = answer('t27_root', '/', ['Content-Length' => 7]);
    is($got->status, 502, 'a response that contradicts itself');
    tells_nothing($got, 'and none of it is on the page');
    unlike($got->body, qr/origin/, 'not its body either');
}

# ---- RProxyErrorOverride ----

{
    my $got = answer('t27_errors', '/x', [status => 500]);
    is($got->status, 500, 'override: the status stays');
    unlike($got->body, qr/body of the origin/, 'the page is ours');
}
{
    my $got = answer('t27_errors', '/x', [status => 404, 'X-Own' => 1],
        send => ['If-None-Match' => '"x"', 'Range' => 'bytes=0-1']);
    is($got->status, 404, 'override: ErrorDocument of a path');
    is($got->body, "body of the origin\n", 'is asked for, here proxied too');
    is($got->field('X-Own'), undef, 'without the fields of the error');
    my ($first, $page) = @{ $origin->requests }[-2, -1];
    like($first->{head}, qr/^If-None-Match: "x"\r\nRange:/m,
        'the origin is asked for what the client wants');
    like($page->{head}, qr{^GET /v2/404\.html }, 'then for the page');
    unlike($page->{head}, qr/^(?:If-|Range)/m, 'without conditions on it');
}
{
    my $got = answer('t27_errors', '/x', [
        'status'           => 401,
        'WWW-Authenticate' => 'Basic realm="r"',
        'Set-Cookie'       => 'a=b',
    ]);
    is($got->status, 401, 'override: 401');
    is($got->body, 'who are you?', 'ErrorDocument of a text');
    is($got->field('WWW-Authenticate'), 'Basic realm="r"',
        'with the challenge');
    is($got->field('Set-Cookie'), undef, 'and nothing else');
}
{
    my $got = RProxy::Client->to('t27_errors')
        ->ask(POST => '/x?status=404', [], 'a form');
    is($got->status, 404, 'override: a POST that fails');
    my ($first, $page) = @{ $origin->requests }[-2, -1];
    is($first->{body}, 'a form', 'with its body');
    like($page->{head}, qr{^GET /v2/404\.html }, 'gets a page by GET');
    is($page->{framing}, 'none', 'that has none');
}
is(answer('t27_errors', '/x', [status => 503, 'Retry-After' => 77])
        ->field('Retry-After'), 77, 'override: 503 with Retry-After');
is(answer('t27_errors', '/x', [status => 200])->body,
    "body of the origin\n", 'override: no error, no page');
is(answer('t27_errors', '/theirs/x', [status => 404])->body,
    "body of the origin\n", 'off: the origin\'s own page');
{
    my $got = RProxy::Client->to('t27_errors')->get('/dead/x');
    is($got->status, 502, 'an error of ours');
    is($got->body, 'our own words', 'has its ErrorDocument');
}
