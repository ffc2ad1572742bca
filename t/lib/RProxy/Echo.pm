# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Echo;

# An origin that answers with the request it got: what did it see?
#
#   my $echo = RProxy::Echo->start('origin_a');
#   my $seen = RProxy::Echo->ask('t22_x', ['X-A' => 1]);
#   is($seen->field('X-A'), 1);        # RProxy::Message
#   is($seen->{response}->status, 200);
use strict;
use warnings FATAL => 'all';

use RProxy::Client ();
use RProxy::Message ();
use RProxy::Origin ();

sub start {
    my ($class, $address) = @_;
    return RProxy::Origin->start($address, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            $c->reply(200, $request->{head} . $request->body);
        }
    });
}

# One request on a connection of its own.  method, target, body, and options
# of RProxy::Client->to.
sub ask {
    my ($class, $vhost, $fields, %o) = @_;
    my $client = RProxy::Client->to($vhost, %o);
    return seen($client->ask($o{method} // 'GET', $o{target} // '/', $fields,
        $o{body}));
}

# The request inside of such a response.
sub seen {
    my ($response) = @_;
    my ($line, $fields, $body) =
        $response->body =~ /\A([^\r\n]*)\r\n(.*?\r\n|)\r\n(.*)\z/s
        or die 'not from the origin: ' . $response->{head} . $response->body;
    return bless {
        line     => $line,
        list     => RProxy::Message::parse_fields($fields),
        body     => $body,
        response => $response,
    }, 'RProxy::Message';
}

1;
