/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_file.c: see state_file.h.  Layer L1. */
#include "state_file.h"

#ifdef HAVE_JANSSON

#include <stdlib.h>
#include <string.h>

#include <apr_hash.h>
#include <apr_strings.h>

#include "control/entry_json.h"

#define FORMAT "mod_rproxy_balancer"
#define UNTIL_MAX_S INT64_C(253402300799) /* the end of the year 9999 */

/* ---- reading ---- */

static const char *read_wanted(const json_t *object, state_member_t *m,
                               apr_pool_t *pool)
{
    const char *text;
    const char *fault = json_read_text(object, "wanted", &text, pool);

    m->wanted = MEMBER_UP;
    if (fault || !text) {
        return fault;
    }
    if (strcmp(text, member_state_text(MEMBER_DRAIN)) == 0) {
        m->wanted = MEMBER_DRAIN;
    }
    else if (strcmp(text, member_state_text(MEMBER_MAINTENANCE)) == 0) {
        m->wanted = MEMBER_MAINTENANCE;
    }
    else {
        return apr_psprintf(pool,
                            "\"wanted\": '%.40s' is neither drain nor "
                            "maintenance",
                            text);
    }
    return json_read_number(object, "until", 0, UNTIL_MAX_S, &m->until_s, pool);
}

static const char *read_one(const json_t *object, state_member_t *m,
                            apr_pool_t *pool)
{
    static const char *const names[] = { "url",    "added", "removed",
                                         "wanted", "until", ENTRY_JSON_NAMES,
                                         NULL };
    const char *fault = json_read_names(object, names, pool);

    fault = fault ? fault : entry_json_url(object, &m->entry, pool);
    fault = fault ? fault : json_read_flag(object, "added", &m->added, pool);
    fault =
        fault ? fault : json_read_flag(object, "removed", &m->removed, pool);
    fault = fault ? fault : entry_json_read(object, &m->entry, pool);
    fault = fault ? fault : read_wanted(object, m, pool);
    if (!fault && m->added && m->removed) {
        return "a member is \"added\" and \"removed\" at once";
    }
    m->entry.source = m->added ? ROSTER_ADDED : ROSTER_CONFIGURED;
    m->weight_set = !m->added && json_object_get(object, "weight") != NULL;
    return fault;
}

static const char *read_members(const json_t *list, state_upstream_t *u,
                                apr_pool_t *pool)
{
    size_t i, n = json_array_size(list);
    apr_hash_t *known = apr_hash_make(pool);

    if (!json_is_array(list)) {
        return "\"members\" is no list";
    }
    if (n > MEMBERS_MAX) {
        return "\"members\" is longer than an upstream can be";
    }
    u->members = apr_array_make(pool, (int)n + 1, sizeof(state_member_t));
    for (i = 0; i < n; i++) {
        state_member_t *m = apr_array_push(u->members);
        const char *fault = read_one(json_array_get(list, i), m, pool);

        if (!fault && apr_hash_get(known, m->entry.url, APR_HASH_KEY_STRING)) {
            fault = "this URL stands in the list twice";
        }
        if (fault) {
            return apr_psprintf(pool, "upstream %.200s, member %d: %s", u->name,
                                (int)i + 1, fault);
        }
        apr_hash_set(known, m->entry.url, APR_HASH_KEY_STRING, m);
    }
    return NULL;
}

static const char *read_upstream(const json_t *object, state_upstream_t *u,
                                 apr_pool_t *pool)
{
    static const char *const names[] = { "name", "members", NULL };
    const char *fault = json_read_names(object, names, pool);

    fault = fault ? fault : json_read_text(object, "name", &u->name, pool);
    if (fault || !u->name) {
        return fault ? fault : "an upstream has no \"name\"";
    }
    return read_members(json_object_get(object, "members"), u, pool);
}

static const char *read_upstreams(const json_t *list, apr_array_header_t *to,
                                  apr_pool_t *pool)
{
    const char *fault = json_is_array(list) ? NULL : "\"upstreams\" is no list";
    size_t i;

    for (i = 0; i < json_array_size(list) && !fault; i++) {
        state_upstream_t u = { NULL, NULL };

        fault = read_upstream(json_array_get(list, i), &u, pool);
        APR_ARRAY_PUSH(to, state_upstream_t) = u;
    }
    return fault;
}

static const char *check_head(const json_t *file, apr_pool_t *pool)
{
    static const char *const names[] = { "format", "version", "upstreams",
                                         NULL };
    const json_t *format = json_object_get(file, "format");
    const json_t *version = json_object_get(file, "version");

    if (!json_is_string(format)
        || strcmp(json_string_value(format), FORMAT) != 0) {
        return "it is not a state of mod_rproxy_balancer (\"format\")";
    }
    if (!json_is_integer(version)
        || json_integer_value(version) != STATE_FILE_VERSION) {
        return apr_psprintf(pool,
                            "it is of version %" APR_INT64_T_FMT
                            ", this module knows version %d",
                            (apr_int64_t)json_integer_value(version),
                            STATE_FILE_VERSION);
    }
    return json_read_names(file, names, pool);
}

const char *state_file_parse(const char *text, size_t len,
                             apr_array_header_t **upstreams, apr_pool_t *pool)
{
    const char *fault;
    json_t *file = json_read_load(text, len, &fault, pool);

    *upstreams = apr_array_make(pool, 8, sizeof(state_upstream_t));
    if (!file) {
        return fault;
    }
    fault = check_head(file, pool);
    if (!fault) {
        fault = read_upstreams(json_object_get(file, "upstreams"), *upstreams,
                               pool);
    }
    json_decref(file);
    return fault;
}

/* ---- writing ---- */

static json_t *write_member(const state_member_t *m)
{
    json_t *object = json_object();

    json_object_set_new(object, "url", json_string(m->entry.url));
    if (m->removed) {
        json_object_set_new(object, "removed", json_true());
        return object;
    }
    if (m->added) {
        json_object_set_new(object, "added", json_true());
        entry_json_write(object, &m->entry);
    }
    if (m->weight_set) {
        json_object_set_new(object, "weight", json_integer(m->entry.weight));
    }
    if (m->wanted != MEMBER_UP) {
        json_object_set_new(object, "wanted",
                            json_string(member_state_text(m->wanted)));
    }
    if (m->until_s) {
        json_object_set_new(object, "until", json_integer(m->until_s));
    }
    return object;
}

static json_t *write_upstream(const state_upstream_t *u)
{
    json_t *object = json_object(), *list = json_array();
    int i;

    json_object_set_new(object, "name", json_string(u->name));
    for (i = 0; i < u->members->nelts; i++) {
        json_array_append_new(list,
                              write_member(&APR_ARRAY_IDX(u->members, i,
                                                          state_member_t)));
    }
    json_object_set_new(object, "members", list);
    return object;
}

const char *state_file_text(const apr_array_header_t *upstreams,
                            apr_pool_t *pool)
{
    json_t *file = json_object(), *list = json_array();
    const char *text = NULL;
    char *dump;
    int i;

    json_object_set_new(file, "format", json_string(FORMAT));
    json_object_set_new(file, "version", json_integer(STATE_FILE_VERSION));
    for (i = 0; i < upstreams->nelts; i++) {
        json_array_append_new(list,
                              write_upstream(&APR_ARRAY_IDX(upstreams, i,
                                                            state_upstream_t)));
    }
    json_object_set_new(file, "upstreams", list);
    dump = json_dumps(file, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    if (dump) {
        text = apr_pstrcat(pool, dump, "\n", NULL);
        free(dump);
    }
    json_decref(file);
    return text;
}

#else

const char *state_file_parse(const char *text, size_t len,
                             apr_array_header_t **upstreams, apr_pool_t *pool)
{
    return "built without jansson";
}

const char *state_file_text(const apr_array_header_t *upstreams,
                            apr_pool_t *pool)
{
    return NULL;
}

#endif
