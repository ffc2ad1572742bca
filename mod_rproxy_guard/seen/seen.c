/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* seen.c: see seen.h.  Layer L2. */
#include "guard_private.h"
#include "seen.h"

#include "../guard_request.h"
#include "../shared/shared_area.h"
#include "routing/siphash.h"

static rule_counts_t *rules; /* shared */
static top_keys_t *tops;     /* shared, [guard_global->limits] */

/* A limit that has another one's place now begins anew. */
static void give(top_keys_t *top, const guard_limit_t *limit)
{
    uint64_t owner =
        siphash((siphash_key_t){ 0, 0 }, slice_str(limit->place.identity));

    if (top->owner != owner) {
        memset(top, 0, sizeof(*top));
        top->owner = owner;
    }
}

int seen_open(server_rec *s)
{
    int i, n = guard_global->limits->nelts;

    rules = shared_area(s, "rules", sizeof(*rules));
    tops = n ? shared_area(s, "top keys", sizeof(*tops) * (size_t)n) : NULL;
    for (i = 0; tops && i < n; i++) {
        give(&tops[i], APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *));
    }
    return rules && (tops || !n);
}

static const char *action_of(const guard_verdict_t *v, int refused)
{
    static const char *const words[] = { [GUARD_ACTION_UNSET] = "refuse",
                                         [GUARD_ACTION_OFF] = "off",
                                         [GUARD_ACTION_LOG] = "log",
                                         [GUARD_ACTION_CLASS] = "class",
                                         [GUARD_ACTION_DELAY] = "refuse",
                                         [GUARD_ACTION_CHALLENGE] = "challenge",
                                         [GUARD_ACTION_REFUSE] = "refuse",
                                         [GUARD_ACTION_BAN] = "ban" };
    action_kind_e kind = v->action ? v->action->kind : GUARD_ACTION_REFUSE;

    if (v->log_only || (!refused && kind > GUARD_ACTION_DELAY)) {
        return "log";
    }
    return v->did ? v->did : words[kind];
}

const char *seen_add(request_rec *r, const guard_verdict_t *v, int refused)
{
    const char *action = action_of(v, refused);

    rule_counts_add(rules, slice_str(v->rule),
                    slice_str(guard_request_of(r)->bot_class),
                    slice_str(action), r->request_time);
    if (v->limit && v->hash
        && top_keys_add(&tops[v->limit->number], v->hash,
                        apr_time_sec(r->request_time))) {
        top_keys_tell(&tops[v->limit->number], v->hash,
                      slice_str(verdict_key(r, v)));
    }
    return action;
}

const rule_counts_t *seen_rules(void)
{
    return rules;
}

top_keys_t *seen_keys(int i)
{
    return &tops[i];
}
