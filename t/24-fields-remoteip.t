#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# mod_remoteip says who the client is, RProxyTrusted whose fields count: that
# is asked of the peer of the connection, never of who it speaks for.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Echo ();

plan tests => 12;

my $echo = RProxy::Echo->start('origin_a');

sub seen {
    my ($vhost, $from, @fields) = @_;
    return RProxy::Echo->ask($vhost, \@fields, from => $from);
}

{
    my $seen = seen('t24_xff', '127.0.0.2', 'X-Forwarded-For' => '203.0.113.9');
    is($seen->field('X-Forwarded-For'), '203.0.113.9', 'one hop: the client');
    is($seen->field('X-Real-IP'),       '203.0.113.9', 'by both names');
}
is(seen('t24_xff', '127.0.0.2',
        'X-Forwarded-For' => '192.0.2.66, 203.0.113.9')
        ->field('X-Forwarded-For'),
    '192.0.2.66, 203.0.113.9', 'what the client claimed stays before it');
{
    my $seen = seen('t24_xff', '127.0.0.3', 'X-Forwarded-For' => '203.0.113.9');
    is($seen->field('X-Forwarded-For'), '127.0.0.3', 'a stranger is itself');
    is($seen->field('X-Real-IP'),       '127.0.0.3', 'by both names');
}
{
    my $seen = seen('t24_own_field', '127.0.0.2',
        'X-Client-IP' => '2001:db8::9', 'X-Forwarded-For' => '2001:db8::9');
    is($seen->field('X-Real-IP'), '2001:db8::9', 'a field of its own, IPv6');
    is($seen->field('X-Forwarded-For'), '2001:db8::9, 2001:db8::9',
        'beside a list of a trusted peer');
    is($seen->field('Forwarded'),
        'for="[2001:db8::9]";host=localhost;proto=http', 'and in Forwarded');
}
{
    # The client's address is a trusted one, the peer's is not.
    my $seen = seen('t24_untrusted', '127.0.0.2',
        'X-Client-IP' => '198.51.100.7', 'X-Forwarded-For' => '192.0.2.66',
        'X-Request-ID' => 'claimed');
    is($seen->field('X-Real-IP'), '198.51.100.7', 'the client is reported');
    is($seen->field('X-Forwarded-For'), '198.51.100.7',
        'but its peer is not believed');
    isnt($seen->field('X-Request-ID'), 'claimed', 'in nothing');
}
is_deeply($echo->errors, [], 'the origin saw nothing odd');
