/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* chunk.h: byte buffers of two usual sizes, with a reference count.  Layer L1.
 *
 * Bytes are read from an upstream once, into a chunk; parsers, the sink and
 * the output buckets refer to it and the last one returns it.  A chunk belongs
 * to the cache it came from and is used on that cache's thread only, so the
 * count is a plain integer. */
#ifndef RPROXY_CHUNK_H
#define RPROXY_CHUNK_H

#include <stddef.h>

#define CHUNK_SMALL (16 * 1024 - 64) /* bytes of data: heads, small bodies */
#define CHUNK_LARGE (64 * 1024 - 64) /* bytes of data: the rest of a body */

typedef struct chunk_cache_t chunk_cache_t;

typedef struct chunk_t {
    chunk_cache_t *cache; /* where it goes back to; NULL: free() */
    struct chunk_t *next; /* in the cache's free list or the holder's list */
    unsigned refs;
    unsigned cap; /* CHUNK_SMALL, CHUNK_LARGE or more */
    size_t begin; /* first byte not yet consumed */
    size_t end;   /* first free byte */
    char data[];
} chunk_t;

/* One per thread that runs exchanges.  Keeps at most max_idle bytes of free
 * chunks. */
struct chunk_cache_t {
    chunk_t *free_small;
    chunk_t *free_large;
    size_t idle;
    size_t max_idle;
};

/* @param wanted bytes of room; more than CHUNK_LARGE is for the rare large
 *        head, and not kept when it is released
 * @return a chunk with one reference; never NULL (aborts like apr_palloc) */
chunk_t *chunk_get(chunk_cache_t *cache, size_t wanted);

void chunk_ref(chunk_t *chunk);

/* Gives up the caller's reference and nulls its pointer. */
void chunk_release(chunk_t **chunk);

/* Frees what lies idle in the cache. */
void chunk_cache_drain(chunk_cache_t *cache);

#endif
