#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# RProxyCacheFile: what is stored outlives a stop and start; a file that does
# not fit is started empty; one that cannot be used, or that children of before
# still work in, stops no server.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();

my $httpd = RProxy::Httpd->start(
    files => { 'htdocs/a.txt' => "a\n" },
    conf  => settings('4m', 'cache'),
);
my $configuration = $httpd->text('httpd.conf');

like(asked(), qr/fwd=uri-miss; stored/, 'stored');
like(asked(), qr/hit/, 'and sent again');
is(-s $httpd->folder . '/cache', 4 << 20, 'the file has its size');

again();
like(asked(), qr/hit/, 'after a stop and start');

restart();
like(asked(), qr/hit/, 'after a restart');

change('4m' => '8m');
restart();
like(asked(), qr/hit/, 'after a restart with another size');
like($httpd->text('error_log'), qr/RP2006: .*cache keeps its size/, 'the log');
is(-s $httpd->folder . '/cache', 4 << 20, 'its size is the old one');

again();
like(asked(), qr/fwd=uri-miss; stored/, 'after a stop: started empty');
like($httpd->text('error_log'), qr/RP2001: .*another size: started empty/,
    'the log');
is(-s $httpd->folder . '/cache', 8 << 20, 'with its new size');

$httpd->write_file(cache => 'x' x (8 << 20));
again();
like(asked(), qr/fwd=uri-miss; stored/, 'what is no cache: started empty');

change('File cache' => 'File none/such');
restart();
is(asked(), '', 'a file that cannot be made: served without a cache');
like($httpd->text('error_log'), qr/RP2001: .*there is no cache/, 'the log');
again();
is(asked(), '', 'the same at a start');

change('File none/such' => 'File cache');
restart();
asked();
like(asked(), qr/hit/, 'a restart with one that can');

change("RProxyCacheSize 8m\n" => '');
restart();
is(asked(), '', 'a restart without a size: served without a cache');
is(mappings(), 0, 'its memory is given back');
change('RProxyCacheFile' => "RProxyCacheSize 8m\nRProxyCacheFile");
restart();
like(asked(), qr/hit/, 'with one: the file is as it was');
isnt(mappings(), 0, 'and mapped again');
is_deeply($httpd->complaints, [], 'nobody died');
done_testing();

sub settings {
    my ($size, $file) = @_;
    return <<"CONF";
RProxyCacheSize $size
RProxyCacheFile $file
RProxyCache On
RProxyCacheStatus On
RProxyCacheIgnore cache-control
RProxyCacheHeuristic 0
RProxyCacheDefault 600
CONF
}

# Cache-Status of the page.
sub asked {
    my $response = $httpd->connect->get('/a.txt');
    is($response->body, "a\n", 'the page');
    return $response->field('Cache-Status') // '';
}

sub change {
    my ($from, $to) = @_;
    $configuration =~ s/\Q$from\E/$to/ or die $from;
    $httpd->write_file('httpd.conf', $configuration);
}

# Of the file, in the parent.
sub mappings {
    my $file = $httpd->folder . '/cache';
    open my $in, '<', '/proc/' . $httpd->pid . '/maps' or return -1;
    return scalar grep { index($_, $file) >= 0 } <$in>;
}

# Until no child of before can answer.
sub restart {
    my @before = $httpd->children;
    $httpd->restart_gracefully;
    $httpd->await_gone(\@before, 20) or die "children of before stay";
}

sub again {
    $httpd->stop;
    unlink $httpd->folder . '/error_log';
    $httpd->run;
}
