/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_lookup_none.c: dns_lookup.h without c-ares.  Layer L1. */
#include "dns_lookup.h"

#ifndef HAVE_CARES

const char *dns_lookup_missing(void)
{
    return "was built without c-ares: install its development files (Debian: "
           "libc-ares-dev, Fedora: c-ares-devel), then build and install again";
}

const char *dns_lookup_check_servers(const char *servers)
{
    return NULL;
}

/* No directive that needs it is accepted. */
dns_lookup_t *dns_lookup_start(const dns_rules_t *rules,
                               const apr_array_header_t *before, int64_t now_us,
                               apr_pool_t *pool)
{
    return NULL;
}

int dns_lookup_poll(dns_lookup_t *lookup, struct pollfd *fds)
{
    return 0;
}

int64_t dns_lookup_due(dns_lookup_t *lookup, int64_t now_us)
{
    return now_us;
}

const dns_found_t *dns_lookup_step(dns_lookup_t *lookup,
                                   const struct pollfd *fds, int count,
                                   int64_t now_us)
{
    static const dns_found_t none = { .verdict = DNS_REFUSED };

    return &none;
}

void dns_lookup_end(dns_lookup_t *lookup)
{
}

#endif
