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

/* What tells this client from others, or an empty slice. */
static slice_t client_of(request_rec *r, const char *sticky,
                         const condition_input_t *input)
{
    const char *name = strchr(sticky, ':');
    const char *value;
    slice_t found;

    if (sticky[0] == 'c') {
        return cookie_find(input->fields, input->field_count,
                           slice_str(name + 1), &found)
                   ? found
                   : new_cookie(r, name + 1);
    }
    value = name ? apr_table_get(r->headers_in, name + 1) : NULL;
    return slice_str(value ? value : r->useragent_ip);
}

const route_target_t *rproxy_split_pick(request_rec *r, const route_t *route,
                                        const condition_input_t *input)
{
    size_t count = (size_t)route->targets->nelts;
    size_t picked = 0;

    if (count > 1) {
        uint64_t client =
            route->sticky
                ? siphash(client_key, client_of(r, route->sticky, input))
                : random_number();

        picked = split_pick(route->split, count, client);
    }
    return &APR_ARRAY_IDX(route->targets, picked, route_target_t);
}
