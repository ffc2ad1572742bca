/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_json.c: see waf_json.h.  Layer L1. */
#include "waf_json.h"

#include <apr_strings.h>

#include "status/escape.h"

enum {
    ROOM_FIRST = 4096
};

void waf_json_init(waf_json_t *json, apr_pool_t *pool)
{
    json->pool = pool;
    json->len = 0;
    json->room = ROOM_FIRST;
    json->text = apr_palloc(pool, ROOM_FIRST);
}

/* @return where len more bytes may stand */
static char *room_for(waf_json_t *json, size_t len)
{
    if (json->len + len > json->room) {
        char *text;

        while (json->len + len > json->room) {
            json->room *= 2;
        }
        text = apr_palloc(json->pool, json->room);
        memcpy(text, json->text, json->len);
        json->text = text;
    }
    return json->text + json->len;
}

static void put(waf_json_t *json, const char *text, size_t len)
{
    memcpy(room_for(json, len), text, len);
    json->len += len;
}

static void put_string(waf_json_t *json, slice_t text)
{
    put(json, "\"", 1);
    json->len += escape_json(room_for(json, ESCAPE_ROOM(text.len)), text);
    put(json, "\"", 1);
}

/* What stands before a value. */
static void put_name(waf_json_t *json, const char *name)
{
    char last = json->len ? json->text[json->len - 1] : '[';

    if (last != '{' && last != '[') {
        put(json, ",", 1);
    }
    if (name) {
        put_string(json, slice_str(name));
        put(json, ":", 1);
    }
}

void waf_json_open(waf_json_t *json, const char *name, char bracket)
{
    put_name(json, name);
    put(json, &bracket, 1);
}

void waf_json_close(waf_json_t *json, char bracket)
{
    put(json, &bracket, 1);
}

void waf_json_text(waf_json_t *json, const char *name, slice_t text)
{
    put_name(json, name);
    put_string(json, text);
}

void waf_json_number(waf_json_t *json, const char *name, int64_t number)
{
    const char *text =
        apr_psprintf(json->pool, "%" APR_INT64_T_FMT, (apr_int64_t)number);

    put_name(json, name);
    put(json, text, strlen(text));
}

void waf_json_bool(waf_json_t *json, const char *name, int is_true)
{
    put_name(json, name);
    put(json, is_true ? "true" : "false", is_true ? 4 : 5);
}

slice_t waf_json_end(waf_json_t *json)
{
    put(json, "\n", 1);
    return slice_make(json->text, json->len);
}
