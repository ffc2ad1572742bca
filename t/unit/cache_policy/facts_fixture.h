/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* facts_fixture.h: the readers of fields, and heads written as text for the
 * tests of what is decided from them. */
#ifndef T_UNIT_FACTS_FIXTURE_H
#define T_UNIT_FACTS_FIXTURE_H

#include "unit.h"

#include "http1/h1_fields.c"
#include "policy/cache_control.c"
#include "policy/cache_directive.c"
#include "policy/facts.c"
#include "policy/http_date.c"
#include "policy/structured.c"
#include "policy/targeted.c"

/* Sun, 06 Nov 1994 08:49:37 GMT: "now" of all tables. */
#define NOW_S 784111777
#define NOW "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Sun, 06 Nov 1994 09:49:37 GMT" /* by an hour */
#define EARLIER "Sun, 06 Nov 1994 07:49:37 GMT"
#define DAY_AGO "Sat, 05 Nov 1994 08:49:37 GMT"

#define HEAD_MAX 16

typedef struct {
    h1_field_t fields[HEAD_MAX];
    size_t count;
} head_t;

static const char *const cdn_targets[] = { "RProxy-Cache-Control",
                                           "CDN-Cache-Control", NULL };

/* "Name: value" lines, a newline between them; NULL: none. */
static inline head_t head_of(const char *text)
{
    head_t head = { .count = 0 };

    while (text && *text) {
        size_t len = strcspn(text, "\n");
        const char *colon = memchr(text, ':', len);
        h1_field_t *field = &head.fields[head.count++];

        if (!colon || head.count > HEAD_MAX) {
            abort();
        }
        field->name = slice_make(text, (size_t)(colon - text));
        field->value =
            slice_trim(slice_make(colon + 1, len - field->name.len - 1));
        text += len + (text[len] == '\n');
    }
    return head;
}

static inline request_facts_t request_of(const char *method, const char *text)
{
    head_t head = head_of(text);
    request_facts_t facts;

    request_facts_read(&facts, slice_str(method), head.fields, head.count);
    return facts;
}

static inline response_facts_t response_of(int status, const char *text)
{
    head_t head = head_of(text);
    response_facts_t facts;

    response_facts_read(&facts, status, head.fields, head.count, cdn_targets,
                        NOW_S);
    return facts;
}

static inline void add_flag(unit_text_t *t, unsigned is_set, const char *name)
{
    if (is_set) {
        unit_text_add(t, "%s%s", t->len ? " " : "", name);
    }
}

static inline void add_time(unit_text_t *t, unsigned has, const char *name,
                            int64_t seconds)
{
    if (has) {
        unit_text_add(t, "%s%s=%lld", t->len ? " " : "", name,
                      (long long)seconds);
    }
}

static inline void add_slice(unit_text_t *t, slice_t s, const char *name)
{
    if (s.p) {
        unit_text_add(t, "%s%s=[%.*s]", t->len ? " " : "", name, (int)s.len,
                      s.p);
    }
}

/* All that is set, in a fixed order. */
static inline void cc_text(unit_text_t *t, const cache_control_t *cc)
{
    add_flag(t, cc->no_store, "no-store");
    add_flag(t, cc->no_cache, "no-cache");
    add_flag(t, cc->is_private, "private");
    add_flag(t, cc->is_public, "public");
    add_flag(t, cc->must_revalidate, "must-revalidate");
    add_flag(t, cc->proxy_revalidate, "proxy-revalidate");
    add_flag(t, cc->must_understand, "must-understand");
    add_flag(t, cc->no_transform, "no-transform");
    add_flag(t, cc->immutable, "immutable");
    add_flag(t, cc->only_if_cached, "only-if-cached");
    add_time(t, cc->has_max_age, "max-age", cc->max_age);
    add_time(t, cc->has_s_maxage, "s-maxage", cc->s_maxage);
    add_time(t, cc->has_min_fresh, "min-fresh", cc->min_fresh);
    add_time(t, cc->has_max_stale, "max-stale", cc->max_stale);
    add_flag(t, cc->max_stale_any, "any");
    add_time(t, cc->has_while_revalidate, "swr", cc->while_revalidate);
    add_time(t, cc->has_if_error, "sie", cc->if_error);
    add_slice(t, cc->no_cache_fields, "no-cache");
    add_slice(t, cc->private_fields, "private");
}

#endif
