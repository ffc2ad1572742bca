/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_cache_segment.c: a cache file with any content.  The input is a list of
 * changes to the image of a segment in which there is something of everything:
 * 8 bytes each: what to change (a place of interest), how far from it, how, and
 * to what.  Byte 0: whether the checksums are made to fit afterwards, so that
 * changed records are looked at behind them.
 *
 * Promises: what was loaded is consistent, can be read to the last byte, and
 * can be worked with; nothing outside of the segment is touched (it lies in
 * memory of its own, between the red zones of AddressSanitizer). */
#include "fuzz.h"

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
    SEGMENT_SIZE = 192 * 1024,
    OBJECTS = 24,
    PLACES_MAX = 256,
    CHANGE_SIZE = 8
};

static store_t *store;
static char *image;                  /* as it is before any change */
static uint32_t places[PLACES_MAX];  /* offsets of what is interesting */
static uint32_t records[PLACES_MAX]; /* refs of objects */
static size_t place_count, record_count;

static const slice_t nothing = { NULL, 0 };

static void add_place(const void *p)
{
    FUZZ_CHECK(place_count < PLACES_MAX);
    places[place_count++] = (uint32_t)((const char *)p - store->base);
}

static store_key_t key_of(unsigned i, char text[16])
{
    store_key_t key = { .text = { text, 0 } };

    key.text.len = (size_t)snprintf(text, 16, "/%u", i);
    store_key_hash(store, &key);
    return key;
}

static void put_one(unsigned i)
{
    static const char body[20000];
    store_meta_t meta = { .status = 200,
                          .flags = i % 3 ? 0 : STORE_PARTIAL,
                          .etag_at = 2,
                          .etag_len = 2 };
    uint64_t tags[3] = { 1, 2, 3 };
    char text[16];
    store_key_t key = key_of(i, text);
    store_pin_t pin;

    store_put(store, &key, 1, STORE_RESPONSE, &meta,
              slice_str("Name: value\r\n"), slice_str("quick\r\n"), tags, i % 4,
              slice_make(body, i % 5 ? i : sizeof(body)), 1);
    if (i % 6 == 0 && store_find(store, &key, &pin) == APR_SUCCESS) {
        store_variant_add(store, pin.object, 0, &meta, slice_str("Name: v\r\n"),
                          nothing, slice_make(body, i % 4 ? 10 : 9000));
        store_variant_add(store, pin.object, 1, &meta, slice_str("Name: w\r\n"),
                          nothing, slice_make(body, 30));
        store_unpin(store, &pin);
    }
}

/* A ticket, an object under way, and one that is still read. */
static void leave_unfinished(void)
{
    static const char body[9000];
    store_meta_t meta = { .status = 200 };
    store_fill_t *fill;
    store_pin_t pin;
    char text[16];
    store_key_t key = key_of(100, text);

    FUZZ_CHECK(store_fill_begin(store, &key, 1, 1, &fill, &pin) == FILL_OWNER);
    store_fill_head(fill, STORE_RESPONSE, &meta, slice_str("A: b\r\n"), nothing,
                    NULL, 0, -1);
    store_fill_body(fill, body, sizeof(body));
    free((char *)fill->key.text.p); /* as if this process had been killed */
    free(fill);
    key = key_of(6, text);
    if (store_find(store, &key, &pin) == APR_SUCCESS) {
        store_object_remove(store, pin.object);
    }
}

static void add_record(uint32_t ref)
{
    store_object_t *o = object_at(store, ref);

    FUZZ_CHECK(record_count < PLACES_MAX);
    records[record_count++] = ref;
    add_place(o);
    add_place(&o->meta);
    if (o->chained) {
        add_place(object_chain(o));
        if (atomic_load(&object_chain(o)->first)) {
            add_place(extent_at(store, atomic_load(&object_chain(o)->first)));
        }
    }
}

static void add_queue(const queue_t *queue)
{
    uint32_t ref = queue->head;

    add_place(queue);
    for (; ref; ref = object_at(store, ref)->next) {
        const store_object_t *o = object_at(store, ref);
        uint32_t variant =
            o->where == WHERE_UNDER_WAY ? 0 : atomic_load(&o->variants);

        add_record(ref);
        for (; variant; variant = object_at(store, variant)->next) {
            add_record(variant);
        }
    }
}

static void add_slots(void)
{
    bucket_t *buckets = shard_buckets(store, 0);
    uint32_t i;

    for (i = 0; i < store->plan.buckets && place_count < PLACES_MAX - 20; i++) {
        if (atomic_load(&buckets[i].slots[0])) {
            add_place(&buckets[i]);
        }
    }
}

static void make_image(void)
{
    store_config_t config = { .size = SEGMENT_SIZE, .children = 2 };
    const char *note;
    apr_pool_t *pool;
    char *mapped;
    unsigned i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    FUZZ_CHECK(store_create(&store, &config, &note, pool) == APR_SUCCESS);
    FUZZ_CHECK(store_child_claim(store, pool) == APR_SUCCESS);
    store->segment->secret = (siphash_key_t){ 1, 2 };
    for (i = 0; i < OBJECTS; i++) {
        put_one(i);
    }
    leave_unfinished();
    add_place(store->segment);
    add_place(shard_at(store, 0));
    add_place(&shard_at(store, 0)->arena);
    add_queue(&shard_at(store, 0)->small);
    add_queue(&shard_at(store, 0)->main);
    add_queue(&shard_at(store, 0)->under_way);
    add_queue(&shard_at(store, 0)->limbo);
    add_slots();
    mapped = store->base;
    image = fuzz_copy(mapped, store->plan.size);
    FUZZ_CHECK(
        posix_memalign((void **)&store->base, LAYOUT_PAGE, store->plan.size)
        == 0);
    store->segment = (segment_t *)store->base;
}

/* The image is whole: the load keeps all that was complete. */
static void check_image(void)
{
    store_stats_t stats;

    memcpy(store->base, image, store->plan.size);
    FUZZ_CHECK(file_load(store) == 0);
    store_stats(store, &stats);
    FUZZ_CHECK(stats.objects == OBJECTS - 1 && stats.fills == 0);
}

static void change(const uint8_t *c)
{
    uint64_t at = (uint64_t)places[c[0] % place_count] + c[1];
    uint32_t value = (uint32_t)c[4] | (uint32_t)c[5] << 8 | (uint32_t)c[6] << 16
                     | (uint32_t)c[7] << 24;
    uint32_t word;

    at += (uint64_t)(c[3] & 15) << 8;
    if (at > store->plan.size - sizeof(word)) {
        return;
    }
    memcpy(&word, store->base + at, sizeof(word));
    switch (c[2] % 6) {
    case 0:
        word = value;
        break;
    case 1:
        word += value;
        break;
    case 2:
        word ^= value;
        break;
    case 3:
        word = (word & ~0xffu) | (value & 0xff);
        break;
    case 4: /* another object's ref */
        word = records[value % record_count];
        break;
    default:
        word ^= 1u << value % 32;
    }
    memcpy(store->base + at, &word, sizeof(word));
}

/* As somebody would who knows the secret, which lies in the file as well. */
static void fit_checksums(void)
{
    size_t i;

    for (i = 0; i < record_count; i++) {
        store_object_t *o = object_at(store, records[i]);
        uint64_t left = store->plan.size - (uint64_t)records[i] * ARENA_GRANULE;

        if (object_body_at(o) <= left) {
            o->checksum = checksum(store, o);
        }
    }
}

static int read_all(void *ctx, const store_object_t *o)
{
    const store_meta_t *meta = store_object_meta(o);
    slice_t texts[] = { store_object_key(o), store_object_raw_head(o),
                        store_object_quick_head(o) };
    uint64_t at = 0, length = store_object_length(o);
    size_t *sum = ctx, i, j;
    int which;

    for (i = 0; i < 3; i++) {
        for (j = 0; j < texts[i].len; j++) {
            *sum += (unsigned char)texts[i].p[j];
        }
    }
    for (i = 0; i < meta->etag_len; i++) {
        *sum += (unsigned char)texts[1].p[meta->etag_at + i];
    }
    while (at < length) {
        struct iovec iov[2];
        int k, n = store_object_body(store, o, at, length - at, iov, 2);

        FUZZ_CHECK(n > 0);
        for (k = 0; k < n; k++) {
            for (j = 0; j < iov[k].iov_len; j++, at++) {
                *sum += ((unsigned char *)iov[k].iov_base)[j];
            }
        }
    }
    store_object_purged(store, o);
    for (which = 0; which < STORE_VARIANTS && sum; which++) {
        const store_object_t *v = store_object_variant(store, o, which);

        if (v) {
            *sum += store_object_length(v);
        }
    }
    return 1;
}

static void use(uint8_t seed)
{
    store_stats_t stats;
    size_t sum = 0;
    unsigned i;

    FUZZ_CHECK(check_store(store) == NULL);
    store_each(store, nothing, read_all, &sum);
    for (i = 0; i < OBJECTS * 2; i++) {
        put_one(i ^ seed);
    }
    store_purge_prefix(store, slice_str("/1"), seed & 1);
    store_purge_tag(store, seed, seed & 1);
    for (i = 1; i < 100; i++) {
        store_tidy(store, atomic_load(&store->runtime->tidied_s) + 1);
    }
    store_each(store, nothing, read_all, &sum);
    FUZZ_CHECK(check_store(store) == NULL);
    store_stats(store, &stats);
    FUZZ_CHECK(stats.pins == 0 && stats.fills == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t child, i;
    size_t at;

    if (!store) {
        make_image();
        child = store->child;
        for (i = 0; i < store->pins_each; i++) {
            atomic_store(&store->pins[child * store->pins_each + i], 0);
        }
        check_image();
        use(1);
    }
    if (size < 1) {
        return 0;
    }
    memcpy(store->base, image, store->plan.size);
    for (at = 1; at + CHANGE_SIZE <= size; at += CHANGE_SIZE) {
        change(data + at);
    }
    if (data[0] & 1) {
        fit_checksums();
    }
    file_load(store);
    use(data[0]);
    return 0;
}
