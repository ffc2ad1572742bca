/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_reader.c: all but purges, of command_reader.h.  Layer L1. */
#include "command_reader.h"

#include "admin/command_json.h"

#ifdef HAVE_JANSSON

#include <apr_lib.h>
#include <apr_strings.h>

#define METHOD_MAX 32
#define FIELDS_MAX 100
#define LIMIT_DEFAULT 100

/* ---- explain ---- */

/* RFC 9110 section 5.6.2; method and field names. */
static int is_token(const char *text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    const char *c = text;

    while (*c && (apr_isalnum(*c) || strchr(others, *c))) {
        c++;
    }
    return c > text && !*c;
}

static int is_field_value(const char *text)
{
    while (*text && (*text == '\t' || !apr_iscntrl(*text))) {
        text++;
    }
    return !*text;
}

static const char *read_field(const char *name, const json_t *value,
                              h1_field_t *field, apr_pool_t *pool)
{
    const char *text = json_is_string(value) ? json_string_value(value) : NULL;

    if (!is_token(name) || !text || !is_field_value(text)) {
        return apr_psprintf(pool,
                            "\"headers\": '%.80s' is no field with a text as "
                            "its value",
                            name);
    }
    field->name = slice_str(apr_pstrdup(pool, name));
    field->value = slice_str(apr_pstrdup(pool, text));
    return NULL;
}

static const char *read_fields(const json_t *object, explain_order_t *order,
                               apr_pool_t *pool)
{
    json_t *headers = json_object_get(object, "headers"), *value;
    const char *name, *fault = NULL;
    h1_field_t *fields;

    if (!headers) {
        return NULL;
    }
    if (!json_is_object(headers)) {
        return "\"headers\" must be an object, {\"Name\": \"value\"}";
    }
    if (json_object_size(headers) > FIELDS_MAX) {
        return "\"headers\" has more than 100 members";
    }
    fields =
        apr_palloc(pool, (json_object_size(headers) + 1) * sizeof(*fields));
    order->fields = fields;
    json_object_foreach(headers, name, value)
    {
        fault = fault ? fault
                      : read_field(name, value, &fields[order->field_count++],
                                   pool);
    }
    return fault;
}

static const char *read_explain(const json_t *object, explain_order_t *order,
                                apr_pool_t *pool)
{
    static const char *const names[] = { "url", "method", "headers", NULL };
    const char *url = NULL;
    const char *fault = json_read_names(object, names, pool);

    fault = fault ? fault : json_read_text(object, "url", &url, pool);
    fault =
        fault ? fault : json_read_text(object, "method", &order->method, pool);
    if (fault) {
        return fault;
    }
    if (!url) {
        return "\"url\" is missing";
    }
    order->method = order->method ? order->method : "GET";
    if (!is_token(order->method) || strlen(order->method) > METHOD_MAX) {
        return "\"method\" is no method";
    }
    fault = command_json_url("url", url, &order->uri, pool);
    if (fault) {
        return fault;
    }
    order->target = command_json_target(&order->uri, pool);
    return read_fields(object, order, pool);
}

const char *command_read_explain(const char *json, size_t len,
                                 explain_order_t *order, apr_pool_t *pool)
{
    const char *fault;
    json_t *value = json_read_load(json, len, &fault, pool);

    memset(order, 0, sizeof(*order));
    fault = value ? read_explain(value, order, pool) : fault;
    json_decref(value);
    return fault;
}

/* ---- objects ---- */

static const char *read_limit(const json_t *object, int *limit)
{
    static const char fault[] = "\"limit\" must be a number from 1 to 1000";
    const json_t *value = json_object_get(object, "limit");
    apr_int64_t number = LIMIT_DEFAULT;
    char *end = "";

    if (json_is_string(value)) {
        number = apr_strtoi64(json_string_value(value), &end, 10);
    }
    else if (value) {
        number = json_is_integer(value) ? json_integer_value(value) : 0;
    }
    if (*end || number < 1 || number > OBJECTS_LIMIT) {
        return fault;
    }
    *limit = (int)number;
    return NULL;
}

static const char *read_objects(const json_t *object, objects_order_t *order,
                                apr_pool_t *pool)
{
    static const char *const names[] = { "prefix", "limit", NULL };
    const char *fault = json_read_names(object, names, pool);

    fault =
        fault ? fault : json_read_text(object, "prefix", &order->prefix, pool);
    fault = fault ? fault : read_limit(object, &order->limit);
    if (!fault && order->prefix) {
        fault = command_json_url("prefix", order->prefix, &order->uri, pool);
    }
    order->prefix = order->prefix ? order->prefix : "";
    return fault;
}

const char *command_read_objects(const char *json, size_t len,
                                 objects_order_t *order, apr_pool_t *pool)
{
    const char *fault;
    json_t *value = json_read_load(json, len, &fault, pool);

    memset(order, 0, sizeof(*order));
    fault = value ? read_objects(value, order, pool) : fault;
    json_decref(value);
    return fault;
}

const char *command_read_nothing(const char *json, size_t len, apr_pool_t *pool)
{
    static const char *const names[] = { NULL };
    const char *fault;
    json_t *value = json_read_load(json, len, &fault, pool);

    fault = value ? json_read_names(value, names, pool) : fault;
    json_decref(value);
    return fault;
}

#else

#define MISSING "mod_rproxy_cache was built without jansson"

const char *command_read_explain(const char *json, size_t len,
                                 explain_order_t *order, apr_pool_t *pool)
{
    return MISSING;
}

const char *command_read_objects(const char *json, size_t len,
                                 objects_order_t *order, apr_pool_t *pool)
{
    return MISSING;
}

const char *command_read_nothing(const char *json, size_t len, apr_pool_t *pool)
{
    return MISSING;
}

#endif
