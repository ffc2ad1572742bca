/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_detect.c: any value before the detectors.  Promises: nothing outside
 * of it is read (the sanitizer sees it); what is found has a fingerprint that
 * fits and one of the bytes that it needs, what is not has none; a space in
 * front hides nothing. */
#include "fuzz.h"

#include "waf/detect/sql_words.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"
#include "waf/detect/html_tokens.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_url.c"
#include "waf/detect/cross_site_script.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *spaced = malloc(size + 1), fingerprint[8];
    byte_set_t bytes, needs;
    slice_t value;
    int is_sql, is_script;

    *spaced = ' ';
    memcpy(spaced + 1, data, size);
    value = slice_make(spaced + 1, size);
    is_sql = sql_injection_found(value, fingerprint);
    FUZZ_CHECK(memchr(fingerprint, 0, sizeof(fingerprint)));
    FUZZ_CHECK(is_sql == (*fingerprint != 0));
    is_script = cross_site_script_found(value);
    bytes = byte_set_of(value);
    needs = sql_injection_bytes();
    FUZZ_CHECK(!is_sql || byte_set_meets(&needs, &bytes));
    needs = cross_site_script_bytes();
    FUZZ_CHECK(!is_script || byte_set_meets(&needs, &bytes));
    value = slice_make(spaced, size + 1);
    FUZZ_CHECK(!is_sql || sql_injection_found(value, fingerprint));
    FUZZ_CHECK(!is_script || cross_site_script_found(value));
    free(spaced);
    return 0;
}
