/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* child.c: slots of children, and what dead ones leave behind.  Layer L1.
 *
 * A process is told from a later one of the same number by when it began
 * (field 22 of /proc/<pid>/stat, proc(5)); where that cannot be read, the
 * number alone decides. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "pin.h"
#include "shard.h"
#include "ticket.h"

enum {
    FIELDS_TO_START = 19 /* behind the state */
};

/* @return whether it runs; *started: when it began, 0: not known */
static int process_look(pid_t pid, uint64_t *started)
{
    char path[32], line[1024], *p;
    FILE *file;
    int i;

    *started = 0;
    if (kill(pid, 0) != 0 && errno == ESRCH) {
        return 0;
    }
    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    file = fopen(path, "re");
    if (!file) {
        return 1;
    }
    p = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    fclose(file);
    if (!p || strlen(p) < 3) {
        return 1;
    }
    p += 2;
    if (*p == 'Z' || *p == 'X') {
        return 0;
    }
    for (i = 0; i < FIELDS_TO_START && p; i++) {
        p = strchr(p + 1, ' ');
    }
    *started = p ? strtoull(p, NULL, 10) : 0;
    return 1;
}

static int child_lives(const child_t *child, pid_t pid, int thorough)
{
    uint64_t started;

    if (!thorough) {
        return kill(pid, 0) == 0 || errno != ESRCH;
    }

    return process_look(pid, &started)
           && (!started || !child->started || started == child->started);
}

/* Objects first: tickets wake those who look at them. */
static void break_fills(store_t *store, shard_t *shard, uint32_t child,
                        int tickets)
{
    uint32_t ref = shard->under_way.head;

    while (ref) {
        store_object_t *o = object_at(store, ref);

        ref = o->next;
        if (atomic_load(&o->variants) == child
            && (o->kind == KIND_TICKET) == tickets) {
            ticket_break(store, o);
            shard_retire_locked(store, shard, o, tickets);
        }
    }
}

static void release_slot(store_t *store, uint32_t number)
{
    child_t *child = &store->runtime->children[number];
    atomic_u32_t *pins = store->pins + (size_t)number * store->pins_each;
    uint32_t i, used = atomic_load(&child->pins_used);

    for (i = 0; i < store->plan.shards; i++) {
        shard_t *shard = shard_lock(store, i);

        break_fills(store, shard, number, 0);
        break_fills(store, shard, number, 1);
        shard_unlock(store, i);
    }
    for (i = 0; i < used; i++) {
        atomic_store(&pins[i], 0);
    }
    atomic_store(&child->pins_used, 0);
    child->started = 0;
    atomic_store(&child->pid, 0);
}

static void reclaim_dead_locked(store_t *store, int thorough)
{
    uint32_t i;

    for (i = 0; i < store->children; i++) {
        child_t *child = &store->runtime->children[i];
        pid_t pid = (pid_t)atomic_load(&child->pid);

        if (pid && !child_lives(child, pid, thorough)) {
            release_slot(store, i);
        }
    }
}

void child_reclaim_dead(store_t *store, int thorough)
{
    shard_lock_plain(store, &store->runtime->children_lock);
    reclaim_dead_locked(store, thorough);
    pthread_mutex_unlock(&store->runtime->children_lock);
}

static apr_status_t child_release(void *data)
{
    store_t *store = data;

    if (store->child != NO_CHILD && store->claimer == getpid()) {
        uint32_t child = store->child;

        store->child = NO_CHILD;
        shard_lock_plain(store, &store->runtime->children_lock);
        release_slot(store, child);
        pthread_mutex_unlock(&store->runtime->children_lock);
    }
    return APR_SUCCESS;
}

static uint32_t take_slot_locked(store_t *store)
{
    uint32_t i;

    for (i = 0; i < store->children; i++) {
        child_t *child = &store->runtime->children[i];

        if (!atomic_load(&child->pid)) {
            process_look(getpid(), &child->started);
            atomic_store(&child->pid, (uint32_t)getpid());
            return i;
        }
    }
    return NO_CHILD;
}

apr_status_t store_child_claim(store_t *store, apr_pool_t *pool)
{
    uint32_t *list = apr_palloc(pool, store->pins_each * sizeof(*list));

    shard_lock_plain(store, &store->runtime->children_lock);
    reclaim_dead_locked(store, 1);
    store->child = take_slot_locked(store);
    pthread_mutex_unlock(&store->runtime->children_lock);
    if (store->child == NO_CHILD) {
        return APR_ENOSPC;
    }
    store->claimer = getpid();
    pin_open(store, list);
    apr_pool_cleanup_register(pool, store, child_release,
                              apr_pool_cleanup_null);
    return APR_SUCCESS;
}
