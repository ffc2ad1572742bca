# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::WafCorpus;

# The requests of t/waf/corpus/*.txt.  Lines of a file:
#
#   # comment
#   in: query form json     the places into which the values below are put
#   by: case comments       evasions, each tried in the first of the places
#   value                   \xNN, \n, \t and \\ are bytes; \# is no comment
#   @ POST /path            a request of its own; below it header lines, an
#   Name: value             empty line, and lines of the body, each behind "| "
#                           (line ends inside of it are CR LF)
#   each NAME: a, b         requests below are sent once for each word, which
#                           stands for {NAME} in them, encoded for {NAME%};
#                           "each:" forgets all
use strict;
use warnings FATAL => 'all';

use Carp qw(croak);
use Exporter qw(import);
use File::Basename qw(basename);

our @EXPORT_OK = qw(corpus_read);

my $AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101'
    . ' Firefox/115.0';
my %FIELDS = (
    'User-Agent' => $AGENT,
    'Accept' => 'text/html,application/xhtml+xml,*/*;q=0.8',
    'Accept-Language' => 'en-US,en;q=0.5',
);

my %EVASION = (
    plain => sub { $_[0] },
    case => sub { my $i = 0; $_[0] =~ s/([a-z])/$i++ % 2 ? uc $1 : $1/ger },
    comments => sub { $_[0] =~ s{ }{/**/}gr },
    tabs => sub { $_[0] =~ s/ /\t/gr },
    lines => sub { $_[0] =~ s/ /\n/gr },
    encoded => sub { percent($_[0]) },
    double => sub { percent(percent($_[0])) },
    unicode => sub { $_[0] =~ s/(\W)/sprintf '%%u%04x', ord $1/ger },
    wide => sub { $_[0] =~ s/([<>'"()])/wide($1)/ger },
    entities => sub { $_[0] =~ s/(\W)/sprintf '&#x%x;', ord $1/ger },
    nulls => sub { $_[0] =~ s/(\w{3})/$1\0/r },
    behind => sub {"some words before it $_[0]"},
    quotes => sub { $_[0] =~ s/(\w)(\w)/$1''$2/r },
    backslash => sub { $_[0] =~ s/(\w)(\w)/$1\\$2/r },
    slashes => sub { $_[0] =~ s{/}{//./}gr },
    backslashes => sub { $_[0] =~ s{/}{\\}gr },
    javascript => sub { $_[0] =~ s/([<(])/sprintf '\\x%02x', ord $1/ger },
);

# Full-width forms in UTF-8.
sub wide {
    my ($byte) = @_;
    my $code = 0xfee0 + ord $byte;
    return join '', map {chr} 0xe0 | $code >> 12, 0x80 | $code >> 6 & 0x3f,
        0x80 | $code & 0x3f;
}

my $FORM = 'application/x-www-form-urlencoded';
my $LINE = '-' x 20 . 'b0undary';

# Of a value: method, target, fields, body.
my %PLACE = (
    query => sub { ['GET', '/search?page=1&q=' . percent($_[0])] },
    name => sub { ['GET', '/search?' . percent($_[0]) . '=1'] },
    raw => sub { ['GET', '/search?q=' . ($_[0] =~ s/([\0- #\x7f-\xff])/
        sprintf '%%%02x', ord $1/gerx)] },
    path => sub { ['GET', '/' . ($_[0] =~ s/([\0- #?%\x7f-\xff])/
        sprintf '%%%02x', ord $1/gerx)] },
    form => sub { ['POST', '/post', { 'Content-Type' => $FORM },
        'a=1&text=' . percent($_[0])] },
    json => sub { ['POST', '/api', { 'Content-Type' => 'application/json' },
        '{"id":1,"list":["' . json($_[0]) . '"]}'] },
    xml => sub { ['POST', '/api', { 'Content-Type' => 'text/xml' },
        '<?xml version="1.0"?><a><b c="1">' . xml($_[0]) . '</b></a>'] },
    multipart => sub { ['POST', '/upload',
        { 'Content-Type' => "multipart/form-data; boundary=$LINE" },
        part('text', $_[0]) . "--$LINE--\r\n"] },
    file => sub { ['POST', '/upload',
        { 'Content-Type' => "multipart/form-data; boundary=$LINE" },
        part("f\"; filename=\"$_[0]", 'x') . "--$LINE--\r\n"] },
    cookie => sub { ['GET', '/', { Cookie => 'a=1; b='
        . ($_[0] =~ s/([\0- ;\x7f-\xff])/sprintf '%%%02x', ord $1/ger) }] },
    agent => sub { ['GET', '/', { 'User-Agent' => field($_[0]) }] },
    referer => sub { ['GET', '/', { Referer => field($_[0]) }] },
    field => sub { ['GET', '/', { 'X-Custom' => field($_[0]) }] },
    answer => sub { ['GET', undef, {}, undef, $_[0]] },
);

sub percent {
    my ($text) = @_;
    return $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger;
}

sub json {
    my ($text) = @_;
    return $text =~ s/([\0-\x1f"\\\x7f-\xff])/sprintf '\\u%04x', ord $1/ger;
}

sub xml {
    my ($text) = @_;
    return $text =~ s/([<>&"\0-\x1f\x7f-\xff])/sprintf '&#%d;', ord $1/ger;
}

sub field {
    my ($text) = @_;
    return $text =~ s/[\0\r\n]/ /gr;
}

sub part {
    my ($name, $text) = @_;
    return "--$LINE\r\nContent-Disposition: form-data; name=\"$name\"\r\n\r\n"
        . "$text\r\n";
}

sub bytes {
    my ($text) = @_;
    my %known = (n => "\n", t => "\t", r => "\r", '\\' => '\\', '#' => '#',
        '@' => '@');
    $text =~ s/\\(?:x([0-9a-fA-F]{2})|(.))/defined $1 ? chr hex $1
        : $known{$2} \/\/ "\\$2"/gex;
    return $text;
}

# Each a hash: name, bytes (the whole request), answer (what a page has).
sub corpus_read {
    my (@files) = @_;
    return map { requests_of($_) } @files;
}

sub requests_of {
    my ($file) = @_;
    my %state = (name => basename($file, '.txt'), in => ['query'], by => [],
        each => {}, found => []);
    open my $in, '<', $file or croak "$file: $!";
    while (defined(my $line = <$in>)) {
        chomp $line;
        next if $line =~ /^(?:#|$)/;
        if ($line =~ /^(in|by): *(.*)/) {
            $state{$1} = [split ' ', $2];
        }
        elsif ($line =~ /^each(?: (\w+))?: *(.*)/) {
            $state{each} = defined $1
                ? { %{ $state{each} }, $1 => [split /, */, $2] } : {};
        }
        elsif ($line =~ /^@ (.*)/) {
            whole(\%state, "$file:$.", $1, $in);
        }
        else {
            add_value(\%state, "$file:$.", bytes($line));
        }
    }
    return @{ $state{found} };
}

sub add_value {
    my ($state, $where, $value) = @_;
    for my $place (@{ $state->{in} }) {
        my $make = $PLACE{$place} or croak "$where: no place \"$place\"";
        add($state, $where, $place, $make->($value));
    }
    my $first = $state->{in}[0];
    for my $by (@{ $state->{by} }) {
        my $evade = $EVASION{$by} or croak "$where: no evasion \"$by\"";
        my $other = $evade->($value);
        add($state, $where, "$first, $by", $PLACE{$first}->($other))
            if $other ne $value;
    }
    return;
}

sub add {
    my ($state, $where, $how, $request) = @_;
    my ($method, $target, $fields, $body, $answer) = @$request;
    my %fields = (%FIELDS, %{ $fields || {} });
    my $line = $where =~ s{.*/}{}r;
    my $number = '#' . @{ $state->{found} };
    if (defined $answer) {
        $target = sprintf '/answers/%s-%d.html', $state->{name},
            scalar @{ $state->{found} };
    }
    $fields{'Content-Length'} = length $body if defined $body;
    push @{ $state->{found} }, { name => "$line $number ($how)",
        answer => $answer, target => $target, bytes => join('', "$method $target HTTP/1.1\r\n",
            "Host: shop.example\r\n",
            map({"$_: $fields{$_}\r\n"} sort keys %fields),
            "Connection: close\r\n\r\n", $body // '') };
    return;
}

# A request of its own, once for each combination of words.
sub whole {
    my ($state, $where, $line, $in) = @_;
    my (@head, @body);
    while (defined(my $next = <$in>)) {
        chomp $next;
        last if $next eq '';
        push @head, $next;
    }
    my $at = tell $in;
    while (defined(my $next = <$in>)) {
        chomp $next;
        if ($next !~ s/^\| ?//) {
            seek $in, $at, 0;
            $.--;
            last;
        }
        push @body, $next;
        $at = tell $in;
    }
    my $body = @body ? join "\r\n", @body : undef;
    my $text = join "\x01", $line, $body // '', @head;
    my @texts = ($text);
    for my $name (sort keys %{ $state->{each} }) {
        next if $text !~ /\{$name%?\}/;
        @texts = map {
            my $one = $_;
            map { put($one, $name, $_) }
                @{ $state->{each}{$name} }
        } @texts;
    }
    for my $one (@texts) {
        my ($start, $content, @fields) = split /\x01/, $one;
        add_whole($state, $where, $start, \@fields,
            defined $body ? $content : undef);
    }
    return;
}

sub put {
    my ($text, $name, $word) = @_;
    my $encoded = percent(bytes($word));
    return $text =~ s/\{$name\}/$word/gr =~ s/\{$name%\}/$encoded/gr;
}

sub add_whole {
    my ($state, $where, $start, $head, $body) = @_;
    my %given = map { /^([^:]+):/ ? (lc $1 => 1) : () } @$head;
    my $is_bare = grep { $_ eq '!' } @$head;
    my @fields = map { bytes($_) } grep { $_ ne '!' } @$head;
    my ($method, $target, $protocol) = split ' ', bytes($start);
    $body = bytes($body) if defined $body;
    if (!$is_bare) {
        unshift @fields, map {"$_: $FIELDS{$_}"}
            grep { !$given{ lc $_ } } sort keys %FIELDS;
        unshift @fields, 'Host: shop.example' if !$given{host};
        push @fields, 'Connection: close' if !$given{connection};
        push @fields, 'Content-Length: ' . length $body
            if defined $body && !$given{'content-length'}
            && !$given{'transfer-encoding'};
    }
    push @{ $state->{found} }, {
        name => sprintf('%s #%d (%s %.60s)', $where =~ s{.*/}{}r,
            scalar @{ $state->{found} }, $method, $target),
        target => $target,
        bytes => join("\r\n",
            join(' ', $method, $target, $protocol // 'HTTP/1.1'),
            @fields, '', $body // ''),
    };
    return;
}

1;
