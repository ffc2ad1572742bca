#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# rproxy-admin: who may use it, what it takes, and that what it refuses changes
# nothing.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Admin ();
use RProxy::Client ();
use RProxy::ConfigTest ();
use RProxy::Driver ();
use RProxy::Httpd ();

my $LIMIT = 65536;
my $TOKEN = 'f00dfeed-0123456789';
my @JSON  = ('Content-Type', 'application/json');

RProxy::Driver::each(t53_admin => sub {
    my ($driver, $vhost) = @_;
    my $admin = RProxy::Admin->new($vhost);
    subtest "$driver: verbs"            => sub { verbs($admin) };
    subtest "$driver: methods"          => sub { methods($admin) };
    subtest "$driver: types of bodies"  => sub { types($admin) };
    subtest "$driver: sizes of bodies"  => sub { sizes($admin) };
    subtest "$driver: broken JSON"      => sub { broken($admin) };
    subtest "$driver: queries"          => sub { queries($admin) };
    subtest "$driver: bodies in pieces" => sub { pieces($admin) };
    subtest "$driver: other sites"      => sub { sites($admin) };
    subtest "$driver: addresses"        => sub { addresses($vhost) };
    subtest "$driver: names"            => sub { names($admin) };
    subtest "$driver: nothing of it is cached" => sub { cached($admin) };
});
subtest 'tokens'   => \&tokens;
subtest 'mistakes' => \&mistakes;
done_testing();

# Purges that were carried out, of all virtual hosts.
sub purges {
    my ($admin) = @_;
    my (undef, $stats) = $admin->get('cache/stats');
    return $stats->{total}{purges};
}

# A status, a sentence, and no purge.
sub refuses {
    my ($what, $admin, $status, $why, $ask) = @_;
    my $before = purges($admin);
    my ($is, $json, $response) = $ask->();
    is($is, $status, "$what: refused with $status");
    is($json->{status}, $status, '... said in the JSON too');
    like($json->{error}, $why, '... and why');
    is(purges($admin), $before, '... nothing was changed');
    return $response;
}

sub verbs {
    my ($admin) = @_;
    my ($status, $json, $response) = $admin->get('');
    is($status, 200, 'a list of verbs');
    my %verb = map { $_->{verb} => $_ } @{ $json->{verbs} };
    is_deeply($verb{'cache/purge'}{methods}, ['POST'], 'with their methods');
    is_deeply($verb{'cache/explain'}{methods}, [qw(GET POST)], 'all of them');
    is((grep { !length $_->{help} } values %verb), 0, 'and a word of help');
    is($response->field('Cache-Control'), 'no-store', 'not for caches');
    for my $path ('cache/nothing', 'nothing/purge', 'cache/purg', 'Cache/Stats') {
        refuses($path, $admin, 404, qr{there is no verb \Q$path\E; there are: .*cache/stats},
            sub { $admin->post($path, { all => \1 }) });
    }
    my $client = $admin->client;
    is($client->get('/rproxy-admin')->status, 200, 'the list without a slash');
}

sub methods {
    my ($admin) = @_;
    my $all = '{"all": true}';
    for my $method (qw(PUT DELETE PATCH OPTIONS PURGE FOO)) {
        my $r = refuses($method, $admin, 405, qr/^$method is not a method of this/,
            sub { $admin->ask($method, 'cache/purge', [@JSON], $all) });
        is($r->field('Allow'), 'POST', '... and what would be one');
    }
    refuses('GET', $admin, 405, qr/^GET is not/,
        sub { $admin->get('cache/purge?all=true') });
    refuses('HEAD', $admin, 405, qr/^POST is not a method of this: GET, HEAD$/,
        sub { $admin->post('cache/stats', {}) });
    my ($status, undef, $response) = $admin->ask(HEAD => 'cache/stats', []);
    is($status, 200, 'HEAD is as good as GET');
    is($response->body // '', '', '... without a body');
}

sub types {
    my ($admin) = @_;
    my $all = '{"all": true}';
    for my $type ('text/plain', 'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x', 'application/jsonx', 'application/', '') {
        refuses("Content-Type '$type'", $admin, 415, qr{"Content-Type: application/json"},
            sub { $admin->ask(POST => 'cache/purge', ['Content-Type', $type], $all) });
    }
    refuses('no Content-Type', $admin, 415, qr{application/json},
        sub { $admin->ask(POST => 'cache/purge', [], $all) });
    my ($status) = $admin->ask(POST => 'cache/explain',
        ['Content-Type', 'Application/JSON; charset=utf-8'], '{"url": "http://a/"}');
    is($status, 200, 'a charset, and any case');
}

# JSON of exactly so many bytes.
sub json_of {
    my ($length) = @_;
    my $json = '{"url": "http://localhost/"}';
    return $json . ' ' x ($length - length $json);
}

sub sizes {
    my ($admin) = @_;
    my ($status, $json) = $admin->post('cache/purge', json_of($LIMIT));
    is($status, 200, "$LIMIT bytes are taken");
    is($json->{purged}, 1, '... and obeyed');
    my $r = refuses(($LIMIT + 1) . ' bytes', $admin, 413, qr/larger than 64 KiB/,
        sub { $admin->post('cache/purge', json_of($LIMIT + 1)) });
    is(lc($r->field('Connection') // ''), 'close', '... the rest is not read');
    refuses('chunks without end', $admin, 413, qr/larger than 64 KiB/, sub {
        my $client = $admin->client;
        $client->send("POST /rproxy-admin/cache/purge HTTP/1.1\r\nHost: localhost\r\n"
            . "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            . sprintf("%x\r\n", 2 * $LIMIT) . json_of(2 * $LIMIT) . "\r\n");
        my $response = $client->read_response;
        return ($response->status, JSON::XS::decode_json($response->body), $response);
    });
    refuses('no body', $admin, 400, qr/not JSON: line 1/,
        sub { $admin->ask(POST => 'cache/purge', [@JSON], '') });
}

sub broken {
    my ($admin) = @_;
    my %why = (
        '{"all": true'              => qr/not JSON: line 1, column 12/,
        "{\n\"all\": True}"         => qr/not JSON: line 2/,
        '{"all": true} x'           => qr/not JSON/,
        '{"all": true, "all": true}' => qr/duplicate/,
        '"all"'                     => qr/not JSON/,
        '{"all": "' . "\xff" . '"}' => qr/not JSON.*byte 0xff/,
        '[' x 60000                 => qr/not JSON/,
        '[{"all": true}, {"al": true}]' => qr/number 2 of the list: "al" is not known/,
        '[{"all": true}, 1]'        => qr/number 2 of the list: expected an object/,
        '{"all": true, "soft": 0}'  => qr/"soft" must be true or false/,
        '{"url": "/x"}'             => qr{'/x' of which host},
        '[]'                        => qr/the list is empty/,
    );
    for my $json (sort keys %why) {
        refuses(substr($json, 0, 40), $admin, 400, $why{$json},
            sub { $admin->post('cache/purge', $json) });
    }
    my $client = $admin->client;
    is($client->ask(POST => '/rproxy-admin/cache/explain', [@JSON],
        '{"url": "http://a/"}')->status, 200, 'on one connection: a body')
        for 1 .. 3;
}

sub queries {
    my ($admin) = @_;
    my %why = (
        'limit=1&limit=2' => qr/'limit' stands twice/,
        'limit=%zz'       => qr/'limit=%zz' in the query is not well encoded/,
        'limit=%ff'       => qr/is not UTF-8/,
        'limit=0'         => qr/"limit" must be a number from 1 to 1000/,
        'limits=1'        => qr/"limits" is not known here; known: prefix, limit/,
        'prefix=a'        => qr/does not begin with http/,
    );
    for my $query (sort keys %why) {
        refuses($query, $admin, 400, $why{$query},
            sub { $admin->get("cache/objects?$query") });
    }
    is(($admin->get('cache/objects?limit=1'))[0], 200, 'a good one');
}

sub pieces {
    my ($admin) = @_;
    my $client = $admin->client;
    my $before = purges($admin);
    my $head = "POST /rproxy-admin/cache/purge HTTP/1.1\r\nHost: localhost\r\n"
        . "Content-Type: application/json\r\nContent-Length: 13\r\n";
    $client->send("${head}Expect: 100-continue\r\n\r\n");
    like($client->read_until("\r\n\r\n"), qr{^HTTP/1\.1 100 }, 'asked for the body');
    $client->send($_) for split //, '{"all": true}';
    is($client->read_response->status, 200, 'byte by byte');
    is(purges($admin), $before + 1, '... and carried out');
    $client = $admin->client;
    $client->send("$head\r\n{\"all\":");
    $client->end_sending;
    is($client->read_response->status, 400, 'one that breaks off is refused');
    is(purges($admin), $before + 1, '... and not carried out');
}

sub sites {
    my ($admin) = @_;
    my $all = { all => \1 };
    for my $site (qw(cross-site same-site else)) {
        refuses("Sec-Fetch-Site: $site", $admin, 403, qr/a page of another site/,
            sub { $admin->post('cache/purge', $all, 'Sec-Fetch-Site', $site) });
        is(($admin->get('cache/stats', 'Sec-Fetch-Site', $site))[0], 403,
            '... nor may it read');
    }
    is(($admin->get('cache/stats', 'Sec-Fetch-Site', $_))[0], 200, "$_ may")
        for qw(same-origin none);
    my (undef, undef, $response) = $admin->get('cache/stats', 'Origin', 'http://x.example');
    is($response->field('Access-Control-Allow-Origin'), undef,
        'no other origin is let read');
}

sub addresses {
    my ($vhost) = @_;
    my $local = RProxy::Admin->new($vhost);
    my $all = { all => \1 };
    my @far = ('X-Client', '192.0.2.7');
    refuses('a client from elsewhere', $local, 403, qr/from this machine alone/,
        sub { $local->post('cache/purge', $all, @far) });
    for my $field ('X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via') {
        refuses("a request with $field", $local, 403, qr/a proxy on this machine.*$field/,
            sub { $local->post('cache/purge', $all, $field, '127.0.0.1') });
    }
    my %is = (
        from => { '192.0.2.7' => 200, '192.0.3.7' => 403, '2001:db8::1' => 200, '' => 403 },
        both => { '192.0.2.7' => 200, '192.0.3.7' => 403, '' => 200 },
        none => { '192.0.2.7' => 403, '' => 403 },
    );
    for my $base (sort keys %is) {
        my $admin = RProxy::Admin->new($vhost, base => "/$base");
        for my $address (sort keys %{ $is{$base} }) {
            my ($status) = $admin->get('cache/stats', $address ? ('X-Client', $address) : ());
            is($status, $is{$base}{$address}, "$base, by " . ($address || 'this machine'));
        }
    }
}

# A page at evil.example whose name was changed to mean 127.0.0.1.
sub names {
    my ($admin) = @_;
    refuses('a strange name', $admin, 403, qr/neither an address nor a name of this/,
        sub { $admin->post('cache/purge', { all => \1 }, 'Host', 'evil.example') });
    is(($admin->get('cache/stats', 'Host', $_))[0], 200, "$_ is ours")
        for qw(localhost LOCALHOST:80 127.0.0.1 [::1]:8080 admin.example
            www.admin.example);
}

sub cached {
    my ($admin) = @_;
    my ($status, $json, $response) = $admin->get('cache/objects?limit=1000');
    is($status, 200, 'listed');
    is((grep { $_->{url} =~ /rproxy-admin/ } @{ $json->{objects} }), 0,
        'no answer of the handler, and no mark for one');
    is($response->field('Age'), undef, 'no Age');
}

sub tokens {
    my $httpd = RProxy::Httpd->start(conf => sub {
        my ($self) = @_;
        chmod 0600, $self->write_file('token', "# of two people\n$TOKEN\n\nanother-$TOKEN\n");
        return join '', map { "<Location /$_->[0]>\nSetHandler rproxy-admin\n"
            . "RProxyAdmin token=token $_->[1]\n</Location>\n" }
            ['token', 'from=none'], ['either', ''];
    });
    my $status = sub {
        my ($base, @fields) = @_;
        my $admin = RProxy::Admin->new(undef, base => "/$base",
            connect => sub { $httpd->connect(limit => 10) });
        return $admin->get('', @fields);
    };
    my @right = ('Authorization', "Bearer $TOKEN");
    my @proxy = ('X-Forwarded-For', '192.0.2.7');
    is(($status->('token', @right))[0], 200, 'with the token');
    is(($status->('token', Authorization => "bearer  another-$TOKEN"))[0], 200,
        'with the other one');
    is(($status->('token', @right, @proxy))[0], 200, 'through a proxy, too');
    is(($status->('either'))[0], 200, 'from this machine without');
    is(($status->('either', @proxy))[0], 401, 'not through a proxy');
    is(($status->('either', @right, @proxy))[0], 200, '... but with the token');
    for my $wrong ('', "Bearer", "Bearer ", "Bearer ${TOKEN}x", 'Bearer ' . substr($TOKEN, 1),
        "Basic $TOKEN", $TOKEN, 'Bearer # of two people') {
        for my $base (qw(token either)) {
            my ($is, $json, $response) = $status->($base, Authorization => $wrong);
            is($is, 401, "$base: not with '$wrong'");
            like($response->field('WWW-Authenticate'), qr/^Bearer /, '... asked for one');
            like($json->{error}, qr/token/i, '... and told');
            unlike($response->body, qr/\Q$TOKEN\E/, '... but not of ours');
        }
    }
    is(($status->('token'))[0], 401, 'not without one');
    $httpd->stop;
}

sub mistakes {
    my $test = RProxy::ConfigTest->new;
    my $put = sub {
        my ($name, $mode, @lines) = @_;
        $test->put($name, @lines);
        chmod $mode, $test->folder . "/$name" or die $!;
    };
    $put->(good => 0600, '# mine', 'x' x 32);
    $put->(short => 0600, 'x' x 15);
    $put->(empty => 0600, '# nothing', '');
    $put->(open => 0644, 'x' x 32);
    $test->takes("RProxyAdmin token=good from=local from=10.0.0.0/8 from=::1");
    $test->takes('RProxyAdmin from=none');
    $test->refuses(@$_) for (
        ['RProxyAdmin tokens=x' => q{RProxyAdmin: unknown key 'tokens', did you mean 'token'}],
        ['RProxyAdmin good' => q{RProxyAdmin: 'good' is wrong: expected token=}],
        ['RProxyAdmin from=' => q{'from=' is wrong: expected token=}],
        ['RProxyAdmin from=example.org' => q{'example.org' is wrong: expected local, none}],
        ['RProxyAdmin from=10.0.0.0/33' => q{expected local, none, or an address}],
        ['RProxyAdmin token=missing' => q{cannot read token file}],
        ['RProxyAdmin token=short' => q{has less than 16 characters}],
        ['RProxyAdmin token=empty' => q{there is no token in}],
        ['RProxyAdmin token=open' => q{chmod 600}],
        ['RProxyAdmin' => q{RProxyAdmin}],
    );
}
