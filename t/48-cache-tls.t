#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The cache before clients that speak TLS: hits, and background fetches, which
# have no connection of their own but must pass for one over TLS: a site that
# sends all others away would otherwise store that.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Cache ();
use RProxy::Client ();

my $cache = RProxy::Cache->start('t48_tls', 'origin_a');
$cache->{client} = client();

plan tests => 10;

sub client { return RProxy::Client->to('t48_tls', tls => 1, limit => 10) }

my $fresh = $cache->page(body => 'one',
    fields => ['Cache-Control', 'max-age=600']);
is($cache->get($fresh)->body, 'one', 'a page over TLS');
my $hit = $cache->get($fresh);
is($cache->said($hit)->{hit}, 1, 'the next one is a hit');
like($cache->said($hit)->{key}, qr{^https://}, 'under https');
is($hit->body, 'one', 'and the same');
is($cache->asked($fresh), 1, 'the origin was asked once');

# Stale at once, and good for another hour.
my @stale = ('Cache-Control', 'max-age=60', 'Age', 60);
my $page  = $cache->page(body => 'old', fields => \@stale);
is($cache->get($page)->body, 'old', 'a page that is stale at once');
$cache->answer($page, body => 'new', fields => ['Cache-Control', 'max-age=600']);
is($cache->get($page)->body, 'old', 'it is sent while a new one is fetched');
my $new = $cache->await_stored($page, sub { $_[0]->body eq 'new' });
is($cache->said($new)->{hit}, 1, 'which is found under the same key');
is($cache->asked($page), 2, 'the origin was asked once more');
is_deeply([map { $_->field('X-Seen') } $cache->requests($page)], ['tls', 'tls'],
    'by a request that passes for one over TLS');
