#!/usr/bin/perl
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What access control would refuse the next client is never handed to it,
# although hits come before the handler, most of them before all phases; and
# every address gets its own page, however httpd finds its way to it.
use strict;
use warnings FATAL => 'all';

use lib 't/lib';
use Apache::Test qw(-withtestmore);
use File::Path qw(make_path);
use MIME::Base64 qw(encode_base64);
use RProxy::Cache ();
use RProxy::Client ();
use RProxy::Httpd ();
use RProxy::Log ();
use RProxy::Server ();
use RProxy::Vars ();

my @FRESH   = ('Cache-Control', 'max-age=600');
my $SCRATCH = RProxy::Vars::value('scratch');
my $ROOT    = "$SCRATCH/t49-access";
my $cache   = RProxy::Cache->start('t49_access', 'origin_a');
my $words   = 0;
my $PROGRAM = <<'END';
#!/bin/sh
printf 'Content-Type: text/html\r\nCache-Control: max-age=600\r\n\r\n'
printf 'page of %s by %s' "$REQUEST_URI" "$SCRIPT_NAME"
END

subtest 'control: nothing keeps anybody out'   => \&control;
subtest 'sections'                             => \&sections;
subtest 'a section of the whole server'        => \&everywhere;
subtest 'rules of a whole virtual host'        => \&virtual_host_rules;
subtest 'Basic authentication'                 => \&basic;
subtest 'ErrorDocument'                        => \&error_document;
subtest 'virtual hosts'                        => \&virtual_hosts;
subtest 'fields worked out for each request'   => \&request_values;
subtest 'directories and files'                => \&files;
subtest '.htaccess: Require'                   => \&htaccess_require;
subtest '.htaccess: rules about cookies'       => \&htaccess_cookies;
subtest '.htaccess comes, changes and goes'    => \&htaccess_changes;
subtest 'pretty addresses of one program'      => \&pretty_addresses;
subtest 'index files'                          => \&index_files;
subtest 'server-side includes'                 => \&includes;
subtest 'Require comes with a graceful restart' => \&restart;
is_deeply($cache->origin->errors, [], 'the origin saw no error');
done_testing();

# ---- clients ----

# A request of one client, on a connection of its own.
sub ask_as {
    my ($address, $vhost, $target, %o) = @_;
    my $client = ref $vhost
        ? $vhost->connect(from => $address)
        : RProxy::Client->to($vhost, from => $address);
    my @fields = ('Connection', 'close', 'User-Agent',
        $address eq '127.0.0.2' ? 'intruder' : 'member', @{ $o{fields} // [] });
    return $client->ask($o{method} // 'GET', $target, \@fields)
        // die "no answer to $target";
}

sub member   { return ask_as('127.0.0.1', @_) }
sub intruder { return ask_as('127.0.0.2', @_) }
sub is_hit   { return $cache->said($_[0])->{hit} ? 1 : 0 }

sub handler_of {
    my ($vhost, $target) = @_;
    my $word = "h-$$-" . ++$words;
    member($vhost, $target, fields => ['X-Test', $word]);
    my $log = RProxy::Log->file('t49_access');
    $log->{begin} = 0;
    return $log->await(qr/^\Q$word\E /) =~ /handler=(\S+)/ ? $1 : undef;
}

# The member's page is stored; the intruder gets nothing of it, asking by GET
# or HEAD, and the member has it still.
sub stays_out {
    my ($vhost, $target, $content) = @_;
    my $first = member($vhost, $target);
    like($first->body, qr/$content/, "$target: the member's");
    like(member($vhost, $target)->body, qr/$content/, "$target: once more");
    for my $method (qw(GET HEAD)) {
        my $refused = intruder($vhost, $target, method => $method);
        is($refused->status, 403, "$target: $method of the intruder");
        unlike($refused->{head} . $refused->body, qr/$content/,
            "$target: who gets nothing of it");
    }
    my $later = member($vhost, $target);
    is($later->status, 200, "$target: the member's again");
    return $later;
}

# ---- sections ----

sub control {
    my $page = $cache->page(name => 'nothing', body => 'open',
        fields => \@FRESH);
    member('t49_access', $page);
    my $hit = intruder('t49_access', $page);
    is($hit->body, 'open', 'the page of one is for all');
    ok(is_hit($hit), 'from the cache');
    isnt(handler_of('t49_access', $page), 'rproxy-cache',
        'and from before the phases');
}

sub sections {
    for my $name (qw(require-ip require-not-ip require-env require-expr
        require-nested limit limit-except deny-from deny-from-env if-address
        if-operator else if-agent if-function rewrite)) {
        my $page = $cache->page(name => $name, body => "members: $name",
            fields => \@FRESH);
        my $hit = stays_out('t49_access', $page, "members: $name");
        ok(is_hit($hit), "$name: members share one page");
        is($cache->asked($page), 1, "$name: the origin was asked once");
    }
    my $page = $cache->page(name => 'require-ip', body => 'members',
        fields => \@FRESH);
    is(intruder('t49_access', $page)->status, 403, 'the intruder first');
    is(member('t49_access', $page)->body, 'members',
        'his refusal is not stored');
}

sub everywhere {
    my $page = $cache->page(name => 't49-everywhere', body => 'members',
        fields => \@FRESH);
    for my $vhost (qw(t49_access t49_access_port_b)) {
        $cache->answer("/b$page", body => 'members', fields => \@FRESH);
        stays_out($vhost, $page, 'members');
    }
}

sub virtual_host_rules {
    for my $vhost (qw(t49_access_rewrite t49_access_if)) {
        my $page = $cache->page(body => 'members', fields => \@FRESH);
        stays_out($vhost, $page, 'members');
        is($cache->asked($page), 1, "$vhost: stored all the same");
    }
}

# ---- logins ----

sub login { return ['Authorization', 'Basic ' . encode_base64($_[0], '')] }

sub basic {
    write_file("$SCRATCH/t49-users", join '', map {
        "$_:{SHA}" . sha1_of("secret-" . substr $_, 0, 1) . "\n" } qw(anna bert));
    my ($anna, $bert) = map { login($_) } 'anna:secret-a', 'bert:secret-b';
    my $page = $cache->page(name => 'basic', body => "anna's own",
        fields => \@FRESH);
    is(member('t49_access', $page)->status, 401, 'nobody');
    is(member('t49_access', $page, fields => $anna)->body, "anna's own",
        'anna');
    $cache->answer($page, body => "bert's own", fields => \@FRESH);
    is(member('t49_access', $page, fields => $bert)->body, "bert's own",
        'bert has his own');
    is(member('t49_access', $page)->status, 401, 'nobody still');
    is($cache->asked($page), 2, 'nothing of it is stored');

    $page = $cache->page(name => 'basic', body => 'for members',
        fields => ['Cache-Control', 'public, max-age=600']);
    is(member('t49_access', $page, fields => $anna)->body, 'for members',
        'public: anna');
    my $hit = member('t49_access', $page, fields => $bert);
    ok(is_hit($hit) && $hit->body eq 'for members', 'public: bert shares it');
    for my $case (['nobody', []], ['a wrong password', login('anna:x')],
        ['an unknown user', login('carl:secret-a')]) {
        my ($who, $fields) = @$case;
        my $refused = member('t49_access', $page, fields => $fields);
        is($refused->status, 401, "public: $who");
        unlike($refused->body, qr/for members/, "public: $who gets nothing");
    }
    is($cache->asked($page), 1, 'public: fetched once');
}

sub sha1_of {
    require Digest::SHA;
    return encode_base64(Digest::SHA::sha1($_[0]), '');
}

# ---- errors ----

sub error_document {
    my $v    = 't49_access_error';
    my $name = '/members' . $cache->page(name => 'x');
    $cache->answer($name,     body => 'members only', fields => \@FRESH);
    $cache->answer('/denied', body => 'sorry',        fields => \@FRESH);
    my $refused = intruder($v, $name);
    is($refused->status, 403,     'the intruder first');
    is($refused->body,   'sorry', 'gets the document');
    is(member($v, $name)->body, 'members only', 'the member gets the page');
    $refused = intruder($v, $name);
    is($refused->status . ' ' . $refused->body, '403 sorry',
        'the intruder after him');
    my $hit = member($v, $name);
    ok(is_hit($hit) && $hit->body eq 'members only', 'the member has a hit');
    my @direct = map { member($v, '/denied') } 1 .. 2;
    is($_->status . ' ' . $_->body, '200 sorry', 'the document by its address')
        for @direct;
    is(intruder($v, $name)->status, 403, 'an error after it is one still');
}

# ---- virtual hosts ----

sub virtual_hosts {
    my $page = $cache->page;
    $cache->answer("/$_$page", body => "of $_", fields => \@FRESH) for qw(a b);
    for my $round (1 .. 2) {
        for my $name (qw(a b)) {
            my $response = member("t49_access_port_$name", $page,
                fields => [Host => 'same.example']);
            is($response->body, "of $name", "port of $name, one Host: $round");
            $response = member('t49_access_names', $page,
                fields => [Host => "$name.example"]);
            is($response->body, "of $name", "name of $name: $round");
        }
        is(member('t49_access_names', $page,
            fields => [Host => 'other.example'])->body, 'of b',
            "an alias: $round");
        is(member('t49_access_names', $page,
            fields => [Host => 'unknown.example'])->body, 'of a',
            "an unknown name gets the first virtual host: $round");
    }
    is($cache->asked("/a$page") + $cache->asked("/b$page"), 6,
        'one fetch for each name of each');
}

# ---- fields ----

sub request_values {
    my $v = 't49_access_headers';
    for my $name (qw(expr env echo)) {
        my $page = $cache->page(name => $name, body => 'x', fields => \@FRESH);
        my $field = $name eq 'echo' ? 'X-Group' : 'X-Seen';
        for my $group (qw(one two one)) {
            my $response = member($v, $page, fields => ['X-Group', $group]);
            is($response->field($field), $group, "$name: $group");
        }
        is($cache->asked($page), 1, "$name: the page is shared");
    }
    my $page = $cache->page(name => 'if-env', fields => \@FRESH);
    my @seen = map { member($v, $page, fields => $_)->field('X-Seen') // '-' }
        ['X-Group', 1], [], ['X-Group', 1];
    is("@seen", 'one - one', 'env=: for those it is for');
    $page = $cache->page(name => 'time', fields => \@FRESH);
    @seen = map { member($v, $page)->field('X-Seen') } 1 .. 2;
    isnt($seen[0], $seen[1], '%t: of the request, not of the first');
    is($cache->asked($page), 1, '%t: the page is shared');
    $page = $cache->page(name => 'fixed', fields => \@FRESH);
    @seen = map { member($v, $page)->field('X-Seen') } 1 .. 2;
    is("@seen", 'fixed fixed', 'fixed: once, in each');
}

# ---- files ----

sub write_file {
    my ($path, $text) = @_;
    (my $folder = $path) =~ s{/[^/]*\z}{};
    chmod 0755, make_path($folder);
    # In one step: httpd may read it at any time.
    open my $out, '>', "$path.new" or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    chmod $text =~ /\A#!/ ? 0755 : 0644, "$path.new";
    rename "$path.new", $path or die "$path: $!";
    return $path;
}

# A folder below the document root that no run has used before.
sub fresh_folder {
    my $name = sprintf 'f-%d-%d-%d', $$, time, ++$words;
    make_path("$ROOT/$name");
    chmod 0755, $ROOT, "$ROOT/$name";
    return "/$name";
}

sub files {
    my $name = "f-$$-" . time;
    write_file("$ROOT/by-directory/$name.txt", 'members');
    stays_out('t49_access_files', "/by-directory/$name.txt", 'members');
    my $folder = fresh_folder();
    write_file("$ROOT$folder/secret.txt", 'members');
    write_file("$ROOT$folder/open.txt",   'all');
    stays_out('t49_access_files', "$folder/secret.txt", 'members');
    member('t49_access_files', "$folder/open.txt");
    ok(is_hit(intruder('t49_access_files', "$folder/open.txt")),
        'the file beside it is for all');
}

sub htaccess_require {
    my $folder = fresh_folder();
    write_file("$ROOT$folder/.htaccess", "Require ip 127.0.0.1\n");
    write_file("$ROOT$folder/$_", 'members') for 'page.txt', 'in/page.txt';
    ok(is_hit(stays_out('t49_access_files', $_, 'members')), "$_: shared")
        for "$folder/page.txt", "$folder/in/page.txt";
    $folder = fresh_folder();
    write_file("$ROOT$folder/.htaccess",
        qq(<Files "*.txt">\n<If "-R '127.0.0.2'">\n) .
        "Require all denied\n</If>\n</Files>\n");
    write_file("$ROOT$folder/page.txt", 'members');
    stays_out('t49_access_files', "$folder/page.txt", 'members');
}

sub htaccess_cookies {
    my $folder = fresh_folder();
    write_file("$ROOT$folder/.htaccess", <<'END');
RewriteEngine On
RewriteCond %{HTTP_COOKIE} member=1
RewriteRule ^page\.txt$ members.txt [L]
END
    write_file("$ROOT$folder/page.txt",    'for all');
    write_file("$ROOT$folder/members.txt", 'for members');
    my $v = 't49_access_files';
    is(member($v, "$folder/page.txt")->body, 'for all', 'without the cookie')
        for 1 .. 2;
    is(handler_of($v, "$folder/page.txt"), 'rproxy-cache',
        'behind the phases');
}

# Until a request is answered so; a change is to be noticed within a second or
# two.
sub await_status {
    my ($target, $status, $what) = @_;
    my $seen = '';
    my $ok = eval {
        RProxy::Server::await(sub {
            $seen = intruder('t49_access_files', $target)->status;
            $seen == $status;
        }, $what, 5);
        1;
    };
    ok($ok, $what) or diag("last status $seen");
    return;
}

sub htaccess_changes {
    my $folder = fresh_folder();
    my $file   = "$ROOT$folder/in/.htaccess";
    my $page   = "$folder/in/page.txt";
    write_file("$ROOT$page", 'text');
    member('t49_access_files', $page);
    ok(is_hit(intruder('t49_access_files', $page)), 'none: a hit for all');
    is(handler_of('t49_access_files', $page), handler_of('t49_access_files',
        $page), 'by the same way');
    isnt(handler_of('t49_access_files', $page), 'rproxy-cache',
        'before the phases');
    write_file($file, "Require ip 127.0.0.1\n");
    await_status($page, 403, 'a file that comes is noticed');
    is(member('t49_access_files', $page)->body, 'text', 'members get it');
    is(intruder('t49_access_files', $page)->status, 403,
        'which lets nobody else in');
    write_file($file, "Require all granted\n");
    await_status($page, 200, 'one that changes too');
    write_file($file, "Require all denied\n");
    await_status($page, 403, 'all denied');
    is(member('t49_access_files', $page)->status, 403, 'for members as well');
    unlink $file or die $!;
    await_status($page, 200, 'one that goes');
    write_file("$ROOT$folder/.htaccess", "Require ip 127.0.0.1\n");
    await_status($page, 403, 'one further up');
}

# ---- addresses ----

# As WordPress has it.
sub pretty_addresses {
    my $folder = fresh_folder();
    write_file("$ROOT$folder/.htaccess", <<"END");
RewriteEngine On
RewriteBase $folder/
RewriteRule ^index\\.cgi\$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . $folder/index.cgi [L]
END
    write_file("$ROOT$folder/index.cgi", $PROGRAM);
    write_file("$ROOT$folder/file.txt",  'a file');
    my $v = 't49_access_files';
    for my $round (1 .. 2) {
        for my $end ('/', '/one/', '/two/', '/one/?p=1', '/one/?p=2',
            '/2026/11/three/', '/index.cgi', '/index.cgi?p=4') {
            my $response = member($v, "$folder$end");
            is($response->body, "page of $folder$end by $folder/index.cgi",
                "$end: its own page, $round");
            is(is_hit($response), $round - 1, "$end: hit or not, $round");
        }
        is(member($v, "$folder/file.txt")->body, 'a file', "a file, $round");
    }
    my $fallback = fresh_folder();
    write_file("$ROOT$fallback/.htaccess",
        "FallbackResource $fallback/index.cgi\n");
    write_file("$ROOT$fallback/index.cgi", $PROGRAM);
    for my $round (1 .. 2) {
        is(member($v, "$fallback$_")->body,
            "page of $fallback$_ by $fallback/index.cgi",
            "FallbackResource $_: $round") for '/one/', '/two/';
    }
}

sub index_files {
    my $v      = 't49_access_files';
    my $folder = fresh_folder();
    write_file("$ROOT$folder/a/index.html", 'index of a');
    write_file("$ROOT$folder/b/index.cgi",  $PROGRAM);
    for my $round (1 .. 2) {
        is(member($v, "$folder/a/")->body, 'index of a', "a file: $round");
        is(member($v, "$folder/a/index.html")->body, 'index of a',
            "by its name: $round");
        is(member($v, "$folder/b/")->body,
            "page of $folder/b/ by $folder/b/index.cgi", "a program: $round");
        is(member($v, "$folder/a")->status, 301, "without the slash: $round");
    }
    write_file("$ROOT$folder/c/index.html", 'members');
    write_file("$ROOT$folder/c/.htaccess",
        qq(<Files "index.html">\nRequire ip 127.0.0.1\n</Files>\n));
    is(member($v, "$folder/c/")->body, 'members',
        'an index file for members') for 1 .. 2;
    unlike(intruder($v, "$folder/c/")->body, qr/members/,
        'is for nobody else');
    unlike(intruder($v, "$folder/c/")->body, qr/members/, 'nor later');
}

# Parts of a page are none themselves, and a page of parts is stored only when
# it is said to be.
sub includes {
    my $v    = 't49_access_files';
    my $name = "p-$$-" . time;
    write_file("$ROOT/includes/$name.shtml",
        qq(for <!--#echo var="REMOTE_ADDR" -->: )
            . qq(<!--#include virtual="/includes/$name.txt" -->));
    write_file("$ROOT/includes/$name.txt", 'part');
    is(member($v, "/includes/$name.shtml")->body, 'for 127.0.0.1: part',
        'with a part') for 1 .. 2;
    is(intruder($v, "/includes/$name.shtml")->body, 'for 127.0.0.2: part',
        'for another');
    my $part = member($v, "/includes/$name.txt");
    is($part->body, 'part', 'the part itself');
}

# ---- another configuration ----

sub restart {
    my $httpd = RProxy::Httpd->start(
        files => { 'more.conf' => '' },
        conf  => sub {
            my ($self) = @_;
            my $port = RProxy::Vars::value('origin_a_port');
            return <<"CONF";
RProxyCacheSize 8m
RProxyCache On
RProxyCacheStatus On
RProxyPass "/" "http://127.0.0.1:$port"
Include "@{[ $self->folder ]}/more.conf"
CONF
        },
    );
    my $page = $cache->page(body => 'page', fields => \@FRESH);
    member($httpd, $page);
    ok(is_hit(intruder($httpd, $page)), 'a hit for all');
    $httpd->restart_gracefully;
    RProxy::Server::await(sub { is_hit(intruder($httpd, $page)) },
        'a hit after a restart without a change');
    $httpd->write_file('more.conf',
        "<Location />\nRequire ip 127.0.0.1\n</Location>\n");
    my @before = $httpd->children;
    $httpd->restart_gracefully;
    ok($httpd->await_gone(\@before, 20), 'the children of before are gone');
    is(intruder($httpd, $page)->status, 403, 'with Require: not any more');
    is(member($httpd, $page)->body, 'page', 'but for those who may');
    is($cache->asked($page), 1, 'and stored still');
    is_deeply($httpd->complaints, [], 'nothing in the log');
}
