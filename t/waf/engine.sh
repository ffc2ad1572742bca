#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Builds t/waf/engine.c with the parts of the WAF that know no httpd:
#
#   t/waf/engine.sh build/waf/engine
set -eu
cd "$(dirname "$0")/../.."

sources=$(find mod_rproxy_guard/waf -name '*.c' | sort |
    xargs grep -L '[Ll]ayer\( \* \)\? \?L2')
libraries=$(conf/libraries.sh)
mkdir -p "$(dirname "$1")"
# shellcheck disable=SC2046,SC2086 # lists of words
${CC:-cc} -std=gnu11 -O2 -g -flto=auto -Wall -Wextra -Werror \
    -Wno-unused-parameter -Wno-missing-field-initializers \
    -Imod_rproxy -Imod_rproxy_guard -It/unit/waf \
    $(apr-1-config --cppflags --includes) $libraries -o "$1" \
    t/waf/engine.c $sources mod_rproxy_guard/address/address.c $libraries \
    $(apr-1-config --link-ld) $(apu-1-config --link-ld)
