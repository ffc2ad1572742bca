/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* child_slots.c: see child_slots.h.  Layer L2. */
#include "guard_private.h"
#include "child_slots.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <ap_mpm.h>

#include "shared_area.h"

enum {
    HOLDERS_MAX = 8
};

static struct {
    int32_t *pid; /* [count]: owner, 0: free, < 0: who empties it; atomic */
    int32_t *used;
    int count;
    int own;
    void (*empty[HOLDERS_MAX])(int slot);
    int holders;
} slots = { .own = -1 };

void child_slots_forget(void)
{
    slots.holders = 0;
}

void child_slots_empty_by(void (*empty)(int slot))
{
    if (slots.holders < HOLDERS_MAX) {
        slots.empty[slots.holders++] = empty;
    }
}

/* Twice the limit: children that stop overlap with those that follow. */
static int children_max(void)
{
    int n = 0;

    ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &n);
    return n > 0 ? 2 * n : 2;
}

int child_slots_open(server_rec *s)
{
    slots.count = children_max();
    slots.pid = shared_area(s, "child slots",
                            sizeof(int32_t) * ((size_t)slots.count + 1));
    slots.used = slots.pid ? slots.pid + slots.count : NULL;
    return slots.pid != NULL;
}

int child_slot(void)
{
    return slots.own;
}

int child_slots_count(void)
{
    return slots.count;
}

int child_slots_used(void)
{
    return __atomic_load_n(slots.used, __ATOMIC_RELAXED);
}

static void empty(int slot)
{
    int i;

    for (i = 0; i < slots.holders; i++) {
        slots.empty[i](slot);
    }
}

/* A negative id is that of a process that was emptying the slot. */
static int is_gone(int32_t pid)
{
    return pid && kill(pid < 0 ? -pid : pid, 0) != 0 && errno == ESRCH;
}

/* @return the slot's owner, 0: it is free */
static int32_t reclaim_if_gone(int slot)
{
    int32_t pid = __atomic_load_n(&slots.pid[slot], __ATOMIC_ACQUIRE);

    if (is_gone(pid)
        && __atomic_compare_exchange_n(&slots.pid[slot], &pid,
                                       -(int32_t)getpid(), 0, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED)) {
        empty(slot);
        pid = 0;
        __atomic_store_n(&slots.pid[slot], 0, __ATOMIC_RELEASE);
    }
    return pid;
}

void child_slots_reclaim(void)
{
    int i, n = child_slots_used();

    for (i = 0; i < n; i++) {
        reclaim_if_gone(i);
    }
}

static apr_status_t release(void *unused)
{
    int slot = slots.own;

    if (slot >= 0) {
        slots.own = -1;
        empty(slot);
        __atomic_store_n(&slots.pid[slot], 0, __ATOMIC_RELEASE);
    }
    return APR_SUCCESS;
}

static void note_used(int32_t n)
{
    int32_t used = child_slots_used();

    while (used < n
           && !__atomic_compare_exchange_n(slots.used, &used, n, 0,
                                           __ATOMIC_RELAXED,
                                           __ATOMIC_RELAXED)) {
    }
}

void child_slots_claim(server_rec *s, apr_pool_t *pool)
{
    int i;

    slots.own = -1; /* whatever the parent had */
    for (i = 0; i < slots.count && slots.own < 0; i++) {
        int32_t pid = reclaim_if_gone(i);

        if (!pid
            && __atomic_compare_exchange_n(&slots.pid[i], &pid,
                                           (int32_t)getpid(), 0,
                                           __ATOMIC_ACQ_REL,
                                           __ATOMIC_RELAXED)) {
            slots.own = i;
            note_used(i + 1);
        }
    }
    if (slots.own < 0) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                     RPLOGNO(4180) "more processes than ServerLimit: this one "
                                   "counts no open connections");
        return;
    }
    apr_pool_cleanup_register(pool, NULL, release, apr_pool_cleanup_null);
}
