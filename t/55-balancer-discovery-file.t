#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Members that stand in a file: it changes, is replaced, is wrong, is gone.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Balancer ();
use RProxy::Discovery qw(farm source await_source await_members await_spread);
use RProxy::Server ();

plan tests => 31;

my $folder = File::Temp->newdir('rproxy-files-XXXXXX', TMPDIR => 1);
chmod 0755, $folder;
my $file = "$folder/members";
my %url  = map { $_ => 'http://127.0.0.1:' . RProxy::Origin::port("origin_$_") }
    qw(a b c);

# ---- lines ----

put("# both\n$url{a} weight=3\n\n$url{b}    # the other\n");
my $farm = farm(undef, "file:$file every=100ms zone=east");
$farm->start_member($_) for qw(a b c);
my $log = $farm->httpd->log;
await_members($farm, 2);
spread({ a => 6, b => 2 }, 'lines: by weight');
my $source = source($farm);
is($source->{source}, "file:$file", 'status: the file');
is_deeply([@$source{qw(upstream members failing error)}],
    ['app', 2, JSON::PP::false(), ''], 'status: what is in it');

my $asked = $farm->member('a')->{requests};
put("$url{a} weight=3\n$url{b}\n$url{c} weight=4\n");
await_members($farm, 3);
spread({ a => 6, b => 2, c => 8 }, 'one more');
cmp_ok($farm->member('a')->{requests}, '>=', $asked + 6,
    'one more: the others count on');
like($log->await(qr/RP3065: .*members: 3/), qr/1 added, 0 removed, 0 changed/,
    'one more: in the log');

put("$url{a} weight=1\n$url{c} weight=1\n");
await_members($farm, 2);
spread({ a => 4, c => 4 }, 'one less, and other weights');

# ---- in place, replaced ----

put("$url{a}\n$url{b}\n$url{c}\n");
await_members($farm, 3);
write_in_place("$url{b}\n");
await_members($farm, 1);
spread({ b => 4 }, 'written in place');
my $stamp = (stat $file)[9];
put("$url{c}\n");    # as large as before
utime $stamp, $stamp, $file;
RProxy::Server::await(sub { ($farm->upstream->{members}[0]{url} // '') eq $url{c} },
    'the other member', 5);
spread({ c => 4 }, 'another file of the same size and time');

# ---- what is wrong ----

my @WRONG = (
    ["$url{a}\n$url{b} wait=1\n", qr/\Aline 2: 'wait=1' is wrong: expected one of/],
    ["$url{a}\nhttp://a/b\n", qr/\Aline 2: 'http:\/\/a\/b': a member has no path/],
    ["$url{a}\n\n$url{a}\n", qr/\Aline 3: '\Q$url{a}\E' is there already, in line 1/],
    ["[\n{\"url\": \"$url{a}\",}\n]", qr/\Aline 2: not JSON: /],
    ["[{\"url\": \"$url{a}\"}, 5]", qr/\Amember 2 of the list: expected an object/],
    ["# nobody\n", qr/\Athere is no member in it/],
    [join('', map {"http://10.0.1.$_\n"} 1 .. 255) . "http://h1\nhttp://h2\n",
        qr/\A257 members: expected 256 \(limit=\) or fewer/],
);
for my $wrong (@WRONG) {
    put($wrong->[0]);
    await_source($farm, sub { $_[0]{error} =~ $wrong->[1] }, $wrong->[1]);
    spread({ c => 2 }, "wrong: $wrong->[1]");
}
unlink $file;
await_source($farm, sub { $_[0]{error} =~ /\Ait cannot be read: No such file/ },
    'the file to be gone');
spread({ c => 2 }, 'gone');
like($farm->httpd->text('error_log'),
    qr/rproxy_balancer:warn.*RP3066: upstream app, file:\Q$file\E: line 2: 'wait=1'/,
    'wrong: in the log, with its line');
put("$url{b}\n");
await_source($farm, sub { !$_[0]{failing} }, 'the file to be good');
spread({ b => 2 }, 'good again');

# ---- JSON ----

put(qq([{"url": "$url{a}", "weight": 3, "zone": "west"}, "$url{b}"]));
await_members($farm, 2);
spread({ a => 6, b => 2 }, 'JSON');

# ---- processes ----

$farm->httpd->restart_gracefully;
spread({ a => 6, b => 2 }, 'restart: all are there');
my $elected = $farm->elected;
$farm->httpd->end_child(KILL => $elected);
RProxy::Server::await(sub { $farm->elected && $farm->elected != $elected },
    'another elected process', 5);
put("$url{c}\n");
await_members($farm, 1);
spread({ c => 4 }, 'killed: the next process reads on');

# ---- somebody takes one away ----

put("$url{a}\n$url{b}\n");
await_members($farm, 2);
spread({ a => 2, b => 2 }, 'two');
my $admin = RProxy::Admin->new('', connect => sub { $farm->httpd->connect });
my ($status) = $admin->post('balancer/remove', { upstream => 'app', url => $url{a} });
is($status, 200, 'one is removed by hand');
await_members($farm, 2);
spread({ a => 2, b => 2 }, 'and is back, as the file says');
my $conf = $farm->httpd->text('httpd.conf');
(my $without = $conf) =~ s/^RProxyBalancerDiscover .*//m;
$without =~ s/^(<RProxyUpstream app>)/$1\nRProxyMember $url{c}/m;
$farm->httpd->write_file('httpd.conf', $without);
$farm->httpd->restart_gracefully;
await_members($farm, 1);
spread({ c => 4 }, 'without the directive: what it found goes');
$farm->httpd->write_file('httpd.conf', $conf);
$farm->httpd->restart_gracefully;
await_members($farm, 2);
spread({ a => 2, b => 2 }, 'with it: all is back');
is_deeply($farm->httpd->complaints, [], 'nothing else');

# ---- many ----

{
    my @many = map { sprintf 'http://127.1.%d.%d:9', $_ / 250, $_ % 250 } 1 .. 10_000;
    put(join "\n", @many, '');
    my $large = farm(undef, "file:$file every=100ms limit=10000");
    RProxy::Server::await(sub { source($large)->{members} == 10_000 },
        '10,000 members', 20);
    is(source($large)->{failures}, 0, '10,000 members: all have a place');
    my $log = $large->httpd->log;
    put(join "\n", @many[0 .. 4999], 'http://127.2.0.1:9', '');
    $log->await(qr/RP3065: .*members: 5001/, 20);
    like($large->httpd->text('error_log'),
        qr/members: 5001 \(1 added, 5000 removed, 0 changed\)/,
        '10,000 members: half of them go, one comes');
    is_deeply($large->httpd->complaints, [], '10,000 members: nothing else');
}

# ---- parts ----

sub put {
    my ($text) = @_;
    write_file("$file.new", $text);
    rename "$file.new", $file or die "$file: $!";
    return;
}

sub write_in_place { return write_file($file, @_) }

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    return;
}

sub spread {
    my ($expect, $what) = @_;
    return is_deeply(await_spread($farm, %$expect), $expect, $what);
}
