/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_signed_url.c: queries with signatures.  Promises: what is signed fits
 * its room, and does not depend on free arguments. */
#include "fuzz.h"

#include "credentials/base64url.c"
#include "credentials/query_argument.c"
#include "credentials/signed_url.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const signed_url_names_t names = { SLICE_LIT("s"),
                                              SLICE_LIT("utm,x") };
    slice_t query = slice_make((const char *)data, size), path = query;
    char *with = malloc(size + 8);
    char *text = malloc(SIGNED_URL_ROOM(path, query) + 8);
    char *again = malloc(SIGNED_URL_ROOM(path, query) + 8);
    signed_url_t url;
    size_t len;

    if (signed_url_read(&url, query, names.param) == SIGNED_URL_READ) {
        FUZZ_CHECK(signed_url_is_id(url.id) && url.expires_s >= 0);
        len = signed_url_text(text, &url, path, query, &names);
        FUZZ_CHECK(len <= SIGNED_URL_ROOM(path, query));
        memcpy(with, query.p, size);
        memcpy(with + size, "&utm=1", 6);
        FUZZ_CHECK(signed_url_text(again, &url, path,
                                   slice_make(with, size + 6), &names)
                       == len
                   && memcmp(again, text, len) == 0);
    }
    free(again);
    free(text);
    free(with);
    return 0;
}
