#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
# Says that it has begun, and goes on when the file GATE is no longer locked.
echo "$QUERY_STRING" >> "$BEGUN"
flock -s 9 9< "$GATE"
printf 'Content-Type: text/plain\r\n\r\nheld %s' "$QUERY_STRING"
