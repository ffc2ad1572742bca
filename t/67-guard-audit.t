#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyGuardAudit: a line of JSON for each refusal, to a file or a program, and
# what the manual says fail2ban should look for in it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use JSON::PP ();
use RProxy::Httpd ();

my $RULES = <<'END';
LogLevel rproxy_guard:info
RProxyGuard On
RProxyGuardDeny 127.0.0.7
RProxyGuardLimit few rate=1/hour path=/few key=ip+path
RProxyGuardLimit slow rate=1/hour path=/slow action=class:slow
RProxyGuardLimit later rate=1/2s path=/later action=delay key=all
RProxyGuardLimit big bandwidth=100k burst=1k path=/big
RProxyGuardLimit tried bandwidth=1k path=/tried action=log
<Location "/try/">
    RProxyGuardDeny 127.0.0.8 action=log
</Location>
END

# ---- a file ----

my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => { 'htdocs/a.txt' => "a\n",
        map { ("htdocs/$_.txt" => 'a' x 20_480) } qw(big tried) },
    conf     => "RProxyGuardAudit audit.json\n$RULES",
);
my $answer = ask(from => '127.0.0.7', target => '/a.txt?q=1',
    fields => ['User-Agent' => 'a "b" \\', Host => 'www.example.com']);
my ($id)   = $answer->body =~ m{<b>([0-9a-z]{12})</b>};
my ($line) = lines(audit => 1);
my $conf   = $httpd->folder . '/httpd.conf';
like(delete $line->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'time');
like(delete $line->{where}, qr{\A\Q$conf\E:\d+\z}, 'the directive\'s place');
is_deeply($line, {
        action => 'refuse',
        client => '127.0.0.7',
        rule   => 'deny',
        id     => $id,
        why    => 'its address is denied',
        method => 'GET',
        host   => 'www.example.com',
        path   => '/a.txt',
        agent  => 'a "b" \\',
        status => 403,
    },
    'all that is known, with the number of the page');

ask(target => '/few') for 1, 2;
($line) = lines(audit => 2);
is($line->{rule}, 'few', 'a limit');
is($line->{key}, '127.0.0.1 + /few', '... and what it counted by');
like($line->{where}, qr/\A\Q$conf\E:\d+\z/, '... and where it stands');

ask(target => '/.git/config');
($line) = lines(audit => 3);
is($line->{rule}, 'head-hidden', 'a head');
like($line->{where}, qr/\A\Q$conf\E:\d+\z/, '... and the directive');

ask(from => '127.0.0.8', target => '/try/');
($line) = lines(audit => 4);
is($line->{action}, 'log', 'what is only logged');
is($line->{id}, undef, '... has no number, as there is no page');

ask(target => '/slow') for 1, 2;
($line) = lines(audit => 5);
is("$line->{action} $line->{rule}", 'class slow', 'what goes on as another class');
is($line->{status}, undef, '... without a status');

# What came later has a line at its end, and how much later.
my @asked = map { $httpd->connect } 1, 2;
$_->send("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n") for @asked;
$_->read_response for @asked;
($line) = lines(audit => 6);
my ($key, $why, $ms) = delete @$line{qw(key why ms)};
is("$line->{action} $line->{rule} $key", 'delay later all', 'what waited for its time');
like($why, qr{^more than 1/2s}, '... because of what');
cmp_ok($ms, '>', 0, '... and how long');
is_deeply([@$line{qw(status id)}], [undef, undef], '... without a number');

is(length ask(target => '/big.txt')->body, 20_480, 'a response within a bandwidth');
($line) = lines(audit => 7);
is("$line->{action} $line->{rule} $line->{key}", 'slow big 127.0.0.1', '... has one line');
cmp_ok($line->{ms}, '>', 0, '... with its time');
is(length ask(target => '/tried.txt')->body, 20_480, 'one that only would be slow');
($line) = lines(audit => 8);
is("$line->{action} $line->{rule} $line->{key}", 'log tried 127.0.0.1', '... likewise');
cmp_ok(abs($line->{ms} - 18_000), '<', 15_000, '... with the time it would take');

# Rotation: the file goes, and a graceful restart makes a new one.
my $folder = $httpd->folder;
rename "$folder/audit.json", "$folder/audit.json.1" or die $!;
my @before = $httpd->children;
$httpd->restart_gracefully;
ok($httpd->await_gone(\@before, 20), 'the children with the old file are gone');
ask(target => '/few');
is((lines(audit => 1))[0]{rule}, 'few', 'a new file after a graceful restart');
is((stat "$folder/audit.json")[2] & 0777, 0640, 'that not everybody reads');

# ---- fail2ban ----

{
    my ($pattern) = manual() =~ /^    failregex = (.+)$/m;
    $pattern =~ s/<ADDR>/(?<addr>[0-9a-f.:]+)/;
    my @found = map { /$pattern/ ? $+{addr} : () }
        $httpd->text('audit.json.1') =~ /^.+$/mg;
    is_deeply(\@found, ['127.0.0.7', '127.0.0.1', '127.0.0.1'],
        'the manual\'s pattern for fail2ban finds who was refused');
}
is_deeply($httpd->complaints, [], 'nothing else in the log');

# ---- a program ----

$httpd = RProxy::Httpd->start(
    files => { 'reader' => <<"END" },
#!$^X
open my \$out, '>>', "\$ARGV[0]" or die;
\$out->autoflush;
print \$out \$_ while <STDIN>;
END
    conf => sub {
        my $to = $_[0]->folder;
        return "RProxyGuardAudit \"|$to/reader $to/read.json\"\n$RULES";
    },
);
ask(from => '127.0.0.7', target => '/') for 1 .. 3;
is(scalar(lines(read => 3)), 3, 'a program reads them');
is_deeply($httpd->complaints, [], 'nothing else in the log');

done_testing();

sub ask {
    my (%o) = @_;
    return $httpd->connect(from => $o{from} // '127.0.0.1')
        ->ask('GET', $o{target}, $o{fields});
}

# The last lines of a file, when there are so many.
sub lines {
    my ($name, $count) = @_;
    my (@lines, $until);
    $until = time + 10;
    while (@lines < $count && time < $until) {
        select undef, undef, undef, 0.01;
        @lines = (-e $httpd->folder . "/$name.json")
            ? $httpd->text("$name.json") =~ /^(.+)\n/mg
            : ();
    }
    is(scalar @lines, $count, "$name.json has $count lines");
    return wantarray
        ? (map { JSON::PP::decode_json($_) } reverse @lines)
        : scalar @lines;
}

sub manual {
    open my $in, '<', "$FindBin::Bin/../README.md" or die $!;
    local $/;
    return scalar <$in>;
}
