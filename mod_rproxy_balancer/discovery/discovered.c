/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovered.c: see discovered.h.  Layer L2. */
#include "discovered.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <http_main.h>

#include "../balanced.h"
#include "discovery.h"
#include "driver/clock.h"

static source_t *sources; /* [source_count]; of this configuration */
static int source_count;
static discovery_t *discovery; /* NULL: not in this process */

/* ---- what people are told ---- */

static void tell(const source_t *s, source_news_e news, const char *text)
{
    const char *upstream = s->balance->name;
    const char *origin = s->rules->origin;

    switch (news) {
    case NEWS_CHANGED:
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(3065) "upstream %s, %s: %s", upstream, origin,
                     text);
        break;
    case NEWS_FAILED:
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(3066) "upstream %s, %s: %s; the members found "
                                   "before stay",
                     upstream, origin, text);
        break;
    case NEWS_GOOD:
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(3067) "upstream %s, %s: %s", upstream, origin,
                     text);
        break;
    case NEWS_ODD:
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, ap_server_conf,
                     RPLOGNO(3068) "upstream %s, %s: records that are no "
                                   "members: %s",
                     upstream, origin, text);
        break;
    }
}

/* ---- sources ---- */

int discovered_limit(const apr_array_header_t *rules)
{
    int i, n = 0;

    for (i = 0; rules && i < rules->nelts; i++) {
        n += APR_ARRAY_IDX(rules, i, const source_rules_t *)->dns.limit;
    }
    return n;
}

static int count_sources(void)
{
    int i, n = 0;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        const balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        n += b->conf.discover ? b->conf.discover->nelts : 0;
    }
    return n;
}

static void add_sources(balanced_t *b, source_seen_t *seen)
{
    int i;

    for (i = 0; b->conf.discover && i < b->conf.discover->nelts; i++) {
        source_t *s = &sources[source_count];

        s->rules = APR_ARRAY_IDX(b->conf.discover, i, const source_rules_t *);
        s->balance = &b->balance;
        s->seen = &seen[source_count++];
        s->tell = tell;
    }
}

/* Shared memory that goes with the configuration. */
typedef struct {
    void *base;
    size_t size;
} mapping_t;

static apr_status_t unmap(void *data)
{
    mapping_t *m = data;

    munmap(m->base, m->size);
    sources = NULL;
    source_count = 0;
    return APR_SUCCESS;
}

static void *map(size_t size, apr_pool_t *pool)
{
    mapping_t *m = apr_palloc(pool, sizeof(*m));

    m->size = size;
    m->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m->base == MAP_FAILED) {
        return NULL;
    }
    apr_pool_cleanup_register(pool, m, unmap, apr_pool_cleanup_null);
    return m->base;
}

apr_status_t discovered_configure(apr_pool_t *pconf)
{
    size_t count = (size_t)count_sources();
    source_seen_t *seen;
    int i;

    source_count = 0;
    if (!count) {
        return APR_SUCCESS;
    }
    sources = apr_pcalloc(pconf, sizeof(*sources) * count);
    seen = map(sizeof(*seen) * count, pconf);
    if (!seen) {
        return APR_ENOMEM;
    }
    for (i = 0; i < balanced_list->nelts; i++) {
        add_sources(APR_ARRAY_IDX(balanced_list, i, balanced_t *), seen);
    }
    return APR_SUCCESS;
}

/* ---- the thread ---- */

/* Members of directives that are there no more go. */
static void forget_others(void)
{
    const char **origins =
        malloc(sizeof(*origins) * (size_t)(source_count + 1));
    int i, k, n;

    for (i = 0; origins && i < balanced_list->nelts; i++) {
        balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        for (n = k = 0; k < source_count; k++) {
            if (sources[k].balance == &b->balance) {
                origins[n++] = sources[k].rules->origin;
            }
        }
        roster_keep_found(&b->balance, origins, n, clock_now());
    }
    free(origins);
}

void discovered_begin(void)
{
    forget_others();
    if (!source_count) {
        return;
    }
    discovery = discovery_start(sources, source_count);
    if (!discovery) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                     RPLOGNO(3069) "no thread that could look for members");
    }
}

void discovered_end(void)
{
    if (discovery) {
        discovery_stop(discovery);
        discovery = NULL;
    }
}

int discovered_count(void)
{
    return source_count;
}

const source_t *discovered_source(int number)
{
    return &sources[number];
}
