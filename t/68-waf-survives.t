#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What goes wrong around rules costs no other request: a child that is killed
# while it looks at a body, a folder without room, audit logs that are gone or
# cannot be written.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Status ();

plan skip_all => 'needs /dev/full' unless -c '/dev/full';

my $KILLS = 2;
my $FORM  = 'application/x-www-form-urlencoded';
# Minutes of work: each x is looked at from each before it.
my $LARGE = 'long=yw' . 'x' x 1_500_000;

my $port   = Apache::Test::vars('origin_a_port');
my $origin = RProxy::Origin->start($port, sub {
    my ($c) = @_;
    while (my $request = $c->read_request) {
        $c->reply(200, length($request->body // ''), 'Content-Type' => 'text/plain');
    }
});
my $httpd = RProxy::Httpd->start(
    children     => 2,
    max_children => 4,
    threads      => 8,
    processes    => 4,
    conf         => sub {
        my ($self) = @_;
        my $scratch = $self->folder . '/scratch';
        mkdir "$scratch/$_" or die "$scratch/$_: $!" for qw(bodies closed);
        chmod 01777, "$scratch/bodies";
        chmod 0,     "$scratch/closed";
        return <<"CONF";
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyNoFilesLimit 2000000
SecRequestBodyInMemoryLimit 65536
SecTmpDir $scratch/bodies
SecPcreMatchLimit 1000000000
RProxyWafTime 60s
SecAuditEngine On
SecAuditLog audit.log
SecRule ARGS "\@streq evil" "id:1,phase:2,deny,log"
SecRule ARGS:long "\@rx x[^y]*[yz]" "id:2,phase:2,pass,log"
RProxyPass "/" "http://127.0.0.1:$port"
<Location "/full">
    SecAuditLog /dev/full
</Location>
<Location "/rproxy-status">
    SecRuleEngine Off
    SetHandler rproxy-status
</Location>
<VirtualHost *>
    SecTmpDir $scratch/bodies
</VirtualHost>
<VirtualHost *>
    ServerName closed
    SecTmpDir $scratch/closed
</VirtualHost>
CONF
    },
);

sub post {
    my ($target, $body, @fields) = @_;
    return $httpd->connect->ask(POST => $target,
        ['Content-Type' => $FORM, @fields], $body)->status;
}

# ---- a child that is killed ----

# Of a process, in hundredths of a second of the processor.
sub worked {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/stat" or return 0;
    my @field = split ' ', (split /\) /, <$in> // return 0)[1];
    return $field[11];
}

# The one that looks at a body.
sub busy_child {
    my (%before) = @_;
    my $busy;
    RProxy::Server::await(
        sub {
            ($busy) = grep { worked($_) - ($before{$_} // 0) > 20 } $httpd->children;
        },
        'a child that works', 60);
    return $busy;
}

for my $n (1 .. $KILLS) {
    $httpd->await_children(2);
    my %before = map { $_ => worked($_) } $httpd->children;
    my $client = $httpd->connect(limit => 60);
    $client->send("POST /killed HTTP/1.1\r\nHost: a\r\nContent-Type: $FORM\r\n"
            . 'Content-Length: ' . length($LARGE) . "\r\n\r\n$LARGE");
    my $victim = busy_child(%before);
    $httpd->end_child(KILL => $victim);
    ok($httpd->await_gone([$victim], 10), 'a child that looks at a body is killed');
    like($client->wait_for_end, qr/^(?:eof|reset)$/, '... its client hears of it');
    is(post('/a', 'a=good'), 200, '... others are served');
    is(post('/a', 'a=evil'), 403, '... and looked at');
}
is(scalar(grep { $_->{target} eq '/killed' } @{ $origin->requests }), 0,
    'no upstream has seen what was not looked at');
is_deeply([glob $httpd->folder . '/scratch/bodies/*'], [], 'no file is left');
my $status = RProxy::Status->await(undef,
    sub { $_[0]{traffic}{active} == 0 }, 'rest', port => $httpd->port);
is($status->{traffic}{active}, 0, 'no exchange is left over');

# ---- a folder without room ----

{
    my $log = $httpd->log;
    is(post('/a', 'a=' . 'x' x 100_000, Host => 'closed'), 500,
        'a body that cannot be kept');
    like($log->await(qr/RP4360/), qr{closed' \(SecTmpDir\)}, '... is told');
    is(post('/a', 'a=good', Host => 'closed'), 200, '... smaller ones are served');
    chmod 0755, $httpd->folder . '/scratch/closed';
}

# ---- audit logs ----

sub audited { return scalar grep {/\Q$_[1]\E/} $_[0]->lines }

my $audit = $httpd->log('audit.log');
is(post('/first', 'a=evil'), 403, 'a request for the audit log');
$audit->await(qr{/first});
unlink $httpd->folder . '/audit.log' or die $!;
is(post('/second', 'a=evil'), 403, '... whose file is gone');
my @old = $httpd->children;
$httpd->restart_gracefully;
ok($httpd->await_gone(\@old, 20), '... the children that had it go');
is(post('/third', 'a=evil'), 403, '... and made anew by a restart');
RProxy::Server::await(sub { -s $httpd->folder . '/audit.log' }, 'the audit log');
$audit = RProxy::Log->file($httpd->folder . '/audit.log');
$audit->{begin} = 0;
ok($audit->await(qr{/third}), '... which has what comes then');
rename $httpd->folder . '/audit.log', $httpd->folder . '/audit.log.1' or die $!;
my $rotated = RProxy::Log->file($httpd->folder . '/audit.log.1');
is(post('/fourth', 'a=evil'), 403, 'one that is moved');
ok($rotated->await(qr{/fourth}), '... has more until a restart');

my $log = $httpd->log;
is(post('/full', 'a=evil'), 403, 'a disk that is full');
like($log->await(qr/RP4363/), qr{SecAuditLog /dev/full cannot be written},
    '... is told');
is(post('/full', 'a=good'), 200, '... and served') for 1 .. 3;
my %told;
$told{$_}++ for map { /RP4363/ && /\[pid (\d+)/ ? $1 : () } $log->lines;
is(scalar(grep { $_ > 1 } values %told), 0, '... no child tells it twice');
is_deeply($httpd->complaints, [], 'nothing else is in the log');
done_testing();
