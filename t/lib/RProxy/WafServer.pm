# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::WafServer;

# A stock httpd with the Core Rule Set, under mod_security2 or ours, and what
# it says of requests: which rules it logs, which status it answers.
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use File::Path qw(make_path remove_tree);
use IO::Socket::INET ();
use Time::HiRes qw(sleep);

my %MPM = (peer => 'prefork', ours => $ENV{MPM} || 'event');
my @STOCK = qw(unixd unique_id authz_core dir mime log_config);

# kind: peer or ours; peer: the folder of Debian's files; build: of our modules;
# folder: its own; level: of paranoia; engine: On or DetectionOnly; rules: files
# in the place of the Core Rule Set's, or nothing.
sub start {
    my ($class, %given) = @_;
    my $self = bless {%given}, $class;
    remove_tree($self->{folder});
    make_path(map {"$self->{folder}/$_"} qw(docs/answers data));
    $self->write_answers;
    $self->write_config;
    my $httpd = `conf/httpd.sh`;
    chomp $httpd;
    my $libraries = "$self->{peer}/usr/lib/x86_64-linux-gnu";
    $self->{pid} = fork();
    croak "fork: $!" if !defined $self->{pid};
    if ($self->{pid} == 0) {
        setpgrp 0, 0;    # it ends its whole group
        $ENV{LD_LIBRARY_PATH} = $libraries;
        exec $httpd, '-DFOREGROUND', '-f', "$self->{folder}/httpd.conf"
            or croak "$httpd: $!";
    }
    $self->wait_for_port;
    return $self;
}

sub write_answers {
    my ($self) = @_;
    for my $request (@{ $self->{requests} }) {
        next if !defined $request->{answer};
        spew("$self->{folder}/docs$request->{target}", $request->{answer});
    }
    spew("$self->{folder}/docs/index.html", "<p>Hello</p>\n");
    return;
}

sub spew {
    my ($file, $text) = @_;
    open my $out, '>', $file or croak "$file: $!";
    print $out $text;
    close $out or croak "$file: $!";
    return;
}

sub modules {
    my ($self) = @_;
    my $stock = `conf/modules.sh mpm_$MPM{$self->{kind}} @STOCK`;
    return $stock . "LoadModule security2_module"
        . " $self->{peer}/usr/lib/apache2/modules/mod_security2.so\n"
        if $self->{kind} eq 'peer';
    my $ours = join '', map {
        "LoadModule ${_}_module $self->{build}/mod_$_/mod_$_.so\n"
    } qw(rproxy rproxy_guard);
    $ours .= "RProxyWafLogPace Off\n";
    $ours .= "RProxyEventLoop off\n" if ($ENV{DRIVER} // '') eq 'worker';
    $ours .= "RProxyWafLibinjection $self->{library}\n" if $self->{library};
    return $stock . $ours;
}

# What Debian recommends, but for its paths.
sub settings {
    my ($self) = @_;
    my $etc = "$self->{peer}/etc/modsecurity";
    open my $in, '<', "$etc/modsecurity.conf-recommended" or croak "$etc: $!";
    my $text = join '', <$in>;
    $text =~ s/^SecRuleEngine .*/SecRuleEngine $self->{engine}/m;
    $text =~ s/^SecAuditEngine .*/SecAuditEngine Off/m;
    $text =~ s/^Sec(?:AuditLog|StatusEngine) .*//gm;
    $text =~ s{^Sec(Tmp|Data)Dir .*}{Sec$1Dir $self->{folder}/data}gm;
    $text =~ s{^(SecUnicodeMapFile) }{$1 $etc/}m;
    return $text;
}

# The paths that rules come from.
sub rule_files {
    my ($self) = @_;
    my $peer = $self->{peer};
    return ("$self->{folder}/settings.conf", @{ $self->{rules} })
        if $self->{rules};
    return ("$self->{folder}/settings.conf",
        "$peer/etc/modsecurity/crs/crs-setup.conf",
        glob "$peer/usr/share/modsecurity-crs/rules/*.conf");
}

sub write_settings {
    my ($self) = @_;
    my @set = (paranoia_level => $self->{level}, crs_exclusions_wordpress => 1);
    my ($actions, $id) = ('', 900_000);
    while (my ($name, $value) = splice @set, 0, 2) {
        $actions .= sprintf qq(SecAction "id:%d,phase:1,nolog,pass,%s"\n),
            $id++, "setvar:tx.$name=$value";
    }
    spew("$self->{folder}/settings.conf", $self->settings . $actions);
    return;
}

# Without httpd: what t/waf/engine says of the requests, as verdicts() does.
sub offline {
    my ($class, %given) = @_;
    my $self = bless {%given}, $class;
    remove_tree($self->{folder});
    make_path("$self->{folder}/data");
    $self->write_settings;
    my $requests = join '', map {
        my $answer = $_->{answer} // '';
        sprintf "%d %d %d\n%s%s", length $_->{bytes},
            defined $_->{answer} || $_->{target} =~ m{^/(?:index.html)?(?:\?|$)}
            ? 200 : 404, length $answer, $_->{bytes}, $answer;
    } @{ $self->{requests} };
    spew("$self->{folder}/requests", $requests);
    my $mapping = "$self->{peer}/etc/modsecurity/unicode.mapping";
    my $engine = $self->{engine} eq 'On' ? 'on' : 'detect';
    open my $out, '-|', 'sh', '-c', 'input=$1; shift; exec "$@" <"$input"',
        'sh', "$self->{folder}/requests", "$self->{build}/waf/engine", $engine,
        $mapping, $self->rule_files or croak "engine: $!";
    my @lines = <$out>;
    close $out or croak 'engine: failed';
    return map {
        my ($status, @rules) = split;
        { status => $status, rules => [sort @rules] };
    } @lines;
}

sub write_config {
    my ($self) = @_;
    my $folder = $self->{folder};
    my $types = -f '/etc/mime.types' ? 'TypesConfig /etc/mime.types' : '';
    $self->write_settings;
    spew("$folder/httpd.conf", <<"END");
ServerRoot $folder
PidFile $folder/pid
ErrorLog $folder/error_log
LogLevel error
ServerName shop.example
Listen 127.0.0.1:$self->{port}
@{[$self->modules]}
@{[$> ? '' : "User nobody\nGroup nogroup"]}
$types
AddType text/html .html
DocumentRoot $folder/docs
DirectoryIndex index.html
<Directory />
    AllowOverride None
</Directory>
StartServers 1
AllowEncodedSlashes On
LogFormat "%{UNIQUE_ID}e %a %>s" verdict
CustomLog $folder/access_log verdict
@{[map {"Include $_\n"} $self->rule_files]}
END
    chmod 0777, "$folder/data";
    return;
}

# Each request has an address of its own, by which the logs are read.
sub address {
    my ($number) = @_;
    return sprintf '127.1.%d.%d', $number / 250, $number % 250 + 1;
}

sub connection {
    my ($self, $address) = @_;
    return IO::Socket::INET->new(LocalAddr => $address, PeerAddr => '127.0.0.1',
        PeerPort => $self->{port}, Timeout => 10);
}

sub wait_for_port {
    my ($self) = @_;
    for (1 .. 600) {
        return if $self->connection('127.0.0.1');
        croak "$self->{kind} does not start: see $self->{folder}/error_log"
            if waitpid($self->{pid}, 1) > 0;    # WNOHANG
        sleep 0.05;
    }
    croak "$self->{kind} does not listen";
}

# Sends them, one after the other.
sub send_all {
    my ($self) = @_;
    my $number = 0;
    for my $request (@{ $self->{requests} }) {
        my $socket = $self->connection(address($number++))
            or croak "$self->{kind}: $!";
        local $SIG{PIPE} = 'IGNORE';
        print {$socket} $request->{bytes};
        local $SIG{ALRM} = sub { croak "$request->{name}: no answer" };
        alarm 30;
        1 while sysread $socket, my $unused, 65536;
        alarm 0;
    }
    return;
}

# Ends it.  Returns for each request a hash: status, rules (sorted ids).
sub verdicts {
    my ($self) = @_;
    kill TERM => $self->{pid};
    waitpid $self->{pid}, 0;
    my %of_address;
    open my $access, '<', "$self->{folder}/access_log" or croak $!;
    while (<$access>) {
        my ($id, $address, $status) = split;
        $of_address{$address} = [$id, $status];
    }
    my $rules = $self->rules_logged;
    return map {
        my ($id, $status) = @{ $of_address{ address($_) } || ['-', '-'] };
        { status => $status, rules => [sort keys %{ $rules->{$id} || {} }] };
    } 0 .. $#{ $self->{requests} };
}

sub rules_logged {
    my ($self) = @_;
    my %rules;
    open my $log, '<', "$self->{folder}/error_log" or croak $!;
    while (<$log>) {
        my ($rule) = /\[id "(\d+)"\]/ or next;
        my ($id) = /\[unique_id "([^"]+)"\]/ or next;
        $rules{$id}{$rule} = 1;
    }
    return \%rules;
}

1;
