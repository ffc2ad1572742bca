/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hold.c: see hold.h.  Layer L2. */
#include "guard_private.h"
#include "hold.h"

#include <errno.h>
#include <pthread.h>

#include <ap_mpm.h>

#include "../floods/open_table.h"
#include "../shared/child_slots.h"
#include "../shared/shared_area.h"

enum {
    LOCKS = 64,           /* a power of two */
    STREAMS_OF_HTTP2 = 64 /* that a process may serve beside its threads */
};

typedef struct {
    pthread_mutex_t mutex;
} __attribute__((aligned(64))) lock_t;

/* Of one limit in one process: its table follows. */
typedef struct {
    uint64_t count; /* atomic */
} __attribute__((aligned(64))) held_t;

typedef struct {
    uint64_t ready; /* the locks are */
    lock_t lock[LOCKS];
} __attribute__((aligned(64))) area_t;

static area_t *area;

/* ---- memory ---- */

/* A process without an event loop has no more under way than threads. */
static uint32_t sets_of(const guard_limit_t *limit)
{
    int async = 0, threads = 1, most;

    ap_mpm_query(AP_MPMQ_IS_ASYNC, &async);
    ap_mpm_query(AP_MPMQ_MAX_THREADS, &threads);
    most = threads * 2 + STREAMS_OF_HTTP2;
    return open_table_sets(
        (uint64_t)(async || limit->keys < most ? limit->keys : most));
}

static size_t stride(const guard_limit_t *limit)
{
    return sizeof(held_t)
           + (size_t)limit->hold_sets * OPEN_TABLE_SET * sizeof(uint64_t);
}

static held_t *held_of(const guard_limit_t *limit, int slot)
{
    return (held_t *)(limit->holds + (size_t)slot * stride(limit));
}

static open_table_t table_of(const guard_limit_t *limit, int slot)
{
    return (open_table_t){ (uint64_t *)(held_of(limit, slot) + 1),
                           limit->hold_sets };
}

static guard_limit_t *limit_number(int i)
{
    return APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);
}

static void empty_one(const guard_limit_t *limit, int slot)
{
    open_table_t table = table_of(limit, slot);
    size_t i, n = (size_t)table.sets * OPEN_TABLE_SET;

    for (i = 0; i < n; i++) {
        __atomic_store_n(&table.entry[i], 0, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&held_of(limit, slot)->count, 0, __ATOMIC_RELAXED);
}

/* Of a process that is gone: nobody else writes here. */
static void empty(int slot)
{
    int i;

    for (i = 0; i < guard_global->limits->nelts; i++) {
        const guard_limit_t *limit = limit_number(i);

        if (limit->concurrent
            && __atomic_load_n(&held_of(limit, slot)->count,
                               __ATOMIC_RELAXED)) {
            empty_one(limit, slot);
        }
    }
}

static void make_locks(void)
{
    pthread_mutexattr_t attributes;
    int i;

    if (area->ready) {
        return;
    }
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    for (i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&area->lock[i].mutex, &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    area->ready = 1;
}

int hold_open(server_rec *s)
{
    size_t size = sizeof(area_t), slots = (size_t)child_slots_count();
    int i, n = guard_global->limits->nelts;
    char *at;

    for (i = 0; i < n; i++) {
        guard_limit_t *limit = limit_number(i);

        if (limit->concurrent) {
            limit->hold_sets = sets_of(limit);
            size += slots * stride(limit);
        }
    }
    if (size == sizeof(area_t)) {
        return 1;
    }
    area = shared_area(s, "holds", size);
    if (!area) {
        return 0;
    }
    make_locks();
    at = (char *)(area + 1);
    for (i = 0; i < n; i++) {
        guard_limit_t *limit = limit_number(i);

        if (limit->concurrent) {
            limit->holds = at;
            at += slots * stride(limit);
        }
    }
    child_slots_empty_by(empty);
    return 1;
}

/* ---- counting ---- */

static uint64_t count_of_slot(const guard_limit_t *limit, int slot)
{
    return __atomic_load_n(&held_of(limit, slot)->count, __ATOMIC_SEQ_CST);
}

uint64_t hold_count(const guard_limit_t *limit)
{
    int i, n = child_slots_used();
    uint64_t sum = 0;

    for (i = 0; i < n; i++) {
        sum += count_of_slot(limit, i);
    }
    return sum;
}

uint32_t hold_count_of_key(const guard_limit_t *limit, uint64_t hash)
{
    int i, n = child_slots_used();
    uint32_t sum = 0;

    for (i = 0; i < n; i++) {
        if (count_of_slot(limit, i)) {
            open_table_t table = table_of(limit, i);

            sum += open_table_count(&table, hash);
        }
    }
    return sum;
}

/* Nothing is ever half done in a lock: who dies in it leaves it as good. */
static pthread_mutex_t *lock_of(uint64_t hash)
{
    pthread_mutex_t *mutex = &area->lock[hash & (LOCKS - 1)].mutex;

    if (pthread_mutex_lock(mutex) == EOWNERDEAD) {
        pthread_mutex_consistent(mutex);
    }
    return mutex;
}

static hold_e take_locked(const guard_limit_t *limit, uint64_t hash, int slot)
{
    open_table_t table = table_of(limit, slot);
    uint64_t *count = &held_of(limit, slot)->count;

    if (hold_count_of_key(limit, hash) >= (uint32_t)limit->concurrent) {
        return HOLD_FULL;
    }
    __atomic_fetch_add(count, 1, __ATOMIC_SEQ_CST); /* first: empty sees it */
    if (!open_table_add(&table, hash)) {
        __atomic_fetch_sub(count, 1, __ATOMIC_SEQ_CST);
        return HOLD_NO_PLACE;
    }
    return HOLD_TAKEN;
}

hold_e hold_take(const guard_limit_t *limit, uint64_t hash)
{
    int slot = child_slot();
    pthread_mutex_t *mutex;
    hold_e out;

    if (slot < 0) {
        return HOLD_NO_PLACE;
    }
    mutex = lock_of(hash);
    out = take_locked(limit, hash, slot);
    pthread_mutex_unlock(mutex);
    return out;
}

void hold_give(const guard_limit_t *limit, uint64_t hash)
{
    int slot = child_slot();

    if (slot >= 0) { /* else the process ends, and its place is empty */
        open_table_t table = table_of(limit, slot);

        open_table_remove(&table, hash);
        __atomic_fetch_sub(&held_of(limit, slot)->count, 1, __ATOMIC_SEQ_CST);
    }
}
