#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The section in mod_status's page, in its three forms.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Origin ();
use RProxy::Status ();
use RProxy::Vars ();

plan tests => 15;

my $MEMBER = 'http://127.0.0.1:' . RProxy::Vars::value('origin_a_port');

my $origin = RProxy::Origin->start('origin_a', sub {
    my ($c) = @_;
    while ($c->read_request) {
        $c->reply(200, 'x');
    }
});

sub server_status {
    my ($query) = @_;
    return RProxy::Client->to('t60_server')->get("/server-status$query")->body;
}

my $before = RProxy::Status->of('t60_server');
is(RProxy::Client->to('t60_server')->get('/app')->status, 200, 'a request')
    for 1 .. 3;
my $now = RProxy::Status->await('t60_server', sub {
    $_[0]->route('/app')->{requests}
        == $before->route('/app')->{requests} + 3;
}, 'three requests to be counted');

# ?auto: a line for each value.
my $auto = server_status('?auto');
my %value = $auto =~ /^(RProxy[^:]+): (.*)$/mg;
is($value{RProxyRequests}, $now->{traffic}{requests}, 'requests');
is($value{RProxyFailed},   $now->{traffic}{failed},   'failed ones');
is($value{'RProxyOutcome[ok]'}, $now->{traffic}{outcomes}{ok}, 'outcomes');
like($value{RProxyTotalP99Ms}, qr/^\d+\.\d{3}$/, 'a latency');
my ($at) = grep { ($value{$_} // '') eq 't60_server' } keys %value;
$at =~ s/Name$/Member[0]/;
is($value{"${at}Url"},      $MEMBER, 'a member');
is($value{"${at}State"},    'ok',    'its state');
is($value{"${at}Attempts"}, $now->member('t60_server')->{attempts},
    'its attempts');
ok(!grep({ !/^[^\s:][^:]*: / } grep {/RProxy/} split /\n/, $auto),
    'lines of the form of all others');

# The page: well within mod_status's own.
my $page = server_status('');
my ($section) = $page =~ m{<h2>mod_rproxy</h2>(.*)</body></html>}s;
ok($section, 'a section of the page');
my $attempts = $now->member('t60_server')->{attempts};
ok($section =~ m{<tr><td>t60_server</td><td>\Q$MEMBER\E</td><td>ok</td>
    (?:<td>\d+</td>){3}<td>$attempts</td><td>\d+</td></tr>}x,
    'a row of its table');
my ($list) = server_status('?notable') =~ m{<h2>mod_rproxy</h2>(.*)}s;
ok($list =~ m{<li>t60_server, \Q$MEMBER\E: ok, } && $list !~ /<table/,
    'a list where no table is wanted');
is(RProxy::Client->to('t60_server')->ask(HEAD => '/server-status')->status,
    200, 'HEAD');
