#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What the guard knows of an address, asked by rproxyctl; a key that begins anew.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use FindBin ();
use JSON::PP ();
use RProxy::Admin ();
use RProxy::Httpd ();

my $CTL   = "$FindBin::Bin/../mod_rproxy/rproxyctl";
my $httpd = RProxy::Httpd->start(
    children => 2,
    files    => {
        'list.txt'     => "# nobody\n192.0.2.0/24 test\n127.0.0.7\n",
        'htdocs/a.txt' => "a\n",
    },
    conf => <<'END',
RProxyGuardList seven file:list.txt
RProxyGuardList other 198.51.100.0/24 127.0.0.0/29
RProxyGuard On
RProxyGuardAllow 127.0.0.1
RProxyGuardLimit few  rate=1/hour burst=1
RProxyGuardLimit pair rate=1/hour key=ip+path path=/pair
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
END
);
my $admin = RProxy::Admin->new(undef, base => '/admin',
    connect => sub { $httpd->connect });
my $file = $httpd->folder . '/list.txt';

sub status { return $httpd->connect(from => '127.0.0.7')->get($_[0])->status }

is_deeply([map { status('/a.txt') } 1 .. 3], [200, 200, 429], 'a limit used up');
my ($code, $json) = $admin->get('guard/check?address=127.0.0.7');
is($code, 200, 'an address');
is_deeply([sort map { join ' ', $_->{list}, $_->{line} // () } @{ $json->{lists} }],
    ['other', 'seven 3'], 'its lists, with the line of a file');
is_deeply([map { [@$_{qw(limit left)}, $_->{allowed} ? 1 : 0] } @{ $json->{limits} }],
    [['few', 0, 0]], 'what limits by address have of it');
like(ctl('check 127.0.0.7'), qr{seven\W+\Q$file\E.*line 3}s, 'rproxyctl guard check');
like(ctl('check 127.0.0.7'), qr/few.*used up, again in \d+ min/, '... limits');
$admin->post('guard/ban', { network => '127.0.0.9', seconds => 600, why => 'a test' });
like(ctl('check 127.0.0.9'), qr/banned.*for (?:9|10) min by order.*a test/, '... bans');
is(($admin->get('guard/check?address=x'))[0], 400, 'no address');

like(ctl('forget few 127.0.0.7'), qr/few: 127\.0\.0\.7 begins anew/, 'forgotten');
is(status('/a.txt'), 200, 'it begins anew');
like(ctl('forget few 127.0.0.8'), qr/was not known/, 'one that is not known');
like(ctl('forget fev 127.0.0.8'), qr/no limit of that name/, 'no such limit');

ctl('forget few 127.0.0.7');
is_deeply([map { status('/pair') } 1 .. 2], [404, 429], 'a key of two parts');
my $limits = ctl('limits');
like($limits, qr/few +1\/hour/, 'rproxyctl guard limits');
my ($key) = $limits =~ m{pair +1 +([0-9a-f]{16}) +127\.0\.0\.7 \+ /pair};
ok($key, '... with the keys that were refused');
ctl('forget few 127.0.0.7');
like(ctl("forget pair $key"), qr/begins anew/, 'forgotten by its number');
is(status('/pair'), 404, 'it begins anew');
for my $order ({}, { limit => 'few' }, { limit => 'few', key => 'x' },
    { limit => 'few', key => '0' x 16, address => '::1' }, { limit => 7 }) {
    is(($admin->post('guard/forget', $order))[0], 400,
        'a wrong order: ' . JSON::PP::encode_json($order));
}
like(ctl('lists'), qr/seven +2 +[-\d]+ [:\d]+ +\Q$file\E/, 'rproxyctl guard lists');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

sub ctl {
    my ($words) = @_;
    my $port = $httpd->port;
    return scalar `$^X $CTL --url http://127.0.0.1:$port/admin guard $words 2>&1`;
}
