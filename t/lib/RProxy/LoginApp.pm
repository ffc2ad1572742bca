# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::LoginApp;

# An origin with the login forms of several applications, which answer as those
# do; the password is "right" for every user.  And what fills them in:
#
#   my $app = RProxy::LoginApp->start('origin_a');
#   my $response = RProxy::LoginApp::wordpress($client, 'admin', 'wrong');
#   is($app->guesses('/wp-login.php'), 1);      # that the application has seen
use strict;
use warnings FATAL => 'all';

use RProxy::Origin ();

my %ANSWER = (
    '/wp-login.php'    => \&answer_wordpress,
    '/xmlrpc.php'      => \&answer_xmlrpc,
    '/administrator/'  => \&answer_joomla,
    '/user/login'      => \&answer_drupal,
    '/phpmyadmin/'     => \&answer_phpmyadmin,
    '/form'            => \&answer_form,
    '/broken'          => sub { $_[0]->reply(500, 'broken') },
);

my $SESSION = 'a1' x 16;
my $FORM    = '<form method="post">';

sub start {
    my ($class, $address) = @_;
    my $origin = RProxy::Origin->start($address, sub {
        my ($c) = @_;
        while (my $request = $c->read_request) {
            answer($c, $request);
        }
    });
    return bless { origin => $origin }, $class;
}

sub answer {
    my ($c, $request) = @_;
    my $path = $request->{target} =~ s/\?.*//r;
    for my $begin (keys %ANSWER) {
        return $ANSWER{$begin}->($c, $request, fields($request))
            if index($path, $begin) == 0;
    }
    return $c->reply(404, 'nothing');
}

# Requests whose path begins so.
sub guesses {
    my ($self, $path) = @_;
    return scalar grep { index($_->{target}, $path) == 0 }
        @{ $self->{origin}->requests };
}

sub bodies {
    my ($self, $path) = @_;
    return map { $_->{body} } grep { index($_->{target}, $path) == 0 }
        @{ $self->{origin}->requests };
}

# ---- the applications ----

sub fields {
    my ($request) = @_;
    my $body = $request->{body} // '';
    return +{ $body =~ /name="(\w+)"\r\n\r\n(.*?)\r\n/sg }
        if ($request->field('Content-Type') // '') =~ /multipart/;
    return +{ $body =~ /"(\w+)":"(.*?)"/g } if $body =~ /\A\{/;
    return +{ map { my ($n, $v) = split /=/, $_, 2; ($n, decoded($v)) }
            split /&/, $body };
}

sub decoded {
    my ($text) = @_;
    return ($text // '') =~ s/%(..)/chr hex $1/ger;
}

sub answer_wordpress {
    my ($c, $request, $f) = @_;
    return $c->reply(302, '', Location => '/checkemail') if $f->{user_login};
    return $c->reply(200, $FORM, 'Set-Cookie' => 'wordpress_test_cookie=a')
        if ($f->{pwd} // '') ne 'right';
    return $c->reply(302, '', Location => '/wp-admin/',
        'Set-Cookie' => 'wordpress_sec_0=a; path=/wp-admin',
        'Set-Cookie' => "wordpress_logged_in_0=$f->{log}%7C1; path=/; HttpOnly");
}

sub answer_joomla {
    my ($c, $request, $f) = @_;
    return $c->reply(303, '', Location => '/administrator/') if !$f->{username};
    return $c->reply(200, $FORM) if $f->{passwd} ne 'right';
    return $c->reply(303, '', Location => '/administrator/',
        'Set-Cookie' => "$SESSION=another; HttpOnly");
}

sub answer_drupal {
    my ($c, $request, $f) = @_;
    return $c->reply(200, $FORM) if $f->{pass} ne 'right';
    return $c->reply(303, '', Location => '/user/1?check_logged_in=1',
        'Set-Cookie' => 'SESS0a=b; HttpOnly');
}

sub answer_phpmyadmin {
    my ($c, $request, $f) = @_;
    return $c->reply(200, 'SELECT') if !$f->{pma_username};
    return $c->reply(200, $FORM, 'Set-Cookie' => 'pmaAuth-1=deleted; Max-Age=0')
        if $f->{pma_password} ne 'right';
    return $c->reply(302, '', Location => 'index.php',
        'Set-Cookie' => 'pmaUser-1=a', 'Set-Cookie' => 'pmaAuth-1=b');
}

sub answer_form {
    my ($c, $request, $f) = @_;
    my $good = ($f->{password} // '') eq 'right';
    return $c->reply(302, '', Location => $good ? '/home' : '/form?again');
}

sub answer_xmlrpc {
    my ($c, $request) = @_;
    my $body  = $request->{body};
    my @calls = $body =~ m{<string>(right|wrong)</string>}g;
    my $fault = '<struct><member><name>faultCode</name><value><int>403</int>'
        . '</value></member></struct>';
    return $c->reply(200, join '',
        map { $_ eq 'wrong' ? $fault : '<array>blogs</array>' } @calls);
}

# ---- clients ----

sub post {
    my ($client, $target, $body, @fields) = @_;
    return $client->ask(POST => $target, [
            'Content-Type' => 'application/x-www-form-urlencoded', @fields
        ], $body);
}

sub wordpress {
    my ($client, $user, $password) = @_;
    return post($client, '/wp-login.php', "log=$user&pwd=$password&wp-submit=1");
}

sub joomla {
    my ($client, $user, $password) = @_;
    return post($client, '/administrator/index.php',
        "username=$user&passwd=$password&task=login", Cookie => "$SESSION=one");
}

sub drupal {
    my ($client, $user, $password) = @_;
    return post($client, '/user/login', "name=$user&pass=$password");
}

sub phpmyadmin {
    my ($client, $user, $password) = @_;
    return post($client, '/phpmyadmin/index.php',
        "pma_username=$user&pma_password=$password&server=1");
}

sub form {
    my ($client, $user, $password) = @_;
    return $client->ask(POST => '/form', [ 'Content-Type' => 'application/json' ],
        qq({"email":"$user","password":"$password"}));
}

sub call {
    my ($method, $password) = @_;
    return "<methodCall><methodName>$method</methodName><params><param><value>"
        . "<string>$password</string></value></param></params></methodCall>";
}

sub multicall {
    my (@passwords) = @_;
    return '<?xml version="1.0"?><methodCall><methodName>system.multicall'
        . '</methodName><params><param><value><array><data>'
        . join('', map { '<value><struct><member><name>methodName</name><value>'
            . '<string>wp.getUsersBlogs</string></value></member><member><name>'
            . "params</name><value><array><data><value><string>$_</string>"
            . '</value></data></array></value></member></struct></value>' }
            @passwords)
        . '</data></array></value></param></params></methodCall>';
}

sub xmlrpc {
    my ($client, $body) = @_;
    return $client->ask(POST => '/xmlrpc.php', [ 'Content-Type' => 'text/xml' ],
        $body);
}

1;
