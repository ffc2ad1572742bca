# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Vars;

# Apache::Test's variables, safe within map and for: its first call reads files
# into a $_ that it does not make its own.
use strict;
use warnings FATAL => 'all';

use Apache::Test ();

sub value {
    my ($name) = @_;
    local $_;
    return Apache::Test::vars($name);
}

1;
