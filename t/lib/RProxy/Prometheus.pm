# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Prometheus;

# Prometheus text format 0.0.4, read strictly.
#
#   my ($value, $type) = RProxy::Prometheus::parse($reply->body);
#   is($value->{'rproxy_children'}, 3);
use strict;
use warnings FATAL => 'all';

my $NAME  = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $VALUE = qr/(?:[^"\\\n]|\\\\|\\"|\\n)*/;
my $LABEL = qr/[a-zA-Z_][a-zA-Z0-9_]*="$VALUE"/;

# name{labels} => value, and name => type; dies of what the format does not
# allow.
sub parse {
    my ($text) = @_;
    my (%value, %type, %help, $current);
    $text =~ /\n\z/ or die "no line end\n";
    for my $line (split /\n/, $text) {
        if ($line =~ /^# HELP ($NAME) (\S.*)$/) {
            die "HELP twice: $1\n" if $help{$1}++;
        }
        elsif ($line =~ /^# TYPE ($NAME) (counter|gauge|histogram)$/) {
            die "TYPE twice: $1\n" if exists $type{$1};
            die "TYPE without HELP: $1\n" unless $help{$1};
            $type{ $current = $1 } = $2;
        }
        elsif ($line =~ /^($NAME)(\{$LABEL(?:,$LABEL)*\})? (-?\d+(?:\.\d+)?)$/) {
            my ($name, $labels, $number) = ($1, $2 // '', $3);
            my $suffix = $type{$current} eq 'histogram'
                ? qr/_(?:bucket|sum|count)/ : qr//;
            die "below another's TYPE: $line\n"
                unless $name =~ /^\Q$current\E$suffix\z/;
            die "twice: $line\n" if exists $value{"$name$labels"};
            $value{"$name$labels"} = $number;
        }
        else {
            die "neither comment nor sample: $line\n";
        }
    }
    return (\%value, \%type);
}

1;
