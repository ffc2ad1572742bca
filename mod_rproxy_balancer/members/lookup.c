/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* lookup.c: made in one of two memories, read in the other.  Layer L1. */
#include "lookup.h"

#include <string.h>
#include <sys/mman.h>

typedef struct {
    void *base;
    size_t size;
} mapping_t;

static apr_status_t unmap_view(void *data)
{
    mapping_t *mapping = data;

    munmap(mapping->base, mapping->size);
    return APR_SUCCESS;
}

/* Room for as many members as there are places: what is not used costs
 * nothing. */
static void *map_view(size_t size, apr_pool_t *pool)
{
    mapping_t *mapping = apr_palloc(pool, sizeof(*mapping));

    mapping->size = size;
    mapping->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping->base == MAP_FAILED) {
        return NULL;
    }
    apr_pool_cleanup_register(pool, mapping, unmap_view, apr_pool_cleanup_null);
    return mapping->base;
}

/* Under the lock.  What a ring asks for; its states do not matter. */
static uint32_t copy_facts(lookup_t *lookup, const places_t *places)
{
    uint32_t used = 0;
    int i;

    for (i = 0; i < places->count; i++) {
        const segment_member_t *m = &places->member[i];
        const member_facts_t facts = { .id = m->id,
                                       .weight = m->weight,
                                       .zone = m->zone,
                                       .tier = m->tier,
                                       .backup = m->backup,
                                       .state = MEMBER_UP };
        const member_facts_t none = { .state = MEMBER_NONE };

        lookup->facts[i] = m->use == PLACE_USED ? facts : none;
        used += m->use == PLACE_USED;
    }
    return used;
}

/* Under the lock: of the URL, and of the route where there is one. */
static void add_marks(const lookup_t *lookup, const places_t *places,
                      sticky_table_t *table)
{
    int i;

    for (i = 0; i < places->count; i++) {
        const segment_text_t *text = &places->text[i];

        if (lookup->facts[i].state == MEMBER_NONE) {
            continue;
        }
        sticky_table_add(table,
                         sticky_mark(lookup->secret, slice_str(text->url)),
                         (uint32_t)i);
        if (*text->route) {
            sticky_table_add(table,
                             sticky_mark(lookup->secret,
                                         slice_str(text->route)),
                             (uint32_t)i);
        }
    }
}

static void make(lookup_t *lookup, const places_t *places, lookup_view_t *view)
{
    sticky_table_t *table;
    uint32_t used;

    segment_lock(places->segment, places->pool);
    view->changes = __atomic_load_n(&places->shared->changes, __ATOMIC_RELAXED);
    used = copy_facts(lookup, places);
    table = sticky_table_make(view->marks_memory, 2 * used);
    add_marks(lookup, places, table);
    segment_unlock(places->segment, places->pool);
    view->marks = table;
    if (view->ring_memory) {
        view->ring = hash_ring_make(view->ring_memory, lookup->facts,
                                    (uint32_t)places->count, lookup->zone);
    }
}

lookup_view_t *lookup_hold(lookup_t *lookup)
{
    for (;;) {
        uint32_t i = __atomic_load_n(&lookup->current, __ATOMIC_SEQ_CST);

        __atomic_fetch_add(&lookup->view[i].readers, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&lookup->current, __ATOMIC_SEQ_CST) == i) {
            return &lookup->view[i];
        }
        lookup_let_go(&lookup->view[i]);
    }
}

void lookup_follow(lookup_t *lookup, const places_t *places)
{
    uint32_t now = lookup->current, next = (now + 1) % LOOKUP_VIEWS;

    if (lookup->view[now].changes
            != __atomic_load_n(&places->shared->changes, __ATOMIC_ACQUIRE)
        && __atomic_load_n(&lookup->view[next].readers, __ATOMIC_SEQ_CST)
               == 0) {
        make(lookup, places, &lookup->view[next]);
        __atomic_store_n(&lookup->current, next, __ATOMIC_SEQ_CST);
    }
}

int lookup_open(lookup_t *lookup, const places_t *places, int wants_ring,
                uint32_t zone, siphash_key_t secret, apr_pool_t *pool)
{
    uint32_t count = (uint32_t)places->count;
    int i;

    lookup->zone = zone;
    lookup->secret = secret;
    lookup->facts = apr_palloc(pool, sizeof(*lookup->facts) * count);
    for (i = 0; i < LOOKUP_VIEWS; i++) {
        lookup_view_t *view = &lookup->view[i];

        view->marks_memory = map_view(sticky_table_room(2 * count), pool);
        view->ring_memory =
            wants_ring ? map_view(hash_ring_room(count), pool) : NULL;
        if (!view->marks_memory || (wants_ring && !view->ring_memory)) {
            return 0;
        }
    }
    make(lookup, places, &lookup->view[0]);
    return 1;
}
