#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# X-Request-ID and W3C traceparent: made, passed on from trusted peers, or left
# alone.  127.0.0.2 is trusted.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Echo ();

my $ID    = qr/^[0-9a-f]{32}$/;
my $TRACE = qr/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;
my $SENT  = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

plan tests => 39;

my $echo = RProxy::Echo->start('origin_a');

sub stranger {
    my ($vhost, @fields) = @_;
    return RProxy::Echo->ask($vhost, \@fields, from => '127.0.0.3');
}

sub friend {
    my ($vhost, @fields) = @_;
    return RProxy::Echo->ask($vhost, \@fields, from => '127.0.0.2');
}

# ---- X-Request-ID ----

{
    my $seen = stranger('t25_default');
    like($seen->field('X-Request-ID'), $ID, 'an id is made');
    is($seen->{response}->field('X-Request-ID'), $seen->field('X-Request-ID'),
        'and told the client');
    isnt(stranger('t25_default')->field('X-Request-ID'),
        $seen->field('X-Request-ID'), 'no two are the same');
}
like(stranger('t25_default', 'X-Request-ID' => 'claimed')
        ->field('X-Request-ID'), $ID, 'a stranger\'s is not taken');
for my $id ('a', 'abc-123:x/y+z=', 'f' x 128) {
    my $seen = friend('t25_default', 'X-Request-ID' => $id);
    is($seen->field('X-Request-ID'), $id, 'a trusted peer\'s is passed on');
    is($seen->{response}->field('X-Request-ID'), undef,
        'and not told, it knows');
}
for my $id ('', 'a b', 'a"b', 'a;b', 'f' x 129, "\xc3\xa4") {
    my $seen = friend('t25_default', 'X-Request-ID' => $id);
    like($seen->field('X-Request-ID'), $ID, 'unless it is not fit for a log');
}
like(friend('t25_on', 'X-Request-ID' => 'mine')->field('X-Request-ID'), $ID,
    'on: always ours');
is(friend('t25_append', 'X-Request-ID' => 'mine')->field('X-Request-ID'),
    'mine', 'append: theirs');
{
    my $seen = friend('t25_off', 'X-Request-ID' => 'mine');
    is($seen->field('X-Request-ID'),             undef, 'off: none');
    is($seen->{response}->field('X-Request-ID'), undef, 'either way');
}
is(stranger('t25_pass', 'X-Request-ID' => 'a b')->field('X-Request-ID'),
    'a b', 'pass: whatever it is');
is(stranger('t25_pass')->field('X-Request-ID'), undef, 'pass: none is made');

# ---- traceparent ----

is(stranger('t25_default', traceparent => 'anything')->field('traceparent'),
    'anything', 'traceparent is left alone');
is(stranger('t25_default')->field('traceparent'), undef, 'and not made');

{
    my $seen = friend('t25_on', traceparent => $SENT, tracestate => 'a=b');
    like($seen->field('traceparent'), $TRACE, 'on: one of ours');
    is($seen->field('tracestate'), undef, 'without the state of another');
    isnt(friend('t25_on')->field('traceparent'), $seen->field('traceparent'),
        'each time a new one');
}
{
    my $seen = friend('t25_append', traceparent => $SENT, tracestate => 'a=b');
    is($seen->field('traceparent'), $SENT, 'append: a trusted peer\'s');
    is($seen->field('tracestate'),  'a=b', 'with its state');
}
{
    my $seen =
        stranger('t25_append', traceparent => $SENT, tracestate => 'a=b');
    like($seen->field('traceparent'), $TRACE, 'append: not a stranger\'s');
    isnt($seen->field('traceparent'), $SENT, 'but ours');
    is($seen->field('tracestate'), undef, 'without its state');
}
for my $bad ("$SENT-x", uc $SENT, '00-' . '0' x 32 . '-b7ad6b7169203331-00') {
    my $seen = friend('t25_append', traceparent => $bad, tracestate => 'a=b');
    isnt($seen->field('traceparent'), $bad, 'append: not a malformed one');
    is($seen->field('tracestate'), undef, 'nor what belongs to it');
}
{
    my $seen = friend('t25_off', traceparent => $SENT, tracestate => 'a=b');
    is($seen->field('traceparent') // $seen->field('tracestate'), undef,
        'off: neither');
}
