/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_directive.c: the cache directives by name, and how each is put into a
 * cache_control_t.  Layer L0.  RFC 9111 sections 4.2.1 and 5.2, RFC 5861,
 * RFC 8246. */
#include "cache_directive.h"
#include "http1/h1_fields.h"
#include "http_date.h"

/* clang-format off */
static const struct {
    const char *name;
    size_t len;
    cache_directive_e id;
} directive_names[] = {
#define NAME(text, id) { text, sizeof(text) - 1, id }
    NAME("max-age",                DIRECTIVE_MAX_AGE),
    NAME("no-cache",               DIRECTIVE_NO_CACHE),
    NAME("no-store",               DIRECTIVE_NO_STORE),
    NAME("private",                DIRECTIVE_PRIVATE),
    NAME("public",                 DIRECTIVE_PUBLIC),
    NAME("s-maxage",               DIRECTIVE_S_MAXAGE),
    NAME("must-revalidate",        DIRECTIVE_MUST_REVALIDATE),
    NAME("proxy-revalidate",       DIRECTIVE_PROXY_REVALIDATE),
    NAME("must-understand",        DIRECTIVE_MUST_UNDERSTAND),
    NAME("no-transform",           DIRECTIVE_NO_TRANSFORM),
    NAME("immutable",              DIRECTIVE_IMMUTABLE),
    NAME("stale-while-revalidate", DIRECTIVE_STALE_WHILE_REVALIDATE),
    NAME("stale-if-error",         DIRECTIVE_STALE_IF_ERROR),
    NAME("only-if-cached",         DIRECTIVE_ONLY_IF_CACHED),
    NAME("max-stale",              DIRECTIVE_MAX_STALE),
    NAME("min-fresh",              DIRECTIVE_MIN_FRESH),
#undef NAME
};
/* clang-format on */

#define DIRECTIVE_NAMES (sizeof(directive_names) / sizeof(directive_names[0]))

cache_directive_e cache_directive_find(slice_t name)
{
    size_t i;

    for (i = 0; i < DIRECTIVE_NAMES; i++) {
        if (directive_names[i].len == name.len
            && slice_eq_nocase(name,
                               slice_make(directive_names[i].name, name.len))) {
            return directive_names[i].id;
        }
    }
    return DIRECTIVE_UNKNOWN;
}

void cache_directive_set(cache_control_t *cc, cache_directive_e id, int on)
{
    unsigned bit = on != 0;

    switch (id) {
    case DIRECTIVE_NO_STORE:
        cc->no_store = bit;
        break;
    case DIRECTIVE_NO_CACHE:
        cc->no_cache = bit;
        break;
    case DIRECTIVE_PRIVATE:
        cc->is_private = bit;
        break;
    case DIRECTIVE_PUBLIC:
        cc->is_public = bit;
        break;
    case DIRECTIVE_MUST_REVALIDATE:
        cc->must_revalidate = bit;
        break;
    case DIRECTIVE_PROXY_REVALIDATE:
        cc->proxy_revalidate = bit;
        break;
    case DIRECTIVE_MUST_UNDERSTAND:
        cc->must_understand = bit;
        break;
    case DIRECTIVE_NO_TRANSFORM:
        cc->no_transform = bit;
        break;
    case DIRECTIVE_IMMUTABLE:
        cc->immutable = bit;
        break;
    case DIRECTIVE_ONLY_IF_CACHED:
        cc->only_if_cached = bit;
        break;
    default:
        break;
    }
}

/* @return what is set now */
static int64_t the_smaller(unsigned is_set, int64_t old, int64_t seconds)
{
    return is_set && old < seconds ? old : seconds;
}

void cache_directive_set_time(cache_control_t *cc, cache_directive_e id,
                              int64_t seconds)
{
    switch (id) {
    case DIRECTIVE_MAX_AGE:
        cc->max_age = the_smaller(cc->has_max_age, cc->max_age, seconds);
        cc->has_max_age = 1;
        break;
    case DIRECTIVE_S_MAXAGE:
        cc->s_maxage = the_smaller(cc->has_s_maxage, cc->s_maxage, seconds);
        cc->has_s_maxage = 1;
        break;
    case DIRECTIVE_MIN_FRESH:
        if (seconds > cc->min_fresh) {
            cc->min_fresh = seconds;
        }
        cc->has_min_fresh = 1;
        break;
    case DIRECTIVE_MAX_STALE:
        cc->max_stale = the_smaller(cc->has_max_stale, cc->max_stale, seconds);
        cc->has_max_stale = 1;
        cc->max_stale_any = 0;
        break;
    case DIRECTIVE_STALE_WHILE_REVALIDATE:
        cc->while_revalidate = the_smaller(cc->has_while_revalidate,
                                           cc->while_revalidate, seconds);
        cc->has_while_revalidate = 1;
        break;
    case DIRECTIVE_STALE_IF_ERROR:
        cc->if_error = the_smaller(cc->has_if_error, cc->if_error, seconds);
        cc->has_if_error = 1;
        break;
    default:
        break;
    }
}

void cache_directive_set_any_stale(cache_control_t *cc)
{
    if (!cc->has_max_stale) {
        cc->has_max_stale = 1;
        cc->max_stale_any = 1;
        cc->max_stale = DELTA_MAX;
    }
}

static int is_list_of_names(slice_t list)
{
    slice_t name;
    int count = 0;

    while (h1_list_next(&list, &name)) {
        if (!h1_is_token(name)) {
            return 0;
        }
        count++;
    }
    return count > 0;
}

void cache_directive_set_fields(cache_control_t *cc, cache_directive_e id,
                                slice_t list)
{
    slice_t *kept =
        id == DIRECTIVE_NO_CACHE ? &cc->no_cache_fields : &cc->private_fields;

    if (kept->len || !is_list_of_names(list)) {
        cache_directive_set(cc, id, 1);
    }
    if (is_list_of_names(list)) {
        *kept = list;
    }
}

static void clear_time(cache_control_t *cc, cache_directive_e id)
{
    switch (id) {
    case DIRECTIVE_MAX_AGE:
        cc->has_max_age = 0;
        break;
    case DIRECTIVE_S_MAXAGE:
        cc->has_s_maxage = 0;
        break;
    case DIRECTIVE_STALE_WHILE_REVALIDATE:
        cc->has_while_revalidate = 0;
        break;
    case DIRECTIVE_STALE_IF_ERROR:
        cc->has_if_error = 0;
        break;
    default:
        break;
    }
}

void cache_directive_clear(cache_control_t *cc, cache_directive_e id)
{
    slice_t none = { NULL, 0 };

    cache_directive_set(cc, id, 0);
    clear_time(cc, id);
    if (id == DIRECTIVE_NO_CACHE) {
        cc->no_cache_fields = none;
    }
    else if (id == DIRECTIVE_PRIVATE) {
        cc->private_fields = none;
    }
}
