/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* suggest.h: narrow exceptions from rules of the WAF, made of what they have
 * found.  Layer L1 (memory of a pool).
 *
 *   SecRule REQUEST_FILENAME "@streq /x" "id:90000,phase:1,pass,nolog,t:none,\
 *       ctl:ruleRemoveTargetById=942100;ARGS:comment"
 *
 * One exception takes one part of one variable at one path from one rule.  Path
 * and part are what clients have sent: only letters, digits and a few signs
 * come into a directive, and each one is read back as the server would read it
 * and tried on all hits: it silences those that it was made of and no others.
 *
 * Whether a hit is an attack nobody knows here: counts of requests and clients
 * are for people, who decide. */
#ifndef RPROXY_GUARD_SUGGEST_H
#define RPROXY_GUARD_SUGGEST_H

#include <apr_tables.h>

#include "waf/rule/rule_list.h"
#include "waf/seen/hit_ring.h"

/* 0 and NULL: all, and the defaults. */
typedef struct {
    const char *host, *path;  /* only of these, without case in the host */
    int requests_least;       /* that an exception would have helped: 1 */
    uint64_t first_id;        /* of the directives: SUGGEST_FIRST_ID */
    const apr_hash_t *id_set; /* uint64_t -> anything: ids that are in use */
} suggest_options_t;

#define SUGGEST_FIRST_ID UINT64_C(90000)

typedef struct {
    const hit_t *like;  /* host, path, variable, part and rule of all of them */
    const rule_t *rule; /* the directive, as it was read back */
    const char *text;   /* the directive */
    int hits;           /* that it silences, of those there are */
    int requests;       /* that they are of */
    int clients;        /* that sent those */
    int clears;         /* requests that have no other hits in their values */
    int score_most;     /* -1: not known */
    int was_refused;    /* one of the requests or more */
    int64_t last_us;    /* the newest of the hits */
} suggestion_t;

typedef struct {
    apr_array_header_t *list; /* of suggestion_t, most requests first */
    int hits;                 /* of the host and path that were asked for */
    int of_values;            /* of them in what clients can send */
    int silenced;             /* of them by all of the list together */
    int not_written; /* that no exception is written for: no part has a name,
                        or its bytes or those of the path are not for a
                        directive, or were cut */
    int too_few;     /* that are of less requests than were asked for */
} suggest_result_t;

/* @param hits  [count], outlive the result */
suggest_result_t suggest_make(const hit_t *hits, int count,
                              const suggest_options_t *options,
                              apr_pool_t *pool);

/* Would this exception, if it were there before the rules, have silenced it? */
int suggest_silences(const rule_t *exception, const hit_t *hit);

#endif
