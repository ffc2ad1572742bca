# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Cache;

# A cached virtual host, and an origin whose answers are told page by page.
#
#   my $cache = RProxy::Cache->start('t40_quick', 'origin_a');
#   my $page  = $cache->page(fields => ['Cache-Control', 'max-age=60'],
#       body => 'one');                    # a path that nobody has used before
#   is($cache->get($page)->body, 'one');
#   $cache->answer($page, body => 'two');  # from now on
#   is($cache->get($page)->body, 'one');
#   is($cache->asked($page), 1);           # requests that reached the origin
#   is($cache->said($response)->{hit}, 1); # its Cache-Status
#
# An answer: status (200), reason, fields (a list of names and values), body;
# chunked (a list, in place of body) and trailers; before (bytes in front, an
# interim response for example); cut (so many bytes less of the body than
# declared, then the end of the connection); closed (the connection ends
# without an answer); hangs (neither).  A request of HEAD gets the head.
#
# Requests follow each other on one connection: the next one is read when the
# response before is stored.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Temp ();
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);
use RProxy::Client ();
use RProxy::Origin ();
use RProxy::Origin::Connection ();
use RProxy::Server ();

my $JSON  = JSON::PP->new->ascii->canonical;
my $RUN   = sprintf '%d-%d', time, $$;
my $count = 0;

sub start {
    my ($class, $vhost, $address) = @_;
    my $folder = File::Temp->newdir;
    my $self   = bless { vhost => $vhost, folder => $folder }, $class;
    $self->{origin} = RProxy::Origin->start($address, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            last unless give($c, $request, wanted("$folder", $request));
        }
    });
    return $self;
}

# The same origin seen through another virtual host, or by another client.
sub through {
    my ($self, $vhost) = @_;
    return bless { %$self, vhost => $vhost, client => undef }, ref $self;
}

sub origin { return $_[0]{origin} }

# ---- answers ----

# A path of its own with this answer; name: the end of the path.
sub page {
    my ($self, %answer) = @_;
    my $name = delete $answer{name} // 'page';
    my $path = sprintf '/%s-%d/%s', $RUN, ++$count, $name;
    return $self->answer($path, %answer);
}

# What the origin says to requests for a target from now on; without a query:
# to those with any.  Returns the target.
sub answer {
    my ($self, $target, %answer) = @_;
    my $file = file_of($self->{folder}, $target);
    open my $out, '>', "$file.new" or croak "$file: $!";
    print $out $JSON->encode(\%answer);
    close $out or croak "$file: $!";
    rename "$file.new", $file or croak "$file: $!";
    return $target;
}

sub file_of { return "$_[0]/" . unpack 'H*', $_[1] }

# In the origin's process.
sub wanted {
    my ($folder, $request) = @_;
    (my $path = $request->{target}) =~ s/\?.*//s;
    for my $target ($request->{target}, $path) {
        open my $in, '<', file_of($folder, $target) or next;
        local $/;
        return $JSON->decode(<$in>);
    }
    return { status => 404, body => "no such page\n" };
}

# Returns false when the connection is to end.
sub give {
    my ($c, $request, $answer) = @_;
    return 0 if $answer->{closed};
    return $c->hang if $answer->{hangs};
    my $status = $answer->{status} // 200;
    my @fields = @{ $answer->{fields} // [] };
    my $body   = $answer->{body} // '';
    my $empty  = $request->{method} eq 'HEAD' || $status =~ /^(?:204|304)$/;
    unshift @fields, 'Content-Type', 'text/plain'
        unless $status == 304 || RProxy::Client::has_field('Content-Type', @fields);
    if (my $chunks = $answer->{chunked}) {
        push @fields, 'Transfer-Encoding', 'chunked';
        $body = join '', map { RProxy::Origin::Connection::chunk($_) } @$chunks;
        $body .= "0\r\n" . ($answer->{trailers} // '') . "\r\n";
    }
    elsif ($status !~ /^(?:204|304)$/) {
        push @fields, 'Content-Length', length $body;
    }
    my $head = RProxy::Origin::Connection::head($status, @fields);
    $head =~ s/ Reason\r\n/ $answer->{reason}\r\n/ if defined $answer->{reason};
    $body = substr $body, 0, length($body) - $answer->{cut} if $answer->{cut};
    $c->send(($answer->{before} // '') . $head . ($empty ? '' : $body));
    return !$answer->{cut};
}

# ---- requests ----

sub ask {
    my ($self, $method, $target, $fields, $body) = @_;
    $self->{client} //= RProxy::Client->to($self->{vhost}, limit => 10);
    my $response = $self->{client}->ask($method, $target, $fields, $body)
        // croak "no answer to $method $target";
    $self->hang_up if $response->{framing} eq 'close'
        || !$response->{complete}
        || lc($response->field('Connection') // '') eq 'close';
    return $response;
}

# Until the server has ended the connection too, which it does last.
sub hang_up {
    my ($self) = @_;
    my $client = delete $self->{client} or return;
    $client->wait_for_end;
    $client->close;
    return;
}

sub get {
    my ($self, $target, @fields) = @_;
    return $self->ask(GET => $target, \@fields);
}

sub head {
    my ($self, $target, @fields) = @_;
    return $self->ask(HEAD => $target, \@fields);
}

# The requests for a target that have reached the origin (RProxy::Message, as
# far as the record has it), and their number.
sub requests {
    my ($self, $target) = @_;
    return map { request_of($_) }
        grep { $_->{target} eq $target } @{ $self->{origin}->requests };
}

sub request_of {
    my ($event) = @_;
    my ($fields) = $event->{head} =~ /\A[^\r\n]*\r\n(.*)\r\n\z/s;
    return bless {
        %$event, list => RProxy::Message::parse_fields($fields),
    }, 'RProxy::Message';
}

sub asked { return scalar(() = $_[0]->requests($_[1])) }

# Once there are so many.
sub await_asked {
    my ($self, $target, $n) = @_;
    RProxy::Server::await(sub { $self->asked($target) >= $n },
        "$n requests for $target at the origin");
    return $self->asked($target);
}

# Until a request to the cache alone is answered by what this function wants:
# for what is done in the background.  Returns that response.
sub await_stored {
    my ($self, $target, $wanted, @fields) = @_;
    my $response;
    RProxy::Server::await(sub {
        $response = $self->get($target, 'Cache-Control', 'only-if-cached',
            @fields);
        return $wanted->($response);
    }, "$target to be stored so");
    return $response;
}

# ---- what came of it ----

# The parameters of the last member of Cache-Status (RFC 9211): ours.
sub said {
    my ($self, $response) = @_;
    my $text = $response->field('Cache-Status') // return {};
    my $string = qr/"(?:[^"\\]|\\.)*"/;
    my ($last) = $text =~ /((?:$string|[^",])*)\z/;
    my ($name, @parameters) = $last =~ /((?:$string|[^";])+)/g;
    my %said = (cache => $name);
    for (@parameters) {
        my ($key, $value) = /^\s*([^\s=]+)(?:=(.*\S))?\s*$/s;
        $value //= 1;
        $value =~ s/^"(.*)"$/$1/s;
        $said{$key} = $value;
    }
    $said{cache} =~ s/^\s+|\s+$//g;
    return \%said;
}

# Has "one" (an answer) been stored, and may it answer a request with these
# fields, when "two" is what the origin would say now?  In a word:
#
#   hit         by what was stored
#   miss        the origin was asked without validators
#   validated   with validators
#   NNN         the status of what came, neither of the two
#
# Where Cache-Status says something else than what was seen, that is the word.
sub verdict {
    my ($self, $one, @fields) = @_;
    my %one  = (body => 'one', %$one);
    my $page = $self->page(%one);
    my $first = $self->get($page);
    my $asked = $self->asked($page);
    $self->answer($page, body => 'two');
    my $second = $self->get($page, @fields);
    my @new    = ($self->requests($page))[ $asked .. $self->asked($page) - 1 ];
    return $self->word_for($second, @new);
}

sub word_for {
    my ($self, $response, @requests) = @_;
    my $said = $self->said($response);
    return "asked @{[ scalar @requests ]} times" if @requests > 1;
    if (!@requests) {
        return $response->status if $response->body ne 'one';
        return $said->{hit} ? 'hit' : 'hit, but says otherwise';
    }
    return $response->status if $response->body ne 'two';
    return 'miss, but says hit' if $said->{hit} || !$said->{fwd};
    my $is_validating = grep { defined $requests[0]->field($_) }
        qw(If-None-Match If-Modified-Since);
    return $is_validating ? 'validated' : 'miss';
}

# ---- dates ----

# So many seconds from now, as HTTP writes dates.
sub date {
    my ($offset, $format) = @_;
    return POSIX::strftime($format // '%a, %d %b %Y %H:%M:%S GMT',
        gmtime time + $offset);
}

1;
