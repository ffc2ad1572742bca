#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Prints the path of the httpd that apxs belongs to (HTTPD=... overrides).
set -eu

apxs=${APXS:-$(command -v apxs || command -v apxs2)}
echo "${HTTPD:-$("$apxs" -q SBINDIR)/$("$apxs" -q PROGNAME)}"
