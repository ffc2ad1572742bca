/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* read_timeout.c: RequestReadTimeout header=INITIAL-MAX,MinRate=RATE body=...
 * Layer L2. */
#include "read_timeout.h"

#include <http_config.h>
#include <apr_hash.h>
#include <apr_strings.h>

typedef struct {
    apr_time_t initial, max; /* usec; 0: no limit */
    apr_time_t per_byte;     /* usec each byte adds */
} limit_t;

typedef struct {
    limit_t head, body;
} limits_t;

/* mod_reqtimeout's own defaults since httpd 2.4.39: header=20-40,MinRate=500
 * body=20,MinRate=500 */
static const limits_t preset = {
    { apr_time_from_sec(20), apr_time_from_sec(40), 2000 },
    { apr_time_from_sec(20), 0, 2000 },
};

static apr_hash_t *limits; /* of the line a server is defined at */
static limits_t main_limits;

/* What a line does not say stays as it was. */
static limit_t parse(const char *args, const char *stage, limit_t limit)
{
    const char *at = ap_strcasestr(args, stage);
    char *end;

    if (!at) {
        return limit;
    }
    at += strlen(stage);
    limit.initial = limit.max = apr_time_from_sec(strtol(at, &end, 10));
    limit.per_byte = 0;
    if (*end == '-') {
        limit.max = apr_time_from_sec(strtol(end + 1, &end, 10));
    }
    if (strncasecmp(end, ",MinRate=", 9) == 0) {
        long rate = strtol(end + 9, NULL, 10);
        limit.per_byte = rate > 0 ? APR_USEC_PER_SEC / rate : 0;
        if (limit.max == limit.initial) {
            limit.max = 0;
        }
    }
    return limit;
}

static void walk(const ap_directive_t *d, limits_t *into, apr_pool_t *pool)
{
    for (; d; d = d->next) {
        if (strcasecmp(d->directive, "RequestReadTimeout") == 0) {
            into->head = parse(d->args, "header=", into->head);
            into->body = parse(d->args, "body=", into->body);
        }
        else if (strcasecmp(d->directive, "<VirtualHost") == 0) {
            limits_t *own = apr_pmemdup(pool, into, sizeof(*into));
            char *key = apr_psprintf(pool, "%s:%d", d->filename, d->line_num);
            walk(d->first_child, own, pool);
            apr_hash_set(limits, key, APR_HASH_KEY_STRING, own);
        }
        else if (d->first_child && strncasecmp(d->directive, "<If", 3) == 0) {
            walk(d->first_child, into, pool);
        }
    }
}

void read_timeout_configure(apr_pool_t *pool, server_rec *main_server)
{
    static const limit_t none;

    main_limits = preset;
    limits = apr_hash_make(pool);
    if (!ap_find_linked_module("mod_reqtimeout.c")) {
        main_limits.head = main_limits.body = none;
        main_limits.head.initial = main_server->timeout;
    }
    walk(ap_conftree, &main_limits, pool);
}

static const limits_t *limits_of(const server_rec *s)
{
    char key[512];
    const limits_t *own;

    if (!s->is_virtual || !s->defn_name) {
        return &main_limits;
    }
    apr_snprintf(key, sizeof(key), "%s:%u", s->defn_name, s->defn_line_number);
    own = apr_hash_get(limits, key, APR_HASH_KEY_STRING);
    return own ? own : &main_limits;
}

static apr_time_t allowed(const limit_t *limit, apr_off_t len)
{
    apr_time_t time = limit->initial + limit->per_byte * (apr_time_t)len;

    return limit->max && time > limit->max ? limit->max : time;
}

apr_time_t read_timeout_head(const server_rec *s, apr_size_t len)
{
    const limit_t *limit = &limits_of(s)->head;

    return limit->initial ? allowed(limit, (apr_off_t)len) : s->timeout;
}

apr_time_t read_timeout_body(const server_rec *s, apr_off_t len)
{
    const limit_t *limit = &limits_of(s)->body;

    return limit->initial ? allowed(limit, len) : 0;
}
