/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_seen.c: see waf_seen.h.  Layer L2. */
#include "guard_private.h"
#include "waf_seen.h"

#include <time.h>

#include <apr_strings.h>
#include <http_core.h>

#include "routing/siphash.h"
#include "shared/shared_area.h"
#include "hit_make.h"

static waf_seen_t *seen; /* shared; NULL: there are no rules */

int waf_seen_open(server_rec *s)
{
    seen =
        waf_settings_are_used() ? shared_area(s, "waf", sizeof(*seen)) : NULL;
    return seen || !waf_settings_are_used();
}

waf_seen_t *waf_seen(void)
{
    return seen;
}

uint64_t waf_seen_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- a hit ---- */

uint64_t waf_seen_number(const char *text)
{
    return siphash(guard_global->secret, slice_str(text));
}

static const char *host_of(request_rec *r)
{
    return r->hostname ? r->hostname : ap_get_server_name(r);
}

static void count_path(const request_rec *r, const hit_t *hit)
{
    const char *text = apr_pstrcat(r->pool, hit->host, hit->path, NULL);
    uint64_t hash = waf_seen_number(text) | 1;

    if (top_keys_add(&seen->paths, hash, apr_time_sec(hit->time_us))) {
        top_keys_tell(&seen->paths, hash, slice_str(text));
    }
}

void waf_seen_hit(const waf_request_t *waf, request_rec *r,
                  const detection_t *found)
{
    hit_t hit;

    if (!seen) {
        return;
    }
    hit = hit_make(waf->inspect, found, slice_str(host_of(r)),
                   slice_str(waf->r->unparsed_uri),
                   waf_request_only_detects(waf));
    hit.time_us = apr_time_now();
    hit.request = waf_seen_number(waf->unique_id);
    hit.client = waf_seen_number(r->useragent_ip);
    hit_ring_put(&seen->hits, &hit);
    rule_counts_add(&seen->rules,
                    slice_str(apr_psprintf(r->pool, "%" APR_UINT64_T_FMT,
                                           (apr_uint64_t)hit.rule)),
                    slice_str(""), slice_str(hit_verdict_name(hit.verdict)),
                    hit.time_us);
    count_path(r, &hit);
}

/* ---- a request ---- */

void waf_seen_end(const waf_request_t *waf)
{
    hit_verdict_e verdict = waf->is_refused    ? HIT_REFUSE
                            : waf->is_detected ? HIT_DETECT
                            : waf->logged > 0  ? HIT_MATCH
                                               : HIT_PASS;

    if (seen) {
        waf_counts_add(&seen->counts, verdict, waf->is_limited, waf->spent_ns);
    }
}
