/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_memory.h: the tables of all limits, in memory that all children share.
 * Layer L2.
 *
 *   | counts of limit 0 | counts of limit 1 | ... | table 0 | table 1 | ...
 *
 * One anonymous mapping, made before the children are forked.  It outlives a
 * graceful restart: limits of the same name, rate and size go on counting where
 * they were, others begin anew.  Any bytes in it are valid (limit_table.h). */
#ifndef RPROXY_GUARD_LIMIT_MEMORY_H
#define RPROXY_GUARD_LIMIT_MEMORY_H

#include <apr_pools.h>

#include "limit_table.h"
#include "routing/siphash.h"

/* All atomics. */
typedef struct {
    uint64_t refused;   /* or would have been */
    uint64_t displaced; /* keys that had to go for others */
    int64_t refused_at; /* usec, the last one */
} __attribute__((aligned(64))) limit_counts_t;

/* One limit as the memory knows it. */
typedef struct {
    const char
        *identity; /* name and all that the meaning of a table hangs on */
    uint32_t sets;
    limit_table_t table;    /* set by limit_memory_open */
    limit_counts_t *counts; /* likewise */
} limit_place_t;

/* @param places   [count], whose table and counts are set
 * @param process  the pool that lives as long as the process
 * @return APR_SUCCESS, or why there is no memory */
apr_status_t limit_memory_open(limit_place_t **places, int count,
                               apr_pool_t *process);

/* The secret that keys are hashed with, the same in all children. */
siphash_key_t limit_memory_secret(void);

#endif
