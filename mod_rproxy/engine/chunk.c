/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* chunk.c: reference-counted byte buffers.  Layer L1, one thread per cache. */
#include "chunk.h"

#include <stdlib.h>

/* @return NULL for chunks that are not kept */
static chunk_t **free_list(chunk_cache_t *cache, unsigned cap)
{
    return !cache || cap > CHUNK_LARGE ? NULL
           : cap == CHUNK_LARGE        ? &cache->free_large
                                       : &cache->free_small;
}

static unsigned capacity(size_t wanted)
{
    return wanted > CHUNK_LARGE   ? (unsigned)wanted
           : wanted > CHUNK_SMALL ? CHUNK_LARGE
                                  : CHUNK_SMALL;
}

chunk_t *chunk_get(chunk_cache_t *cache, size_t wanted)
{
    unsigned cap = capacity(wanted);
    chunk_t **list = free_list(cache, cap);
    chunk_t *chunk = list ? *list : NULL;

    if (chunk) {
        *list = chunk->next;
        cache->idle -= cap;
    }
    else {
        chunk = malloc(sizeof(*chunk) + cap);
        if (!chunk) {
            abort();
        }
    }
    chunk->cache = cache;
    chunk->next = NULL;
    chunk->refs = 1;
    chunk->cap = cap;
    chunk->begin = chunk->end = 0;
    return chunk;
}

void chunk_ref(chunk_t *chunk)
{
    chunk->refs++;
}

void chunk_release(chunk_t **held)
{
    chunk_t *chunk = *held;
    chunk_cache_t *cache;
    chunk_t **list;

    *held = NULL;
    if (!chunk || --chunk->refs) {
        return;
    }
    cache = chunk->cache;
    list = free_list(cache, chunk->cap);
    if (list && cache->idle + chunk->cap <= cache->max_idle) {
        chunk->next = *list;
        *list = chunk;
        cache->idle += chunk->cap;
    }
    else {
        free(chunk);
    }
}

static void drain_list(chunk_t **list)
{
    while (*list) {
        chunk_t *chunk = *list;
        *list = chunk->next;
        free(chunk);
    }
}

void chunk_cache_drain(chunk_cache_t *cache)
{
    drain_list(&cache->free_small);
    drain_list(&cache->free_large);
    cache->idle = 0;
}
