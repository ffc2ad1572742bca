/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_member_file.c: files of members, lines and JSON.  The first byte is the
 * limit.  Promises: a file is taken or refused with a sentence; members that
 * are taken are in order, each once, no more than the limit, have URLs that the
 * engine knows how to read and values in their ranges. */
#include "fuzz.h"

#include <apr_general.h>

#include "engine/protocol.h"

const protocol_t protocol_http1 = { .scheme = "http", .default_port = 80 };

#include "discovery/found_list.c"
#include "discovery/found_member.c"
#include "discovery/member_file.c"
#include "discovery/member_json.c"
#include "discovery/member_line.c"
#include "engine/protocol.c"
#include "engine/upstream.c"
#include "members/member_facts.h"

static void check_member(const found_member_t *m, apr_pool_t *pool)
{
    member_t *ignored;

    FUZZ_CHECK(m->weight >= 0 && m->weight <= MEMBER_WEIGHT_MAX);
    FUZZ_CHECK(m->tier >= 0 && m->tier < MEMBER_TIERS);
    FUZZ_CHECK(m->max_connections >= 0 && m->slow_start_us >= 0);
    FUZZ_CHECK(m->zone.len < 64 && m->group.len < 64 && m->route.len < 64);
    FUZZ_CHECK(m->url.len < 384);
    FUZZ_CHECK(!member_parse(pool, apr_pstrmemdup(pool, m->url.p, m->url.len),
                             &ignored));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const found_member_t usual = { .weight = 1 };
    found_list_t list = { NULL, -1 };
    const char *error;
    apr_pool_t *pool;
    char *text;
    int i;

    if (size == 0) {
        return 0;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    text = fuzz_copy(data + 1, size - 1);
    error = member_file_parse(slice_make(text, size - 1), &usual,
                              1 + data[0] % 16, &list, pool);
    FUZZ_CHECK((error != NULL) == (list.count < 0));
    FUZZ_CHECK(!error || *error);
    FUZZ_CHECK(list.count <= 1 + data[0] % 16);
    for (i = 0; i < list.count; i++) {
        check_member(&list.member[i], pool);
        FUZZ_CHECK(i == 0
                   || found_member_order(&list.member[i - 1], &list.member[i])
                          < 0);
    }
    free(text);
    apr_pool_destroy(pool);
    return 0;
}
