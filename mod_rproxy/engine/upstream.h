/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* upstream.h: a named group of servers and one server of it.  Layer L1.
 *
 * Both are made while the configuration is read and are constant afterwards,
 * but for the addresses (replaced by the resolver) and what lies in shared
 * memory (upstream_shared.h). */
#ifndef RPROXY_UPSTREAM_H
#define RPROXY_UPSTREAM_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include <apr_hash.h>
#include <apr_pools.h>
#include <apr_tables.h>
#include <apr_time.h>

#include "balancer.h"
#include "retry_rules.h"

typedef struct protocol_t protocol_t;
typedef struct member_shared_t member_shared_t;
typedef struct upstream_shared_t upstream_shared_t;
typedef struct upstream_t upstream_t;
typedef struct upstream_places_t upstream_places_t;

#define MEMBER_MAX_ADDRESSES 16
#define MEMBER_LISTS 8 /* of addresses: the present one and those before */
#define UPSTREAM_MAX_MEMBERS BALANCER_MEMBERS

/* The addresses of one name in the order to try; of a unix socket none.  Once
 * published it stays as it is until MEMBER_LISTS later ones are. */
typedef struct {
    int count;
    struct {
        union {
            struct sockaddr_in v4;
            struct sockaddr_in6 v6;
        } sockaddr;
        socklen_t len;
    } item[MEMBER_MAX_ADDRESSES];
} address_list_t;

typedef struct member_t {
    upstream_t *upstream;
    const char *url;       /* as configured, for logs and status */
    const char *options;   /* what follows it there, or NULL */
    const char *authority; /* "host" or "host:port": Host when not preserved */
    const char *host;      /* without brackets; NULL for a unix socket */
    uint16_t port;
    const char *unix_path; /* NULL for TCP */
    const protocol_t *protocol;
    int id;     /* index into the shared members */
    int number; /* position in its upstream, from 0 */

    /* limits; 0: none */
    int max_connections; /* across all children */
    int max_idle;        /* idle connections kept per pool */
    apr_interval_time_t idle_timeout;
    int max_requests;               /* per connection */
    apr_interval_time_t max_age;    /* of a connection */
    apr_interval_time_t fail_pause; /* not chosen for so long after failures */

    int backup; /* only when no other is left */
    /* for a balancer */
    int weight;
    int tier;                       /* 0 first */
    const char *zone, *group;       /* or NULL */
    const char *route;              /* its name in sessions' cookies, or NULL */
    apr_interval_time_t slow_start; /* 0: all at once */

    /* atomic; NULL until the name is resolved */
    const address_list_t *addresses;
    /* member_resolve's */
    address_list_t *lists[MEMBER_LISTS];
    unsigned changes;
    member_shared_t *shared;

    /* of a balanced upstream: upstream_places.h */
    uint32_t generation; /* of its place */
    int at_run_time;     /* it may be freed */
    int uses;            /* then: connections and exchanges; atomic */
    int gone;            /* nobody is sent there any more; atomic */
    int waits;           /* for an address */
    apr_time_t gone_at;
    struct member_t *next; /* of those who are gone */
} member_t;

struct upstream_t {
    const char *name;            /* of the container, or "http://host:port" */
    const char *defined_at;      /* "file:line" of its first directive */
    apr_array_header_t *members; /* of member_t *, in the order given */
    apr_hash_t *urls;            /* to these, of those configured */
    int is_discovered;           /* members come at run time, if any */
    int id;
    retry_rules_t retry; /* what is set of it counts before all else */
    int retry_budget_percent;
    upstream_shared_t *shared;
    const balancer_t *balancer; /* NULL: members in the order given */
    void *balancer_pool;
    /* balanced: of each number, atomic; NULL: nobody, or not known here */
    member_t **place;
    int places;
    upstream_places_t *following;
};

/* Numbers of members are below this. */
static inline int upstream_numbers(const upstream_t *upstream)
{
    return upstream->place ? upstream->places : upstream->members->nelts;
}

/* @return NULL: no member has that number */
static inline member_t *upstream_member(const upstream_t *upstream, int number)
{
    return upstream->place
               ? __atomic_load_n(&upstream->place[number], __ATOMIC_ACQUIRE)
               : APR_ARRAY_IDX(upstream->members, number, member_t *);
}

/* Who keeps a pointer to a member holds it. */
static inline void member_hold(member_t *member)
{
    if (member->at_run_time) {
        __atomic_fetch_add(&member->uses, 1, __ATOMIC_RELAXED);
    }
}

static inline void member_let_go(member_t *member)
{
    if (member->at_run_time) {
        __atomic_fetch_sub(&member->uses, 1, __ATOMIC_RELEASE);
    }
}

/* Parses "http://host[:port]", "http://[v6]:port", "unix:/path|http://name" or
 * "unix:/path".  Path and query are not part of a member.
 * @return NULL and *member, or what is wrong and what would be right (pool) */
const char *member_parse(apr_pool_t *pool, const char *url, member_t **member);

/* Blocking; fills in literal addresses without a look-up.  Publishes a new
 * list only when it differs from the present one, which other threads may still
 * be reading; takes no more of pool than MEMBER_LISTS lists in all.
 * @return APR_SUCCESS, or why the name has no address */
apr_status_t member_resolve(member_t *member, apr_pool_t *pool);

/* Has the name service to be asked for its addresses? */
int member_has_name(const member_t *member);

#endif
