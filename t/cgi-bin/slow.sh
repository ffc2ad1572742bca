#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
# Takes a while.
sleep 0.3
printf 'Content-Type: text/plain\r\n\r\nslow %s' "$QUERY_STRING"
