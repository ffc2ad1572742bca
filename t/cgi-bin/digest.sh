#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
# What the request's body is.
printf 'Content-Type: text/plain\r\n\r\n'
md5sum
