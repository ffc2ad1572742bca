/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* segment.c: making, keeping and claiming the segment.  Layer L1. */
#include "segment.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "place.h"
#include "segment_merge.h"
#include "routing/siphash.h"

static const siphash_key_t name_key = { 0x62616c616e636572,
                                        0x206d656d62657273 };

static int own_child = -1;

uint64_t segment_hash(uint64_t hash, const char *text)
{
    const siphash_key_t key = { name_key.low ^ hash, name_key.high };

    return siphash(key, slice_str(text));
}

static uint64_t shape_of(const balancer_upstream_t *u, int count, int children)
{
    uint64_t hash = (uint64_t)children;
    int i;

    for (i = 0; i < count; i++) {
        hash = segment_hash(hash + (uint64_t)u[i].room, u[i].name);
    }
    return hash;
}

static size_t aligned(size_t size)
{
    return (size + 63) & ~(size_t)63;
}

static apr_status_t unmap(void *data)
{
    segment_t *s = data;

    munmap(s->base, s->size);
    return APR_SUCCESS;
}

/* @return 0 when there is no memory */
static int map(segment_t *s, apr_pool_t *pool)
{
    size_t n = (size_t)s->members, at[7];
    char *base;

    at[0] = aligned(sizeof(segment_head_t));
    at[1] = at[0] + aligned(sizeof(segment_pool_t) * (size_t)s->pools);
    at[2] = at[1] + aligned(sizeof(segment_member_t) * n);
    at[3] = at[2] + aligned(sizeof(segment_text_t) * n);
    at[4] = at[3] + aligned(sizeof(uint32_t) * n);
    at[5] = at[4] + aligned(sizeof(uint32_t) * n);
    at[6] = at[5] + aligned(sizeof(int32_t) * (size_t)s->children);
    s->size = at[6] + aligned(sizeof(uint32_t) * (size_t)s->children * n);
    base = mmap(NULL, s->size, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) {
        return 0;
    }
    s->base = base;
    s->head = (segment_head_t *)base;
    s->pool = (segment_pool_t *)(base + at[0]);
    s->member = (segment_member_t *)(base + at[1]);
    s->text = (segment_text_t *)(base + at[2]);
    s->in_flight = (uint32_t *)(base + at[3]);
    s->first_byte_us = (uint32_t *)(base + at[4]);
    s->pid = (int32_t *)(base + at[5]);
    s->held = (uint32_t *)(base + at[6]);
    apr_pool_cleanup_register(pool, s, unmap, apr_pool_cleanup_null);
    return 1;
}

static int make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;
    int rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    rv = rv ? rv : pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return rv == 0;
}

static int make_locks(segment_t *s)
{
    int i, good = make_lock(&s->head->election);

    for (i = 0; i < s->pools && good; i++) {
        good = make_lock(&s->pool[i].lock);
        s->pool[i].version = 1;
    }
    return good;
}

static void number_places(segment_t *s, const balancer_upstream_t *upstreams,
                          apr_pool_t *pool)
{
    int i, n;

    s->first = apr_palloc(pool, sizeof(int) * (size_t)(s->pools + 1));
    for (i = 0; i < s->pools; i++) {
        s->first[i] = s->members;
        s->members += upstreams[i].room;
    }
    s->first[i] = s->members;
    s->pool_of = apr_palloc(pool, sizeof(int) * (size_t)(s->members + 1));
    for (i = 0; i < s->pools; i++) {
        for (n = s->first[i]; n < s->first[i + 1]; n++) {
            s->pool_of[n] = i;
        }
    }
}

segment_t *segment_make(segment_t *before, const balancer_upstream_t *upstreams,
                        int count, int children, int64_t now_us,
                        apr_pool_t *pool)
{
    uint64_t shape = shape_of(upstreams, count, children);
    segment_t *s;

    if (before && before->shape == shape
        && segment_merge_into(before, upstreams, now_us)) {
        return before;
    }
    s = apr_pcalloc(pool, sizeof(*s));
    s->shape = shape;
    s->pools = count;
    s->children = children;
    number_places(s, upstreams, pool);
    if (!map(s, pool) || !make_locks(s)
        || !segment_merge_new(s, upstreams, before, now_us)) {
        return NULL;
    }
    return s;
}

/* ---- children ---- */

int segment_child(void)
{
    return own_child;
}

static void take_back(segment_t *s, int child)
{
    int i;

    for (i = 0; i < s->members; i++) {
        uint32_t n = __atomic_exchange_n(&s->held[child * s->members + i], 0,
                                         __ATOMIC_RELAXED);

        if (n) {
            __atomic_fetch_sub(&s->in_flight[i], n, __ATOMIC_RELAXED);
            __atomic_fetch_sub(&s->pool[s->pool_of[i]].total, n,
                               __ATOMIC_RELAXED);
        }
    }
}

/* A negative id is that of a process that was taking back. */
static int is_gone(int32_t pid)
{
    return pid && kill(pid < 0 ? -pid : pid, 0) != 0 && errno == ESRCH;
}

static void reclaim_slot(segment_t *s, int i)
{
    int32_t pid = __atomic_load_n(&s->pid[i], __ATOMIC_ACQUIRE);

    if (is_gone(pid)
        && __atomic_compare_exchange_n(&s->pid[i], &pid, -(int32_t)getpid(), 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        take_back(s, i);
        __atomic_store_n(&s->pid[i], 0, __ATOMIC_RELEASE);
    }
}

void segment_reclaim(segment_t *s)
{
    int i;

    for (i = 0; i < s->children; i++) {
        reclaim_slot(s, i);
    }
}

static apr_status_t release_slot(void *data)
{
    segment_t *s = data;

    if (own_child >= 0) {
        take_back(s, own_child);
        __atomic_store_n(&s->pid[own_child], 0, __ATOMIC_RELEASE);
        own_child = -1;
    }
    return APR_SUCCESS;
}

apr_status_t segment_child_claim(segment_t *s, apr_pool_t *pool)
{
    int i;

    segment_reclaim(s);
    for (i = 0; i < s->children && own_child < 0; i++) {
        int32_t none = 0;

        if (__atomic_compare_exchange_n(&s->pid[i], &none, (int32_t)getpid(), 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            own_child = i;
        }
    }
    if (own_child < 0) {
        return APR_ENOSPC;
    }
    apr_pool_cleanup_register(pool, s, release_slot, apr_pool_cleanup_null);
    return APR_SUCCESS;
}

/* ---- locks ---- */

/* Plans and members are looked at again: news of them may not have got out. */
static void repair(segment_t *s, int pool)
{
    const places_t places = places_of(s, pool);
    int i;

    for (i = s->first[pool]; i < s->first[pool + 1]; i++) {
        if (s->member[i].use != PLACE_FREE
            && !health_sane(&s->member[i].health)) {
            s->member[i].health = health_start(0);
        }
    }
    places_changed(&places, 1);
}

void segment_lock(segment_t *s, int pool)
{
    if (pthread_mutex_lock(&s->pool[pool].lock) == EOWNERDEAD) {
        repair(s, pool);
        pthread_mutex_consistent(&s->pool[pool].lock);
    }
}

void segment_unlock(segment_t *s, int pool)
{
    pthread_mutex_unlock(&s->pool[pool].lock);
}
