#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The cache's verbs of rproxy-admin, and rproxyctl: purges hit what they name
# and nothing else; explain says what a request would get, and why.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Cache ();
use RProxy::Driver ();
use RProxy::Vars ();

my $CTL   = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $CONF  = '53-admin-cache.conf';
my @FRESH = ('Cache-Control', 'max-age=600');
my $cache = RProxy::Cache->start('t53_cache', 'origin_a');

RProxy::Driver::each(t53_cache => sub {
    my ($driver, $vhost) = @_;
    my $x = {
        cache => $cache->through($vhost),
        admin => RProxy::Admin->new($vhost),
        port  => RProxy::Vars::value("${vhost}_port"),
    };
    $x->{site} = "http://localhost:$x->{port}";
    ($x->{line}) = line_of("<VirtualHost _default_:$x->{port}>");
    subtest "$driver: purge a URL"       => sub { purge_url($x) };
    subtest "$driver: purge a prefix"    => sub { purge_prefix($x) };
    subtest "$driver: purge tags"        => sub { purge_tags($x) };
    subtest "$driver: purge a host, all" => sub { purge_hosts($x) };
    subtest "$driver: purge softly"      => sub { purge_softly($x) };
    subtest "$driver: purge a list"      => sub { purge_list($x) };
    subtest "$driver: explain hits"      => sub { explain_hits($x) };
    subtest "$driver: explain misses"    => sub { explain_misses($x) };
    subtest "$driver: explain variants"  => sub { explain_variants($x) };
    subtest "$driver: explain rules"     => sub { explain_rules($x) };
    subtest "$driver: explain sections"  => sub { explain_sections($x) };
    subtest "$driver: explain by query"  => sub { explain_by_query($x) };
    subtest "$driver: objects"           => sub { objects($x) };
    subtest "$driver: stats"             => sub { stats($x) };
    subtest "$driver: rproxyctl purge"   => sub { ctl_purge($x) };
    subtest "$driver: rproxyctl shows"   => sub { ctl_shows($x) };
});
subtest 'rproxyctl: errors that teach' => \&ctl_errors;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# Named with its port, as browsers do it.
sub get {
    my ($x, $target, %fields) = @_;
    %fields = (Host => "localhost:$x->{port}", %fields);
    return $x->{cache}->get($target, %fields);
}

# ---- purge ----

# A page that is in the cache.
sub stored {
    my ($x, %answer) = @_;
    my $page = $x->{cache}->page(body => 'one', fields => \@FRESH, %answer);
    is(get($x, $page)->body, 'one', "$page is stored");
    $x->{cache}->answer($page, body => 'two', fields => \@FRESH);
    return $page;
}

sub is_there {
    my ($x, $page, $what, @fields) = @_;
    is(get($x, $page, @fields)->body, 'one', "$what is still there");
}

sub is_gone {
    my ($x, $page, $what, @fields) = @_;
    is(get($x, $page, @fields)->body, 'two', "$what is gone");
}

sub purge {
    my ($x, $order) = @_;
    my ($status, $json) = $x->{admin}->post('cache/purge', $order);
    is($status, 200, 'purged: ' . JSON::PP->new->canonical->encode($order))
        or diag($json->{error});
    return $json;
}

sub purge_url {
    my ($x) = @_;
    my ($one, $two, $three) = map { stored($x) } 1 .. 3;
    is(purge($x, { url => "$x->{site}$one" })->{purged}, 1, 'one');
    is_gone($x, $one, 'the page');
    is_there($x, $two, 'another one');
    purge($x, { host => "localhost:$x->{port}", url => $two });
    is_gone($x, $two, 'by host and path');
    purge($x, { url => "HTTP://LOCALHOST:$x->{port}$three#part" });
    is_gone($x, $three, 'in any spelling of the host');

    my $page = $x->{cache}->page(body => 'one', fields => \@FRESH);
    get($x, "$page?a=1&b=2");
    get($x, "$page?c");
    $x->{cache}->answer($page, body => 'two', fields => \@FRESH);
    my $else = RProxy::Admin->new('t53_cache_else');
    purge({ admin => $else }, { url => "$x->{site}$page?b=2&a=1" });
    is_gone($x, "$page?a=1&b=2", 'the query by the rules of its host');
    is_there($x, "$page?c", 'another query');
    purge($x, { url => "$x->{site}$page" });
    is_gone($x, "$page?c", 'without a query: any');

    my $kept = stored($x);
    purge($x, { url => "http://other.example:$x->{port}$kept" });
    purge($x, { url => "http://localhost:1$kept" });
    is_there($x, $kept, 'of another host, of another port');
}

sub purge_prefix {
    my ($x) = @_;
    my ($in, $out) = (stored($x, name => 'a/b/c'), stored($x, name => 'a/x'));
    (my $folder = $in) =~ s{/c$}{/};
    purge($x, { prefix => "$x->{site}$folder" });
    is_gone($x, $in, 'what is below');
    is_there($x, $out, 'what is not');
    purge($x, { host => "localhost:$x->{port}", prefix => substr $out, 0, -1 });
    is_gone($x, $out, 'a prefix need not end with a slash');
}

sub purge_tags {
    my ($x) = @_;
    my $one = stored($x, fields => [@FRESH, 'Cache-Tag', 'red,green']);
    my $two = stored($x, fields => [@FRESH, 'Surrogate-Key', 'green blue']);
    purge($x, { tag => 'red', host => 'other.example' });
    is_there($x, $one, 'the tag of another host');
    purge($x, { tag => 'red', host => 'localhost:1' });
    is_gone($x, $one, 'red');
    is_there($x, $two, 'green and blue');
    purge($x, { tag => 'green', host => 'LOCALHOST.' });
    is_gone($x, $two, 'green');
}

sub purge_hosts {
    my ($x) = @_;
    my @shop = ('Host', 'shop.example');
    my $page = stored($x);
    my $other = $x->{cache}->page(body => 'one', fields => \@FRESH);
    get($x, $other, @shop);
    $x->{cache}->answer($other, body => 'two', fields => \@FRESH);
    purge($x, { host => 'shop.example' });
    is_gone($x, $other, 'shop.example', @shop);
    is_there($x, $page, 'localhost');
    purge($x, { all => JSON::PP::true });
    is_gone($x, $page, 'all');
}

sub purge_softly {
    my ($x) = @_;
    my $page = stored($x, fields => [@FRESH, 'ETag', '"1"']);
    purge($x, { url => "$x->{site}$page", soft => JSON::PP::true });
    my $json = explained($x, $page);
    is($json->{decision}, 'revalidate', 'it is stale');
    is($json->{reason}, 'purged', '... because of the purge');
    is($json->{stored}[0]{purged}, 'soft', '... softly');
    $x->{cache}->answer($page, status => 304, fields => [@FRESH, 'ETag', '"1"']);
    is(get($x, $page)->body, 'one', 'and confirmed');
    is(($x->{cache}->requests($page))[-1]->field('If-None-Match'), '"1"',
        '... by its entity tag');
}

sub purge_list {
    my ($x) = @_;
    my @pages = map { stored($x) } 1 .. 3;
    my @orders = map { { url => "$x->{site}$_" } } @pages;
    my ($status, $json) = $x->{admin}->post('cache/purge', [@orders[0, 1], { tag => 'x' }]);
    is($status, 400, 'one order of three is wrong');
    like($json->{error}, qr/^number 3 of the list: "tag" needs "host"/, '... said which');
    is_there($x, $_, 'so none was obeyed: each') for @pages;
    is(purge($x, [@orders[0, 1]])->{purged}, 2, 'two good ones');
    is_gone($x, $_, 'each') for @pages[0, 1];
    is_there($x, $pages[2], 'the third');
}

# ---- explain ----

sub explained {
    my ($x, $target, %order) = @_;
    my ($status, $json) = $x->{admin}->post('cache/explain',
        { url => "$x->{site}$target", %order });
    is($status, 200, "explained: $target") or diag($json->{error});
    return $json;
}

# Explains; then the request must go as foretold.
sub foretold {
    my ($x, $target, $decision, %headers) = @_;
    my $json = explained($x, $target, %headers ? (headers => \%headers) : ());
    is($json->{decision}, $decision, "... a $decision");
    my $said = $x->{cache}->said(get($x, $target, %headers));
    is($said->{hit} ? 'hit' : 'no hit', $decision eq 'hit' ? 'hit' : 'no hit',
        '... and so it is');
    return $json;
}

sub explain_hits {
    my ($x) = @_;
    my $page = stored($x, fields => [@FRESH, 'ETag', '"tag"', 'Cache-Tag', 'a,b']);
    my $json = foretold($x, $page, 'hit');
    my $line = $x->{line};
    is($json->{virtual_host}{name}, "shop.example:$x->{port}", 'its virtual host');
    like($json->{virtual_host}{where}, qr{:$line$}, '... with the place');
    is($json->{settings}{of}, 'virtual host', 'the settings that apply');
    is($json->{settings}{enabled}, 1, '... and what they are');
    is($json->{quick}, JSON::PP::true, 'before all phases');
    is($json->{checked_why}, undef, '... for nothing is against it');
    my ($o, @more) = @{ $json->{stored} };
    is(@more, 0, 'one object');
    is($o->{key}, $json->{key}, '... under the key');
    like($json->{key}, qr{^\Qhttp://localhost:$x->{port}$page\E(?:\n|$)}, '... of the URL');
    is_deeply([@$o{qw(kind status length lifetime_s tags etag purged)}],
        ['response', 200, 3, 600, 2, '"tag"', 'no'], '... what it is');
    cmp_ok($o->{age_s} + $o->{ttl_s}, '==', 600, '... how old, how long still');
    is($json->{last_not_stored}, undef, 'nothing was refused');
    is(foretold($x, $page, 'revalidate', 'Cache-Control', 'no-cache')->{reason},
        'request', 'what the client may ask for');
}

sub explain_misses {
    my ($x) = @_;
    my %why = (
        'set-cookie'  => [@FRESH, 'Set-Cookie', 'a=b'],
        'private'     => ['Cache-Control', 'private, max-age=60'],
        'no-store'    => ['Cache-Control', 'no-store'],
        'no-lifetime' => [],
        'vary-any'    => [@FRESH, 'Vary', '*'],
    );
    for my $reason (sort keys %why) {
        my $page = $x->{cache}->page(fields => $why{$reason});
        my $json = explained($x, $page);
        is($json->{decision}, 'miss', 'nothing is known of it yet');
        is_deeply($json->{stored}, [], '... nothing is stored');
        is($json->{last_not_stored}, undef, '... nothing was refused');
        get($x, $page);
        $json = foretold($x, $page, 'miss');
        is($json->{last_not_stored}{reason}, $reason, "$reason: remembered");
        is($json->{last_not_stored}{status}, 200, '... with its status');
        cmp_ok($json->{last_not_stored}{seconds_ago}, '<=', 5, '... and when');
        like($json->{last_not_stored}{why}, qr/\w+ \w+ \w+/, '... in a sentence');
    }
    my $page = $x->{cache}->page(body => 'x' x 100, fields => \@FRESH, cut => 50);
    get($x, $page);
    $x->{cache}->hang_up;
    is(explained($x, $page)->{last_not_stored}{reason}, 'cut-short',
        'a response that broke off');
}

sub explain_variants {
    my ($x) = @_;
    my $page = $x->{cache}->page(body => 'one', fields => [@FRESH, 'Vary', 'X-Kind']);
    get($x, $page, 'X-Kind', $_) for qw(a b);
    my $json = foretold($x, $page, 'hit', 'X-Kind', 'a');
    my %kinds;
    $kinds{ $_->{kind} }++ for @{ $json->{stored} };
    is_deeply(\%kinds, { vary => 1, response => 2 }, 'two variants, and by what');
    is((grep { $_->{kind} eq 'vary' } @{ $json->{stored} })[0]{varies_by}, 'x-kind',
        '... by that field');
    is((grep { $_->{key} eq $json->{answer_key} } @{ $json->{stored} })[0]{kind},
        'response', 'one of them is the answer');
    $json = foretold($x, $page, 'miss', 'X-Kind', 'c');
    is($json->{reason}, 'vary-miss', 'no third one');
}

# The numbers of the lines with this text.
sub line_of {
    my ($text) = @_;
    open my $in, '<', "$FindBin::Bin/conf/$CONF" or die $!;
    my @lines = map { chomp; s/^\s+//r } <$in>;
    return grep { $lines[ $_ - 1 ] eq $text } 1 .. @lines;
}

sub is_by {
    my ($x, $json, $rule, $directive) = @_;
    my ($place) = grep { $_ > $x->{line} }
        line_of("$directive $rule");
    is($json->{by}{rule}, $rule, '... by the rule');
    is($json->{by}{where}, "$FindBin::Bin/conf/$CONF:$place", '... of that line');
}

sub explain_rules {
    my ($x) = @_;
    my $page = stored($x);
    my $json = foretold($x, $page, 'bypass', Cookie => 'a=b; logged_in_1=x');
    is_by($x, $json, 'cookie=logged_in*', 'RProxyCacheBypass');
    $json = explained($x, $page);
    is($json->{decision}, 'hit', 'without the cookie a hit');
    is_by($x, $json->{last_bypass}, 'cookie=logged_in*', 'RProxyCacheBypass');
    $json = foretold($x, '/cart/1', 'bypass');
    is_by($x, $json, 'path=/cart*', 'RProxyCacheBypass');
    is($json->{last_bypass}, undef, 'nobody had asked for it');
    is(explained($x, '/cart/1')->{last_bypass}{rule} // 'it has', 'it has', 'now somebody');

    $page = $x->{cache}->page(fields => \@FRESH) . '?preview=1';
    get($x, $page);
    $json = foretold($x, $page, 'miss');
    is_by($x, $json->{last_not_stored}, 'query=preview', 'RProxyCacheNoStore');
    $json = explained($x, $page, method => 'POST');
    is_deeply([@$json{qw(decision reason)}], [qw(bypass method)], 'a POST');
}

sub explain_sections {
    my ($x) = @_;
    my $json = foretold($x, '/uncached/x', 'off');
    is($json->{settings}{of}, '<Location>', 'settings of a section');
    like($json->{why}, qr/RProxyCache is not On/, '... by which it is off');
    my ($off) = grep { $_ > $x->{line} } line_of('RProxyCache Off');
    is($json->{by}{where}, "$FindBin::Bin/conf/$CONF:$off", '... of that line');

    is(explained($x, '/own/../%75ncached/x')->{decision}, 'off',
        '... found as httpd finds it');
    $x->{cache}->answer("/$_/x", fields => \@FRESH) for qw(own known);
    get($x, "/$_/x") for qw(own known);
    $json = foretold($x, '/own/x', 'hit');
    is($json->{settings}{while_revalidate_s}, 60, 'the setting of a section');
    is($json->{quick}, JSON::PP::false, 'a hit behind the phases');
    my ($set) = grep { $_ > $x->{line} } line_of('RProxyCacheRevalidate 60');
    is($json->{checked_why}, "settings of a section at $FindBin::Bin/conf/$CONF:$set",
        '... for its settings');

    $json = foretold($x, '/known/x', 'hit');
    is($json->{quick}, JSON::PP::false, 'access control: behind the phases');
    my ($line) = grep { $_ > $x->{line} }
        line_of('Require ip 127.0.0.1 ::1');
    like($json->{checked_why}, qr/^access-by-client at \Q$FindBin::Bin\E.*:$line$/,
        '... because of that line');
}

sub explain_by_query {
    my ($x) = @_;
    my $page = stored($x);
    my $url  = "$x->{site}$page" =~ s/([^\w.~-])/sprintf '%%%02X', ord $1/ger;
    my ($status, $json) = $x->{admin}->get("cache/explain?url=$url&method=HEAD");
    is_deeply([$status, $json->{decision}], [200, 'hit'], 'HEAD is a hit');
    ($status, $json) = $x->{admin}->get('cache/explain?url=/x');
    is($status, 400, 'a path alone');
    like($json->{error}, qr{'/x' does not begin with http}, '... is told');
    ($status, $json) = $x->{admin}->post('cache/explain',
        { url => 'https://SHOP.example/' });
    is($status, 200, 'a host at no port of ours');
    like($json->{virtual_host}{name}, qr/^shop\.example/, '... by its name');
    ok((grep {/speaks http:/} @{ $json->{notes} }), '... which speaks another scheme');
}

# ---- objects, stats ----

sub objects {
    my ($x) = @_;
    my @pages = map { stored($x, name => "list/$_") } 1 .. 3;
    my %urls = map { ("http://localhost:$x->{port}$_" => 1) } @pages;
    my (undef, $json) = $x->{admin}->get('cache/objects?limit=1000');
    is((grep { $urls{ $_->{url} } } @{ $json->{objects} }), 3, 'all three are listed');
    my $prefix = "$x->{site}$pages[0]";
    (undef, $json) = $x->{admin}->get("cache/objects?prefix=$prefix");
    is_deeply([map { $_->{url} } @{ $json->{objects} }],
        ["http://localhost:$x->{port}$pages[0]"], 'one by its prefix');
    (undef, $json) = $x->{admin}->get("cache/objects?prefix=$x->{site}&limit=2");
    is(@{ $json->{objects} }, 2, 'no more than the limit');
    cmp_ok($json->{matching}, '>=', 3, '... but how many there are');
    purge($x, { url => "$x->{site}$pages[0]" });
    (undef, $json) = $x->{admin}->get("cache/objects?prefix=$prefix");
    is_deeply($json->{objects}, [], 'what was purged is not listed');
}

sub counted {
    my ($x) = @_;
    my (undef, $json) = $x->{admin}->get('cache/stats');
    return @$json{qw(total store)};
}

sub stats {
    my ($x) = @_;
    my ($before) = counted($x);
    my $page = stored($x);
    get($x, $page);
    my ($after, $store) = counted($x);
    is($after->{hit} - $before->{hit}, 1, 'a hit is counted');
    is($after->{miss} - $before->{miss}, 1, 'a miss');
    is($store->{size_bytes}, 32 << 20, 'the memory');
    cmp_ok($store->{objects}, '>=', 1, 'the objects');
    is(($x->{admin}->get('cache/stats?a=1'))[0], 400, 'no arguments');
}

# ---- rproxyctl ----

# Exit status, and what it said.
sub ctl {
    my ($x, @arguments) = @_;
    my @command = ($^X, $CTL, '--url', "$x->{site}/rproxy-admin", @arguments);
    my $quoted = join ' ', map { "'" . s/'/'\\''/gr . "'" } @command;
    my $said = `http_proxy=http://127.0.0.1:1 $quoted 2>&1`;
    return ($? >> 8, $said);
}

sub ctl_does {
    my ($x, $pattern, @arguments) = @_;
    my ($status, $said) = ctl($x, @arguments);
    is($status, 0, "rproxyctl @arguments") or diag($said);
    like($said, $pattern, '... says so');
    return $said;
}

sub ctl_purge {
    my ($x) = @_;
    my @pages = map { stored($x, name => "ctl/$_") } 1 .. 2;
    ctl_does($x, qr/^dropped: url .*\Q$pages[0]\E$/m, qw(cache purge), "$x->{site}$pages[0]");
    is_gone($x, $pages[0], 'the page');
    is_there($x, $pages[1], 'another one');
    ctl_does($x, qr/^marked stale: host localhost:\d+, prefix/m, qw(cache purge --soft --prefix),
        '--host', "localhost:$x->{port}", $pages[1]);
    is(explained($x, $pages[1])->{stored}[0]{purged}, 'soft', 'softly');
    my $tagged = stored($x, fields => [@FRESH, 'Cache-Tag', 'a b']);
    ctl_does($x, qr/^dropped: host localhost, tag b/m,
        qw(cache purge --tag c --tag b --host localhost));
    is_gone($x, $tagged, 'the tagged one');
    my $page = stored($x);
    ctl_does($x, qr/^dropped: host localhost$/m, qw(cache purge --host localhost));
    is_gone($x, $page, 'that of the host');
    $page = stored($x);
    my $said = ctl_does($x, qr/^\{/, qw(cache purge --all --json));
    is_deeply(JSON::PP::decode_json($said), { purged => 1 }, 'the JSON as it is');
    is_gone($x, $page, 'all');
}

sub ctl_shows {
    my ($x) = @_;
    my $page = stored($x);
    my $url  = "$x->{site}$page";
    my $said = ctl_does($x, qr/would be answered from the cache$/m, qw(cache explain), $url);
    like($said, qr/^\s+stored \*\s+200, 3 B, age \d s, \d+ min left/m, '... what is stored');
    like($said, qr/^\s+before phases\s+yes$/m, '... and how it is sent');
    $said = ctl_does($x, qr/is let past the cache$/m, qw(cache explain), $url,
        '-H', 'Cookie: logged_in_=1');
    like($said, qr/^\s+rule\s+cookie=logged_in\*, \S+:\d+$/m, '... by that rule');
    ctl_does($x, qr/^POST .*because\s+method/ms, qw(cache explain -X POST), $url);
    ctl_does($x, qr/^response\s+200 .*\Q$page\E$/m, qw(cache objects), $url);
    ctl_does($x, qr/^1 of \d+ shown/m, qw(cache objects --limit 1));
    ctl_does($x, qr/^\s+memory\s+.* of 32\.0 MiB\n.*^\s*RATIO\s+HITS/ms, qw(cache stats));
    my $json = JSON::PP::decode_json(ctl_does($x, qr/^\{/, qw(--json cache stats)));
    is($json->{store}{size_bytes}, 32 << 20, 'all numbers as JSON');
    ctl_does($x, qr/Usage: rproxyctl .*cache explain URL/s, 'help');
    ctl_does($x, qr/Usage: .*cache purge .*--soft/s, qw(cache purge --help));
}

sub ctl_errors {
    my $x = { site => 'http://127.0.0.1:' . RProxy::Vars::value('t53_cache_worker_port') };
    my @cases = (
        [2, qr/there is no command 'cache purg'; there are: .*cache explain/, qw(cache purg)],
        [2, qr/there is no command 'stats'/, 'stats'],
        [2, qr/purge what\?/, qw(cache purge)],
        [2, qr/purge what\?/, qw(cache purge --soft)],
        [2, qr/--all goes without/, qw(cache purge --all --host a)],
        [2, qr/unknown option: hard/i, qw(cache purge --hard)],
        [2, qr/cache explain takes one URL/, qw(cache explain)],
        [2, qr/-H 'x': expected 'Name: value'/, qw(cache explain http://a/ -H x)],
        [2, qr/--url x: expected a URL/, qw(--url x cache stats)],
        [2, qr/--token-file .*: No such file/, qw(--token-file /nonexistent cache stats)],
        [1, qr/400: "tag" needs "host"/, qw(cache purge --tag a)],
        [1, qr{400: "url": '/x' of which host}, qw(cache purge /x)],
        [1, qr/400: "limit" must be/, qw(cache objects --limit 0)],
        [1, qr/404: .*SetHandler/, '--url', "$x->{site}/nowhere", qw(cache stats)],
        [3, qr/no answer from .*refused.*is httpd running/s,
            qw(--url http://127.0.0.1:1/x cache stats)],
    );
    for my $case (@cases) {
        my ($wanted, $pattern, @arguments) = @$case;
        my ($status, $said) = ctl($x, @arguments);
        is($status, $wanted, "rproxyctl @arguments: exit status $wanted");
        like($said, $pattern, '... and why');
    }
}
