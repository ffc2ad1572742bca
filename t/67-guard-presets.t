#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The presets of conf/guard at work: each is included in a virtual host, and does
# what its comments say.  Those of the WAF are in 68-waf-presets.t.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use Digest::SHA ();
use RProxy::Admin ();
use RProxy::ConfigTest ();
use RProxy::Httpd ();

my $folder = Apache::Test::vars('top_dir') . '/conf/guard';

# What each needs outside of virtual hosts.
my %around = (
    login     => '',
    crawlers  => qq(RProxyGuardBots agents="$folder/agents.txt"\n),
    wordpress => '',
    'under-attack' => "RProxyGuardAttack on-requests=500 calm=2min\n"
        . "RProxyGuardConnections address=100 network=1000 rate=50/s burst=200\n",
);

# Of the files that are there, none is left out.
is_deeply([sort grep { !/^waf-/ } map { m{([^/]+)\.conf$} } glob "$folder/*.conf"],
    [sort 'api', keys %around], 'the presets');

{
    my $test = RProxy::ConfigTest->new;
    for my $name (sort keys %around) {
        $test->takes("$around{$name}<VirtualHost *>\n"
                . qq(Include "$folder/$name.conf"\n</VirtualHost>));
    }
}

subtest wordpress => sub {
    my $httpd = site('wordpress');
    my $ask   = asker($httpd);
    is_deeply([map { $ask->(POST => '/wp-login.php') } 1 .. 22],
        [(404) x 21, 429], 'attempts');
    is($ask->(GET => '/wp-login.php'), 404, 'the form is there');
    is_deeply([map { $ask->(POST => '/%77p-login.php') } 1 .. 2], [429, 429],
        'written in another way');
    is_deeply([map { $ask->(POST => '/xmlrpc.php') } 1 .. 7], [(404) x 6, 429],
        'xmlrpc');
    is_deeply([map { $ask->(GET => "/?a=b&s=word$_") } 1 .. 12],
        [(200) x 11, 429], 'searches');
    is_deeply([map { $ask->(GET => "/?author=$_") } 1 .. 4],
        [(200) x 3, 429], 'lists of users');
    is($ask->(GET => '/?authors=1'), 200, 'another argument');
    is($ask->(GET => '/wp-content/uploads/2026/a.php'), 403, 'PHP of uploads');
    is($ask->(GET => '/wp-content/uploads/2026/a.PHP/b'), 403, '... in capitals');
    is($ask->(GET => '/wp-content/uploads/a.jpg'), 404, 'a picture');
    is($ask->(GET => '/wp-config.php.bak'), 403, 'a backup');
    is_deeply([map { $ask->(GET => '/') } 1 .. 40], [(200) x 40], 'pages');
    is_deeply($httpd->complaints, [], 'nothing else in the log');
};

subtest crawlers => sub {
    my $httpd = site('crawlers');
    my $ask   = asker($httpd);
    my @ai    = ('User-Agent' => 'Mozilla/5.0 (compatible; GPTBot/1.2)');
    my @man   = ('User-Agent' => 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0');
    my %seen;
    $seen{ $ask->(GET => '/', \@ai) }++ for 1 .. 40;
    cmp_ok($seen{429}, '>=', 10, 'an AI crawler gets its share');
    cmp_ok($seen{200}, '>=', 21, '... at once');
    is_deeply([map { $ask->(GET => '/', \@man) } 1 .. 40], [(200) x 40],
        'a person is not limited');
    is_deeply($httpd->complaints, [], 'nothing else in the log');
};

subtest api => sub {
    my $httpd = site('api', sub { "Define API_KEYS " . $_[0]->folder . "/keys.txt\n" },
        'keys.txt' => 'alice ' . Digest::SHA::sha256_hex('rpk_a') . "\n",
        'htdocs/api/a.txt' => "a\n", 'htdocs/api/health' => "good\n");
    my $ask = asker($httpd);
    is($ask->(GET => '/'), 200, 'outside of it');
    is($ask->(GET => '/api/a.txt'), 401, 'without a key');
    is($ask->(GET => '/api/a.txt', ['X-Api-Key' => 'rpk_b']), 401, 'a wrong one');
    is($ask->(GET => '/api/a.txt', ['X-Api-Key' => 'rpk_a']), 200, 'with it');
    is($ask->(GET => '/api/health'), 200, 'what watches it');
    is_deeply($httpd->complaints, [], 'nothing else in the log');
};

# "rproxyctl guard attack on" has it without a flood.
subtest 'under-attack' => sub {
    my $httpd = site('under-attack', sub {
        return $around{'under-attack'} . <<'END';
<Location "/admin">
    SetHandler rproxy-admin
    RProxyGuard Off
    RProxyPass "!"
</Location>
END
    });
    my $ask   = asker($httpd);
    my $admin = RProxy::Admin->new(undef, base => '/admin',
        connect => sub { $httpd->connect(from => '127.0.0.9') });
    is_deeply([map { $ask->(POST => '/') } 1 .. 10], [(200) x 10], 'in peace');
    is(($admin->post('guard/attack', { order => 'on' }))[0], 200, 'war');
    my %seen;
    $seen{ $ask->(POST => '/') }++ for 1 .. 10;
    is($seen{429}, 3, 'six tries, and the first');
    is($ask->(GET => '/'), 200, 'a page');
    is(($admin->post('guard/attack', { order => 'off' }))[0], 200, 'peace');
    is($ask->(POST => '/'), 200, 'as before');
};

# Nobody answers as an application does here; t/63-guard-login.t has that.
subtest login => sub {
    my $httpd = site('login');
    my $ask   = asker($httpd);
    is($ask->(GET => '/'), 200, 'a page');
    is($ask->(POST => '/wp-login.php'), 404, 'a form that is not there');
    is_deeply($httpd->complaints, [], 'nothing else in the log');
};

done_testing();

sub site {
    my ($name, $before, %files) = @_;
    return RProxy::Httpd->start(
        modules => [qw(authz_host)],
        files   => { 'htdocs/index.html' => "a\n", %files },
        conf    => sub {
            return ($before ? $before->($_[0]) : $around{$name})
                . qq(Include "$folder/$name.conf"\n);
        },
    );
}

sub asker {
    my ($httpd) = @_;
    return sub {
        my ($method, $target, $fields) = @_;
        return $httpd->connect->ask($method, $target, $fields)->status;
    };
}
