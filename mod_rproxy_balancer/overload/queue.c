/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* queue.c: waiters of this process, and bells.  Layer L1. */
#include "queue.h"

#include <sys/mman.h>
#include <unistd.h>

enum {
    CALLS_AT_ONCE = 32
};

/* ---- the mapping ---- */

typedef struct {
    void *base;
    size_t size;
} lines_mapping_t;

static apr_status_t unmap_lines(void *data)
{
    const lines_mapping_t *mapping = data;

    munmap(mapping->base, mapping->size);
    return APR_SUCCESS;
}

queue_lines_t *queue_lines_make(int count, int children, int members,
                                apr_pool_t *pool)
{
    queue_lines_t *lines = apr_pcalloc(pool, sizeof(*lines));
    lines_mapping_t *mapping = apr_palloc(pool, sizeof(*mapping));
    size_t bells = (sizeof(sem_t) * (size_t)children + 63) & ~(size_t)63;
    int i, good = 1;

    mapping->size = bells + sizeof(queue_line_t) * (size_t)count
                    + sizeof(adaptive_limit_t) * (size_t)members;
    mapping->base = mmap(NULL, mapping->size, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapping->base == MAP_FAILED) {
        return NULL;
    }
    apr_pool_cleanup_register(pool, mapping, unmap_lines,
                              apr_pool_cleanup_null);
    lines->children = children;
    lines->count = count;
    lines->bell = mapping->base;
    lines->line = (queue_line_t *)((char *)mapping->base + bells);
    lines->limit = (adaptive_limit_t *)&lines->line[count];
    for (i = 0; i < children && good; i++) {
        good = sem_init(&lines->bell[i], 1, 0) == 0;
    }
    for (i = 0; i < count && good; i++) {
        good = queue_line_init(&lines->line[i]);
    }
    return good ? lines : NULL;
}

void queue_open(queue_t *q, const queue_lines_t *lines, int number,
                const segment_t *segment, apr_pool_t *pool)
{
    q->line = &lines->line[number];
    q->bell = lines->bell;
    q->segment = segment;
    q->first = NULL;
    q->is_watched = 0;
    q->at = apr_pcalloc(pool, sizeof(balancer_waiter_t *) * QUEUE_PLACES);
    pthread_mutex_init(&q->lock, NULL);
}

/* ---- who waits here; under the lock ---- */

static void add_waiter(queue_t *q, balancer_waiter_t *w)
{
    w->prev = NULL;
    w->next = q->first;
    if (q->first) {
        q->first->prev = w;
    }
    q->first = w;
    q->at[w->place] = w;
}

static void take_out_waiter(queue_t *q, balancer_waiter_t *w)
{
    *(w->prev ? &w->prev->next : &q->first) = w->next;
    if (w->next) {
        w->next->prev = w->prev;
    }
    q->at[w->place] = NULL;
}

static int verdict_of(const balancer_waiter_t *w)
{
    return __atomic_load_n(&w->verdict, __ATOMIC_RELAXED);
}

/* @return 1 when it waits on */
static int deliver(const queue_t *q, balancer_waiter_t *w)
{
    ticket_e state = queue_line_state(q->line, w->place);

    if (verdict_of(w) != BALANCER_WAITS) {
        return 0;
    }
    if (state != TICKET_CALLED && state != TICKET_REPLACED) {
        return 1;
    }
    __atomic_store_n(&w->verdict,
                     state == TICKET_CALLED ? BALANCER_CALLED
                                            : BALANCER_REPLACED,
                     __ATOMIC_SEQ_CST);
    w->wake(w);
    return 0;
}

/* ---- telling ---- */

int queue_deliver(queue_t *q)
{
    balancer_waiter_t *w;
    int waiting = 0;

    pthread_mutex_lock(&q->lock);
    for (w = q->first; w; w = w->next) {
        waiting += deliver(q, w);
    }
    q->is_watched = waiting > 0;
    pthread_mutex_unlock(&q->lock);
    return waiting;
}

/* The verdict of that place has come.  Its owner may have left it meanwhile:
 * then it is no news to whoever has it now. */
static void tell(queue_t *q, int place)
{
    int child = __atomic_load_n(&q->line->place[place].child, __ATOMIC_RELAXED);

    if (child != segment_child()) {
        sem_post(&q->bell[child % q->segment->children]);
        return;
    }
    pthread_mutex_lock(&q->lock);
    if (q->at[place]) {
        deliver(q, q->at[place]);
    }
    pthread_mutex_unlock(&q->lock);
}

void queue_call(queue_t *q, uint32_t room, int64_t now_us)
{
    uint16_t called[CALLS_AT_ONCE];
    int i, n;

    do {
        n = queue_line_call(q->line, &q->rules, room, now_us, called,
                            CALLS_AT_ONCE);
        for (i = 0; i < n; i++) {
            tell(q, called[i]);
        }
    } while (n == CALLS_AT_ONCE);
}

/* ---- waiting ---- */

/* @return 0 when too many wait */
static int take_place(queue_t *q, balancer_waiter_t *w, int of_class,
                      int64_t now_us, int *replaced)
{
    queue_owner_t owner = { (uint16_t)segment_child(), (int32_t)getpid() };

    w->place =
        queue_line_enter(q->line, &q->rules, of_class, owner, now_us, replaced);
    if (w->place == QUEUE_NOWHERE) {
        return 0;
    }
    w->since = now_us;
    w->until = now_us + q->timeout_us;
    add_waiter(q, w);
    return 1;
}

balancer_entry_e queue_wait(queue_t *q, balancer_waiter_t *w, int of_class,
                            int64_t now_us)
{
    int replaced = QUEUE_NOWHERE, entered = 1, ring;

    if (segment_child() < 0) {
        return BALANCER_NO_QUEUE; /* nobody would take its place back */
    }
    pthread_mutex_lock(&q->lock);
    __atomic_store_n(&w->verdict, BALANCER_WAITS, __ATOMIC_RELAXED);
    if (w->since) {
        queue_line_return(q->line, w->place);
    }
    else {
        entered = take_place(q, w, of_class, now_us, &replaced);
    }
    ring = entered && !q->is_watched;
    q->is_watched |= entered;
    pthread_mutex_unlock(&q->lock);
    if (ring) {
        sem_post(&q->bell[segment_child()]); /* it looks now and then */
    }
    if (replaced != QUEUE_NOWHERE) {
        tell(q, replaced);
    }
    return entered ? BALANCER_ENTERED : BALANCER_REFUSED;
}

void queue_stop(queue_t *q, balancer_waiter_t *w, queue_exit_e why,
                int64_t now_us)
{
    pthread_mutex_lock(&q->lock);
    take_out_waiter(q, w);
    queue_line_leave(q->line, w->place, why, now_us);
    w->since = 0;
    pthread_mutex_unlock(&q->lock);
}
