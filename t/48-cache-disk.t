#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyCacheFile on a disk that is full, or becomes full, or cannot be written:
# said in the log, the pages come from the origin, and no process dies of it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Temp ();
use POSIX ();
use RProxy::Httpd ();

my $MB = 1 << 20;
my $disk = File::Temp->newdir('rproxy-disk-XXXXXX', TMPDIR => 1);
plan skip_all => 'needs the right to mount'
    if $> != 0 || system "mount -t tmpfs -o size=6m none $disk 2>/dev/null";
chmod 0755, $disk;

my $httpd = RProxy::Httpd->start(
    files => { 'htdocs/a.txt' => "a\n", pages() },
    conf  => <<"CONF",
RProxyCacheSize 8m
RProxyCacheFile $disk/cache
RProxyCache On
RProxyCacheStatus On
RProxyCacheIgnore cache-control
RProxyCacheHeuristic 0
RProxyCacheDefault 600
CONF
);
my $configuration = $httpd->text('httpd.conf');

is(asked(), '', 'a file larger than the disk: served without a cache');
like($httpd->text('error_log'),
    qr/RP2001: .*cache cannot get 8388608 bytes of disk.*there is no cache/,
    'the log');
is(-s "$disk/cache", 0, 'the disk is not left full');

change('Size 8m' => 'Size 4m');
again();
like(asked(), qr/stored/, 'one that fits');
like(asked(), qr/hit/, 'has a cache');
is(fill_up("$disk/other"), POSIX::ENOSPC(), 'now the disk is full');
is(scalar(grep { whole($_) } 1 .. 60), 60, 'twice the cache is asked for');
is(scalar(grep { whole($_) } 60), 1, 'and once more');
again();
like(asked('p60'), qr/hit/, 'a start with what was kept on a full disk');

$httpd->stop;
unlink $httpd->folder . '/error_log';
system "mount -o remount,ro $disk";
$httpd->run;
is(asked(), '', 'a disk that cannot be written: served without a cache');
like($httpd->text('error_log'),
    qr/RP2001: .*cannot be opened for writing: Read-only file system/,
    'the log');
is_deeply($httpd->complaints, [], 'nobody died');
done_testing();

END {
    my $status = $?;
    undef $httpd;
    system "umount $disk" if $disk && !system "mountpoint -q $disk";
    $? = $status;
}

# 60 pages of 128 KiB: the letter of each is its own.
sub pages {
    return map { ("htdocs/p$_.txt" => body($_)) } 1 .. 60;
}

sub body { return chr(ord('0') + $_[0] % 64) x ($MB / 8) }

sub whole {
    my ($n) = @_;
    return $httpd->connect->get("/p$n.txt")->body eq body($n);
}

# Cache-Status of a page.
sub asked {
    my $name = $_[0] // 'a';
    my $response = $httpd->connect->get("/$name.txt");
    is($response->status, 200, 'the page');
    return $response->field('Cache-Status') // '';
}

# Writes until it is refused.  Returns why.
sub fill_up {
    my ($path) = @_;
    open my $out, '>', $path or die "$path: $!";
    for (1 .. 1024) {
        defined syswrite $out, 'x' x 65536 or return $! + 0;
    }
    return 0;
}

sub change {
    my ($from, $to) = @_;
    $configuration =~ s/\Q$from\E/$to/ or die $from;
    $httpd->write_file('httpd.conf', $configuration);
}

sub again {
    $httpd->stop;
    unlink $httpd->folder . '/error_log';
    $httpd->run;
}
