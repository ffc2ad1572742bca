#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Rules and clients of HTTP/2: once for each of their requests, whose bodies
# have no length.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Driver ();
use RProxy::Log ();
use RProxy::Origin ();
use RProxy::Vars ();

plan skip_all => 'needs an MPM with threads: mod_http2 has no other'
    unless RProxy::Driver::has_threads();
plan skip_all => 'needs curl with HTTP/2'
    unless `curl -V 2>&1` =~ /^Features:.*\bHTTP2\b/m;

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200,
            $request->{target} =~ /leaky/ ? 'a leak' : length $request->body,
            'Content-Type' => 'text/plain');
    }
});
my $url  = 'https://127.0.0.1:' . RProxy::Vars::value('t68_clients_port');
my $curl = q(curl -s -k --http2 --max-time 20 -o /dev/null )
    . q(-w '%{http_version} %{http_code}');

is(`$curl '$url/?q=good'`, '2 200', 'HTTP/2');
my $log = RProxy::Log->error_log;
is(`$curl '$url/?q=evil5'`, '2 403', '... an argument');
$log->await(qr/RP4002/);
is(scalar(grep { /ModSecurity:/ } $log->lines), 1, '... which is told once');
is(`$curl -d a=evil6 '$url/'`, '2 403', '... a form');
is(`echo a=evil7 | $curl -H 'Content-Length:' -d \@- '$url/'`, '2 403',
    '... of no length');
is(`$curl '$url/leaky'`, '2 403', '... a response');
is(`$curl '$url/?phase=$_'`, '2 410', "... phase $_") for 1 .. 4;
$log = RProxy::Log->error_log;
is(`$curl '$url/?phase=5'`, '2 200', '... phase 5');
ok($log->await(qr/\[id "68535"\]/), '... which is told');

done_testing();
