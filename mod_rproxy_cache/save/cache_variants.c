/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_variants.c: see cache_variants.h.  Layer L2. */
#include "cache_variants.h"

#include <stdlib.h>

#include <apr_time.h>

#include "config/cache_config.h"
#include "cache_private.h"
#include "policy/accept_encoding.h"
#include "variants/compress.h"
#include "variants/variant_head.h"

#define VECTORS 256
#define GZIP_LEVEL 9
#define BROTLI_QUALITY 9
#define RATIO_MAX 1000

typedef struct {
    store_pin_t pin;
    int codings;
} job_t;

int cache_variants_possible(void)
{
    return compress_is_built(COMPRESS_GZIP)
           || compress_is_built(COMPRESS_BROTLI);
}

static unsigned coding_of(const store_object_t *o)
{
    unsigned flags = store_object_meta(o)->flags;

    return flags & STORE_GZIP     ? CODING_GZIP
           : flags & STORE_BROTLI ? CODING_BROTLI
                                  : CODING_IDENTITY;
}

static size_t write_head(char **out, slice_t head, const store_object_t *o,
                         unsigned coding, size_t length, variant_head_t *result)
{
    variant_head_in_t in = {
        .head = head, .master = coding_of(o), .coding = coding, .length = length
    };

    *out = malloc(head.len + VARIANT_HEAD_ROOM);
    if (!*out || !head.len) {
        return 0;
    }
    *result = variant_head_write(*out, &in);
    return result->len;
}

static void add(const store_object_t *o, int which, unsigned coding,
                const char *body, size_t len)
{
    static const uint16_t flags[] = { STORE_GZIP, STORE_BROTLI, 0 };
    store_meta_t meta = *store_object_meta(o);
    variant_head_t raw = { 0 }, final = { 0 };
    char *raw_head, *final_head;

    write_head(&raw_head, store_object_raw_head(o), o, coding, len, &raw);
    write_head(&final_head, store_object_quick_head(o), o, coding, len, &final);
    meta.flags &= (uint16_t) ~(STORE_GZIP | STORE_BROTLI | STORE_COMPRESSIBLE);
    meta.flags |= flags[which];
    meta.etag_at = (uint16_t)raw.etag_at;
    meta.etag_len = (uint16_t)raw.etag_len;
    if (raw.len) {
        store_variant_add(cache.store, o, which, &meta,
                          slice_make(raw_head, raw.len),
                          slice_make(final_head, final.len),
                          slice_make(body, len));
    }
    free(raw_head);
    free(final_head);
}

/* The whole body; from the heap what has more pieces than iov has room for.
 * @return the vectors' number, 0 for an empty body, -1: no memory */
static int whole_body(const store_object_t *o, struct iovec *iov, char **copy)
{
    uint64_t length = store_object_length(o), at = 0;
    int i, n = store_object_body(cache.store, o, 0, length, iov, VECTORS);

    *copy = NULL;
    for (i = 0; i < n; i++) {
        at += iov[i].iov_len;
    }
    if (at == length) {
        return n;
    }
    *copy = malloc(length);
    for (at = 0; *copy && at < length && n > 0;) {
        n = store_object_body(cache.store, o, at, length - at, iov, VECTORS);
        for (i = 0; i < n; i++) {
            memcpy(*copy + at, iov[i].iov_base, iov[i].iov_len);
            at += iov[i].iov_len;
        }
    }
    iov[0].iov_base = *copy;
    iov[0].iov_len = length;
    return *copy && at == length ? 1 : -1;
}

/* ---- packing ---- */

static void pack(const store_object_t *o, int which, const int *stop)
{
    static const compress_coding_e codings[] = { COMPRESS_GZIP,
                                                 COMPRESS_BROTLI };
    static const unsigned bits[] = { CODING_GZIP, CODING_BROTLI };
    static const int levels[] = { GZIP_LEVEL, BROTLI_QUALITY };
    compress_limits_t limits = { .output_max = store_object_length(o),
                                 .stop = stop };
    struct iovec iov[VECTORS];
    char *data, *copy;
    size_t len;
    int n;

    if (store_object_variant(cache.store, o, which)) {
        return;
    }
    n = whole_body(o, iov, &copy);
    if (n >= 0
        && compress_pack(codings[which], levels[which], iov, n, &limits, &data,
                         &len)
               == COMPRESS_OK) {
        add(o, which, bits[which], data, len);
        free(data);
    }
    free(copy);
}

static void run(void *data, const int *stop)
{
    job_t *job = data;
    const store_object_t *o = job->pin.object;

    if ((job->codings & COMPRESS_BROTLI_BIT) && !*stop) {
        pack(o, STORE_VARIANT_BROTLI, stop);
    }
    if ((job->codings & COMPRESS_GZIP_BIT) && !*stop) {
        pack(o, STORE_VARIANT_GZIP, stop);
    }
    store_unpin(cache.store, &job->pin);
    free(job);
}

void cache_variants_make(const store_key_t *key, int codings)
{
    job_t *job = cache.jobs && codings ? calloc(1, sizeof(*job)) : NULL;

    if (!job) {
        return;
    }
    job->codings = codings;
    if (store_find(cache.store, key, &job->pin) == APR_SUCCESS
        && store_object_kind(job->pin.object) == STORE_RESPONSE
        && (store_object_meta(job->pin.object)->flags & STORE_COMPRESSIBLE)
        && store_object_length(job->pin.object)
        && jobs_submit(cache.jobs, run, job) == APR_SUCCESS) {
        return;
    }
    store_unpin(cache.store, &job->pin);
    free(job);
}

/* ---- unpacking ---- */

const store_object_t *cache_variants_unpack(const store_object_t *o)
{
    compress_limits_t limits = { .output_max = (size_t)cache_global->object_max,
                                 .ratio_max = RATIO_MAX };
    struct iovec iov[VECTORS];
    char *data, *copy;
    size_t len;
    int n = whole_body(o, iov, &copy);
    compress_e rv = COMPRESS_NO_MEMORY;

    if (n >= 0) {
        rv = compress_unpack(coding_of(o) == CODING_GZIP ? COMPRESS_GZIP
                                                         : COMPRESS_BROTLI,
                             iov, n, &limits, &data, &len);
    }
    free(copy);
    if (rv != COMPRESS_OK) {
        return NULL;
    }
    add(o, STORE_VARIANT_IDENTITY, CODING_IDENTITY, data, len);
    free(data);
    return store_object_variant(cache.store, o, STORE_VARIANT_IDENTITY);
}
