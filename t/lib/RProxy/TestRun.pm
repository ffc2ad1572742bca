# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::TestRun;

# Apache::TestRun for this suite: finds httpd by apxs, loads our modules, picks
# the MPM and the driver, gives the tests ports for their origins and a folder
# that httpd's children may write to.
use strict;
use warnings FATAL => 'all';

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin ();
use Apache::Test ();    # its version goes into the saved configuration
use Apache::TestRun ();

our @ISA = ('Apache::TestRun');

my $TOP = abs_path("$FindBin::Bin/..");
my $T   = "$TOP/t";

# Ours, in load order; those that are built are loaded.
my @MODULES = qw(rproxy rproxy_cache rproxy_balancer rproxy_guard);

# Stock modules that the tests use.
my @STOCK = qw(
    authn_core authz_core authz_host authz_user access_compat
    log_config logio unixd version watchdog
    alias actions dir env expires headers mime negotiation reqtimeout
    autoindex auth_basic authn_file filter deflate brotli substitute include
    remoteip request rewrite setenvif status unique_id
    socache_shmcb ssl http2 cgid cgi
);

# Ports that nobody listens on until a test's origin does.
my @ORIGINS = map {"origin_$_"} 'a' .. 'h';

my %MPM    = map { $_ => 1 } qw(event worker prefork);
my %DRIVER = (loop => 'auto', worker => 'off');

sub option {
    my ($name, $default) = @_;
    my $value = $ENV{$name};
    return defined $value && length $value ? $value : $default;
}

sub options {
    my %o = (
        mpm       => option(MPM       => 'event'),
        driver    => option(DRIVER    => 'loop'),
        children  => option(CHILDREN  => 1),
        build     => abs_path(option(BUILD => "$TOP/build")) // '',
        sanitizer => option(SANITIZER => ''),
        apxs      => option(APXS => which('apxs') || which('apxs2')),
    );
    $MPM{ $o{mpm} }       or die "MPM=$o{mpm}: event, worker or prefork\n";
    $DRIVER{ $o{driver} } or die "DRIVER=$o{driver}: loop or worker\n";
    $o{children} =~ /^[1-9]\d?$/ or die "CHILDREN=$o{children}: 1 to 99\n";
    return \%o;
}

sub which {
    my ($name) = @_;
    my ($path) = grep {-x} map {"$_/$name"} split /:/, $ENV{PATH};
    return $path;
}

sub run {
    my ($self, @arguments) = @_;
    $self->{suite} = options();
    forget_other_configuration($self->{suite});
    $ENV{APXS} = $self->{suite}{apxs} or die "apxs is missing\n";
    $self->SUPER::run(@arguments);
}

# The saved configuration belongs to the options it was made with.
sub forget_other_configuration {
    my ($o) = @_;
    my $now  = join "\n", map {"$_=$o->{$_}"} sort keys %$o;
    my $file = "$T/state/options";
    my $then = '';
    if (open my $in, '<', $file) {
        local $/;
        $then = <$in>;
    }
    return if $then eq $now && -d "$T/state/scratch/";
    unlink "$T/conf/apache_test_config.pm", "$T/conf/httpd.conf";
    make_path("$T/state");
    open my $out, '>', $file or die "$file: $!\n";
    print $out $now;
    close $out or die "$file: $!\n";
}

sub check_runtime_user {1}    # Apache::Test would refuse to run as root

sub new_test_config {
    my $self  = shift;
    my $c     = $self->{conf_opts};
    my $suite = $self->{suite};
    if ($c->{save}) {         # a fresh configuration, not the saved one
        $c->{apxs}               ||= $suite->{apxs};
        $c->{httpd}              ||= httpd($suite);
        $c->{httpd_conf}         ||= inherited_configuration($suite);
        $c->{servername}         ||= '127.0.0.1';
        $c->{thread_module_name} ||= thread_module($suite->{mpm});
        $c->{$_} = $suite->{$_} for qw(mpm driver children);
        $c->{maxworkers} = 16 * $suite->{children};
        $c->{scratch}    = scratch();
        $c->{tls}        = certificate();
        my $public = public_folder();
        $c->{cgi_bin} = "$public/cgi-bin";
        $c->{documentroot} ||= "$public/htdocs";
    }
    my $cfg = $self->SUPER::new_test_config;
    $ENV{RPROXY_SCRATCH} = $cfg->{vars}{scratch} // '';
    if ($c->{save}) {
        answer_prefix($cfg);
        name_origin_ports($cfg);
        load_our_modules($cfg, $suite);
        load_test_modules($cfg, $suite);
    }
    return $cfg;
}

# Where apxs knows no PREFIX (Debian), each test would ask it 34 times, which is
# most of a test's start.  The folder is the one that is tried next.
sub answer_prefix {
    my ($cfg) = @_;
    $cfg->{_apxs}{PREFIX} ||= $cfg->apxs('SYSCONFDIR');
}

# The httpd of this apxs, or what stands in for it under a sanitizer.
sub httpd {
    my ($suite) = @_;
    return "$T/sanitized-httpd" if $suite->{sanitizer};
    chomp(my $httpd = `$TOP/conf/httpd.sh`);
    return $httpd;
}

# LoadModule lines are all that Apache::Test takes over from the machine.
sub inherited_configuration {
    my ($suite) = @_;
    my $file = "$T/state/inherit.conf";
    my $lines = `$TOP/conf/modules.sh mpm_$suite->{mpm} @STOCK`;
    $? == 0 && $lines =~ /\S/ or die "no stock modules found by apxs\n";
    open my $out, '>', $file or die "$file: $!\n";
    print $out $lines;
    close $out or die "$file: $!\n";
    return $file;
}

# Whose section of Apache::Test's template holds numbers of threads.
sub thread_module {
    my ($mpm) = @_;
    return $mpm eq 'prefork' ? 'event' : $mpm;
}

sub name_origin_ports {
    my ($cfg) = @_;
    my $port = $cfg->{vars}{port} + 400;    # clear of the virtual hosts' ports
    for my $name (@ORIGINS) {
        $port++ until Apache::TestServer->port_available($port);
        $cfg->{vars}{"${name}_port"} = $port++;
    }
}

sub load_our_modules {
    my ($cfg, $suite) = @_;
    my %file = map { $_ => "$suite->{build}/mod_$_/mod_$_.so" } @MODULES;
    -e $file{rproxy} or die "$file{rproxy} is missing: build first\n";
    $cfg->preamble_register(sub {    # after the inherited LoadModule lines
        my $c = shift;
        for my $name (grep { -e $file{$_} } @MODULES) {
            $c->{modules}{"mod_$name.c"} = $file{$name};    # for need_module()
            $c->preamble(LoadModule => qq(${name}_module "$file{$name}"));
        }
        $c->preamble(RProxyEventLoop => $DRIVER{ $suite->{driver} });
        $c->preamble(RProxyCacheSize => '32m') if -e $file{rproxy_cache};
        $c->preamble(RProxyWafLogPace => 'Off') if -e $file{rproxy_guard};
    });
}

# t/modules/mod_NAME.c: modules that use ours as others do, built when needed.
sub load_test_modules {
    my ($cfg, $suite) = @_;
    my %file;
    for my $source (glob "$T/modules/mod_*.c") {
        my ($name) = $source =~ /mod_(\w+)\.c$/;
        $file{$name} = "$suite->{build}/t/mod_$name.so";
        build_module($suite, $source, $file{$name});
    }
    $cfg->preamble_register(sub {
        my $c = shift;
        $c->preamble(LoadModule => qq(${_}_module "$file{$_}"))
            for sort keys %file;
    });
}

sub build_module {
    my ($suite, $source, $file) = @_;
    my @newer = grep { !-e $file || -M $_ < -M $file }
        $source, "$TOP/mod_rproxy/mod_rproxy.h";
    return unless @newer;
    make_path(dirname($file));
    my %of = map { $_ => scalar `$suite->{apxs} -q $_` }
        qw(CC CFLAGS EXTRA_CPPFLAGS INCLUDEDIR APR_INCLUDEDIR APU_INCLUDEDIR);
    chomp %of;
    system(split(' ', "$of{CC} $of{CFLAGS} $of{EXTRA_CPPFLAGS}"),
        (map { ('-isystem', $of{$_}) } grep {/INCLUDEDIR/} sort keys %of),
        qw(-std=gnu11 -g -fPIC -shared -Wall -Wextra -Werror
            -Wno-unused-parameter -Wno-missing-field-initializers),
        "-I$TOP/mod_rproxy", '-o', $file, $source) == 0
        or die "$source cannot be built\n";
}

# A folder of httpd's children: sockets, temporary bodies, sanitizer reports.
sub scratch {
    my $folder = temporary_folder('scratch');
    chmod 01777, $folder or die "$folder: $!\n";
    return $folder;
}

# What httpd serves as files.  Started by root, its children are nobody, who
# may have no way into this checkout: then they get a copy.
sub public_folder {
    make_path("$T/htdocs");
    return $T if $> != 0 || is_reachable($T);
    my $folder = temporary_folder('public');
    system('cp', '-r', (grep {-d} "$T/htdocs", "$T/cgi-bin"), $folder) == 0
        or die "cp: $?\n";
    system('chmod', '-R', 'a+rX', $folder) == 0 or die "chmod: $?\n";
    return $folder;
}

# The same folder from run to run, as long as it is there: t/state/NAME is a
# link to it.
sub temporary_folder {
    my ($name) = @_;
    my $link   = "$T/state/$name";
    my $folder = readlink $link;
    return $folder if defined $folder && -d $folder && -O _;
    $folder = tempdir("rproxy-$name-XXXXXX", TMPDIR => 1, CLEANUP => 0);
    unlink $link;
    symlink $folder, $link or die "$link: $!\n";
    return $folder;
}

# A server that starts has logs of its own, and the files as they are now.
sub start {
    my $self = shift;
    my $vars = $self->{test_config}{vars};
    if ($self->{opts}{'start-httpd'} && !$self->{server}->ping) {
        my @logs = qw(error_log access_log ended_on_purpose);
        unlink map { "$vars->{t_logs}/$_" } @logs;
        unlink glob "$vars->{scratch}/sanitizer.*";
        public_folder();
    }
    return $self->SUPER::start(@_);
}

# The suite is t/*.t; what lies in folders is run by other means.
sub run_tests {
    my $self = shift;
    $self->{tests} = [ sort glob 't/*.t' ] unless @{ $self->{tests} };
    return $self->SUPER::run_tests(@_);
}

# Without a word: the summary of the tests comes last.
sub stop {
    my $self = shift;
    my $vars = $self->{test_config}{vars};
    open my $stdout, '>&', \*STDOUT or die "stdout: $!\n";
    open my $stderr, '>&', \*STDERR or die "stderr: $!\n";
    open STDOUT, '>', "$vars->{t_logs}/stop" or die "stop: $!\n";
    open STDERR, '>&', \*STDOUT or die "stderr: $!\n";
    my $result = $self->SUPER::stop(@_);
    open STDOUT, '>&', $stdout or die "stdout: $!\n";
    open STDERR, '>&', $stderr or die "stderr: $!\n";
    return $result;
}

sub is_reachable {
    my ($folder) = @_;
    while (1) {
        return 0 unless (stat $folder)[2] & 01;
        return 1 if $folder eq '/';
        $folder = dirname($folder);
    }
}

# One self-signed certificate for all TLS virtual hosts: @tls@.crt, @tls@.key
sub certificate {
    my $base = "$T/state/localhost";
    return $base if -e "$base.crt";
    system(qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256
        -nodes -days 3650 -subj /CN=localhost -addext),
        'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout',
        "$base.key", '-out', "$base.crt", '-batch') == 0
        or die "openssl: $?\n";
    return $base;
}

1;
