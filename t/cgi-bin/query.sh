#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# What a program is told of the query.
printf 'Content-Type: text/plain\n\n%s %s\n' "$QUERY_STRING" "$REQUEST_URI"
