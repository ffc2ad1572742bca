#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Prints LoadModule lines for stock modules, as far as they are shared objects
# of this httpd (Debian compiles a few in, Red Hat compiles none in):
#
#   conf/modules.sh mpm_event authz_core mime ...
set -eu

apxs=${APXS:-$(command -v apxs || command -v apxs2)}
folder=$("$apxs" -q LIBEXECDIR)
for name in "$@"; do
    file=$folder/mod_$name.so
    if [ -f "$file" ]; then
        echo "LoadModule ${name}_module \"$file\""
    fi
done
