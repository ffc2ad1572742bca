#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Countries and autonomous systems of databases, as entries of lists; databases
# that change while the server runs, well or badly.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();
use RProxy::Mmdb ();

my %COUNTRIES = (
    '127.0.0.7'    => { country            => { iso_code => 'XA' } },
    '127.0.0.8'    => { registered_country => { iso_code => 'XB' } },
    '127.0.0.9'    => { country            => 'XC' },
    '127.0.0.20'   => { country_code       => 'XE' },
    '127.0.0.128/25' => { country          => { iso_code => 'XD' } },
    '2001:db8::/32'  => { country          => { iso_code => 'XA' } },
);
my %SYSTEMS = (
    '127.0.0.16/28' => { autonomous_system_number => 64500 },
    '127.0.0.32/28' => { asn => 'AS4200000001' },
);

my $httpd = RProxy::Httpd->start(
    children => 2,
    processes => 2,
    files    => { map { ("htdocs/$_.txt" => "$_\n") } qw(a few secret) },
    conf     => sub {
        my ($self) = @_;
        RProxy::Mmdb::write($self->folder . '/country.mmdb', 'Test-Country', \%COUNTRIES);
        RProxy::Mmdb::write($self->folder . '/asn.mmdb', 'Test-ASN', \%SYSTEMS);
        return <<'END';
LogLevel rproxy_guard:info
RProxyGuardGeo country.mmdb asn.mmdb
RProxyGuardList bad country:XA country:xb 127.0.0.5 asn:64500
RProxyGuard On
RProxyGuardDeny bad
RProxyGuardDeny country:XC asn:4200000001
RProxyGuardDeny country:XD action=log
RProxyGuardAllow 127.0.0.7
RProxyGuardList slow country:XE 127.0.0.50
RProxyGuardLimit few rate=1/hour path=/few.txt list=slow
RProxyGuardLimit others rate=1/hour burst=1 path=/few.txt not-list=slow
RProxyGuardBans time=3600
Header always set X-Geo "expr=%{RPROXY_COUNTRY} %{RPROXY_ASN} %{RPROXY_BANNED} %{guard_list:slow}"
<If "-G 'slow' && %{REQUEST_URI} == '/secret.txt'">
    Require all denied
</If>
<Location "/admin">
    SetHandler rproxy-admin
    RProxyPass "!"
</Location>
<Location "/free">
    RProxyGuard Off
</Location>
END
    },
);

# What another program makes of what was written.
my $folder = $httpd->folder;
like(`mmdblookup --file $folder/country.mmdb --ip 127.0.0.200 country iso_code`,
    qr/"XD" <utf8_string>/, 'mmdblookup reads a country');
like(`mmdblookup --file $folder/country.mmdb --ip 2001:db8:1::2 country iso_code`,
    qr/"XA" <utf8_string>/, '... of an IPv6 address');
like(`mmdblookup --file $folder/asn.mmdb --ip 127.0.0.31 autonomous_system_number`,
    qr/64500 <uint32>/, '... and a number');

sub status { return $httpd->connect(from => $_[0])->get('/a.txt')->status }

is(status('127.0.0.1'), 200, 'an address that no database has');
is(status('127.0.0.5'), 403, 'a network of the list');
is(status('127.0.0.7'), 200, 'a country of the list, but allowed');
is(status('127.0.0.9'), 403, 'a country in a directive');
is(status('127.0.0.33'), 403, 'an autonomous system in a directive');
is(status('127.0.0.129'), 200, 'a country that is only logged');
for my $row (['127.0.0.8', 'XB, AS0, which is in list bad'],
    ['127.0.0.17', '\?\?, AS64500, which is in list bad'])
{
    my ($from, $why) = @$row;
    my $log = $httpd->log;
    is(status($from), 403, "$from is denied");
    like($log->await(qr/RP4002/), qr/its address is of country $why/, '... because of that');
}

# ---- in other rules ----

sub geo { return $httpd->connect(from => $_[0])->get('/a.txt')->field('X-Geo') =~ s/\s+\z//r }
is(geo('127.0.0.1'), '', 'an expression: nothing is known');
is(geo('127.0.0.20'), 'XE 64500  1', '... country, autonomous system, list');
is(geo('127.0.0.33'), '4200000001', '... of one that is refused');
$httpd->connect->ask(POST => '/admin/guard/ban', ['Content-Type', 'application/json'],
    '{"network": "127.0.0.130"}')->status == 200 or die;
is(geo('127.0.0.130'), 'XD  order', '... banned by');

sub of { return $httpd->connect(from => $_[0])->get($_[1])->status }
is(of('127.0.0.50', '/secret.txt'), 403, '<If> asks for a list');
is(of('127.0.0.51', '/secret.txt'), 200, '... that others are not in');
is_deeply([map { of('127.0.0.50', '/few.txt') } 1 .. 2], [200, 429], 'a limit of a list');
is_deeply([map { of('127.0.0.1', '/few.txt') } 1 .. 3], [200, 200, 429],
    'a limit of all others');

# ---- changes ----

{
    my $log = $httpd->log;
    RProxy::Mmdb::write("$folder/country.mmdb", 'Test-Country',
        { '127.0.0.10' => { country => { iso_code => 'XA' } } });
    await('127.0.0.10' => 403, 'a new database');
    like($log->await(qr/RP4028/), qr/country\.mmdb was read again, Test-Country/, 'told');
    is(status('127.0.0.8'), 200, 'what it has no more');
}
for my $row (
    ['no database'    => 'text' x 1000],
    ['a torn one'     => torn()],
    ['an empty file'  => ''])
{
    my ($name, $content) = @$row;
    my $log = $httpd->log;
    $httpd->write_file('new', $content);
    rename "$folder/new", "$folder/country.mmdb" or die $!;
    like($log->await(qr/RP4027/), qr/country\.mmdb cannot be used: .*stays in use/, $name);
    is(status('127.0.0.10'), 403, '... what was read before stays');
}
{
    RProxy::Mmdb::write("$folder/country.mmdb", 'Test-Country',
        { '127.0.0.11' => { country => { iso_code => 'XA' } } });
    await('127.0.0.11' => 403, 'a good one again');
}
$httpd->restart_gracefully;
is(status('127.0.0.11'), 403, 'after a graceful restart');

is_deeply($httpd->complaints, [], 'nothing else in the log');
done_testing();

# Until all children answer so.
sub await {
    my ($from, $wanted, $name) = @_;
    my ($row, $until) = (0, time + 10);
    while ($row < 20 && time < $until) {
        $row = status($from) == $wanted ? $row + 1 : 0;
    }
    is($row, 20, "$name is seen by all children");
    return;
}

# Its data end early: what the tree leads to is not there.
sub torn {
    my $whole = RProxy::Mmdb::content('Test-Country',
        { '0.0.0.0/1' => { country => { iso_code => 'XA', name => 'a' x 200 } } });
    my ($tree, $metadata) = $whole =~ /\A(.*?\0{16}).*(\xab\xcd\xefMaxMind\.com.*)\z/s
        or die 'no database';
    return "$tree\xe1\x47$metadata";
}
