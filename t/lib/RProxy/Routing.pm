# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Routing;

# Which way does a request go?  Origins that say who they are and what target
# they were sent:
#
#   my @origins = RProxy::Routing::origins('a', 'b');   # until they go away
#   is(RProxy::Routing::way('t10_paths', '/x'), 'a /x');
#   is(RProxy::Routing::way('t10_paths', '/y'), 'httpd 404');
use strict;
use warnings FATAL => 'all';

use RProxy::Client ();
use RProxy::Origin ();

sub origins { return map { origin($_) } @_ }

sub origin {
    my ($name) = @_;
    local $_;    # Apache::Test reads its configuration into it
    return RProxy::Origin->start("origin_$name", sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            $c->reply(200, "$name $request->{target}", 'X-Origin', $name);
        }
    });
}

# method => 'GET', body => undef; all else are fields.
sub response {
    my ($vhost, $target, %fields) = @_;
    my $method = delete $fields{method} // 'GET';
    my $body   = delete $fields{body};
    return RProxy::Client->to($vhost)->ask($method, $target, [%fields], $body);
}

sub way {
    my $response = response(@_);
    return $response->field('X-Origin')
        ? $response->body
        : 'httpd ' . $response->status;
}

1;
