/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* store_bench.c: the cache's store: what a hit, a miss and a put cost with a
 * thousand and with a million objects, and the memory an object takes beside
 * its key, heads and body.  STORE_BENCH_OBJECTS=10000000 makes it ten million
 * (9 GB).  Lines beginning with # tell sizes. */
#include "micro.h"

#include <stdlib.h>

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

enum {
    HEAD_SIZE = 250, /* each of the two */
    BODY_SIZE = 200,
    BYTES_EACH = 930, /* of the segment, so that nothing is evicted */
    LARGE_BODY = 16384
};

static store_t *store;
static apr_pool_t *pool;
static uint32_t objects, asked = 1, putting;
static char head_text[HEAD_SIZE], body_text[LARGE_BODY];
static uint64_t key_bytes;
static size_t body_size;

static uint32_t random_below(uint32_t limit)
{
    asked = asked * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)asked * limit >> 32);
}

static void open_store(uint64_t size)
{
    store_config_t config = { .size = size, .children = 32 };
    const char *note;

    apr_pool_create(&pool, NULL);
    if (store_create(&store, &config, &note, pool) != APR_SUCCESS
        || store_child_claim(store, pool) != APR_SUCCESS) {
        abort();
    }
}

static store_key_t key_of(uint32_t i, char text[64])
{
    store_key_t key = { .text = { text, 0 } };

    key.text.len =
        (size_t)snprintf(text, 64, "https://www.example.com/article/%u", i);
    store_key_hash(store, &key);
    return key;
}

static apr_status_t put(uint32_t i)
{
    store_meta_t meta = { .status = 200, .lifetime = 100 };
    slice_t head = { head_text, HEAD_SIZE };
    char text[64];
    store_key_t key = key_of(i, text);

    key_bytes += key.text.len;
    return store_put(store, &key, 1, STORE_RESPONSE, &meta, head, head, NULL, 0,
                     slice_make(body_text, body_size), 1);
}

static void fill_store(uint32_t count)
{
    uint32_t i;

    objects = count;
    key_bytes = 0;
    body_size = BODY_SIZE;
    open_store((uint64_t)count * BYTES_EACH + (1 << 20));
    for (i = 0; i < count; i++) {
        if (put(i) != APR_SUCCESS) {
            abort();
        }
    }
}

static void find(uint32_t i)
{
    char text[64];
    store_key_t key = key_of(i, text);
    store_pin_t pin;

    if (store_find(store, &key, &pin) == APR_SUCCESS) {
        micro_use(store_object_purged(store, pin.object));
        store_unpin(store, &pin);
    }
}

static void only_key(void)
{
    char text[64];

    micro_use(key_of(random_below(objects), text).hash);
}

static void find_any(void)
{
    find(random_below(objects));
}

static void find_one(void)
{
    find(7);
}

static void find_none(void)
{
    find(objects + random_below(objects));
}

static void put_new(void)
{
    put(putting++);
}

static void purge(void)
{
    store_purge_tag(store, random_below(1u << 30), 0);
}

static void print_memory(void)
{
    store_stats_t s;
    double n, texts, index, ghost;

    store_stats(store, &s);
    n = (double)s.objects;
    texts = (double)key_bytes + n * (2 * HEAD_SIZE + BODY_SIZE);
    index = (double)store->plan.shards * store->plan.buckets * sizeof(bucket_t);
    ghost = (double)store->plan.shards * store->plan.ghosts * 4;
    printf("# %u objects stored, %.0f kept, %.0f evicted, segment of %.0f MB\n",
           objects, n, (double)s.evictions, (double)s.size / 1e6);
    printf("# bytes for each beside key, heads and body: %.1f\n",
           RECORD_SIZE + (index + ghost) / n);
    printf("#   record with the allocator's header %zu, index %.1f, "
           "ghost %.1f\n",
           RECORD_SIZE, index / n, ghost / n);
    printf("#   rounding up to 16 bytes costs %.1f more\n",
           ((double)s.used - texts) / n - RECORD_SIZE);
}

static void bench_size(uint32_t count, const char *words)
{
    char name[64];

    fill_store(count);
    print_memory();
    snprintf(name, sizeof(name), "making and hashing a key");
    micro_run(name, only_key);
    snprintf(name, sizeof(name), "  and hit, any of %s", words);
    micro_run(name, find_any);
    snprintf(name, sizeof(name), "  and hit, one of %s", words);
    micro_run(name, find_one);
    snprintf(name, sizeof(name), "  and miss, %s", words);
    micro_run(name, find_none);
    apr_pool_destroy(pool);
}

int main(void)
{
    const char *text = getenv("STORE_BENCH_OBJECTS");
    uint32_t count = text ? (uint32_t)strtoul(text, NULL, 10) : 1000000;
    char words[32];

    apr_initialize();
    snprintf(words, sizeof(words), "%u", count);
    bench_size(1000, "1000");
    bench_size(count, words);

    open_store(64 << 20);
    body_size = 1024;
    micro_run("put 1 KiB, evicting", put_new);
    body_size = LARGE_BODY;
    micro_run("put 16 KiB, evicting", put_new);
    micro_run("purge of a tag", purge);
    apr_pool_destroy(pool);
    return 0;
}
