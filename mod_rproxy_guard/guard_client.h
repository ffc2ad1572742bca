/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_client.h: who the client is when a proxy that is trusted says so
 * (RProxyGuardClient).  Layer L2.
 *
 * Decided once, as soon as a request's head is there and mod_remoteip has had
 * its say; from then on r->useragent_addr and r->useragent_ip are the client's
 * for all modules, logs, and fields to upstreams. */
#ifndef RPROXY_GUARD_CLIENT_H
#define RPROXY_GUARD_CLIENT_H

#include <apr_tables.h>
#include <httpd.h>
#include <http_config.h>

/* Of one directive. */
typedef struct {
    const char *header;
    apr_array_header_t *trust; /* of named_list_t *: proxies */
    const char *where;
} guard_client_rule_t;

/* All atomics: requests. */
typedef struct {
    uint64_t taken;     /* a trusted proxy told the client */
    uint64_t missing;   /* one told nothing */
    uint64_t broken;    /* one told what is no address */
    uint64_t untrusted; /* somebody else told something: not believed */
} guard_client_counts_t;

const char *guard_client_directive(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[]);

/* In post_config.  @return 0: no memory, and the log says so */
int guard_client_open(server_rec *s);

const guard_client_counts_t *guard_client_counts(void);

void guard_client_register(void);

#endif
