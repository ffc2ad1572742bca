# Licensed under the Apache License, Version 2.0 (see LICENSE).
package RProxy::Driver;

# Under what the suite runs: MPM and driver (see t/TEST).
use strict;
use warnings FATAL => 'all';

use RProxy::Vars ();

sub mpm      { return RProxy::Vars::value('mpm') }
sub children { return RProxy::Vars::value('children') }

# Who waits for the origin: 'loop' or 'worker'.  The loop needs the event MPM.
sub name {
    return mpm() eq 'event' ? RProxy::Vars::value('driver') : 'worker';
}

sub is_loop { return name() eq 'loop' }

# Can one child serve several connections at once?
sub has_threads { return mpm() ne 'prefork' }

# Runs a test once for each driver that this MPM has, with its name and the
# port of a virtual host: the .conf.in holds two of the same content, NAME with
# "RProxyEventLoop auto" and NAME_worker with "RProxyEventLoop off".
sub each {
    my ($vhost, $test) = @_;
    $test->('loop',   $vhost) if mpm() eq 'event';
    $test->('worker', "${vhost}_worker");
    return;
}

1;
