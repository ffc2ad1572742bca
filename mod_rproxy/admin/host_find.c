/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* host_find.c: see host_find.h.  Layer L2. */
#include "host_find.h"

#include <apr_strings.h>
#include <http_main.h>

static int is_in(const apr_array_header_t *names, const char *host,
                 int (*differ)(const char *, const char *))
{
    int i;

    for (i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (name && !differ(host, name)) {
            return 1;
        }
    }
    return 0;
}

static int has_name(const server_rec *s, const char *host)
{
    return strcasecmp(s->server_hostname, host) == 0
           || is_in(s->names, host, strcasecmp)
           || is_in(s->wild_names, host, ap_strcasecmp_match);
}

static int has_port(const server_rec *s, unsigned port)
{
    const server_addr_rec *a = s->addrs;

    while (a && a->host_port && a->host_port != port) {
        a = a->next;
    }
    return a != NULL;
}

/* The list begins with the main server, then goes from the last virtual host of
 * the configuration to the first. */
server_rec *host_find(const char *host, unsigned port)
{
    server_rec *s, *both = NULL, *at_port = NULL, *named = NULL;

    for (s = ap_server_conf->next; s; s = s->next) {
        int is_named = has_name(s, host), is_there = has_port(s, port);

        both = is_named && is_there ? s : both;
        at_port = is_there ? s : at_port;
        named = is_named ? s : named;
    }
    return both ? both : at_port ? at_port : named ? named : ap_server_conf;
}

const char *host_name(apr_pool_t *pool, const server_rec *s)
{
    unsigned port =
        s->addrs && s->addrs->host_port ? s->addrs->host_port : s->port;

    return port ? apr_psprintf(pool, "%s:%u", s->server_hostname, port)
                : s->server_hostname;
}

const char *host_where(apr_pool_t *pool, const server_rec *s)
{
    return s->is_virtual && s->defn_name
               ? apr_psprintf(pool, "%s:%u", s->defn_name, s->defn_line_number)
               : NULL;
}
