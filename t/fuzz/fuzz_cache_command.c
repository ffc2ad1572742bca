/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_cache_command.c: JSON to commands of the cache.  What is accepted can be
 * carried out: each purge says of what, paths are paths, nothing in a stand-in
 * request can end a line. */
#include "fuzz.h"

#include <apr_general.h>

#include "admin/command_json.c"
#include "admin/command_purge.c"
#include "admin/command_reader.c"
#include "admin/json_read.c"
#include "admin/url_split.c"

#define HAS_NUL(slice) ((slice).len && memchr((slice).p, 0, (slice).len))

static void check_uri(const key_uri_t *uri)
{
    size_t i;

    FUZZ_CHECK(uri->host.len && uri->port <= 65535);
    for (i = 0; i < uri->host.len; i++) {
        unsigned char c = (unsigned char)uri->host.p[i];
        FUZZ_CHECK(c == slice_lower(c) && c > ' ' && c < 127 && c != '/');
    }
}

static void check_target(slice_t target)
{
    size_t i;

    FUZZ_CHECK(target.len && target.p[0] == '/');
    for (i = 0; i < target.len; i++) {
        FUZZ_CHECK((unsigned char)target.p[i] > ' ' && target.p[i] != '#');
    }
}

static void check_order(const purge_order_t *o)
{
    const purge_command_t *c = &o->command;

    switch (c->kind) {
    case PURGE_URL:
    case PURGE_PREFIX:
        check_uri(&o->uri);
        check_target(c->text);
        FUZZ_CHECK(c->kind == PURGE_URL || c->text.len < PREFIX_MAX);
        break;
    case PURGE_TAG:
        check_uri(&o->uri);
        FUZZ_CHECK(c->text.len && !HAS_NUL(c->text));
        break;
    case PURGE_HOST:
        check_uri(&o->uri);
        FUZZ_CHECK(slice_eq(c->text, o->uri.host));
        break;
    case PURGE_ALL:
        FUZZ_CHECK(!o->uri.host.len);
        break;
    }
}

static void check_purge(const char *json, size_t len, apr_pool_t *pool)
{
    const purge_order_t *orders;
    int i, count = 0;

    if (!command_read_purge(json, len, &orders, &count, pool)) {
        FUZZ_CHECK(count > 0);
        for (i = 0; i < count; i++) {
            check_order(&orders[i]);
        }
    }
}

static void check_explain(const char *json, size_t len, apr_pool_t *pool)
{
    explain_order_t o;
    int i;

    if (command_read_explain(json, len, &o, pool)) {
        return;
    }
    check_uri(&o.uri);
    check_target(slice_str(o.target));
    FUZZ_CHECK(is_token(o.method));
    for (i = 0; i < o.field_count; i++) {
        FUZZ_CHECK(is_token(o.fields[i].name.p));
        FUZZ_CHECK(!strpbrk(o.fields[i].value.p, "\r\n"));
    }
}

static void check_objects(const char *json, size_t len, apr_pool_t *pool)
{
    objects_order_t o;

    if (!command_read_objects(json, len, &o, pool)) {
        FUZZ_CHECK(o.limit >= 1 && o.limit <= OBJECTS_LIMIT);
        if (*o.prefix) {
            check_uri(&o.uri);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *top;
    apr_pool_t *pool;
    char *json = fuzz_copy(data, size);

    if (!top) {
        apr_initialize();
        apr_pool_create(&top, NULL);
    }
    apr_pool_create(&pool, top);
    check_purge(json, size, pool);
    check_explain(json, size, pool);
    check_objects(json, size, pool);
    command_read_nothing(json, size, pool);
    apr_pool_destroy(pool);
    free(json);
    return 0;
}
