/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_memory.c: see limit_memory.h.  Layer L2. */
#include "limit_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <apr_general.h>
#include <apr_strings.h>
#include <httpd.h>
#include <http_config.h>

#define KEPT "rproxy-guard-limits"

typedef struct {
    const char *identity;
    uint32_t sets;
    limit_table_t table;
    limit_counts_t *counts;
} kept_place_t;

/* What lives from one configuration to the next. */
typedef struct {
    apr_pool_t *pool; /* of the mapping and the list */
    kept_place_t *place;
    int count;
    siphash_key_t secret;
} kept_t;

typedef struct {
    void *base;
    size_t size;
} mapping_t;

static kept_t *kept_data(void)
{
    kept_t *kept = ap_retained_data_get(KEPT);

    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
        apr_generate_random_bytes((unsigned char *)&kept->secret,
                                  sizeof(kept->secret));
    }
    return kept;
}

siphash_key_t limit_memory_secret(void)
{
    return kept_data()->secret;
}

static apr_status_t unmap(void *data)
{
    mapping_t *mapping = data;

    munmap(mapping->base, mapping->size);
    return APR_SUCCESS;
}

static apr_status_t map(mapping_t **mapping, size_t size, apr_pool_t *pool)
{
    mapping_t *m = apr_palloc(pool, sizeof(*m));

    m->size = size;
    m->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m->base == MAP_FAILED) {
        return errno;
    }
    apr_pool_cleanup_register(pool, m, unmap, apr_pool_cleanup_null);
    *mapping = m;
    return APR_SUCCESS;
}

static size_t size_of(limit_place_t *const *places, int count)
{
    size_t size = 0;
    int i;

    for (i = 0; i < count; i++) {
        size += sizeof(limit_counts_t) + limit_table_room(places[i]->sets);
    }
    return size;
}

static void lay_out(limit_place_t **places, int count, char *base)
{
    limit_counts_t *counts = (limit_counts_t *)base;
    char *at = (char *)(counts + count);
    int i;

    for (i = 0; i < count; i++) {
        places[i]->counts = counts + i;
        places[i]->table.entry = (uint64_t *)at;
        places[i]->table.sets = places[i]->sets;
        at += limit_table_room(places[i]->sets);
    }
}

static int is_place(const kept_place_t *kept, const limit_place_t *place)
{
    return kept->sets == place->sets
           && strcmp(kept->identity, place->identity) == 0;
}

/* Limits that say the same, of several virtual hosts for example, are told
 * apart by their order.  @return what places[i] was before, or NULL */
static const kept_place_t *find(const kept_t *kept, limit_place_t **places,
                                int i)
{
    int alike = 0, k;

    for (k = 0; k < i; k++) {
        alike += places[k]->sets == places[i]->sets
                 && strcmp(places[k]->identity, places[i]->identity) == 0;
    }
    for (k = 0; k < kept->count; k++) {
        if (is_place(&kept->place[k], places[i]) && alike-- == 0) {
            return &kept->place[k];
        }
    }
    return NULL;
}

/* Children of before may still count in the old one: what they take from now on
 * is not seen by the new ones, for the seconds that they live. */
static void inherit(const kept_t *kept, limit_place_t **places, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        const kept_place_t *before = find(kept, places, i);

        if (before) {
            memcpy(places[i]->table.entry, before->table.entry,
                   limit_table_room(before->sets));
            *places[i]->counts = *before->counts;
        }
    }
}

static int is_same(const kept_t *kept, limit_place_t **places, int count)
{
    int i;

    for (i = 0; i < count && kept->count == count; i++) {
        if (find(kept, places, i) != &kept->place[i]) {
            return 0;
        }
    }
    return kept->count == count;
}

static void use_as_before(const kept_t *kept, limit_place_t **places)
{
    int i;

    for (i = 0; i < kept->count; i++) {
        places[i]->table = kept->place[i].table;
        places[i]->counts = kept->place[i].counts;
    }
}

static void keep(kept_t *kept, limit_place_t **places, int count,
                 apr_pool_t *pool)
{
    int i;

    kept->place = apr_palloc(pool, sizeof(*kept->place) * (unsigned)count);
    kept->count = count;
    for (i = 0; i < count; i++) {
        kept->place[i].identity = apr_pstrdup(pool, places[i]->identity);
        kept->place[i].sets = places[i]->sets;
        kept->place[i].table = places[i]->table;
        kept->place[i].counts = places[i]->counts;
    }
    if (kept->pool) {
        apr_pool_destroy(kept->pool);
    }
    kept->pool = pool;
}

apr_status_t limit_memory_open(limit_place_t **places, int count,
                               apr_pool_t *process)
{
    kept_t *kept = kept_data();
    mapping_t *mapping = NULL;
    apr_pool_t *pool;
    apr_status_t rv;

    if (count <= 0) {
        return APR_SUCCESS;
    }
    if (is_same(kept, places, count)) {
        use_as_before(kept, places);
        return APR_SUCCESS;
    }
    apr_pool_create(&pool, process);
    rv = map(&mapping, size_of(places, count), pool);
    if (rv != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return rv;
    }
    lay_out(places, count, mapping->base);
    inherit(kept, places, count);
    keep(kept, places, count, pool);
    return APR_SUCCESS;
}
