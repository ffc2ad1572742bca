# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Balancer;

# A balanced upstream: an httpd of the test's own and members that answer with
# their names, or behave as they are told.
#
#   my $farm = RProxy::Balancer->start(
#       members  => [ a => 'weight=2', b => '' ],    # options of RProxyMember
#       upstream => 'RProxyBalancer method=least-conn',
#       conf     => 'RProxyRetry on=connect,reset,timeout',
#       children => 3,
#   );
#   $farm->ask('/x')->body;         # 'a'
#   $farm->tell(a => 'hold');       # see behave()
#   $farm->kill_member('a');
#   $farm->await_state(a => 'up');
#   $farm->member('a')->{in_flight};
#
# The name of a member is that of its port: "a" is origin_a.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Temp ();
use Time::HiRes qw(time);
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();

sub start {
    my ($class, %o) = @_;
    my $self = bless {
        orders  => File::Temp->newdir('rproxy-members-XXXXXX', TMPDIR => 1),
        origins => {},
        names   => [],
    }, $class;
    my @lines = $self->add_members(@{ $o{members} });
    $self->{httpd} = RProxy::Httpd->start(
        children     => $o{children} // 3,
        max_children => $o{max_children} // 6,
        threads      => $o{threads} // 8,
        conf         => join "\n", '<RProxyUpstream app>', @lines,
        $o{upstream} // 'RProxyBalancer method=round-robin',
        '</RProxyUpstream>', $o{conf} // '',
        'RProxyPass "/" "app"', '<Location "/rproxy-status">',
        'SetHandler rproxy-status', 'RProxyPass "!"', '</Location>', '',
    );
    return $self;
}

sub httpd { return $_[0]{httpd} }

sub add_members {
    my ($self, @members) = @_;
    my @lines;
    while (my ($name, $options) = splice @members, 0, 2) {
        push @{ $self->{names} }, $name;
        $self->start_member($name);
        push @lines, 'RProxyMember ' . $self->url($name) . " $options";
    }
    return @lines;
}

sub url {
    my ($self, $name) = @_;
    return 'http://127.0.0.1:' . RProxy::Origin::port("origin_$name");
}

sub start_member {
    my ($self, $name) = @_;
    my $order = "$self->{orders}/$name";
    $self->{origins}{$name} = RProxy::Origin->start("origin_$name", sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            behave($c, $request, $name, $order) or return;
        }
    });
    return;
}

# With all its connections.
sub kill_member {
    my ($self, $name) = @_;
    (delete $self->{origins}{$name})->stop;
    return;
}

sub origin { return $_[0]{origins}{ $_[1] } }

# What a member does from now on:
#   well        answers with its name
#   NNN         answers with this status
#   NNN wait=S  the same with Retry-After, in seconds
#   sick        answers /health with 503
#   hold        answers when it is told something else
#   slow NUMBER answers after so many seconds
#   only TEXT   holds all answers but those to targets with this text
#   hang        answers never
#   close       closes instead
#   garbage     sends what is no response
#   cut         sends half of a response
sub tell {
    my ($self, $name, $what) = @_;
    my $file = "$self->{orders}/$name";
    open my $out, '>', "$file.new" or croak "$file: $!";
    print $out $what;
    close $out or croak "$file: $!";
    rename "$file.new", $file or croak "$file: $!";
    return;
}

sub order {
    my ($file) = @_;
    open my $in, '<', $file or return 'well';
    return scalar(<$in>) // 'well';
}

# In a member's process.  @return 0 when the connection is over
sub behave {
    my ($c, $request, $name, $file) = @_;
    my $order = order($file);
    if ($order eq 'hang')    { $c->hang; return 0 }
    if ($order eq 'close')   { return 0 }
    if ($order eq 'garbage') { $c->send("Evil $name\r\n\r\n"); return 0 }
    if ($order eq 'cut') {
        $c->send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        return 0;
    }
    while ($order eq 'hold'
        || ($order =~ /^only (\S+)/ && index($request->{target}, $1) < 0)) {
        $c->pause(0.01);
        $order = order($file);
    }
    $c->pause($1) if $order =~ /^slow (\S+)/;
    my $sick = $order eq 'sick' && $request->{target} eq '/health';
    my $status = $sick ? 503 : $order =~ /^(\d{3})\b/ ? $1 : 200;
    my @wait = $order =~ / wait=(\S+)/ ? ('Retry-After', $1) : ();
    my @cookie = $request->{target} =~ /\?login=(\w+)/
        ? ('Set-Cookie', "APP=$1; Path=/") : ();
    $c->reply($status, $name, @cookie, @wait);
    return 1;
}

# One request on a connection of its own.
sub ask {
    my ($self, $target, @fields) = @_;
    my $client = $self->httpd->connect;
    return $client->ask(GET => $target, [Connection => 'close', @fields]);
}

# The targets a member has been asked for, in this order.
sub targets {
    my ($self, $name) = @_;
    return map { $_->{target} } @{ $self->origin($name)->requests };
}

# Who answers so many of them, as a hash of counts.
sub count {
    my ($self, $n, $target, @fields) = @_;
    my %count;
    $count{ $self->ask($target // '/', @fields)->body }++ for 1 .. $n;
    return \%count;
}

# What the status says of the upstream, or of another; of a member by its name.
sub upstream {
    my ($self, $name) = @_;
    $name //= 'app';
    my $status = RProxy::Status->of('', port => $self->httpd->port);
    $self->{elected} = $status->{balancer}{elected};
    return (grep { $_->{name} eq $name }
            @{ $status->{balancer}{upstreams} })[0];
}

sub elected { $_[0]->upstream; return $_[0]{elected} }

sub member {
    my ($self, $name) = @_;
    my $url = $self->url($name);
    return (grep { $_->{url} eq $url } @{ $self->upstream->{members} })[0];
}

# Until a member is in that state.  @return seconds it took
sub await_state {
    my ($self, $name, $state, $limit) = @_;
    my $begun = time;
    eval {
        RProxy::Server::await(sub { $self->member($name)->{state} eq $state },
            "$name to be $state", $limit // 15);
        1;
    } or croak $@ . $self->described;
    return time - $begun;
}

# What the status says of the members, in words for people.
sub described {
    my ($self) = @_;
    return join '', map {
        my $member = $_;
        join(' ', $member->{url}, map {"$_=" . ($member->{$_} // '-')}
            qw(state reason requests failed in_flight ejections)) . "\n"
    } @{ $self->upstream->{members} };
}

# Until so many requests are under way at the members together.
sub await_in_flight {
    my ($self, $n) = @_;
    RProxy::Server::await(sub { $self->upstream->{in_flight} == $n },
        "$n requests under way", 5);
    return;
}

1;
