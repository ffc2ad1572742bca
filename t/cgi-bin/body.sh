#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# How many bytes the body of a request has.
printf 'Content-Type: text/plain\n\n%d bytes\n' "$(wc -c)"
