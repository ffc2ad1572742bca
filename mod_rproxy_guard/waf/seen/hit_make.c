/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_make.c: see hit_make.h.  Layer L1. */
#include "hit_make.h"

#include <apr_strings.h>

#include "waf/inspect/request_head.h"

enum {
    SCORE_MOST = 1000000
};

/* Of the Core Rule Set 4, then 3. */
int hit_make_score(const inspect_t *inspect)
{
    static const char *const names[] = { "blocking_inbound_anomaly_score",
                                         "anomaly_score" };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        slice_t text = inspect_tx(inspect, slice_str(names[i]));
        apr_int64_t score;

        if (text.len) {
            score = apr_atoi64(apr_pstrmemdup(inspect->pool, text.p, text.len));
            score = score < 0 ? 0 : score;
            return score > SCORE_MOST ? SCORE_MOST : (int)score;
        }
    }
    return -1;
}

static hit_verdict_e verdict_of(const detection_t *found, int detects)
{
    switch (found->phase < RULE_PHASES ? found->rule->verdict : RULE_PASS) {
    case RULE_DENY:
    case RULE_BLOCK:
    case RULE_DROP:
    case RULE_REDIRECT:
        return detects ? HIT_DETECT : HIT_REFUSE;
    default:
        return HIT_MATCH;
    }
}

hit_t hit_make(const inspect_t *inspect, const detection_t *found, slice_t host,
               slice_t uri, int detects)
{
    slice_t path, query;
    hit_t hit;

    memset(&hit, 0, sizeof(hit));
    request_head_target(uri, &path, &query);
    hit.rule = found->rule->id;
    hit.score = hit_make_score(inspect);
    hit.variable = (uint16_t)found->variable;
    hit.phase = (uint8_t)found->phase;
    hit.verdict = (uint8_t)verdict_of(found, detects);
    hit.flags = (found->counts ? HIT_IS_COUNT : 0)
                | (found->has_others ? HIT_HAS_OTHERS : 0);
    hit_text(hit.host, sizeof(hit.host), host);
    if (hit_text(hit.path, sizeof(hit.path), path)) {
        hit.flags |= HIT_PATH_IS_EXACT;
    }
    if (hit_text(hit.part, sizeof(hit.part), found->part)) {
        hit.flags |= HIT_PART_IS_EXACT;
    }
    hit_text(hit.text, sizeof(hit.text), found->value);
    return hit;
}
