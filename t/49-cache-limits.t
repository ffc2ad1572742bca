#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Whatever is too long, too much, absurd or broken: it is bounded, and served
# from the origin as it is.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Path qw(make_path);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Status ();
use RProxy::Vars ();

my @FRESH  = ('Cache-Control', 'max-age=600');
my $YEAR_S = 365 * 24 * 3600;
my $MIB    = 1 << 20;
my $cache  = RProxy::Cache->start('t49_limits', 'origin_a');

subtest 'long keys'                  => \&long_keys;
subtest 'large heads'                => \&large_heads;
subtest 'many tags'                  => \&many_tags;
subtest 'Vary of many names'         => \&many_names;
subtest 'absurd lifetimes'           => \&lifetimes;
subtest 'absurd ages and dates'      => \&dates;
subtest 'bodies that are cut short'  => \&short_bodies;
subtest 'bodies that are too long'   => \&long_bodies;
subtest 'a full segment'             => \&full;
subtest 'larger than the segment'    => \&larger;
subtest 'files'                      => \&files;
subtest 'a file that cannot be used' => \&unusable_files;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# ---- requests ----

sub long_keys {
    for my $length (2_000, 8_000, 60_000, 65_400, 65_600, 70_000, 90_000) {
        my $page = $cache->page;
        my $long = "$page?" . 'k' x $length;
        my @answers;
        for my $end (qw(a b)) {
            $cache->answer($page, body => "page $end", fields => \@FRESH);
            push @answers, map { $cache->get("$long$end")->body } 1 .. 2;
        }
        is("@answers", 'page a page a page b page b',
            "$length bytes: pages that differ in the last one");
        my $said = $cache->said($cache->get("${long}a"));
        is($said->{hit} ? 1 : 0, $length <= 60_000 ? 1 : 0,
            "$length bytes: stored, if they are not too many")
            if $length <= 60_000 || $length >= 65_600;
    }
    my $page = $cache->page(body => 'x', fields => [@FRESH, 'Vary', 'X-Long']);
    for my $length (50_000, 66_000) {
        my @bodies = map { my $end = $_;
            $cache->answer($page, body => "for $end",
                fields => [@FRESH, 'Vary', 'X-Long']);
            map { $cache->get($page, 'X-Long', 'v' x $length . $end)->body }
                1 .. 2
        } qw(a b);
        is("@bodies", 'for a for a for b for b', "Vary: $length bytes");
    }
}

# ---- heads ----

sub large_heads {
    for my $case (
        ['90 fields', map { ("X-Field-$_", 'value') } 1 .. 90],
        ['30 kB in one', 'X-Large', 'h' x 30_000],
        ['30 kB in many', map { ("X-F$_", 'h' x 300) } 1 .. 90],
    ) {
        my ($what, @fields) = @$case;
        my $page = $cache->page(body => 'x', fields => [@FRESH, @fields]);
        my ($first, $second) = map { $cache->get($page) } 1 .. 2;
        is($_->status, 200, "$what: comes") for $first, $second;
        my @wrong = grep {
            ($second->field($fields[2 * $_]) // '') ne $fields[2 * $_ + 1]
        } 0 .. $#fields / 2;
        is("@wrong", '', "$what: as it was");
        is($second->body, 'x', "$what: with its body");
    }
    my $page = $cache->page(body => 'fine', fields => \@FRESH);
    my @bomb = map { ("X-R$_", 'r' x 60) } 1 .. 90;
    is($cache->get($page, @bomb)->body, 'fine', 'of a request');
    ok($cache->said($cache->get($page))->{hit}, 'which is nobody\'s concern');
}

sub many_tags {
    my $page = $cache->page(body => 'x', fields => [@FRESH, 'Cache-Tag',
        join ',', map {"t$_"} 1 .. 500]);
    is($cache->get($page)->body, 'x', 'more than are kept') for 1 .. 2;
    is($cache->asked($page), 2,
        'it is not stored: no purge of its tags would find it');
    $page = $cache->page(body => 'x',
        fields => [@FRESH, 'Cache-Tag', 't' x 20_000]);
    $cache->get($page) for 1 .. 2;
    is($cache->asked($page), 1, 'a long one is kept');
}

sub many_names {
    my $names = join ', ', map {"X-Name-$_"} 1 .. 300;
    my $page  = $cache->page(body => 'x', fields => [@FRESH, 'Vary', $names]);
    is($cache->get($page)->body, 'x', 'it comes') for 1 .. 2;
    is($cache->asked($page), 2, 'and is not stored');
    $page = $cache->page(body => 'x', fields => [@FRESH, 'Vary', "a\tb, ,;"]);
    is($cache->get($page)->body, 'x', 'what is no name') for 1 .. 2;
    is($cache->asked($page), 2, 'is not stored');
}

# ---- numbers ----

# What is said of the second request, and the body's arrival.
sub twice {
    my ($what, @fields) = @_;
    my $page = $cache->page(body => 'x', fields => \@fields);
    my ($first, $second) = map { $cache->get($page) } 1 .. 2;
    is($_->status . $_->body, '200x', "$what: comes") for $first, $second;
    return ($cache->said($first), $cache->said($second), $second);
}

sub lifetimes {
    for my $number ('2147483648', '4294967296', '9223372036854775807',
        '9223372036854775808', '18446744073709551616', '9' x 400) {
        for my $field (['Cache-Control', "max-age=$number"],
            ['Cache-Control', "s-maxage=$number"],
            ['CDN-Cache-Control', "max-age=$number"],
            ['RProxy-TTL', $number], ['RProxy-TTL', "${number}w"],
            ['Surrogate-Control', "max-age=$number"]) {
            my $what = substr "@$field", 0, 60;
            my ($first, $second) = twice($what, @$field);
            next unless $first->{stored};
            cmp_ok($first->{ttl}, '<=', $YEAR_S, "$what: a year at most");
            cmp_ok($first->{ttl}, '>',  0,       "$what: of the future");
            ok($second->{hit}, "$what: a hit");
        }
    }
    for my $value ('max-age=-1', 'max-age=', 'max-age', 'max-age=1.5',
        'max-age="600', 'max-age=0x10', "max-age=\x{e9}", 's-maxage=,',
        ',' x 5000, 'x' x 20_000, '=' x 300, '"' x 301) {
        my ($first) = twice(substr($value, 0, 20), 'Cache-Control', $value);
        ok(!$first->{stored}, substr($value, 0, 20) . ': not stored');
    }
}

sub dates {
    for my $age ('9223372036854775808', '99999999999', '4294967296', '601') {
        my ($first, $second) = twice("Age: $age", @FRESH, 'Age', $age);
        ok(!$second->{hit}, "Age: $age: too old");
    }
    for my $age ('-1', 'x', '', '1,2', '1.5') {
        my ($first, $second, $response) = twice("Age: $age", @FRESH, 'Age',
            $age);
        like($response->field('Age') // 0, qr/^\d+$/, "Age: $age: a number");
    }
    for my $date ('Thu, 01 Jan 1970 00:00:00 GMT',
        'Fri, 31 Dec 9999 23:59:59 GMT', 'Sun, 06 Nov 94 08:49:37 GMT',
        'soon', '', '0', '9' x 500, 'Mon, 99 Foo 20266 99:99:99 GMT',
        'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994') {
        my $what = substr $date, 0, 40;
        my ($first) = twice("Date: $what", @FRESH, 'Date', $date);
        cmp_ok($first->{ttl} // 0, '<=', 600, "Date: $what: no gain");
        ($first) = twice("Expires: $what", 'Expires', $date);
        cmp_ok($first->{ttl} // 0, '<=', $YEAR_S,
            "Expires: $what: a year at most");
        ($first) = twice("Last-Modified: $what", 'Last-Modified', $date);
        cmp_ok($first->{ttl} // 0, '<=', 24 * 3600,
            "Last-Modified: $what: a day at most");
    }
}

# ---- bodies ----

sub short_bodies {
    for my $case (['half of it', body => 'b' x 20_000, cut => 10_000],
        ['all but one byte', body => 'b' x 20_000, cut => 1],
        ['nothing of it', body => 'b' x 20_000, cut => 20_000],
        ['one byte of two', body => 'bb', cut => 1],
        ['chunks without an end', chunked => ['b' x 5000], cut => 5],
        ['within a chunk', chunked => ['b' x 5000, 'c' x 5000], cut => 3000]) {
        my ($what, %answer) = @$case;
        my $page = $cache->page(%answer, fields => \@FRESH);
        my $seen = eval { $cache->get($page) };
        ok(!$seen || !$seen->{complete} || $seen->status == 502,
            "$what: the client sees it");
        delete $cache->{client};
        $cache->answer($page, body => 'whole', fields => \@FRESH);
        is($cache->get($page)->body, 'whole', "$what: the next has all");
    }
}

# A program that says a length, and an origin that sends more than it says.
sub long_bodies {
    my $folder = RProxy::Vars::value('scratch') . '/t49-limits';
    make_path($folder);
    chmod 0755, $folder;
    open my $out, '>', "$folder/lies.cgi" or die "$folder: $!";
    print $out <<'END';
#!/bin/sh
printf 'Content-Type: text/plain\r\nContent-Length: %s\r\n\r\n0123456789' \
    "$QUERY_STRING"
END
    close $out or die "$folder: $!";
    chmod 0755, "$folder/lies.cgi";
    my $c = $cache->through('t49_limits_program');
    my $n = 0;
    for my $length (5, 9, 11, 20) {
        my @hits;
        for (1 .. 2) {
            my $client = RProxy::Client->to('t49_limits_program', limit => 3);
            my $seen   = eval {
                $client->get("/lies?$length", Connection => 'close');
            };
            push @hits, $seen ? $c->said($seen)->{hit} // 0 : 0;
        }
        is("@hits", '0 0', "a program: 10 bytes, said to be $length");
    }
    my @right = map {
        my $client = RProxy::Client->to('t49_limits_program');
        $c->said($client->get('/lies?10', Connection => 'close'))->{hit} // 0;
    } 1 .. 2;
    is("@right", '0 1', 'control: said to be 10');

    # The surplus would be the answer to somebody else's request.
    my $page  = $cache->page;
    my $evil  = "HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\n"
        . "Content-Length: 4\r\n\r\nevil";
    $cache->answer($page, body => 'x', fields => \@FRESH,
        before => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
            . "Cache-Control: max-age=600\r\n\r\nfirst$evil");
    $cache->get($page);
    my $next = $cache->page(body => 'fine', fields => \@FRESH);
    is($cache->get($next)->body, 'fine', 'more than it says: not the next one\'s')
        for 1 .. 2;
    unlike($cache->get($page)->body, qr/evil/, 'nor its own');
}

# ---- room ----

sub httpd {
    my ($conf, %o) = @_;
    my $port = RProxy::Vars::value('origin_a_port');
    return RProxy::Httpd->start(%o, conf => $conf . <<"CONF");
MaxKeepAliveRequests 0
RProxyCache On
RProxyCacheStatus On
<Location "/rproxy-status">
    SetHandler rproxy-status
</Location>
RProxyPass "/" "http://127.0.0.1:$port"
CONF
}

sub store_of {
    my ($httpd) = @_;
    return RProxy::Status->of(undef, port => $httpd->port)->{cache}{store};
}

# Pages of different lengths, whose bodies tell which they are.
sub body_of { return "page $_[0] " x (100 + 37 * $_[0] % 1900) }

sub full {
    my $httpd  = httpd("RProxyCacheSize 1m\n");
    my $client = $httpd->connect;
    my @pages  = map {
        $cache->page(body => body_of($_), fields => \@FRESH)
    } 1 .. 300;
    my (@wrong, $hits);
    for my $round (1 .. 2) {
        for my $i (1 .. @pages) {
            my $seen = $client->get($pages[ $i - 1 ]);
            push @wrong, "$round: $i" unless $seen->body eq body_of($i);
        }
    }
    is("@wrong", '', 'every page is what it is');
    my $small = $cache->page(body => 'small', fields => \@FRESH);
    $client->get($small) for 1 .. 2;
    is($cache->asked($small), 1, 'what comes last is stored');
    my $store = store_of($httpd);
    cmp_ok($store->{evictions_total} + $store->{refused_full_total}, '>', 100,
        'most had to go');
    cmp_ok($store->{used_bytes}, '<=', $store->{size_bytes}, 'it is bounded');
    is($store->{size_bytes}, $MIB, 'by what was said');
    is($store->{$_}, 0, "no $_ is left") for qw(pins fills);
    is_deeply($httpd->complaints, [], 'nothing in the log');
}

sub larger {
    my $httpd  = httpd("RProxyCacheSize 1m\n");
    my $client = $httpd->connect;
    my $large  = join '', map { sprintf '%07d ', $_ } 1 .. 3 * $MIB / 8;
    my %page   = (
        'with a length' => $cache->page(body => $large, fields => \@FRESH),
        'in chunks'     => $cache->page(chunked => [$large =~ /(.{1,60000})/gs],
            fields => \@FRESH),
    );
    for my $how (sort keys %page) {
        for (1 .. 2) {
            ok($client->get($page{$how})->body eq $large, "$how: comes whole");
        }
        is($cache->asked($page{$how}), 2, "$how: from the origin");
    }
    my $small = $cache->page(body => 'small', fields => \@FRESH);
    $client->get($small) for 1 .. 2;
    is($cache->asked($small), 1, 'a small one is stored beside it');
    my $store = store_of($httpd);
    is($store->{$_}, 0, "no $_ is left") for qw(pins fills);

    my $strict = httpd("RProxyCacheSize 4m\nRProxyCacheMaxObject 10k\n");
    $client = $strict->connect;
    for my $case ([10_240, 1], [10_241, 2]) {
        my ($length, $asked) = @$case;
        for my $how (qw(body chunked)) {
            my $body = 'x' x $length;
            my $page = $cache->page(fields => \@FRESH,
                $how => $how eq 'body' ? $body : [$body =~ /(.{1,700})/gs]);
            $client->get($page) for 1 .. 2;
            is($cache->asked($page), $asked, "$length bytes, $how: at most 10k");
        }
    }
    is_deeply($_->complaints, [], 'nothing in the log') for $httpd, $strict;
}

# ---- files ----

# What is there is no cache: started empty, and said so.
sub files {
    my $page = $cache->page(body => 'x', fields => \@FRESH);
    for my $case (
        ['nothing',               undef,         undef],
        ['an empty file',         '',            undef],
        ['text',                  "foreign\n" x 9, qr/started empty/],
        ['zeros of the same size', "\0" x (2 * $MIB), qr/started empty/],
        ['noise', join('', map { chr(($_ * 7919) % 256) } 1 .. 2 * $MIB),
            qr/started empty/],
    ) {
        my ($what, $content, $said) = @$case;
        my $httpd = httpd("RProxyCacheSize 2m\nRProxyCacheFile kept\n",
            files => defined $content ? { kept => $content } : {});
        my $client = $httpd->connect;
        my $asked  = $cache->asked($page);
        is($client->get($page)->body, 'x', "$what: served") for 1 .. 2;
        is($cache->asked($page), $asked + 1, "$what: and stored");
        is(-s $httpd->folder . '/kept', 2 * $MIB, "$what: of the right size");
        my $log = $httpd->text('error_log');
        $said ? like($log, $said, "$what: the log says so")
            : unlike($log, qr/started empty/, "$what: nothing to say");
        is_deeply($httpd->complaints, [], "$what: nothing else");
    }
}

sub unusable_files {
    my $page = $cache->page(body => 'x', fields => \@FRESH);
    for my $case (
        ['a folder',    '.'],
        ['a device',    '/dev/null'],
        ['nowhere',     'no/such/folder/kept'],
        ['not writable', '/proc/version'],
    ) {
        my ($what, $path) = @$case;
        my $httpd = eval {
            httpd("RProxyCacheSize 2m\nRProxyCacheFile $path\n");
        };
        ok($httpd, "$what: httpd starts") or diag($@), next;
        my $client = $httpd->connect;
        is($client->get($page)->body, 'x', "$what: pages come") for 1 .. 2;
        like($httpd->text('error_log'), qr/RP2001.*there is no cache/,
            "$what: the log says so");
    }
    my $first = httpd("RProxyCacheSize 2m\nRProxyCacheFile kept\n");
    my $path  = $first->folder . '/kept';
    my $other = httpd("RProxyCacheSize 2m\nRProxyCacheFile $path\n");
    like($other->text('error_log'), qr/RP2001.*in use by another server/,
        'of another server: the log says so');
    is($other->connect->get($page)->body, 'x', 'pages come');
    my $asked = $cache->asked($page);
    $first->connect->get($page) for 1 .. 2;
    is($cache->asked($page), $asked + 1, 'which has it for itself');

    # Another size while the children of before have the file.
    my $conf = $first->text('httpd.conf');
    my $held = $first->connect;
    $held->get($page);
    $conf =~ s/RProxyCacheSize 2m/RProxyCacheSize 3m/ or die 'no size';
    $first->write_file('httpd.conf', $conf);
    $first->restart_gracefully;
    is($first->connect->get($page)->body, 'x', 'another size: pages come')
        for 1 .. 3;
    is_deeply($first->complaints, [], 'and nobody died of it');
}
