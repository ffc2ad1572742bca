/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* detector_test.c: our own detectors, a library's, and libraries that are none.
 */
#include "unit.h"

#include "waf/detect/sql_words.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"
#include "waf/detect/html_tokens.c"
#include "waf/detect/html_names.c"
#include "waf/detect/html_url.c"
#include "waf/detect/cross_site_script.c"
#include "waf/detect/detector.c"

static apr_pool_t *pool;

static int start(void **state)
{
    return apr_initialize() || apr_pool_create(&pool, NULL);
}

static void check_own(void **state)
{
    const slice_t none = { NULL, 0 };
    char fingerprint[DETECTOR_FINGERPRINT];

    assert_true(detector_sql(SLICE_LIT("1 or 1=1"), fingerprint));
    assert_string_equal(fingerprint, "1&1o1");
    assert_false(detector_sql(SLICE_LIT("O'Brien"), fingerprint));
    assert_false(detector_sql(none, fingerprint));
    assert_true(detector_script(SLICE_LIT("<script>")));
    assert_false(detector_script(SLICE_LIT("<b>")));
    assert_false(detector_script(none));
}

static void check_wrong_library(void **state)
{
    const char *error = detector_use("/nowhere/x.so", pool);

    assert_non_null(error);
    assert_non_null(strstr(error, "cannot load /nowhere/x.so: "));
    error = detector_use("libc.so.6", pool);
    assert_non_null(error);
    assert_non_null(strstr(error, "does not export libinjection_sqli"));
    check_own(state);
}

static int fails(const char *text, size_t len)
{
    return -1;
}

static void check_choice_ends_with_pool(void **state)
{
    chosen.script = fails;
    assert_true(detector_script(SLICE_LIT("x")));
    assert_int_equal(forget(NULL), APR_SUCCESS);
    check_own(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_own),
        cmocka_unit_test(check_wrong_library),
        cmocka_unit_test(check_choice_ends_with_pool),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
