#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# The code under a sanitizer: unit tests, then the suite with an instrumented
# module in stock httpd.
#
#   t/sanitize.sh asan|tsan [files for t/TEST]
set -eu
cd "$(dirname "$0")/.."

kind=$1
shift
case $kind in
asan) sanitize=address,undefined ;;
tsan) sanitize=thread ;;
*)
    echo "usage: $0 asan|tsan [files]" >&2
    exit 2
    ;;
esac

SANITIZE=$sanitize t/unit/run
make -f Makefile.apxs --no-print-directory all \
    SANITIZE=$sanitize BUILD="build/$kind"
SANITIZER=$kind BUILD=build/$kind t/TEST "$@"
