#!/bin/sh
# Licensed under the Apache License, Version 2.0 (see LICENSE).
#
# Prints compiler and linker flags for the libraries that the modules use where
# they are there: "-DHAVE_ZLIB -DHAVE_BROTLI -lz -lbrotlienc -lbrotlidec
# -DHAVE_JANSSON -ljansson -DHAVE_CARES -lcares -DHAVE_OPENSSL -lcrypto
# -DHAVE_PCRE2 -lpcre2-8 -DHAVE_MAXMINDDB -lmaxminddb -DHAVE_HIREDIS -lhiredis"
# or a part of it.  Asks the compiler (CC=..., CFLAGS=... for other places).
set -u

program() { # function, header
    printf '#include <stddef.h>\n#include <%s>\n' "$2"
    printf 'int main(void)\n{\n    return %s() == 0;\n}\n' "$1"
}

has() { # function, header, libraries
    # shellcheck disable=SC2086 # lists of words
    program "$1" "$2" | ${CC:-cc} ${CFLAGS:-} -x c - -o /dev/null $3 2>/dev/null
}

found=
if has zlibVersion zlib.h "-lz"; then
    found="-DHAVE_ZLIB -lz"
fi
if has BrotliEncoderVersion brotli/encode.h "-lbrotlienc" &&
    has BrotliDecoderVersion brotli/decode.h "-lbrotlidec"; then
    found="$found -DHAVE_BROTLI -lbrotlienc -lbrotlidec"
fi
if has json_object jansson.h "-ljansson"; then
    found="$found -DHAVE_JANSSON -ljansson"
fi
if has ares_library_initialized ares.h "-lcares"; then
    found="$found -DHAVE_CARES -lcares"
fi
if has OpenSSL_version_num openssl/crypto.h "-lcrypto"; then
    found="$found -DHAVE_OPENSSL -lcrypto"
fi
if has XML_ExpatVersion expat.h "-lexpat"; then
    found="$found -DHAVE_EXPAT -lexpat"
fi
if printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <pcre2.h>\nint main(void)\n{\n    return pcre2_config(PCRE2_CONFIG_JIT, NULL);\n}\n' |
    ${CC:-cc} ${CFLAGS:-} -x c - -o /dev/null -lpcre2-8 2>/dev/null; then
    found="$found -DHAVE_PCRE2 -lpcre2-8"
fi
if has MMDB_lib_version maxminddb.h "-lmaxminddb"; then
    found="$found -DHAVE_MAXMINDDB -lmaxminddb"
fi
if printf '#include <hiredis/hiredis.h>\nint main(void)\n{\n    return redisReaderCreate() == 0;\n}\n' |
    ${CC:-cc} ${CFLAGS:-} -x c - -o /dev/null -lhiredis 2>/dev/null; then
    found="$found -DHAVE_HIREDIS -lhiredis"
fi
echo "$found"
