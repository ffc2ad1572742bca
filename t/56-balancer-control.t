#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Members changed at run time: what the verbs do, what they refuse without a
# change, what outlives restarts and what does not.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Balancer ();
use RProxy::ConfigTest ();
use RProxy::Log ();
use RProxy::Server ();

my $TOKEN = 'f00dfeed-0123456789';
my $ADMIN = <<'CONF';
<Location "/rproxy-admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
<Location "/rproxy-token">
    SetHandler rproxy-admin
    RProxyAdmin from=none token=token
    RProxyPass "!"
</Location>
CONF

plan tests => 14;

subtest 'what there is'          => \&listed;
subtest 'drain'                  => \&drained;
subtest 'maintenance and ready'  => \&maintained;
subtest 'weight'                 => \&weighed;
subtest 'reset and directives'   => \&reset_and_told;
subtest 'names of members'       => \&named;
subtest 'wrong orders'           => \&wrong;
subtest 'who may'                => \&who_may;
subtest 'restarts'               => \&restarts;
subtest 'added and removed'      => \&added;
subtest 'sessions of one removed' => \&left_behind;
subtest 'a state that is broken' => \&broken;
subtest 'the secret'             => \&secret;
subtest 'the directive'          => \&directive;

# ---- a farm and its handler ----

sub farm {
    my (%o) = @_;
    return RProxy::Balancer->start(
        members  => $o{members} // [a => 'route=ra weight=2 idle=4', b => '', c => ''],
        upstream => $o{upstream} // 'RProxyBalancer method=round-robin',
        conf     => ($o{conf} // '') . $ADMIN =~ s/<Location "\/rproxy-token">.*//sr,
        children => 2,
    );
}

sub admin_of {
    my ($farm, %o) = @_;
    return RProxy::Admin->new(undef, connect => sub { $farm->httpd->connect(limit => 10) },
        %o);
}

# An order about a member of "app" by its name here; it must be obeyed.
sub order {
    my ($farm, $verb, $name, %more) = @_;
    my ($status, $json) = admin_of($farm)->post("balancer/$verb",
        { upstream => 'app', $name ? (url => $farm->url($name)) : (), %more });
    is($status, 200, join ' ', $verb, grep {defined} $name) or diag($json->{error});
    return $json;
}

sub upstream {
    my ($farm) = @_;
    my (undef, $json) = admin_of($farm)->get('balancer/list?upstream=app');
    return $json->{upstreams}[0];
}

sub member {
    my ($farm, $name) = @_;
    my $url = $farm->url($name);
    return (grep { $_->{url} eq $url } @{ upstream($farm)->{members} })[0];
}

# What is of interest of all members: "a up 2; b drain 1".
sub summary {
    my ($farm) = @_;
    my %name = map { $farm->url($_) => $_ } 'a' .. 'd';
    return join '; ', map {"$name{$_->{url}} $_->{state} $_->{weight}"}
        @{ upstream($farm)->{members} };
}

sub text_of {
    my ($farm) = @_;
    my (undef, $json) = admin_of($farm)->get('balancer/directives');
    return join '', map { $_->{text} } @{ $json->{directives} };
}

# A full stop and start.
sub stop_and_start {
    my ($farm, $between) = @_;
    my $httpd = $farm->httpd;
    $httpd->stop;
    unlink $httpd->folder . '/error_log' or die $!;
    $between->() if $between;
    $httpd->run;
    return;
}

# ---- verbs ----

sub listed {
    my $farm = farm();
    my ($status, $json) = admin_of($farm)->get('balancer/list');
    is($status, 200, 'listed');
    is(scalar @{ $json->{upstreams} }, 1, 'one upstream');
    my $u = $json->{upstreams}[0];
    is_deeply([@$u{qw(name method probes panic in_flight removed)}],
        ['app', 'round-robin', JSON::PP::false(), JSON::PP::false(), 0, []], 'about it');
    my $a = member($farm, 'a');
    is_deeply([@$a{qw(number url route weight weight_configured source state wanted)}],
        [0, $farm->url('a'), 'ra', 2, 2, 'configured', 'up', 'up'], 'about a member');
    is_deeply([@$a{qw(why probe changes ramp_percent)}],
        ['nothing known', undef, [], 100], 'nothing changed');
    is(text_of($farm), '', 'no directives');
    ok(!$json->{kept}, 'no directory');
}

sub drained {
    my $farm = farm(upstream => "RProxyBalancer method=round-robin\n"
        . 'RProxyBalancerSticky cookie=S');
    my ($cookie) = map { /^(S=[^;]+)/ ? $1 : () }
        map { $_->field('Set-Cookie') // () }
        grep { $_->body eq 'b' } map { $farm->ask('/') } 1 .. 8;
    ok($cookie, 'a session on b');
    my $json = order($farm, 'drain', 'b');
    is($json->{member}{state}, 'drain', 'it is drained');
    is_deeply($json->{member}{changes}, ['drained; its sessions are served'], 'told so');
    is($json->{others_up}, 2, 'two others are up');
    is_deeply($farm->count(6), { a => 4, c => 2 }, 'no new clients');
    is($farm->ask('/', Cookie => $cookie)->body, 'b', 'its session stays');
    $json = order($farm, 'drain', 'b', for => 1);
    like($json->{member}{changes}[0], qr/^drained; its sessions are served for 1 s$/,
        'for a second');
    is($farm->ask('/', Cookie => $cookie)->body, 'b', 'its session stays for that time');
    $farm->await_state(b => 'maintenance');
    isnt($farm->ask('/', Cookie => $cookie)->body, 'b', 'its session goes elsewhere');
    $json = order($farm, 'drain', 'b', until => time + 3000);
    cmp_ok($json->{member}{drain_left_s}, '>', 2900, 'until a time');
    order($farm, 'ready', 'b');
    is_deeply($farm->count(8), { a => 4, b => 2, c => 2 }, 'ready again');
}

sub maintained {
    my $farm = farm();
    $farm->tell(b => 'hold');
    my @held = map { $farm->httpd->connect } 1 .. 4;
    $_->send("GET /held HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        for @held;
    $farm->await_in_flight(1);
    my $json = order($farm, 'maintenance', 'b');
    is_deeply([@{ $json->{member} }{qw(state wanted in_flight why)}],
        ['maintenance', 'maintenance', 1, 'set by hand'], 'its request goes on');
    is_deeply($farm->count(6), { a => 4, c => 2 }, 'it is not asked');
    $farm->tell(b => 'well');
    my %seen;
    $seen{ $_->read_response->body }++ for @held;
    is($seen{b}, 1, 'the request under way is answered');
    order($farm, 'maintenance', $_) for qw(a c);
    is($farm->ask('/')->status, 503, 'nobody is asked');
    is(order($farm, 'ready', 'a')->{others_up}, 0, 'no other is up');
    is($farm->ask('/')->body, 'a', 'a is');
    like($farm->httpd->text('error_log'),
        qr/RP3030: upstream app: maintenance: \{.*\Q${\$farm->url('b')}\E/, 'logged');
}

sub weighed {
    my $farm = farm();
    my $json = order($farm, 'weight', 'b', weight => 5);
    is_deeply($json->{member}{changes}, ['weight 5, it was 1'], 'another weight');
    is_deeply($farm->count(8), { a => 2, b => 5, c => 1 }, 'in force');
    order($farm, 'weight', 'b', weight => 0);
    is_deeply($farm->count(6), { a => 4, c => 2 }, 'none');
    is(member($farm, 'b')->{state}, 'up', 'but up');
}

sub reset_and_told {
    my $farm = farm();
    order($farm, 'weight', 'a', weight => 7);
    order($farm, 'maintenance', 'b');
    my ($a, $b) = map { $farm->url($_) } qw(a b);
    is(text_of($farm), <<"CONF", 'as directives');
<RProxyUpstream app>
    # $a: weight 7, it was 2
    RProxyMember $a weight=7 route=ra idle=4
    # $b: in maintenance
</RProxyUpstream>
CONF
    order($farm, 'reset', 'b');
    is(summary($farm), 'a up 7; b up 1; c up 1', 'one');
    order($farm, 'drain', 'c');
    my ($status, $json) = admin_of($farm)->post('balancer/reset', { upstream => 'app' });
    is($status, 200, 'all');
    is(summary($farm), 'a up 2; b up 1; c up 1', 'as configured');
    is(text_of($farm), '', 'nothing differs');
}

sub named {
    my $farm = farm(members => [a => 'route=one', b => 'route=two', c => 'route=two']);
    my $admin = admin_of($farm);
    my $try = sub {
        my ($status, $json) =
            $admin->post('balancer/drain', { upstream => 'app', @_ });
        return join ' ', $status, $json->{member}{url} // $json->{error};
    };
    is($try->(route => 'one'), '200 ' . $farm->url('a'), 'by route');
    is($try->(number => 1), '200 ' . $farm->url('b'), 'by number');
    is($try->(url => $farm->url('c')), '200 ' . $farm->url('c'), 'by URL');
    order($farm, 'reset');
    like($try->(route => 'two'), qr/^404 numbers 1 and 2 both have the route 'two'/,
        'a route of two');
    is($try->(route => 'three'), "404 app has no member with the route 'three'",
        'a route of none');
    is($try->(number => 3), '404 app has no member number 3', 'a number of none');
    is($try->(url => 'http://x:1'), '404 app has no member http://x:1', 'a URL of none');
    is($try->(number => 0, upstream => 'else'),
        q{404 there is no balanced upstream 'else'; there are: app}, 'another upstream');
    is(summary($farm), 'a up 1; b up 1; c up 1', 'nothing was changed');
}

# ---- what is refused ----

sub wrong {
    my $farm  = farm();
    my $admin = admin_of($farm);
    my $b = $farm->url('b');
    my %member = (upstream => 'app', url => $b);
    my @orders = (
        [drain => {%member, for => 0}, qr/"for" must be a number from 1 to 31536000/],
        [drain => {%member, until => 1}, qr/"until": 1 is over/],
        [drain => {%member, weight => 1}, qr/"weight" is not known here; known: .*until/],
        [ready => { upstream => 'app' }, qr/which member\?/],
        [ready => {%member, number => 1}, qr/which member\?/],
        [ready => { url => $b }, qr/"upstream" is missing/],
        [ready => [\%member], qr/expected an object/],
        [weight => \%member, qr/"weight" is missing/],
        [weight => {%member, weight => 1001}, qr/"weight" must be a number from 0 to 1000/],
        [weight => {%member, weight => '3'}, qr/"weight" must be a number/],
        [add => {%member, url => 'ftp://a'}, qr/'ftp:\/\/a'/],
        [add => {%member, url => 'http://a/path'}, qr/a member has no path/],
        [add => {%member, url => 'http://a:0'}, qr/port '0' is not in 1-65535/],
        [add => {%member, url => "unix:/a\nb"}, qr/a control character/],
        [add => {%member, url => 'http://x:1', zone => 'a b'}, qr/"zone": 'a b' is wrong/],
        [reset => {}, qr/"upstream" is missing/],
    );
    for (@orders) {
        my ($verb, $order, $why) = @$_;
        my ($status, $json) = $admin->post("balancer/$verb", $order);
        is($status, 400, "$verb: " . JSON::PP->new->canonical->encode($order));
        is($json->{status}, 400, '... in the answer, too');
        like($json->{error}, $why, '... and why');
    }
    my ($status, $json) = $admin->get('balancer/list?upstream=x');
    is($status, 404, 'a list of no upstream');
    ($status, $json) = $admin->get('balancer/list?member=x');
    is($status, 400, 'a list of what?');
    ($status) = $admin->get("balancer/drain?upstream=app&number=1");
    is($status, 405, 'GET changes nothing');
    ($status) = $admin->post('balancer/drain', '{"upstream": "app", "number": 1');
    is($status, 400, 'no JSON');
    ($status) = $admin->post('balancer/drain',
        '{"upstream": "app", "number": 1}' . ' ' x 65536);
    is($status, 413, 'too much of it');
    ($status) = $admin->ask(POST => 'balancer/drain', ['Content-Type', 'text/plain'],
        '{"upstream": "app", "number": 1}');
    is($status, 415, 'a form of a page');
    ($status) = $admin->post('balancer/drain', { upstream => 'app', number => 1 },
        'Sec-Fetch-Site', 'cross-site');
    is($status, 403, 'a page of another site');
    is(summary($farm), 'a up 2; b up 1; c up 1', 'nothing was changed');
    is(text_of($farm), '', '... at all');
}

sub who_may {
    my $farm = RProxy::Balancer->start(
        members => [a => '', b => ''],
        conf => $ADMIN =~ s/RProxyAdmin from=none token=token/RProxyAdmin from=none/r,
    );
    my $none = admin_of($farm, base => '/rproxy-token');
    is(($none->post('balancer/drain', { upstream => 'app', number => 1 }))[0], 403,
        'not from anywhere');
    my $httpd = $farm->httpd;
    chmod 0600, $httpd->write_file('token', "$TOKEN\n");
    my $conf = $httpd->text('httpd.conf') =~ s/(RProxyAdmin from=none)/$1 token=token/r;
    stop_and_start($farm, sub { $httpd->write_file('httpd.conf', $conf) });
    is(($none->post('balancer/drain', { upstream => 'app', number => 1 }))[0], 401,
        'not without the token');
    is(($none->get('balancer/list', Authorization => "Bearer x$TOKEN"))[0], 401,
        'not with another');
    is(summary($farm), 'a up 1; b up 1', 'nothing was changed');
    is(($none->post('balancer/drain', { upstream => 'app', number => 1 },
        Authorization => "Bearer $TOKEN"))[0], 200, 'with it');
    is(summary($farm), 'a up 1; b drain 1', '... it was');
}

# ---- restarts ----

sub restarts {
    my $farm = farm(conf => "RProxyBalancerState state\n");
    my $httpd = $farm->httpd;
    my $state = $httpd->folder . '/state/members.json';
    my $json = order($farm, 'weight', 'a', weight => 9);
    ok($json->{kept}, 'kept');
    order($farm, 'maintenance', 'b');
    order($farm, 'drain', 'c', for => 600);
    $httpd->restart_gracefully;
    my $is = 'a up 9; b maintenance 1; c drain 1';
    is(summary($farm), $is, 'a graceful restart');
    stop_and_start($farm);
    is(summary($farm), $is, 'a full one');
    like($httpd->text('error_log'), qr/RP3033: changes at run time of 3 members hold on/,
        '... which tells');
    my $left = member($farm, 'c')->{drain_left_s};
    cmp_ok($left, '>', 500, 'the drain goes on');
    cmp_ok($left, '<=', 600, '... not longer');
    is((stat $state)[2] & 0777, 0600, 'for its owner alone');
    order($farm, 'reset');
    stop_and_start($farm);
    is(summary($farm), 'a up 2; b up 1; c up 1', 'and what was taken back is gone');
    is_deeply($httpd->complaints, [], 'no complaints');
    undef $httpd;
    undef $farm;    # its members' ports
    $farm = farm();
    order($farm, 'maintenance', 'b');
    stop_and_start($farm);
    is(summary($farm), 'a up 2; b up 1; c up 1', 'without a directory all is gone');
}

# One that was added and a configured one that was removed, over restarts.
sub added {
    my $farm = farm(conf => "RProxyBalancerState state\n",
        upstream => 'RProxyBalancer method=round-robin room=8');
    my $httpd = $farm->httpd;
    $farm->start_member('d');
    my ($b, $d) = map { $farm->url($_) } qw(b d);
    my ($status, $json) = admin_of($farm)->post('balancer/add',
        { upstream => 'app', url => $d, zone => 'west', slow_start_s => 0 });
    is($status, 200, 'added');
    is_deeply([@{ $json->{member} }{qw(url source zone)}], [$d, 'added', 'west'], 'told');
    my $asked = sub { sort keys %{ $farm->count(12) } };
    order($farm, 'remove', 'b');
    RProxy::Server::await(sub { join('', $asked->()) eq 'acd' }, 'a, c and d', 5);
    is_deeply(upstream($farm)->{removed}, [$b], 'b is removed');
    is(text_of($farm), <<"CONF", 'as directives');
<RProxyUpstream app>
    # $d: added
    RProxyMember $d zone=west
    # removed: RProxyMember $b
</RProxyUpstream>
CONF
    for my $how (qw(graceful full graceful)) {
        $how eq 'full' ? stop_and_start($farm) : $httpd->restart_gracefully;
        is_deeply(upstream($farm)->{removed}, [$b], "$how: b stays away");
        RProxy::Server::await(sub { join('', $asked->()) eq 'acd' }, 'a, c and d', 5);
    }
    order($farm, 'reset');
    RProxy::Server::await(sub { join('', $asked->()) eq 'abc' }, 'a, b and c', 5);
    is(text_of($farm), '', 'reset: as configured');
    $httpd->restart_gracefully;
    is_deeply([$asked->()], [qw(a b c)], '... and stays so');
}

# Whoever gets the place of one that was removed does not get its sessions.
sub left_behind {
    my $farm = farm(upstream => "RProxyBalancer method=round-robin room=3\n"
            . 'RProxyBalancerSticky learn=APP');
    my @b = grep { $farm->ask("/?login=user$_")->body eq 'b' } 1 .. 16;
    is(scalar @b, 4, 'four sessions are at b');
    $farm->start_member('d');
    order($farm, 'remove', 'b');
    RProxy::Server::await(sub {
        (admin_of($farm)->post('balancer/add',
            { upstream => 'app', url => $farm->url('d') }))[0] == 200;
    }, 'its place is free', 10);
    RProxy::Server::await(sub { join('', sort keys %{ $farm->count(12) }) eq 'acd' },
        'a, c and d', 5);
    my %now = map { $farm->ask('/', Cookie => "APP=user$_")->body => 1 } @b;
    is_deeply([sort keys %now], [qw(a c d)], 'they are spread');
}

sub put_state {
    my ($farm, $text) = @_;
    my $file = $farm->httpd->folder . '/state/members.json';
    open my $out, '>', $file or die "$file: $!";
    print $out $text;
    close $out or die "$file: $!";
    return;
}

sub broken {
    my $farm = farm(conf => "RProxyBalancerState state\n");
    my $httpd = $farm->httpd;
    my $folder = $httpd->folder . '/state';
    my ($b, $c) = map { $farm->url($_) } qw(b c);
    my $head = '{"format": "mod_rproxy_balancer", "version": 1, "upstreams": ';
    my $good = qq($head [{"name": "app", "members": [{"url": "$b", "wanted": )
        . '"maintenance"}';
    my @states = (
        [$good, 'not JSON'],
        ["$good, {\"url\": \"$c\", \"weight\": -1}]}]}", 'member 2: "weight" must be'],
        ['{"else": 1}', 'it is not a state of mod_rproxy_balancer'],
        [$head =~ s/1/2/r . '[]}', 'it is of version 2, this module knows version 1'],
        ["\x00\xff" x 100, 'not JSON'],
        ['', 'not JSON'],
    );
    for (@states) {
        my ($text, $why) = @$_;
        stop_and_start($farm, sub { put_state($farm, $text) });
        like($httpd->text('error_log'),
            qr{RP3031: \Q$folder\E/members.json is not used: .*\Q$why\E}, $why);
        is(summary($farm), 'a up 2; b up 1; c up 1', '... nothing of it');
        is($httpd->text('state/members.json.rejected'), $text, '... but kept');
    }
    stop_and_start($farm, sub {
        unlink "$folder/members.json";
        symlink "$folder/members.json.rejected", "$folder/members.json" or die $!;
    });
    like($httpd->text('error_log'), qr/RP3031: .*members.json is not used: cannot open/,
        'a link is not followed');
    stop_and_start($farm, sub {
        put_state($farm, "$good, {\"url\": \"http://x:1\", \"weight\": 3}]},"
            . ' {"name": "gone", "members": [{"url": "http://y:1", "weight": 3}]}]}');
    });
    is(summary($farm), 'a up 2; b maintenance 1; c up 1', 'what still fits is used');
    like($httpd->text('error_log'), qr{RP3032: upstream $_ is forgotten}, 'the rest told')
        for qr{app, member http://x:1: .*}, qr{gone, member http://y:1: .*};
}

sub secret {
    my $farm = farm(upstream => "RProxyBalancer method=round-robin\n"
        . 'RProxyBalancerSticky cookie=S', conf => "RProxyBalancerState state\n");
    my $httpd = $farm->httpd;
    my $file = $httpd->folder . '/state/secret';
    like($httpd->text('state/secret'), qr/^[0-9a-f]{32}\n\z/, 'there is one');
    is((stat $file)[2] & 0777, 0600, 'for its owner alone');
    my $cookie = sub {
        my ($response) = grep { $_->body eq 'b' } map { $farm->ask('/') } 1 .. 8;
        return $response->field('Set-Cookie') =~ s/;.*//r;
    };
    my $kept = $cookie->();
    my $stays = sub {
        return join '', map { $farm->ask('/', Cookie => $kept)->body } 1 .. 6;
    };
    stop_and_start($farm);
    is($stays->(), 'bbbbbb', 'a session outlives a stop');
    $httpd->restart_gracefully;
    is($stays->(), 'bbbbbb', '... and a restart');
    stop_and_start($farm, sub { chmod 0644, $file });
    like($httpd->text('error_log'), qr/RP3035: .*others than its owner can use/,
        'one that others could read');
    isnt($stays->(), 'bbbbbb', '... is another one afterwards');
    is((stat $file)[2] & 0777, 0600, '... for its owner');
    $kept = $cookie->();
    stop_and_start($farm, sub { $httpd->write_file('state/secret', 'x'); chmod 0600, $file });
    like($httpd->text('error_log'), qr/RP3035: .*is not what this module writes/,
        'one that is broken');
    isnt($stays->(), 'bbbbbb', '... likewise');
    unlike($httpd->text('error_log'), qr/\Q${\($httpd->text('state\/secret') =~ s{\s}{}gr)}\E/,
        'no word of it in the log');
}

sub directive {
    my $test = RProxy::ConfigTest->new;
    $test->takes('RProxyBalancerState state');
    $test->refuses('RProxyBalancerState none/below',
        q{none/below' is wrong: expected a directory within one that exists});
    $test->refuses('RProxyBalancerState', 'RProxyBalancerState takes one argument');
    my $farm = farm(conf => "RProxyBalancerState open\n");
    my $httpd = $farm->httpd;
    stop_and_start($farm, sub { chmod 0777, $httpd->folder . '/open' });
    like($httpd->text('error_log'), qr/RP3034: .*everybody on this machine can write/,
        'one that everybody can write into');
    my $json = order($farm, 'maintenance', 'b');
    ok(!$json->{kept}, '... is not used');
}
