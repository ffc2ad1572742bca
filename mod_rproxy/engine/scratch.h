/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* scratch.h: memory that is needed now and then, or of which little is.  Layer
 * L1.
 *
 * With thousands of members what each process has for each of them adds up,
 * and much of it is never used.  Large pieces are pages that are not there
 * until somebody writes to them; they can be given back until they are used
 * again. */
#ifndef RPROXY_SCRATCH_H
#define RPROXY_SCRATCH_H

#include <sys/mman.h>

#include <apr_pools.h>

enum {
    SCRATCH_LARGE = 64 * 1024
};

typedef struct {
    void *memory;
    size_t mapped; /* bytes; 0: of the pool */
} scratch_t;

static inline apr_status_t scratch_unmap(void *data)
{
    scratch_t *s = data;

    munmap(s->memory, s->mapped);
    return APR_SUCCESS;
}

/* Zeros, aligned to 8.  s stays where it is as long as pool. */
static inline void scratch_create(scratch_t *s, size_t size, apr_pool_t *pool)
{
    s->mapped = 0;
    if (size >= SCRATCH_LARGE) {
        s->memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        s->mapped = s->memory == MAP_FAILED ? 0 : size;
    }
    if (s->mapped) {
        apr_pool_cleanup_register(pool, s, scratch_unmap,
                                  apr_pool_cleanup_null);
    }
    else {
        s->memory = apr_pcalloc(pool, size);
    }
}

/* Nobody needs what is in it; anything may be in it then. */
static inline void scratch_drop(scratch_t *s)
{
    if (s->mapped) {
        madvise(s->memory, s->mapped, MADV_DONTNEED);
    }
}

#endif
