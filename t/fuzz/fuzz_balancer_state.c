/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_balancer_state.c: a file of the state directory, and orders of the
 * balancer's verbs.  What is accepted is within all bounds; a state written
 * again is the same. */
#include "fuzz.h"

#include <apr_general.h>

#include "admin/json_read.c"
#include "control/entry_json.c"
#include "control/order.c"
#include "state/state_file.c"

static void check_entry(const roster_entry_t *e)
{
    FUZZ_CHECK(*e->url && is_plain(e->url));
    FUZZ_CHECK(is_word(e->zone) && is_word(e->group) && is_word(e->route));
    FUZZ_CHECK(e->weight >= 0 && e->weight <= MEMBER_WEIGHT_MAX);
    FUZZ_CHECK(e->tier >= 0 && e->tier < MEMBER_TIERS);
    FUZZ_CHECK(e->slow_start_us >= 0 && e->max_connections >= 0);
}

static void check_state(const char *text, size_t len, apr_pool_t *pool)
{
    apr_array_header_t *upstreams, *again;
    const char *first, *second;
    int i, k;

    if (state_file_parse(text, len, &upstreams, pool)) {
        return;
    }
    for (i = 0; i < upstreams->nelts; i++) {
        const state_upstream_t *u =
            &APR_ARRAY_IDX(upstreams, i, state_upstream_t);

        for (k = 0; k < u->members->nelts; k++) {
            check_entry(&APR_ARRAY_IDX(u->members, k, state_member_t).entry);
        }
    }
    first = state_file_text(upstreams, pool);
    FUZZ_CHECK(first != NULL);
    FUZZ_CHECK(!state_file_parse(first, strlen(first), &again, pool));
    second = state_file_text(again, pool);
    FUZZ_CHECK(second && strcmp(first, second) == 0);
}

static void check_orders(const char *json, size_t len, apr_pool_t *pool)
{
    order_t o;

    memset(&o, 0, sizeof(o));
    if (!order_read_add(json, len, &o, pool)) {
        check_entry(&o.entry);
    }
    memset(&o, 0, sizeof(o));
    o.asked_s = 1000;
    if (!order_read_drain(json, len, &o, pool)) {
        FUZZ_CHECK(o.upstream && o.by != ORDER_NO_MEMBER);
        FUZZ_CHECK(o.drain_s >= 0 && o.drain_s <= ORDER_TIME_MAX_S);
    }
    memset(&o, 0, sizeof(o));
    if (!order_read_weight(json, len, &o, pool)) {
        FUZZ_CHECK(o.weight >= 0 && o.weight <= MEMBER_WEIGHT_MAX);
    }
    memset(&o, 0, sizeof(o));
    order_read_reset(json, len, &o, pool);
    memset(&o, 0, sizeof(o));
    if (!order_read_rolled(json, len, &o, pool)) {
        FUZZ_CHECK(o.rolled >= 0 && o.rolled <= MEMBERS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *top;
    apr_pool_t *pool;
    char *text = fuzz_copy(data, size);

    if (!top) {
        apr_initialize();
        apr_pool_create(&top, NULL);
    }
    apr_pool_create(&pool, top);
    check_state(text, size, pool);
    check_orders(text, size, pool);
    apr_pool_destroy(pool);
    free(text);
    return 0;
}
