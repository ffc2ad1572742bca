/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_object.c: see json_object.h.  Layer L1. */
#include "json_object.h"

#ifdef HAVE_JANSSON

#include <apr_strings.h>

#include "json_read.h"

enum {
    MEMBERS_MAX = 16
};

static const char *read_names(const json_t *object,
                              const json_member_t *members, apr_pool_t *pool)
{
    const char *names[MEMBERS_MAX + 1] = { NULL };
    int i;

    for (i = 0; i < MEMBERS_MAX && members[i].name; i++) {
        names[i] = members[i].name;
    }
    return json_read_names(object, names, pool);
}

/* A text of digits becomes a number of its own. */
static const char *read_number(json_t *object, const json_member_t *member,
                               apr_pool_t *pool)
{
    const char *text = json_string_value(json_object_get(object, member->name));
    char *end = NULL;
    apr_int64_t n = text && *text ? apr_strtoi64(text, &end, 10) : 0;

    if (end && !*end) {
        json_object_set_new(object, member->name, json_integer(n));
    }
    return json_read_number(object, member->name, member->least, member->most,
                            member->number, pool);
}

static const char *read_member(json_t *object, const json_member_t *member,
                               apr_pool_t *pool)
{
    return member->text
               ? json_read_text(object, member->name, member->text, pool)
           : member->flag
               ? json_read_flag(object, member->name, member->flag, pool)
               : read_number(object, member, pool);
}

const char *json_object_read(const char *json, size_t len,
                             const json_member_t *members, apr_pool_t *pool)
{
    const char *fault;
    json_t *object = json_read_load(json, len, &fault, pool);

    if (!object) {
        return fault;
    }
    fault = read_names(object, members, pool);
    for (; !fault && members->name; members++) {
        fault = read_member(object, members, pool);
    }
    json_decref(object);
    return fault;
}

#endif
