/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_spool.h: a body in one piece, however large.  Layer L1.
 *
 * Memory first, behind that a temporary file without a name, which is mapped
 * when it is looked at: nothing is left behind by whoever dies.  Writing to the
 * file, looking at it and its end may wait for a disk: one that defers leaves
 * the first to waf_spool_write, on another thread.  One thread at a time. */
#ifndef RPROXY_GUARD_WAF_SPOOL_H
#define RPROXY_GUARD_WAF_SPOOL_H

#include <apr_pools.h>

#include "http1/h1_slice.h"

typedef struct {
    size_t len; /* bytes in it */
    int defers;
    int fd; /* -1: no file */
    /* private */
    int error; /* errno of what could not be kept or written; 0: all is there */
    const char *folder;
    char *memory;
    size_t held, room, memory_most; /* held: bytes in memory, the last ones */
    char *mapped;
    size_t mapped_len;
} waf_spool_t;

/* @param pool         its end is the spool's
 * @param memory_most  bytes kept in memory
 * @param folder       of the file; outlives the spool */
waf_spool_t *waf_spool_make(apr_pool_t *pool, size_t memory_most,
                            const char *folder);

/* Copies the bytes behind those that are there.
 * @return 0, or errno of the file: the spool is then of no use */
int waf_spool_add(waf_spool_t *spool, slice_t bytes);

/* Of one that defers: is there more in memory than should? */
int waf_spool_is_due(const waf_spool_t *spool);

/* Moves it to the file.  @return 0, or errno */
int waf_spool_write(waf_spool_t *spool);

/* All of it, as long as nothing is added.
 * @return p NULL with len > 0: it cannot be mapped, or not all of it is there;
 *         errno says why */
slice_t waf_spool_text(waf_spool_t *spool);

#endif
