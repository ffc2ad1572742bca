/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_seen.c: see waf_seen.h.  Layer L2. */
#include "guard_private.h"
#include "waf_seen.h"

#include <time.h>

#include <apr_strings.h>
#include <http_core.h>

#include "routing/siphash.h"
#include "shared/shared_area.h"
#include "waf/inspect/request_head.h"

enum {
    SCORE_MOST = 1000000
};

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

/* Of the Core Rule Set 3 and 4; -1: there is no such thing. */
int waf_seen_score(const inspect_t *inspect)
{
    static const char *const names[] = { "blocking_inbound_anomaly_score",
                                         "anomaly_score",
                                         "inbound_anomaly_score" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        slice_t text = inspect_tx(inspect, slice_str(names[i]));
        apr_int64_t score;

        if (text.len) {
            score = apr_atoi64(apr_pstrmemdup(inspect->pool, text.p, text.len));
            return score < 0 ? 0 : score > SCORE_MOST ? SCORE_MOST : (int)score;
        }
    }
    return -1;
}

static hit_verdict_e verdict_of(const waf_request_t *waf,
                                const detection_t *found)
{
    switch (found->phase < RULE_PHASES ? found->rule->verdict : RULE_PASS) {
    case RULE_DENY:
    case RULE_BLOCK:
    case RULE_DROP:
    case RULE_REDIRECT:
        return waf_request_only_detects(waf) ? HIT_DETECT : HIT_REFUSE;
    default:
        return HIT_MATCH;
    }
}

static uint64_t number_of(const char *text)
{
    return siphash(guard_global->secret, slice_str(text));
}

static slice_t path_of(const request_rec *r)
{
    slice_t path, query;

    request_head_target(slice_str(r->unparsed_uri ? r->unparsed_uri : ""),
                        &path, &query);
    return path;
}

static const char *host_of(request_rec *r)
{
    return r->hostname ? r->hostname : ap_get_server_name(r);
}

static hit_t make_hit(const waf_request_t *waf, request_rec *r,
                      const detection_t *found)
{
    hit_t hit;

    memset(&hit, 0, sizeof(hit));
    hit.time_us = apr_time_now();
    hit.rule = found->rule->id;
    hit.request = number_of(waf->unique_id);
    hit.client = number_of(r->useragent_ip);
    hit.score = waf_seen_score(waf->inspect);
    hit.variable = (uint16_t)found->variable;
    hit.phase = (uint8_t)found->phase;
    hit.verdict = (uint8_t)verdict_of(waf, found);
    hit.flags = found->counts ? HIT_IS_COUNT : 0;
    hit_text(hit.host, sizeof(hit.host), slice_str(host_of(r)));
    if (hit_text(hit.path, sizeof(hit.path), path_of(waf->r))) {
        hit.flags |= HIT_PATH_IS_EXACT;
    }
    if (hit_text(hit.part, sizeof(hit.part), found->part)) {
        hit.flags |= HIT_PART_IS_EXACT;
    }
    hit_text(hit.text, sizeof(hit.text), found->value);
    return hit;
}

static void count_path(const request_rec *r, const hit_t *hit)
{
    const char *text = apr_pstrcat(r->pool, hit->host, hit->path, NULL);
    uint64_t hash = number_of(text) | 1;

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
    hit = make_hit(waf, r, found);
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
