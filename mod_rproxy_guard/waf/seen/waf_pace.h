/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_pace.h: so many lines of the error log a second about what rules have
 * found; what each client is told for first has room of its own, the rest is
 * counted.  Layer L0.
 *
 * In memory of all children: atomic numbers, none of which needs another; two
 * that come in one moment may be a line off. */
#ifndef RPROXY_GUARD_WAF_PACE_H
#define RPROXY_GUARD_WAF_PACE_H

#include <stdint.h>

enum {
    WAF_PACE_PERIOD_S = 10,
    WAF_PACE_FIRSTS = 10, /* times the pace: first lines of clients */
    WAF_PACE_SETS = 1024,
    WAF_PACE_WAYS = 4
};

/* All 0 at first. */
typedef struct {
    uint64_t second;   /* that lines are of */
    uint64_t lines;    /* written in it */
    uint64_t firsts;   /* let through in it */
    uint64_t since;    /* a second, of the first that was withheld; 0: none */
    uint64_t withheld; /* lines */
    /* The upper bits of a key and the last ones of the second that it was first
     * in; 0: nobody.  Who is not there any more is new. */
    uint64_t first[WAF_PACE_SETS][WAF_PACE_WAYS];
} waf_pace_t;

/* Is this one, a well mixed hash, the first such in the period, and has the
 * second room for it?  Then it is remembered.
 * @param second  of a clock that only goes forward; above 0 */
int waf_pace_is_first(waf_pace_t *pace, uint64_t key, uint64_t second,
                      uint32_t lines_a_second);

/* Is there room for a line in this second? */
int waf_pace_has_room(waf_pace_t *pace, uint64_t second,
                      uint32_t lines_a_second);

void waf_pace_count(waf_pace_t *pace, uint64_t second, int is_written);

/* @return how many lines were withheld, when a period is over: to be told by
 *         who gets this; else 0 */
uint64_t waf_pace_tell(waf_pace_t *pace, uint64_t second);

#endif
