/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ticket.c: see ticket.h.  Layer L2. */
#include "guard_private.h"
#include "ticket.h"

#include "../guard_connection.h"

struct ticket_t {
    const guard_limit_t *limit;
    uint64_t hash;
    const apr_pool_t *request; /* the pool of that which the client sent */
    guard_connection_t *connection;
    ticket_t *next; /* of the connection */
};

static const apr_pool_t *pool_of_sent(const request_rec *r)
{
    while (r->main) {
        r = r->main;
    }
    return r->pool;
}

static void give(ticket_t **link)
{
    ticket_t *ticket = *link;

    *link = ticket->next;
    hold_give(ticket->limit, ticket->hash);
}

/* No more than there are limits with concurrent= at once. */
static apr_status_t request_ends(void *data)
{
    ticket_t *ticket = data, **link = &ticket->connection->tickets;

    while (*link && *link != ticket) {
        link = &(*link)->next;
    }
    if (*link) {
        give(link);
    }
    return APR_SUCCESS;
}

static void give_earlier(guard_connection_t *connection,
                         const apr_pool_t *request)
{
    ticket_t **link = &connection->tickets;

    while (*link) {
        if ((*link)->request == request) {
            link = &(*link)->next;
        }
        else {
            give(link);
        }
    }
}

hold_e ticket_take(request_rec *r, const guard_limit_t *limit, uint64_t hash)
{
    guard_connection_t *connection = guard_connection_get(r->connection);
    ticket_t *ticket;
    hold_e out;

    give_earlier(connection, pool_of_sent(r));
    out = hold_take(limit, hash);
    if (out == HOLD_TAKEN) {
        ticket = apr_palloc(r->pool, sizeof(*ticket));
        *ticket = (ticket_t){ .limit = limit,
                              .hash = hash,
                              .request = pool_of_sent(r),
                              .connection = connection,
                              .next = connection->tickets };
        connection->tickets = ticket;
        apr_pool_cleanup_register(r->pool, ticket, request_ends,
                                  apr_pool_cleanup_null);
    }
    return out;
}
