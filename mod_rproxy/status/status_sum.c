/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_sum.c: relaxed loads and additions.  Layer L1. */
#include "status_sum.h"

#include <errno.h>
#include <sys/mman.h>

/* The metrics are nothing but 64-bit numbers (and zeros that fill up the last
 * cache line), so one loop adds up any of them. */
#define WORDS(type) (sizeof(type) / sizeof(uint64_t))

_Static_assert(sizeof(metrics_child_t) % sizeof(uint64_t) == 0, "words");
_Static_assert(sizeof(metrics_route_t) % sizeof(uint64_t) == 0, "words");
_Static_assert(sizeof(metrics_member_t) % sizeof(uint64_t) == 0, "words");

static apr_status_t unmap_used(void *used)
{
    munmap(used, sizeof(int32_t));
    return APR_SUCCESS;
}

apr_status_t status_slots_create(status_slots_t **out, const shared_t *shared,
                                 apr_pool_t *pool)
{
    status_slots_t *slots = apr_pcalloc(pool, sizeof(*slots));

    slots->shared = shared;
    slots->used = mmap(NULL, sizeof(int32_t), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (slots->used == MAP_FAILED) {
        return errno;
    }
    apr_pool_cleanup_register(pool, slots->used, unmap_used,
                              apr_pool_cleanup_null);
    *out = slots;
    return APR_SUCCESS;
}

static int slots_used(const status_slots_t *slots)
{
    return __atomic_load_n(slots->used, __ATOMIC_ACQUIRE);
}

void status_slots_claimed(const status_slots_t *slots)
{
    int32_t mine = shared_child() + 1, used = slots_used(slots);

    while (used < mine
           && !__atomic_compare_exchange_n(slots->used, &used, mine, 0,
                                           __ATOMIC_RELEASE,
                                           __ATOMIC_ACQUIRE)) {
    }
}

int status_slots_held(const status_slots_t *slots)
{
    int i, n = 0, used = slots_used(slots);

    for (i = 0; i < used; i++) {
        n += METRIC_READ(slots->shared->pid[i]) > 0;
    }
    return n;
}

static void add_words(uint64_t *sum, const void *from, size_t words)
{
    const uint64_t *word = from;
    size_t i;

    for (i = 0; i < words; i++) {
        sum[i] += METRIC_READ(word[i]);
    }
}

static void subtract_words(uint64_t *sum, const void *from, size_t words)
{
    const uint64_t *word = from;
    size_t i;

    for (i = 0; i < words; i++) {
        sum[i] -= word[i];
    }
}

/* A child that is killed may have taken back more than it had counted. */
static void not_negative(int64_t *gauge)
{
    if (*gauge < 0) {
        *gauge = 0;
    }
}

void status_sum_child(const status_slots_t *slots, metrics_child_t *sum)
{
    int i, used = slots_used(slots);

    memset(sum, 0, sizeof(*sum));
    for (i = 0; i < used; i++) {
        add_words((uint64_t *)sum, &slots->shared->child[i],
                  WORDS(metrics_child_t));
    }
    not_negative(&sum->clients);
    not_negative(&sum->handoffs_active);
}

void status_sum_route(const status_slots_t *slots, int route,
                      metrics_route_t *sum)
{
    const shared_t *shared = slots->shared;
    int i, used = slots_used(slots);

    memset(sum, 0, sizeof(*sum));
    for (i = 0; i < used; i++) {
        add_words((uint64_t *)sum,
                  &shared->route_metrics[i * shared->routes + route],
                  WORDS(metrics_route_t));
    }
    not_negative(&sum->active);
}

void status_sum_member(const status_slots_t *slots, int member,
                       metrics_member_t *sum)
{
    const shared_t *shared = slots->shared;
    int i, used = slots_used(slots);

    memset(sum, 0, sizeof(*sum));
    if (!METRIC_READ(shared->member[member].asked)) {
        return;
    }
    for (i = 0; i < used; i++) {
        add_words((uint64_t *)sum,
                  &shared->member_metrics[i * shared->members + member],
                  WORDS(metrics_member_t));
    }
    if (__atomic_load_n(&shared->member[member].has_base, __ATOMIC_ACQUIRE)) {
        subtract_words((uint64_t *)sum, &shared->member_base[member],
                       WORDS(metrics_member_t));
    }
    not_negative(&sum->active);
    not_negative(&sum->idle);
}
