#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Who guesses passwords: what reaches the application of a thousand guesses,
# from one address, from many for one user, from many of one network, within
# calls of XML-RPC; and that right passwords pass meanwhile.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use RProxy::Client ();
use RProxy::Log ();
use RProxy::LoginApp ();

my %APP = map { $_ => RProxy::LoginApp->start("origin_$_") } 'a' .. 'f';

my $LOGIN = '/wp-login.php';

sub client {
    my ($vhost, $from) = @_;
    return RProxy::Client->to($vhost, $from ? (from => $from) : ());
}

# One login on a connection of its own.
sub login {
    my ($vhost, $from, $user, $password, $how) = @_;
    return ($how // \&RProxy::LoginApp::wordpress)
        ->(client($vhost, $from), $user, $password);
}

sub status { return login(@_)->status }

# Many wrong ones, a hundred on each connection.
sub guess {
    my ($n, @where) = @_;
    my ($client, @status);
    for my $i (0 .. $n - 1) {
        $client = client(@where) if $i % 100 == 0;
        push @status,
            RProxy::LoginApp::wordpress($client, 'secret-user', "p$i")->status;
    }
    return @status;
}

# How many of so many answers are of which status.
sub tally {
    my %tally;
    $tally{$_}++ for @_;
    return \%tally;
}

# First: not all of so many refusals in a second are logged.
subtest 'only looked at' => sub {
    my $log = RProxy::Log->error_log;
    is_deeply(tally(map { status(t63_detect => '127.9.1.1', 'me', 'wrong') }
                1 .. 5),
        { 200 => 5 }, 'DetectOnly refuses nothing');
    like($log->await(qr/RP4003: would be refused by t63_detect/),
        qr/more than 2\/day wrong passwords/, 'and tells what it would');
};

subtest 'stock: all guesses reach the application' => sub {
    is_deeply(tally(guess(1000, 't63_stock')), { 200 => 1000 },
        'a thousand are answered');
    is($APP{a}->guesses($LOGIN), 1000, 'by the application');
};

subtest 'one address' => sub {
    my $log    = RProxy::Log->error_log;
    my @status = guess(1000, t63_address => '127.63.0.1');
    is_deeply(tally(@status), { 200 => 10, 429 => 990 },
        'of a thousand guesses ten are answered');
    is_deeply([@status[0 .. 10]], [(200) x 10, 429], 'the first ones');
    is($APP{b}->guesses($LOGIN), 10, 'no other reaches the application');
    my $client  = client('t63_address', '127.63.0.1');
    my $refused = RProxy::LoginApp::wordpress($client, 'another', 'right');
    is($refused->status, 429, 'nor does one for another user');
    like($refused->field('Retry-After'), qr/^\d{4}$/, 'Retry-After');
    like($refused->body, qr{<b>[0-9a-z]{12}</b>}, 'a page with a number');
    like($log->await(qr/RP4002: refused by t63_address/),
        qr/more than 10\/day wrong passwords of 127\.63\.0\.1 \(429, .*:\d+\)/,
        'the log says why');
    unlike(join('', $log->lines), qr/secret-user|p500/,
        'but neither name nor password');
    is($client->get($LOGIN)->status, 200, 'the form itself is there');
    is(status(t63_address => '127.63.0.2', 'admin', 'right'), 302,
        'a right password from elsewhere passes');
};

subtest 'right passwords cost nothing' => sub {
    is_deeply(tally(map { status(t63_address => '127.63.0.3', 'a', 'right') }
                1 .. 30),
        { 302 => 30 }, 'thirty logins');
    for my $round (1 .. 3) {
        status(t63_address => '127.63.0.4', 'me', 'wrong') for 1 .. 9;
        is(status(t63_address => '127.63.0.4', 'me', 'right'), 302,
            "after nine typing errors, $round");
    }
    is_deeply(tally(map { status(t63_address => '127.63.0.4', 'me', 'wrong') }
                1 .. 12),
        { 200 => 10, 429 => 2 }, 'and then there are ten guesses, not more');
};

subtest 'a success is one user\'s' => sub {
    status(t63_address => '127.63.0.5', 'admin', 'wrong') for 1 .. 9;
    is(status(t63_address => '127.63.0.5', 'own', 'right'), 302,
        'of an account of his own');
    is(RProxy::LoginApp::post(client('t63_address', '127.63.0.5'), $LOGIN,
            'log=own&pwd=right&+log=admin')->status, 302,
        'also with two names');
    is_deeply(tally(map { status(t63_address => '127.63.0.5', 'admin', 'wrong') }
                1 .. 3),
        { 200 => 1, 429 => 2 }, 'does not clear guesses for another');
    is(status(t63_address => '127.63.0.5', 'own', 'right'), 302,
        'who has logged in before still can');
};

subtest 'at once' => sub {
    my @pipes = map {
        open my $pipe, '-|', $^X, '-It/lib', '-e', <<'END' or die $!;
use FindBin (); BEGIN { $FindBin::Bin = 't' }
use RProxy::Client (); use RProxy::LoginApp ();
my $client = RProxy::Client->to('t63_address', from => '127.63.0.6');
print scalar grep {
    RProxy::LoginApp::wordpress($client, 'admin', $_)->status == 200 } 1 .. 20;
END
        $pipe;
    } 1 .. 4;
    my $sum = 0;
    $sum += readline $_ for @pipes;
    is($sum, 10, 'four clients together have ten guesses');
};

subtest 'one user from many addresses' => sub {
    is(status(t63_user => '127.1.1.1', 'admin', 'right'), 302,
        'somebody logs in');
    is_deeply(tally(map {
                status(t63_user => "127.2.$_.1", 'admin', "p$_")
            } 1 .. 60),
        { 200 => 20, 429 => 40 }, 'twenty guesses from sixty networks');
    for my $user ('ADMIN', '%20admin', 'ad<b>min', '%C3%A1dmin') {
        is(status(t63_user => '127.3.1.1', $user, 'wrong'), 429,
            "not for $user either");
    }
    is(status(t63_user => '127.3.1.2', 'other', 'right'), 302,
        'other users log in');
    is(status(t63_user => '127.1.1.1', 'admin', 'right'), 302,
        'the user himself does, where he did before');
    is_deeply(tally(map { status(t63_user => '127.1.1.1', 'admin', 'wrong') }
                1 .. 8),
        { 200 => 5, 429 => 3 }, 'where there are a few guesses, too');
};

subtest 'a name is found however it is sent' => sub {
    my @target = (\&client, 't63_user', '127.4.1.1');
    my $ask = sub {
        my ($type, $body) = @_;
        return client('t63_user', '127.4.1.1')->ask(POST => $LOGIN,
            ['Content-Type' => $type], $body)->status;
    };
    my $form = 'application/x-www-form-urlencoded';
    is($ask->($form, 'pwd=a&l%6Fg=admin'), 429, 'an encoded field');
    is($ask->($form, 'x=' . 'a' x 100_000 . '&log=admin&pwd=a'), 429,
        'behind much else');
    is($ask->('multipart/form-data; boundary=b',
            qq(--b\r\nContent-Disposition: form-data; name="log"\r\n\r\nadmin\r\n)
                . qq(--b\r\nContent-Disposition: form-data; name="pwd"\r\n\r\n)
                . "a\r\n--b--\r\n"), 429, 'parts');
    is($ask->($form, 'log=other&pwd=a&log=admin'), 429, 'the second one');
    is($ask->($form, 'user_login=admin'), 302, 'a form that is no login');
    my $large = 'user_login=' . join '', map { sprintf '%07d,', $_ } 1 .. 40_000;
    is($ask->($form, $large), 302, 'a large one');
    ok(($APP{c}->bodies($LOGIN))[-1] eq $large, '... passes as it is');

    my $client = client('t63_user', '127.4.1.1');
    my $body   = 'log=admin&pwd=a';
    my $before = $APP{c}->guesses($LOGIN);
    $client->send("POST $LOGIN HTTP/1.1\r\nHost: a\r\nContent-Type: $form\r\n"
            . "Content-Length: 15\r\n\r\nlog=ad");
    $client->send('min&pwd=a');
    is($client->read_response->status, 429, 'in two pieces');
    $client = client('t63_user', '127.4.1.1');
    $client->send("POST $LOGIN HTTP/1.1\r\nHost: a\r\nContent-Type: $form\r\n"
            . "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n");
    like($client->read_until("\r\n\r\n"), qr/\AHTTP\S+ 100 /,
        'a body that is asked for');
    $client->send($_) for split //, $body;
    is($client->read_response->status, 429, '... and comes byte by byte');
    $client = client('t63_user', '127.4.1.1');
    $client->send("POST $LOGIN HTTP/1.1\r\nHost: a\r\nContent-Type: $form\r\n"
            . "Transfer-Encoding: chunked\r\n\r\n");
    $client->send(join '', map { sprintf "1\r\n%s\r\n", $_ } split //, $body);
    $client->send("0\r\n\r\n");
    is($client->read_response->status, 429, 'in chunks');
    is((grep {/admin/} ($APP{c}->bodies($LOGIN))[$before .. -1]), 0,
        'and none reaches the application');
};

subtest 'many users from one network' => sub {
    is_deeply(tally(map {
                my $i = $_;
                map { status(t63_network => "127.5.1.$i", "user$i-$_", 'wrong') }
                    1 .. 3
            } 1 .. 20),
        { 200 => 30, 429 => 30 }, 'thirty guesses');
    is(status(t63_network => '127.5.2.1', 'me', 'right'), 302,
        'another network is not affected');
};

subtest 'xmlrpc' => sub {
    my $rpc  = '/xmlrpc.php';
    my $call = sub {
        my ($from, $body) = @_;
        return RProxy::LoginApp::xmlrpc(client('t63_kinds', $from), $body)
            ->status;
    };
    my @wrong = ('wrong') x 500;
    is($call->('127.6.1.1', RProxy::LoginApp::multicall(@wrong)), 429,
        'five hundred guesses in a call');
    is($APP{e}->guesses($rpc), 0, 'reach nobody');
    is($call->('127.6.1.1', RProxy::LoginApp::multicall(@wrong[1 .. 7])), 200,
        'seven in a call');
    is($call->('127.6.1.1', RProxy::LoginApp::multicall(@wrong[1 .. 4])), 429,
        'four more are too many');
    is_deeply([map { $call->('127.6.1.1', RProxy::LoginApp::call('wp.a', 'wrong')) }
            1 .. 4],
        [200, 200, 200, 429], 'three are not');
    is_deeply(tally(map { $call->('127.6.2.1',
                    RProxy::LoginApp::multicall(('right') x 8)) } 1 .. 5),
        { 200 => 5 }, 'calls with right passwords');
    is_deeply(tally(map { $call->('127.6.2.2',
                    RProxy::LoginApp::call('pingback.ping', 'x')) } 1 .. 20),
        { 200 => 20 }, 'calls without');
    is($call->('127.6.2.3', '<!DOCTYPE a [<!ENTITY b "c">]>'
                . RProxy::LoginApp::call('wp.a', 'right')), 403, 'a document type');
    is($call->('127.6.2.4', RProxy::LoginApp::multicall(('wrong') x 9, 'right')),
        200, 'nine wrong, one right');
    is_deeply([map { $call->('127.6.2.4', RProxy::LoginApp::call('wp.a', 'wrong')) }
            1 .. 2],
        [200, 429], 'count as nine');
};

subtest 'other applications' => sub {
    my %how = (
        joomla     => [\&RProxy::LoginApp::joomla,     200, 303],
        drupal     => [\&RProxy::LoginApp::drupal,     200, 303],
        phpmyadmin => [\&RProxy::LoginApp::phpmyadmin, 200, 302],
        form       => [\&RProxy::LoginApp::form,       302, 302],
    );
    my $i = 0;
    for my $kind (sort keys %how) {
        my ($ask, $wrong, $right) = @{ $how{$kind} };
        my $net = '127.7.' . ++$i;
        is_deeply([map { status(t63_kinds => "$net.1", 'me', 'wrong', $ask) }
                1 .. 7],
            [($wrong) x 5, 429, 429], "$kind: five guesses");
        is_deeply(tally(map { status(t63_kinds => "$net.2", 'me', 'right', $ask) }
                    1 .. 10),
            { $right => 10 }, "$kind: right ones are not counted");
    }
    my $save = sub {
        RProxy::LoginApp::post(client('t63_kinds', '127.7.9.1'),
            '/administrator/index.php', 'jform[username]=a&task=save')->status;
    };
    is_deeply(tally(map { $save->() } 1 .. 10), { 303 => 10 },
        'joomla: other forms are not counted');
    is_deeply(tally(map {
                RProxy::LoginApp::post(client('t63_kinds', '127.7.9.2'),
                    '/broken', 'a=b')->status
            } 1 .. 10),
        { 500 => 10 }, 'an application that is broken: nothing is counted');
};

subtest 'a script' => sub {
    my $ask = sub {
        my ($client, $user, $password) = @_;
        return RProxy::LoginApp::post($client, '/cgi-bin/login.sh',
            "user=$user&password=$password");
    };
    is_deeply([map { status(t63_script => '127.8.1.1', 'me', 'wrong', $ask) }
            1 .. 4],
        [200, 200, 200, 429], 'three guesses');
    is_deeply(tally(map { status(t63_script => '127.8.1.2', 'me', 'right', $ask) }
                1 .. 5),
        { 303 => 5 }, 'right passwords');
};

subtest 'a path that .htaccess leads elsewhere' => sub {
    my @answer = map {
        RProxy::LoginApp::post(client('t63_moved', '127.8.2.1'), '/login',
            'user=me&password=wrong')
    } 1 .. 3;
    is($_->body, "22 bytes\n", 'the program gets the body') for @answer[0, 1];
    is($answer[2]->status, 429, '... as often as it may');
};

done_testing();
