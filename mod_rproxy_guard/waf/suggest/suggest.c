/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* suggest.c: see suggest.h.  Layer L1. */
#include "suggest.h"

#include <stdlib.h>

#include <apr_strings.h>

#include "suggest_write.h"

typedef struct {
    const hit_t *hit; /* [count] */
    int count;
    const suggest_options_t *options;
    apr_pool_t *pool;
    suggest_result_t result;
    uint64_t next_id;
    char *is_known; /* [count]: a suggestion was made of it, or could not be */
} suggest_t;

/* ---- what is asked for ---- */

static int is_asked_for(const suggest_options_t *options, const hit_t *hit)
{
    return (!options->host
            || slice_eq_nocase(slice_str(options->host), slice_str(hit->host)))
           && (!options->path || strcmp(options->path, hit->path) == 0);
}

static int is_alike(const hit_t *a, const hit_t *b)
{
    return a->rule == b->rule && a->variable == b->variable
           && strcmp(a->path, b->path) == 0
           && slice_eq_nocase(slice_str(a->part), slice_str(b->part))
           && slice_eq_nocase(slice_str(a->host), slice_str(b->host));
}

/* ---- is it silenced? ---- */

static int ctl_takes(const rule_ctl_t *ctl, const hit_t *hit)
{
    int i;

    if (ctl->kind != CTL_RULE_REMOVE_TARGET_ID || hit->rule < ctl->first
        || hit->rule > ctl->last) {
        return 0;
    }
    for (i = 0; i < ctl->target_count; i++) {
        const rule_target_t *target = &ctl->target[i];

        if (target->variable == hit->variable && !target->counts
            && !target->excludes && !target->is_pattern
            && slice_eq_nocase(target->selector, slice_str(hit->part))) {
            return 1;
        }
    }
    return 0;
}

int suggest_silences(const rule_t *exception, const hit_t *hit)
{
    int i;

    if (exception->target_count != 1
        || exception->target[0].variable != VARIABLE_REQUEST_FILENAME
        || exception->op.kind != OPERATOR_STREQ || exception->op.negated
        || !(hit->flags & HIT_PATH_IS_EXACT)
        || !(hit->flags & HIT_PART_IS_EXACT)
        || hit->flags & (HIT_IS_COUNT | HIT_HAS_OTHERS)
        || !slice_eq(exception->op.argument, slice_str(hit->path))) {
        return 0;
    }
    for (i = 0; i < exception->ctl_count; i++) {
        if (ctl_takes(&exception->ctl[i], hit)) {
            return 1;
        }
    }
    return 0;
}

/* ---- one suggestion ---- */

static int is_of_host(const suggestion_t *made, const hit_t *hit)
{
    return slice_eq_nocase(slice_str(made->like->host), slice_str(hit->host));
}

static int is_silenced(const suggestion_t *made, const hit_t *hit)
{
    return is_of_host(made, hit) && suggest_silences(made->rule, hit);
}

/* Does the request have a hit in a value that stays? */
static int has_others(const suggest_t *s, const suggestion_t *made,
                      uint64_t request)
{
    int i;

    for (i = 0; i < s->count; i++) {
        if (s->hit[i].request == request && suggest_is_of_value(&s->hit[i])
            && !is_silenced(made, &s->hit[i])) {
            return 1;
        }
    }
    return 0;
}

/* @return 1: no hit before i that is silenced has this request, or client */
static int is_first(const suggest_t *s, const suggestion_t *made, int i,
                    int of_clients)
{
    int k;

    for (k = 0; k < i; k++) {
        int same = of_clients ? s->hit[k].client == s->hit[i].client
                              : s->hit[k].request == s->hit[i].request;

        if (same && is_silenced(made, &s->hit[k])) {
            return 0;
        }
    }
    return 1;
}

static int was_refused(const suggest_t *s, uint64_t request)
{
    int i;

    for (i = 0; i < s->count; i++) {
        if (s->hit[i].request == request && s->hit[i].verdict == HIT_REFUSE) {
            return 1;
        }
    }
    return 0;
}

/* What it would have meant, tried on all hits.
 * @return 0: it silences what it was not made for, or not what it was */
static int try_out(const suggest_t *s, suggestion_t *made)
{
    int i;

    made->score_most = -1;
    for (i = 0; i < s->count; i++) {
        const hit_t *hit = &s->hit[i];

        if (is_silenced(made, hit) != is_alike(made->like, hit)) {
            return 0;
        }
        if (!is_silenced(made, hit)) {
            continue;
        }
        made->hits++;
        made->clients += is_first(s, made, i, 1);
        if (hit->time_us > made->last_us) {
            made->last_us = hit->time_us;
        }
        if (hit->score > made->score_most) {
            made->score_most = hit->score;
        }
        if (is_first(s, made, i, 0)) {
            made->requests++;
            made->clears += !has_others(s, made, hit->request);
            made->was_refused |= was_refused(s, hit->request);
        }
    }
    return 1;
}

static uint64_t free_id(suggest_t *s)
{
    const apr_hash_t *used = s->options->id_set;

    while (
        used
        && apr_hash_get((apr_hash_t *)used, &s->next_id, sizeof(s->next_id))) {
        s->next_id++;
    }
    return s->next_id;
}

/* All like hit number i are known afterwards.  @return how many they are */
static int mark(suggest_t *s, int i)
{
    int k, n = 0;

    for (k = i; k < s->count; k++) {
        if (!s->is_known[k] && is_alike(&s->hit[i], &s->hit[k])) {
            s->is_known[k] = 1;
            n++;
        }
    }
    return n;
}

static void suggest_for(suggest_t *s, int i)
{
    suggestion_t made = { .like = &s->hit[i] };
    int alike = mark(s, i);

    s->result.of_values += alike;
    made.text = suggest_write(made.like, free_id(s), &made.rule, s->pool);
    if (!made.text || !try_out(s, &made)) {
        s->result.not_written += alike;
        return;
    }
    if (made.requests < s->options->requests_least) {
        s->result.too_few += alike;
        return;
    }
    s->next_id++;
    s->result.silenced += made.hits;
    APR_ARRAY_PUSH(s->result.list, suggestion_t) = made;
}

/* ---- all ---- */

static int by_requests(const void *a, const void *b)
{
    const suggestion_t *x = a, *y = b;

    return x->requests != y->requests  ? y->requests - x->requests
           : x->rule->id < y->rule->id ? -1
                                       : x->rule->id > y->rule->id;
}

suggest_result_t suggest_make(const hit_t *hits, int count,
                              const suggest_options_t *options,
                              apr_pool_t *pool)
{
    suggest_t s = { .hit = hits,
                    .count = count,
                    .options = options,
                    .pool = pool,
                    .next_id = options->first_id ? options->first_id
                                                 : SUGGEST_FIRST_ID };
    int i;

    s.result.list = apr_array_make(pool, 8, sizeof(suggestion_t));
    s.is_known = apr_pcalloc(pool, (size_t)count + 1);
    for (i = 0; i < count; i++) {
        if (!is_asked_for(options, &hits[i])) {
            continue;
        }
        s.result.hits++;
        if (!s.is_known[i] && suggest_is_of_value(&hits[i])) {
            suggest_for(&s, i);
        }
    }
    qsort(s.result.list->elts, (size_t)s.result.list->nelts,
          sizeof(suggestion_t), by_requests);
    return s.result;
}
