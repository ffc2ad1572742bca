#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What stock httpd suffers from, and what becomes of it here, side by side:
# counts that each process keeps for itself (mod_evasive), limits of bandwidth
# alone (mod_ratelimit), counters that grow with the attack (mod_security2),
# crawlers that take all places of an application, lists that need a restart.
#
# Others have both sides in tests of their own: guessed passwords 63-guard-login.t,
# slow clients 65-guard-slow.t, floods t/bench/flood.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Httpd ();
use RProxy::Origin ();
use RProxy::Server ();
use RProxy::Vars ();

chomp(my $PACKAGES = `t/waf/packages`);
plan skip_all => 'needs packages of Debian, by t/waf/packages' if $PACKAGES eq '';

my $PORT   = RProxy::Vars::value('origin_a_port');
my $origin = RProxy::Origin->listen('origin_a');

sub begin {
    my ($httpd, $target, %fields) = @_;
    my $client = $httpd->connect(limit => 20);
    my $fields = join '', map {"$_: $fields{$_}\r\n"} sort keys %fields;
    $client->send("GET $target HTTP/1.1\r\nHost: a\r\n$fields\r\n");
    return $client;
}

sub status_of {
    my ($httpd, $from) = @_;
    return $httpd->connect(from => $from)->get('/a.txt')->status;
}

# Statuses of requests one after the other on one connection, counted.
sub tally {
    my ($httpd, $n, $fields) = @_;
    my $client = $httpd->connect(limit => 20);
    my %seen;
    $seen{ $client->get('/a.txt', $fields ? $fields->($_) : ())->status }++
        for 1 .. $n;
    return \%seen;
}

sub answer_all {
    my (@connections) = @_;
    for my $c (@connections) {
        $c->read_request_head;
        $c->send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                . "Connection: close\r\n\r\nok");
        $c->close;
    }
    return;
}

# Four children of two threads: a request that its upstream holds has a thread of
# its own, so each child gets two.
subtest 'one client, several processes' => sub {
    my @both = (children => 4, threads => 2);
    my $stock = RProxy::Httpd->start(
        @both,
        stock   => 1,
        modules => [qw(proxy proxy_http)],
        conf    => <<"CONF",
LoadModule evasive20_module "$PACKAGES/usr/lib/apache2/modules/mod_evasive20.so"
DOSPageCount 2
DOSPageInterval 3600
ProxyPass "/" "http://127.0.0.1:$PORT/" disablereuse=on
Timeout 60
CONF
    );
    my @clients = map { begin($stock, '/') } 1 .. 8;
    my @reached;
    while (@reached < 8 && @clients < 40) {
        if   ($origin->has_connection(0.5)) { push @reached, $origin->accept }
        else { push @clients, begin($stock, '/') }    # one waits in a busy child
    }
    is(scalar @reached, 8, 'mod_evasive: eight reach the application, of two');
    undef $stock;
    @clients = @reached = ();
    $origin->accept while $origin->has_connection(0.1);

    my $ours = RProxy::Httpd->start(@both, conf => <<"CONF");
RProxyGuard On
RProxyGuardLimit each rate=1/hour burst=1
RProxyPass "/" "http://127.0.0.1:$PORT"
CONF
    @clients = map { begin($ours, '/') } 1 .. 8;
    answer_all(map { $origin->accept(20) } 1 .. 2);
    my %seen;
    $seen{ $_->read_response->status }++ for @clients;
    is_deeply(\%seen, { 200 => 2, 429 => 6 }, 'here two, whoever counts');
};

subtest 'as fast as one can' => sub {
    my @files = (files => { 'htdocs/a.txt' => 'a' });
    my $stock = RProxy::Httpd->start(
        @files,
        stock   => 1,
        modules => ['ratelimit'],
        conf    => "SetOutputFilter RATE_LIMIT\nSetEnv rate-limit 1000\n",
    );
    is_deeply(tally($stock, 99), { 200 => 99 },
        'mod_ratelimit: all requests are served');
    my $ours = RProxy::Httpd->start(@files,
        conf => "RProxyGuard On\nRProxyGuardLimit a rate=1/hour burst=9\n");
    is_deeply(tally($ours, 99), { 200 => 10, 429 => 89 }, 'here ten');
};

# Bytes of a server's memory that its processes share.
sub shared_bytes {
    my ($httpd) = @_;
    open my $in, '<', "/proc/@{[ $httpd->pid ]}/maps" or die "maps: $!";
    my $bytes = 0;
    no warnings 'portable';    # addresses of 64 bits
    for (<$in>) {
        /^(\w+)-(\w+) rw-s/ and $bytes += hex($2) - hex $1;
    }
    return $bytes;
}

sub collection_bytes {
    my ($httpd) = @_;
    my $bytes = 0;
    $bytes += -s $_ for glob $httpd->folder . '/scratch/*.pag';
    return $bytes;
}

# Of a proxy; each another client.
sub flood {
    my ($httpd, $from, $to) = @_;
    return tally($httpd, $to - $from,
        sub { ('X-Client', join '.', 11, 22, ($from + $_) >> 8, $_ & 255) });
}

subtest 'a client each' => sub {
    my $proxy = "RemoteIPHeader X-Client\nRemoteIPInternalProxy 127.0.0.1\n"
        . "MaxKeepAliveRequests 0\n";
    my @both = (files => { 'htdocs/a.txt' => 'a' });
    my $ours = RProxy::Httpd->start(
        @both,
        modules => ['remoteip'],
        conf    => $proxy . "RProxyGuard On\n"
            . "RProxyGuardLimit each rate=1/hour burst=1 keys=1024\n"
    );
    my $before = shared_bytes($ours);
    is_deeply(flood($ours, 0, 1500), { 200 => 1500 }, 'here: 1,500 clients');
    is(shared_bytes($ours), $before, '... in the same memory');
    local $ENV{LD_LIBRARY_PATH} = join ':', glob "$PACKAGES/usr/lib/*-linux-gnu";
    my $stock = RProxy::Httpd->start(
        @both,
        stock   => 1,
        modules => [qw(remoteip unique_id)],
        conf    => sub { $proxy . <<"CONF" },
LoadModule security2_module "$PACKAGES/usr/lib/apache2/modules/mod_security2.so"
SecRuleEngine On
SecDataDir "@{[ $_[0]->folder ]}/scratch"
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.n=+1"
CONF
    );
    flood($stock, 0, 100);
    my $few = collection_bytes($stock);
    flood($stock, 100, 1500);
    cmp_ok(collection_bytes($stock), '>', 5 * $few,
        'mod_security2: 15 times the clients, more than 5 times the file');
};

# An application that serves two at once, and who asks it while crawlers do.
subtest 'crawlers' => sub {
    my @crawler = ('User-Agent' => 'GPTBot/1.0');
    my $stock = RProxy::Httpd->start(
        stock   => 1,
        modules => [qw(proxy proxy_http)],
        threads => 8,
        conf    => qq(ProxyPass "/" "http://127.0.0.1:$PORT/" max=2\n),
    );
    STOCK: {
        last if Apache::Test::vars('mpm') eq 'prefork';    # a place each
        my @crawlers = map { begin($stock, '/', @crawler) } 1 .. 2;
        my @places   = map { $origin->accept(20) } 1 .. 2;
        my $person   = begin($stock, '/', 'User-Agent' => 'Mozilla/5.0');
        ok(!$origin->has_connection(0.5), 'stock: a person waits for crawlers');
        answer_all(@places);
        answer_all($origin->accept(20));
        is($_->read_response->status, 200, '... until they are done')
            for @crawlers, $person;
    }

    my $ours = RProxy::Httpd->start(conf => sub {
        my $list = $_[0]->write_file('agents.txt', "ai GPTBot\n");
        return <<"CONF";
RProxyGuardBots agents="$list" verify=off
RProxyGuard On
RProxyGuardLimit ai concurrent=1 class=ai key=all
RProxyPass "/" "http://127.0.0.1:$PORT"
CONF
    });
    my $first  = begin($ours, '/', @crawler);
    my $place  = $origin->accept(20);
    my $second = begin($ours, '/', @crawler);
    is($second->read_response->status, 429, 'here one crawler at once');
    my $person = begin($ours, '/', 'User-Agent' => 'Mozilla/5.0');
    answer_all($origin->accept(20));
    is($person->read_response->status, 200, '... and a person has a place');
    answer_all($place);
    is($first->read_response->status, 200, '... so has the crawler');
};

subtest 'known bad networks' => sub {
    my @files = (files => { 'htdocs/a.txt' => 'a' });
    my $stock = RProxy::Httpd->start(
        @files,
        stock => 1,
        conf  => sub {
            my ($httpd) = @_;
            $httpd->write_file('bad.conf', "Require not ip 127.0.0.77\n");
            return '<Directory "' . $httpd->folder . <<'CONF';
/htdocs">
    <RequireAll>
        Require all granted
        Include bad.conf
    </RequireAll>
</Directory>
CONF
        },
    );
    is(status_of($stock, '127.0.0.77'), 403, 'stock: one is kept out');
    $stock->write_file('bad.conf', "Require not ip 127.0.0.66\n");
    is(status_of($stock, '127.0.0.66'), 200, '... the next one by a restart');

    my $ours = RProxy::Httpd->start(
        @files,
        conf => sub {
            my $list = $_[0]->write_file('bad.txt', "127.0.0.77\n");
            return "RProxyGuard On\nRProxyGuardList bad \"file:$list\"\n"
                . "RProxyGuardDeny bad\n";
        },
    );
    is(status_of($ours, '127.0.0.77'), 403, 'here, too');
    $ours->write_file('bad.txt', "127.0.0.66\n127.0.0.77\n");
    RProxy::Server::await(sub { status_of($ours, '127.0.0.66') == 403 },
        'the list to be read');
    is(status_of($ours, '127.0.0.66'), 403, '... the next one by itself');
};

done_testing();
