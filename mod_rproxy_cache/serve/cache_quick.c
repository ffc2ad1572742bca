/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_quick.c: see cache_quick.h.  Layer L2. */
#include "cache_quick.h"

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#include "config/cache_sections.h"
#include "serve/cache_background.h"
#include "serve/cache_lookup.h"
#include "serve/cache_serve.h"
#include "status/cache_counters.h"

static int quick_is_possible;

void cache_quick_configure(int quick)
{
    quick_is_possible = quick;
}

const char *cache_quick_why_not(const cache_settings_t *s)
{
    return !quick_is_possible ? "a module asks things of clients that the "
                                "cache does not know (see the error log)"
           : s->checked == 1  ? s->checked_why
           : !CACHE_SETTING(s, keep_host)   ? "RProxyCacheKey no-host"
           : !CACHE_SETTING(s, keep_scheme) ? "RProxyCacheKey no-scheme"
           : cache_rules_need_phases(s->bypass)
               ? "an expression in RProxyCacheBypass"
           : cache_rules_need_phases(s->key_parts)
               ? "an expression in RProxyCacheKey"
               : NULL;
}

static int may_be_quick(const cache_request_t *q)
{
    const store_meta_t *m = store_object_meta(q->pin.object);

    return (m->flags & STORE_QUICK)
           && m->config_epoch == cache_sections_epoch(q->r->server);
}

static int serve_quick(cache_request_t *q)
{
    request_rec *r = q->r;
    int number = cache_server_conf(r->server)->number, soft, rv;

    if (cache_request_bypass(q) || cache_request_key(q) != 0
        || cache_lookup(q, &q->pin, &soft) != FOUND_OBJECT) {
        return DECLINED;
    }
    q->verdict = cache_lookup_verdict(q, &q->pin, soft);
    if (!may_be_quick(q) || !cache_lookup_is_served(q->verdict)) {
        return DECLINED;
    }
    cache_lookup_say_hit(q, r);
    rv = cache_serve_quick(q);
    if (rv == DECLINED) {
        return DECLINED;
    }
    q->way = CACHE_SERVE;
    cache_count(number, COUNT_QUICK, 1);
    cache_count(number, COUNT_BYTES, (uint64_t)r->bytes_sent);
    if (q->verdict == REUSE_STALE_REVALIDATE) {
        cache_background_start(q);
    }
    return rv;
}

static int quick_handler(request_rec *r, int lookup)
{
    const cache_settings_t *s;
    cache_request_t *q;
    int rv;

    if (lookup || !cache.store || r->main || r->prev
        || r->method_number != M_GET
        || apr_table_get(r->notes, RPROXY_NOTE_LATER)) {
        return DECLINED;
    }
    s = cache_settings_of_server(r->server);
    if (CACHE_SETTING(s, enabled) != 1 || cache_quick_why_not(s)
        || cache_background_is_ours(r)) {
        return DECLINED;
    }
    q = cache_request_create(r, s);
    rv = serve_quick(q);
    if (rv == DECLINED) {
        store_unpin(cache.store, &q->pin);
    }
    return rv;
}

void cache_quick_register_hooks(void)
{
    ap_hook_quick_handler(quick_handler, NULL, NULL, APR_HOOK_FIRST);
}
