/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_head.c: any text as a request from a file, and its head as values.
 * Promises: every value lies where it may (the sanitizer sees it); arguments
 * are under all their variables; little room ends it and nothing else. */
#include "fuzz.h"

#include <apr_general.h>

#include "../unit/waf/all_values.h"

static strings_plan_t plan;

static unsigned char touch(const values_t *values)
{
    unsigned char sum = 0;
    int variable, i;
    size_t k;

    for (variable = 0; variable < VARIABLE_COUNT; variable++) {
        for (i = 0; i < values_count(values, variable); i++) {
            const value_t *value = values_at(values, variable, i);
            slice_t text = strings_text(values->strings, value->text);

            for (k = 0; k < text.len; k++) {
                sum ^= (unsigned char)text.p[k];
            }
            for (k = 0; k < value->name.len; k++) {
                sum ^= (unsigned char)value->name.p[k];
            }
        }
    }
    return sum;
}

static void check(slice_t text, int most, apr_pool_t *pool)
{
    values_t *values =
        values_make(strings_make(&plan, 1 << 20, pool), most, pool);
    request_text_t request;
    int fits;

    if (request_text_read(text, &request, pool)) {
        return;
    }
    FUZZ_CHECK(request.body.len <= text.len);
    FUZZ_CHECK(request.mapped.path.len <= request.head.uri_raw.len);
    fits = request_head_values(values, &request.head)
           && request_mapped_values(values, &request.mapped);
    touch(values);
    if (fits) {
        FUZZ_CHECK(values_count(values, VARIABLE_ARGS)
                   == values_count(values, VARIABLE_ARGS_GET));
        FUZZ_CHECK(values_count(values, VARIABLE_ARGS)
                   == values_count(values, VARIABLE_ARGS_GET_NAMES));
        FUZZ_CHECK(values_count(values, VARIABLE_REQUEST_HEADERS)
                   == request.head.field_count);
        FUZZ_CHECK(values_count(values, VARIABLE_REQUEST_URI) == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *root;
    apr_pool_t *pool;
    char *text;

    if (size == 0) {
        return 0;
    }
    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
        plan.chains = transform_chains_make(root);
    }
    text = malloc(size);
    memcpy(text, data + 1, size - 1);
    apr_pool_create(&pool, root);
    check(slice_make(text, size - 1), 5000, pool);
    check(slice_make(text, size - 1), data[0], pool);
    apr_pool_destroy(pool);
    free(text);
    return 0;
}
