/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_seen.h: what rules of the WAF have done, kept for those who ask.
 * Layer L2. */
#ifndef RPROXY_GUARD_WAF_SEEN_H
#define RPROXY_GUARD_WAF_SEEN_H

#include "../request/waf_request.h"
#include "hit_ring.h"
#include "seen/rule_counts.h"
#include "seen/top_keys.h"
#include "waf_counts.h"
#include "waf_pace.h"

/* In memory of all children, from one graceful restart to the next. */
typedef struct {
    waf_counts_t counts;
    rule_counts_t rules; /* the action is a word of HIT_VERDICTS */
    top_keys_t paths;    /* "host/path" that rules spoke against */
    hit_ring_t hits;
    waf_pace_t pace; /* of lines of the error log */
} waf_seen_t;

/* In post_config, behind waf_open.  @return 0: no memory, and the log says so
 */
int waf_seen_open(server_rec *s);

/* NULL: there are no rules. */
waf_seen_t *waf_seen(void);

/* Nanoseconds, of a clock that only goes forward. */
uint64_t waf_seen_clock(void);

/* A number for a text, which nobody can guess. */
uint64_t waf_seen_number(const char *text);

/* A detection that is logged. */
void waf_seen_hit(const waf_request_t *waf, request_rec *r,
                  const detection_t *found);

/* The request is over. */
void waf_seen_end(const waf_request_t *waf);

#endif
