/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* resolver.c: one thread per child that may wait for the name service.
 * Layer L1.  A name whose answer did not change costs no memory. */
#include "resolver.h"

#include <arpa/inet.h>

#include "periodic.h"

typedef struct {
    apr_array_header_t *members;
    apr_pool_t *pool; /* the thread's alone */
} resolver_t;

static int has_name(const member_t *member)
{
    unsigned char address[16];

    return member->host && inet_pton(AF_INET, member->host, address) != 1
           && inet_pton(AF_INET6, member->host, address) != 1;
}

static int any_name(const apr_array_header_t *members)
{
    int i;

    for (i = 0; i < members->nelts; i++) {
        if (has_name(APR_ARRAY_IDX(members, i, member_t *))) {
            return 1;
        }
    }
    return 0;
}

static void resolve_all(void *data)
{
    resolver_t *resolver = data;
    int i;

    for (i = 0; i < resolver->members->nelts; i++) {
        member_t *m = APR_ARRAY_IDX(resolver->members, i, member_t *);
        if (has_name(m)) {
            member_resolve(m, resolver->pool);
        }
    }
}

apr_status_t resolver_start(apr_array_header_t *members,
                            apr_interval_time_t interval, apr_pool_t *pool)
{
    resolver_t *resolver;

    if (!interval || !any_name(members)) {
        return APR_SUCCESS;
    }
    resolver = apr_pcalloc(pool, sizeof(*resolver));
    resolver->members = members;
    apr_pool_create(&resolver->pool, pool);
    return periodic_start(resolve_all, resolver, interval, pool);
}
