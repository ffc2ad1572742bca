# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Message;

# An HTTP/1.1 message as it stood on the wire, read strictly (RFC 9112): CRLF
# line ends, no folded lines, one way of framing.  What breaks a rule dies with
# a text that begins with "malformed".
#
#   head       start line and fields, raw, with the blank line
#   body       decoded; with framing "chunked" the chunk sizes are in chunks
#   framing    none, length, chunked or close
#   complete   false when the peer ended the connection within it
#   trailers   fields after the last chunk, raw
#   interim    1xx messages that came before a response
use strict;
use warnings FATAL => 'all';

our @CARP_NOT = qw(RProxy::Wire RProxy::Client RProxy::Origin::Connection);

my $TOKEN = qr/[!#\$%&'*+\-.^_`|~0-9A-Za-z]+/;

# Each reads one message from an RProxy::Wire; undef when the peer ended the
# connection before its first byte.
sub read_request {
    my ($class, $wire) = @_;
    my $self = $class->_read_head($wire) or return undef;
    $self->{line} =~ m{^($TOKEN) (\S+) HTTP/(1\.[01])$}
        or malformed("request line '$self->{line}'");
    @$self{qw(method target version)} = ($1, $2, $3);
    $self->{framing} = $self->_declared_framing // 'none';
    return $self;
}

sub read_response {
    my ($class, $wire, $method) = @_;
    my @interim;
    while (1) {
        my $self = $class->_read_response_head($wire) or return undef;
        if ($self->{status} < 200 && $self->{status} != 101) {
            push @interim, $self;
            next;
        }
        $self->{interim} = \@interim;
        $self->{framing} = $self->_response_framing($method // 'GET');
        return $self;
    }
}

sub _read_response_head {
    my ($class, $wire) = @_;
    my $self = $class->_read_head($wire) or return undef;
    $self->{line} =~ m{^HTTP/(1\.[01]) ([1-9]\d\d) ([^\x00-\x08\x0a-\x1f\x7f]*)$}
        or malformed("status line '$self->{line}'");
    @$self{qw(version status reason)} = ($1, $2, $3);
    return $self;
}

sub _read_head {
    my ($class, $wire) = @_;
    my $head = $wire->read_until("\r\n\r\n");
    if (!defined $head) {
        return undef unless length $wire->pending;
        malformed('head without an end: ' . $wire->take);
    }
    my ($line, $fields) = $head =~ /^([^\r\n]*)\r\n(.*)\r\n\z/s
        or malformed("head '$head'");
    return bless {
        head     => $head,
        line     => $line,
        list     => parse_fields($fields),
        body     => '',
        chunks   => [],
        trailers => '',
        complete => 1,
    }, $class;
}

sub malformed { die "malformed: $_[0]\n" }

# "Name: value" lines -> [[name, value], ...]
sub parse_fields {
    my ($text) = @_;
    my @list;
    while (length $text) {
        $text =~ s/\A([^\r\n]*)\r\n// or malformed("line end in '$text'");
        my $line = $1;
        $line =~ /^($TOKEN):[ \t]*(.*?)[ \t]*$/
            or malformed("field line '$line'");
        push @list, [$1, $2];
    }
    return \@list;
}

# Values of the fields with this name, in order.
sub fields {
    my ($self, $name) = @_;
    return map { $_->[1] } grep { lc $_->[0] eq lc $name } @{ $self->{list} };
}

# Them as one value, undef when there is none.
sub field {
    my ($self, $name) = @_;
    my @values = $self->fields($name);
    return @values ? join ', ', @values : undef;
}

sub names { return map { $_->[0] } @{ $_[0]{list} } }

sub status { return $_[0]{status} }
sub body   { return $_[0]{body} }

sub _response_framing {
    my ($self, $method) = @_;
    my $declared = $self->_declared_framing;
    return 'none'
        if $method eq 'HEAD'
        || $self->{status} =~ /^(?:1\d\d|204|304)$/
        || $method eq 'CONNECT' && $self->{status} =~ /^2/;
    return $declared // 'close';
}

# What Transfer-Encoding and Content-Length say (RFC 9112 section 6.3).
sub _declared_framing {
    my ($self) = @_;
    my @length = $self->fields('Content-Length');
    my $coding = $self->field('Transfer-Encoding');
    malformed('both Transfer-Encoding and Content-Length')
        if defined $coding && @length;
    if (defined $coding) {
        lc $coding eq 'chunked' or malformed("Transfer-Encoding '$coding'");
        return 'chunked';
    }
    return undef unless @length;
    @length == 1 && $length[0] =~ /^\d+$/
        or malformed("Content-Length '@length'");
    $self->{length} = $length[0];
    return 'length';
}

# The rest of the message, as its framing says.
sub read_body {
    my ($self, $wire) = @_;
    my $framing = $self->{framing};
    if ($framing eq 'length') {
        $self->{body}     = $wire->read_exactly($self->{length});
        $self->{complete} = length $self->{body} == $self->{length};
    }
    elsif ($framing eq 'chunked') {
        $self->{complete} = $self->_read_chunks($wire);
    }
    elsif ($framing eq 'close') {
        $self->{body}     = $wire->read_until_close;
        $self->{complete} = $wire->ended eq 'eof';
    }
    return $self;
}

sub _read_chunks {
    my ($self, $wire) = @_;
    while (1) {
        my $line = $wire->read_until("\r\n") // return 0;
        $line =~ /^([0-9a-fA-F]{1,16})(?:;[^\r\n]*)?\r\n\z/
            or malformed("chunk size line '$line'");
        my $size = hex $1 or last;
        my $data = $wire->read_exactly($size);
        $self->{body} .= $data;
        return 0 if length $data < $size;
        my $end = $wire->read_exactly(2);
        return 0 if length $end < 2;
        $end eq "\r\n" or malformed('no CRLF after a chunk');
        push @{ $self->{chunks} }, $size;
    }
    while (1) {
        my $line = $wire->read_until("\r\n") // return 0;
        last if $line eq "\r\n";
        parse_fields($line);
        $self->{trailers} .= $line;
    }
    return 1;
}

1;
