/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limit_key.c: see limit_key.h.  Layer L2. */
#include "guard_private.h"
#include "limit_key.h"

#include <apr_strings.h>

#include "../address/peer.h"
#include "../guard_connection.h"
#include "../guard_path.h"
#include "../guard_request.h"
#include "routing/cookie.h"

int limit_key_client(const request_rec *r, address_t *address)
{
    return peer_address(r->useragent_addr, address);
}

static network_t network_of(address_t a, key_kind_e kind)
{
    return kind == KEY_NETWORK ? peer_network(a) : peer_client(a);
}

static int find_cookie(const request_rec *r, const char *name, slice_t *value)
{
    const char *text = apr_table_get(r->headers_in, "Cookie");
    h1_field_t field = { SLICE_LIT("Cookie"), slice_str(text) };

    return text && cookie_find(&field, 1, slice_str(name), value);
}

static int of_text(const char *text, slice_t *value)
{
    *value = slice_str(text);
    return text && *text;
}

static int of_expression(request_rec *r, const ap_expr_info_t *expr,
                         slice_t *value)
{
    const char *error = NULL;
    const char *text = ap_expr_str_exec(r, expr, &error);

    return !error && of_text(text, value);
}

/* The bytes of a part; room: those of a network.  @return 0: there are none */
static int bytes_of(request_rec *r, const key_part_t *part, network_t *room,
                    slice_t *value)
{
    address_t a;

    switch (part->kind) {
    case KEY_ADDRESS:
    case KEY_NETWORK:
        if (!limit_key_client(r, &a)) {
            return 0;
        }
        memset(room, 0, sizeof(*room));
        *room = network_of(a, part->kind);
        *value = slice_make((const char *)&room->first, sizeof(room->first));
        return 1;
    case KEY_HEADER:
        return of_text(apr_table_get(r->headers_in, part->name), value);
    case KEY_COOKIE:
        return find_cookie(r, part->name, value);
    case KEY_USER:
        return of_text(r->user, value);
    case KEY_LABEL:
        return of_text(guard_request_of(r)->label, value);
    case KEY_HOST:
        return of_text(r->hostname, value);
    case KEY_PATH:
        return of_text(guard_path(r), value);
    case KEY_EXPR:
        return of_expression(r, part->expr, value);
    default:
        *value = slice_make("", 0);
        return 1;
    }
}

static uint64_t hash_of(siphash_key_t secret, address_t a, key_kind_e kind)
{
    network_t network = network_of(a, kind);

    return siphash(secret, slice_make((const char *)&network.first,
                                      sizeof(network.first)));
}

static int is_of_address(const guard_limit_t *limit)
{
    return limit->key[0].kind == KEY_ADDRESS
           || limit->key[0].kind == KEY_NETWORK;
}

/* Most limits count by the address first, with this server's secret: a
 * connection remembers that.  @return 0: this one does not */
static int hash_first(request_rec *r, const guard_limit_t *limit,
                      siphash_key_t secret, uint64_t *hash)
{
    guard_connection_t *known;
    address_t a;
    int i;

    if (limit->shared || !limit->key_count || !is_of_address(limit)
        || !limit_key_client(r, &a)) {
        return 0;
    }
    known = guard_connection_of(r->connection, a);
    i = limit->key[0].kind == KEY_NETWORK;
    if (!known->has_key[i]) {
        known->key[i] = hash_of(secret, a, limit->key[0].kind);
        known->has_key[i] = 1;
    }
    *hash = known->key[i];
    return 1;
}

/* Part by part, so that "a" + "bc" is not "ab" + "c". */
int limit_key_hash(request_rec *r, const guard_limit_t *limit,
                   siphash_key_t secret, uint64_t *hash)
{
    int i;

    *hash = 0;
    for (i = hash_first(r, limit, secret, hash); i < limit->key_count; i++) {
        siphash_key_t key = { secret.low ^ *hash, secret.high };
        network_t room;
        slice_t value;

        if (!bytes_of(r, &limit->key[i], &room, &value)) {
            return 0;
        }
        *hash = siphash(key, value);
    }
    return 1;
}

int limit_key_hash_address(const guard_limit_t *limit, siphash_key_t secret,
                           address_t address, uint64_t *hash)
{
    if (limit->key_count != 1 || !is_of_address(limit)) {
        return 0;
    }
    *hash = hash_of(secret, address, limit->key[0].kind);
    return 1;
}

/* ---- for logs ---- */

static const char *text_of(request_rec *r, const key_part_t *part)
{
    char network[ADDRESS_TEXT_MAX + 4];
    address_t a;

    switch (part->kind) {
    case KEY_ADDRESS:
    case KEY_NETWORK:
        if (!limit_key_client(r, &a)) {
            return "no address";
        }
        network_format(network, network_of(a, part->kind));
        return apr_pstrdup(r->pool, network);
    case KEY_HEADER:
        return apr_psprintf(r->pool, "field %s", part->name);
    case KEY_COOKIE:
        return apr_psprintf(r->pool, "cookie %s", part->name);
    case KEY_USER:
        return "user";
    case KEY_LABEL:
        return guard_request_of(r)->label;
    case KEY_HOST:
        return r->hostname ? r->hostname : "no host";
    case KEY_PATH:
        return guard_path(r);
    case KEY_EXPR:
        return "expression";
    default:
        return "all";
    }
}

const char *limit_key_text(request_rec *r, const guard_limit_t *limit)
{
    const char *text = text_of(r, &limit->key[0]);
    int i;

    for (i = 1; i < limit->key_count; i++) {
        text =
            apr_pstrcat(r->pool, text, " + ", text_of(r, &limit->key[i]), NULL);
    }
    return text;
}
