/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_body.c: any bytes as the body of a request; the first byte says
 * which processor, the second the size of its pieces.  Promises: in pieces it
 * has the values that it has in one; an error of a body is a value. */
#include "fuzz.h"

#include <apr_general.h>

#include "../unit/waf/all_values.h"

static strings_plan_t plan;

static values_t *make(apr_pool_t *pool)
{
    waf_head_t head = { .uri_raw = SLICE_LIT("/?q=1") };
    values_t *values =
        values_make(strings_make(&plan, 1 << 20, pool), 5000, pool);

    FUZZ_CHECK(request_head_values(values, &head));
    return values;
}

static void check_same(const values_t *a, const values_t *b)
{
    int variable, i;

    for (variable = 0; variable < VARIABLE_COUNT; variable++) {
        FUZZ_CHECK(values_count(a, variable) == values_count(b, variable));
        for (i = 0; i < values_count(a, variable); i++) {
            const value_t *x = values_at(a, variable, i);
            const value_t *y = values_at(b, variable, i);

            FUZZ_CHECK(slice_eq(x->name, y->name));
            FUZZ_CHECK(slice_eq(strings_text(a->strings, x->text),
                                strings_text(b->strings, y->text)));
        }
    }
}

static void check(const char *processor, slice_t body, size_t size, int forced,
                  apr_pool_t *pool)
{
    const body_limits_t limits = { .arguments_most = 50,
                                   .depth_most = 20,
                                   .parts_most = 50,
                                   .is_forced = forced };
    const slice_t type = SLICE_LIT("multipart/form-data; boundary=B");
    values_t *whole = make(pool), *pieces = make(pool);
    body_reader_t *reader = body_reader_make(pieces, processor, type, &limits);
    size_t from;
    int fits = body_values(whole, processor, body, type, &limits);

    for (from = 0; from < body.len; from += size) {
        size_t n = body.len - from < size ? body.len - from : size;
        char *piece = malloc(n);

        memcpy(piece, body.p + from, n);
        body_reader_add(reader, slice_make(piece, n));
        free(piece);
    }
    FUZZ_CHECK(body_reader_end(reader) == fits);
    FUZZ_CHECK(body_reader_outside(reader) <= body.len);
    check_same(whole, pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const processors[] = { "",     "URLENCODED", "MULTIPART",
                                              "JSON", "XML",        "ODD" };
    static apr_pool_t *root;
    apr_pool_t *pool;
    char *body;

    if (size < 2) {
        return 0;
    }
    if (!root) {
        apr_initialize();
        apr_pool_create(&root, NULL);
        plan.chains = transform_chains_make(root);
    }
    body = malloc(size - 1);
    memcpy(body, data + 2, size - 2);
    apr_pool_create(&pool, root);
    check(processors[data[0] % 6], slice_make(body, size - 2), data[1] % 64 + 1,
          data[0] & 64, pool);
    apr_pool_destroy(pool);
    free(body);
    return 0;
}
