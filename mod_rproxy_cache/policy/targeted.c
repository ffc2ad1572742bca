/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* targeted.c: targeted cache control.  Layer L0.  RFC 9213 section 2.1,
 * RFC 8941.  The directives mean what they mean in Cache-Control; the syntax
 * is strict, and of a directive given twice the last counts. */
#include "targeted.h"
#include "cache_directive.h"
#include "http_date.h"
#include "structured.h"

/* A qualified form; anything but a string or a token is taken for the plain
 * one. */
static void fields_apply(cache_control_t *cc, cache_directive_e id,
                         const structured_t *member)
{
    switch (member->kind) {
    case STRUCTURED_STRING:
    case STRUCTURED_TOKEN:
        cache_directive_set_fields(cc, id, member->text);
        break;
    case STRUCTURED_BOOLEAN:
        cache_directive_set(cc, id, member->number != 0);
        break;
    default:
        cache_directive_set(cc, id, 1);
        break;
    }
}

static void flag_apply(cache_control_t *cc, cache_directive_e id,
                       const structured_t *member)
{
    if (member->kind == STRUCTURED_BOOLEAN) {
        cache_directive_set(cc, id, member->number != 0);
    }
    else {
        cache_directive_set(cc, id, cache_directive_forbids(id));
    }
}

/* @return 0, or -1: no integer */
static int time_apply_integer(cache_control_t *cc, cache_directive_e id,
                              const structured_t *member)
{
    int64_t seconds = member->number;

    if (member->kind != STRUCTURED_INTEGER) {
        return -1;
    }
    seconds = seconds < 0 ? 0 : seconds;
    seconds = seconds > DELTA_MAX ? DELTA_MAX : seconds;
    cache_directive_set_time(cc, id, seconds);
    return 0;
}

static int is_of_requests(cache_directive_e id)
{
    return id == DIRECTIVE_MIN_FRESH || id == DIRECTIVE_MAX_STALE
           || id == DIRECTIVE_ONLY_IF_CACHED;
}

/* @return 0, or -1: the whole field is invalid */
static int member_apply(cache_control_t *cc, const structured_t *member)
{
    cache_directive_e id = cache_directive_find(member->key);

    if (id == DIRECTIVE_UNKNOWN || is_of_requests(id)) {
        return 0;
    }
    cache_directive_clear(cc, id);
    if (cache_directive_is_time(id)) {
        return time_apply_integer(cc, id, member);
    }
    if (cache_directive_has_fields(id)) {
        fields_apply(cc, id, member);
    }
    else {
        flag_apply(cc, id, member);
    }
    return 0;
}

int targeted_add(cache_control_t *cc, slice_t value)
{
    structured_t member = { .number = 0 };
    slice_t rest = slice_trim(value);
    int members = 0, next;

    while ((next = structured_next(&rest, &member)) == 1) {
        if (member_apply(cc, &member) != 0) {
            return -1;
        }
        members++;
    }
    return next < 0 ? -1 : members > 0;
}

int targeted_read(cache_control_t *cc, slice_t value)
{
    memset(cc, 0, sizeof(*cc));
    if (targeted_add(cc, value) != 1) {
        memset(cc, 0, sizeof(*cc));
        return -1;
    }
    return 0;
}
