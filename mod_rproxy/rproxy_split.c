/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_split.c: what tells clients apart, for split.h.  Layer L2. */
#include "rproxy_split.h"

#include <apr_strings.h>
#include <http_protocol.h>

#include "routing/cookie.h"
#include "routing/siphash.h"
#include "rproxy_random.h"

/* The same on all machines of a site, so that they agree about a client. */
static const siphash_key_t client_key = { 0x7270726f78792d73,
                                          0x706c69742d636c69 };

#define COOKIE_BYTES 8

static uint64_t random_number(void)
{
    const unsigned char *bytes = rproxy_random_bytes(sizeof(uint64_t));
    uint64_t number = (uint64_t)apr_time_now();

    if (bytes) {
        memcpy(&number, bytes, sizeof(number));
    }
    return number;
}

/* Gives the client a cookie with a number of its own. */
static slice_t new_cookie(request_rec *r, const char *name)
{
    int is_secure = strcmp(ap_http_scheme(r), "https") == 0;
    const char *value =
        apr_psprintf(r->pool, "%016" APR_UINT64_T_HEX_FMT, random_number());

    apr_table_addn(r->err_headers_out, "Set-Cookie",
                   apr_pstrcat(r->pool, name, "=", value,
                               "; Path=/; HttpOnly; SameSite=Lax",
                               is_secure ? "; Secure" : "", NULL));
    return slice_str(value);
}

static int find_cookie(const request_rec *r, const char *name, slice_t *value)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_in);
    const apr_table_entry_t *entry = (const apr_table_entry_t *)fields->elts;
    int i, found = 0;

    for (i = 0; i < fields->nelts && !found; i++) {
        h1_field_t field = { slice_str(entry[i].key), slice_str(entry[i].val) };

        found = cookie_find(&field, 1, slice_str(name), value);
    }
    return found;
}

/* What tells this client from others, or an empty slice. */
static slice_t client_of(request_rec *r, const char *sticky)
{
    const char *name = strchr(sticky, ':');
    const char *value;
    slice_t found;

    if (sticky[0] == 'c') {
        return find_cookie(r, name + 1, &found) ? found
                                                : new_cookie(r, name + 1);
    }
    value = name ? apr_table_get(r->headers_in, name + 1) : NULL;
    return slice_str(value ? value : r->useragent_ip);
}

uint64_t rproxy_split_client(request_rec *r, const char *sticky)
{
    return sticky ? siphash(client_key, client_of(r, sticky)) : random_number();
}

const route_target_t *rproxy_split_pick(request_rec *r, const route_t *route)
{
    size_t count = (size_t)route->targets->nelts;
    size_t picked = 0;

    if (count > 1) {
        picked = split_pick(route->split, count,
                            rproxy_split_client(r, route->sticky));
    }
    return &APR_ARRAY_IDX(route->targets, picked, route_target_t);
}
