/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_place.c: see waf_place.h.  Layer L1. */
#include "waf_place.h"

#include <pthread.h>

#include <apr_hash.h>
#include <apr_strings.h>

#include "program/program_except.h"

/* What a place is known by. */
typedef struct {
    const waf_place_t *outer;
    const rule_list_t *inner;
} place_key_t;

static struct {
    pthread_mutex_t lock; /* of all that follows, and of what pool gives */
    apr_pool_t *pool;
    apr_hash_t *places; /* place_key_t -> waf_place_t */
    const unicode_map_t *map;
    uint32_t limit;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

void waf_place_forget(void)
{
    all.places = NULL;
}

void waf_place_begin(apr_pool_t *pool, const unicode_map_t *map, uint32_t limit)
{
    apr_pool_create(&all.pool, pool); /* nobody else takes from it */
    all.places = apr_hash_make(pool);
    all.map = map;
    all.limit = limit;
}

int waf_place_has_begun(void)
{
    return all.places != NULL;
}

static const char *compile(waf_place_t *place)
{
    const rule_list_t *finished;
    const char *wrong = rule_list_finish(place->list, &finished, all.pool);

    if (wrong || finished->rules == 0) {
        return wrong;
    }
    return program_make(finished, all.map, all.limit, &place->program,
                        all.pool);
}

static const char *make_place(const waf_place_t *outer,
                              const rule_list_t *inner,
                              const waf_place_t **made)
{
    waf_place_t *place = apr_pcalloc(all.pool, sizeof(*place));
    const char *wrong;

    place->list = outer ? rule_list_join(outer->list, inner, all.pool) : inner;
    wrong =
        outer && rule_list_is_exceptions(inner)
            ? program_except(outer->program, inner, &place->program, all.pool)
            : compile(place);
    *made = place;
    return wrong;
}

/* @param outer  lives as long as the configuration, or is NULL */
static const char *find(const waf_place_t *outer, const rule_list_t *inner,
                        const waf_place_t **made)
{
    place_key_t key = { outer, inner };
    const char *wrong = NULL;

    pthread_mutex_lock(&all.lock);
    *made = apr_hash_get(all.places, &key, sizeof(key));
    if (!*made) {
        wrong = make_place(outer, inner, made);
        if (!wrong) {
            apr_hash_set(all.places, apr_pmemdup(all.pool, &key, sizeof(key)),
                         sizeof(key), *made);
        }
    }
    pthread_mutex_unlock(&all.lock);
    return wrong;
}

const char *waf_place_within(const waf_place_t *outer, const rule_list_t *inner,
                             const waf_place_t **made, apr_pool_t *pool)
{
    const waf_place_t *stem;
    const char *wrong;

    if (!outer || !outer->stem) {
        return find(outer, inner, made);
    }
    wrong = find(outer->stem, inner, &stem);
    return wrong ? wrong
                 : waf_place_except(stem, outer->exceptions, made, pool);
}

const char *waf_place_except(const waf_place_t *outer, const rule_list_t *inner,
                             const waf_place_t **made, apr_pool_t *pool)
{
    waf_place_t *place = apr_pcalloc(pool, sizeof(*place));

    place->stem = outer->stem ? outer->stem : outer;
    place->list = place->stem->list;
    place->exceptions = rule_list_join(outer->exceptions, inner, pool);
    *made = place;
    return program_except(outer->program, inner, &place->program, pool);
}
