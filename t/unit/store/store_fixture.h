/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_fixture.h: a store in anonymous memory or a file, claimed by this
 * process, and short ways to put and find in it. */
#ifndef T_UNIT_STORE_FIXTURE_H
#define T_UNIT_STORE_FIXTURE_H

#include "unit.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_general.h>

#include "routing/siphash.c"
#include "store/arena.c"
#include "store/build.c"
#include "store/check.c"
#include "store/check_arena.c"
#include "store/child.c"
#include "store/eviction.c"
#include "store/file.c"
#include "store/fill.c"
#include "store/index.c"
#include "store/object.c"
#include "store/pending.c"
#include "store/pin.c"
#include "store/plan.c"
#include "store/purge.c"
#include "store/put.c"
#include "store/shard.c"
#include "store/shard_empty.c"
#include "store/stats.c"
#include "store/store.c"
#include "store/ticket.c"
#include "store/tidy.c"

static const slice_t no_text = { NULL, 0 };
static const slice_t some_head = SLICE_LIT("Content-Type: text/plain\r\n");

typedef struct {
    apr_pool_t *pool;
    store_t *store;
    uint32_t now_s;
} fixture_t;

static inline void fixture_open_as(fixture_t *f, const store_config_t *config)
{
    const char *note;

    apr_initialize();
    assert_int_equal(apr_pool_create(&f->pool, NULL), APR_SUCCESS);
    assert_int_equal(store_create(&f->store, config, &note, f->pool),
                     APR_SUCCESS);
    assert_null(note);
    assert_int_equal(store_child_claim(f->store, f->pool), APR_SUCCESS);
    f->now_s = 1000;
}

static inline void fixture_open(fixture_t *f, uint64_t size)
{
    store_config_t config = { .size = size, .children = 8 };

    fixture_open_as(f, &config);
}

static inline void fixture_check(fixture_t *f)
{
    const char *wrong = check_store(f->store);

    if (wrong) {
        fail_msg("the segment is not consistent: %s", wrong);
    }
}

static inline void fixture_close(fixture_t *f)
{
    store_stats_t stats;

    fixture_check(f);
    store_stats(f->store, &stats);
    assert_int_equal(stats.pins, 0);
    assert_int_equal(stats.fills, 0);
    apr_pool_destroy(f->pool);
}

static inline void fixture_tidy(fixture_t *f)
{
    store_tidy(f->store, ++f->now_s);
}

static inline store_key_t fixture_key(fixture_t *f, slice_t text)
{
    store_key_t key = { .text = text };

    store_key_hash(f->store, &key);
    return key;
}

static inline apr_status_t fixture_put(fixture_t *f, const char *name,
                                       slice_t body)
{
    store_key_t key = fixture_key(f, slice_str(name));
    store_meta_t meta = { .stored_at = f->now_s,
                          .lifetime = 100000,
                          .status = 200 };

    return store_put(f->store, &key, store_clock(f->store), STORE_RESPONSE,
                     &meta, some_head, no_text, NULL, 0, body, f->now_s);
}

static inline apr_status_t fixture_find(fixture_t *f, const char *name,
                                        store_pin_t *pin)
{
    store_key_t key = fixture_key(f, slice_str(name));

    return store_find(f->store, &key, pin);
}

static inline int fixture_has(fixture_t *f, const char *name)
{
    store_pin_t pin;

    if (fixture_find(f, name, &pin) != APR_SUCCESS) {
        return 0;
    }
    store_unpin(f->store, &pin);
    return 1;
}

/* Byte i of the body that belongs to seed. */
static inline char fixture_byte(uint32_t seed, uint64_t i)
{
    return (char)((seed * 2654435761u + i * 40503u) >> 7);
}

static inline void fixture_fill(char *data, uint32_t seed, uint64_t from,
                                size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        data[i] = fixture_byte(seed, from + i);
    }
}

/* @return whether bytes [from, from + len) are there, and the right ones */
static inline int fixture_body_is(const store_t *store, const store_object_t *o,
                                  uint32_t seed, uint64_t from, uint64_t len)
{
    while (len > 0) {
        struct iovec iov[3];
        int n = store_object_body(store, o, from, len, iov, 3);
        int i;

        if (n == 0) {
            return 0;
        }
        for (i = 0; i < n; i++) {
            const char *p = iov[i].iov_base;
            size_t j;

            for (j = 0; j < iov[i].iov_len; j++, from++, len--) {
                if (len == 0 || p[j] != fixture_byte(seed, from)) {
                    return 0;
                }
            }
        }
    }
    return 1;
}

#endif
