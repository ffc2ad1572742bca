# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Admin;

# The admin handler of a virtual host, and what it says.
#
#   my $admin = RProxy::Admin->new('t53_admin');    # /rproxy-admin there
#   my ($status, $json) = $admin->get('cache/stats');
#   my ($status, $json) = $admin->post('cache/purge', { all => \1 });
#
# Further arguments are fields of the request, names and values.
use strict;
use warnings FATAL => 'all';

use JSON::XS ();
use RProxy::Client ();

my $JSON = JSON::XS->new->utf8->canonical;

# base: path of the handler; connect: makes a client (RProxy::Client).
sub new {
    my ($class, $vhost, %o) = @_;
    return bless {
        base    => $o{base} // '/rproxy-admin',
        connect => $o{connect} // sub { RProxy::Client->to($vhost, limit => 10) },
    }, $class;
}

sub client { return $_[0]{connect}->() }

# Returns the status, the answer (undef if it is not JSON), and the response.
sub ask {
    my ($self, $method, $verb, $fields, $body) = @_;
    my $client = $self->client;
    my $response = $client->ask($method, "$self->{base}/$verb", $fields, $body);
    $client->close;
    return unless $response;
    my $type = $response->field('Content-Type') // '';
    my $json = $type eq 'application/json' && length($response->body // '')
        ? $JSON->decode($response->body) : undef;
    return ($response->status, $json, $response);
}

sub get {
    my ($self, $verb, @fields) = @_;
    return $self->ask(GET => $verb, \@fields);
}

# data: what is made JSON, or a text as it is.
sub post {
    my ($self, $verb, $data, @fields) = @_;
    return $self->ask(POST => $verb, ['Content-Type', 'application/json', @fields],
        ref $data ? $JSON->encode($data) : $data);
}

1;
