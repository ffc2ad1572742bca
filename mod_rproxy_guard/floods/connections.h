/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* connections.h: RProxyGuardConnections: how many connections a client may
 * have open, and open anew.  Layer L2.
 *
 * Looked at when a connection was accepted, before a handshake and a byte is
 * read.  The client is the other end of the connection: proxies that stand
 * before the server must be excepted.
 *
 *   area:  | counts | slots | rates of addresses | of resets |
 *          | open_table of slot 0 | of slot 1 | ...
 *
 * Counts of one client are added up over the slots of all processes
 * (child_slots.h): a killed process leaves nothing behind. */
#ifndef RPROXY_GUARD_CONNECTIONS_H
#define RPROXY_GUARD_CONNECTIONS_H

#include <httpd.h>
#include <apr_tables.h>

#include "../address/address.h"
#include "../config/rule_action.h"
#include "../limits/rate.h"

/* clang-format off */
#define CONNECTIONS_REFUSED(X)                                               \
    X(CONNECTIONS_ADDRESS, "address", "as many connections as one may have") \
    X(CONNECTIONS_NETWORK, "network",                                        \
      "its network has as many connections as one may have")                 \
    X(CONNECTIONS_RATE,    "rate",    "new connections too fast")            \
    X(CONNECTIONS_BANNED,  "banned",  "it is banned")                        \
    X(CONNECTIONS_RESETS,  "resets",  "too many of its streams were reset")
/* clang-format on */

struct guard_settings_t;

typedef enum {
#define X(id, name, text) id,
    CONNECTIONS_REFUSED(X)
#undef X
    CONNECTIONS_REASONS
} connections_reason_e;

/* The directive; all 0: there is none. */
typedef struct {
    const char *where;
    int address, network; /* open at once; 0: any number */
    int keys;             /* addresses whose rates are known */
    rate_rule_t rate;     /* count 0: any */
    rate_rule_t resets;   /* of HTTP/2 streams; count 0: any */
    guard_action_t action;
    apr_array_header_t *except; /* of named_list_t *, or NULL */
} guard_connections_t;

typedef struct {
    uint64_t refused[CONNECTIONS_REASONS]; /* or would have been */
    uint64_t uncounted;                    /* there was no place for */
    uint64_t open;                         /* now */
} connections_counts_t;

/* In post_config, behind child_slots_open.  @return 0: no memory */
int connections_open(server_rec *s);

connections_counts_t connections_counts(void);

/* A stream of this HTTP/2 connection was reset before it was answered.
 * @return 1; 0: that were too many, the log says so, and the connection is to
 *         end */
int connections_allow_reset(conn_rec *c);

/* What a new connection would meet now. */
typedef struct {
    int is_looked_at; /* 0: no rule is for it, and the rest is not known */
    int log_only;
    connections_reason_e reason; /* CONNECTIONS_REASONS: none is against it */
    uint32_t of_address, of_network; /* that are open */
} connections_look_t;

/* For somebody who asks: counts nothing. */
connections_look_t connections_look(const struct guard_settings_t *settings,
                                    address_t address);

/* "address" ..., and as a phrase */
const char *connections_reason_name(connections_reason_e reason);
const char *connections_reason_text(connections_reason_e reason);

void connections_register(apr_pool_t *pool);

#endif
