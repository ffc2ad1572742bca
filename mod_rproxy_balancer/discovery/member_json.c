/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_json.c: see member_json.h.  Layer L1. */
#include "member_json.h"

#ifdef HAVE_JANSSON

#include <apr_strings.h>
#include <jansson.h>

/* Values as directives would have them: 2 is "2", true is "on". */
static const char *value_text(const json_t *value, apr_pool_t *pool)
{
    if (json_is_string(value)) {
        return apr_pstrdup(pool, json_string_value(value));
    }
    if (json_is_integer(value)) {
        return apr_psprintf(pool, "%" APR_INT64_T_FMT,
                            (apr_int64_t)json_integer_value(value));
    }
    return json_is_true(value) ? "on" : json_is_false(value) ? "off" : NULL;
}

static const char *set_key(found_member_t *member, const char *key,
                           const json_t *value, apr_pool_t *pool)
{
    const char *text = value_text(value, pool);
    const char *expected = "a string, a number or true";

    if (text && strcmp(key, "url") == 0) {
        member->url = slice_str(text);
        return NULL;
    }
    if (text) {
        expected = found_member_set(member, slice_str(apr_pstrdup(pool, key)),
                                    slice_str(text));
    }
    return expected ? apr_psprintf(pool, "\"%.80s\": '%.80s': expected %s", key,
                                   text ? text : "no such value", expected)
                    : NULL;
}

static const char *read_member(const json_t *value, found_member_t *member,
                               apr_pool_t *pool)
{
    const char *error = NULL, *key;
    json_t *of, *object = (json_t *)value;

    if (json_is_string(value)) {
        return set_key(member, "url", value, pool);
    }
    if (!json_is_object(value)) {
        return "expected an object, {\"url\": ...}, or a URL";
    }
    json_object_foreach(object, key, of)
    {
        error = error ? error : set_key(member, key, of, pool);
    }
    return error || member->url.len ? error : "expected a \"url\"";
}

static const char *read_all(const json_t *root, const found_member_t *usual,
                            apr_array_header_t *members)
{
    const json_t *value;
    size_t i;

    if (!json_is_array(root)) {
        return "expected a list of members, [...]";
    }
    json_array_foreach((json_t *)root, i, value)
    {
        found_member_t *member = apr_array_push(members);
        const char *error;

        *member = *usual;
        error = read_member(value, member, members->pool);
        if (error) {
            return apr_psprintf(members->pool, "member %lu of the list: %s",
                                (unsigned long)i + 1, error);
        }
    }
    return NULL;
}

const char *member_json_parse(slice_t text, const found_member_t *usual,
                              apr_array_header_t *members)
{
    json_error_t fault;
    json_t *root = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, &fault);
    const char *error;

    if (!root) {
        return apr_psprintf(members->pool, "line %d: not JSON: %s", fault.line,
                            fault.text);
    }
    error = read_all(root, usual, members);
    json_decref(root);
    return error;
}

#else

const char *member_json_parse(slice_t text, const found_member_t *usual,
                              apr_array_header_t *members)
{
    return "mod_rproxy_balancer was built without jansson: JSON cannot be read";
}

#endif
