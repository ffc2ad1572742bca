/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_connection.h: what requests of a connection need not find out again.
 * Layer L2.
 *
 * They mostly have the same client, who says the same of itself.  Where another
 * one comes (behind a proxy) what is known of the client is forgotten; what is
 * known of a table holds as long as the table stays as it was.  On the thread
 * that serves the connection's request. */
#ifndef RPROXY_GUARD_CONNECTION_H
#define RPROXY_GUARD_CONNECTION_H

#include <httpd.h>

#include "address/named_list.h"
#include "bots/bot_class.h"

enum {
    CONNECTION_LISTS = 4,   /* that are remembered */
    CONNECTION_AGENT = 240, /* longer user agents are not */
    CONNECTION_KEYS = 2     /* of limits: the address, its network */
};

typedef struct {
    address_t client; /* of whom all up to agent is said */
    uint64_t key[CONNECTION_KEYS];
    int has_key[CONNECTION_KEYS];
    uint64_t not_banned; /* guard_ban_version() when it was not; 0: unknown */
    struct {
        const named_list_t *list;
        uint32_t version, found;
    } list[CONNECTION_LISTS];
    unsigned next_list; /* goes for another one */

    struct { /* the User-Agent field of its last request, and its class */
        char text[CONNECTION_AGENT];
        size_t len;
        uint32_t version; /* of the file that told it */
        bot_class_e class;
    } agent;

    struct ticket_t *tickets; /* that its requests hold, checks/ticket.h */
} guard_connection_t;

/* That of a connection, made with the first call. */
guard_connection_t *guard_connection_get(conn_rec *c);

/* The same, and what it says of a client is said of this one. */
guard_connection_t *guard_connection_of(conn_rec *c, address_t client);

/* named_list_find for its client. */
uint32_t guard_connection_find(guard_connection_t *known, named_list_t *list);

#endif
