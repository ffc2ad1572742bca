/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* renegotiation.c: sections that make mod_ssl wait for the client.  Layer L2.
 */
#include "renegotiation.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <http_config.h>

static apr_hash_t *hosts; /* of the line a virtual host is defined at */
static int everywhere;    /* a section outside of all virtual hosts */

static int is_cause(const ap_directive_t *d)
{
    return strcasecmp(d->directive, "SSLVerifyClient") == 0
           || strcasecmp(d->directive, "SSLVerifyDepth") == 0
           || strcasecmp(d->directive, "SSLCipherSuite") == 0;
}

/* <IfModule> and its like, but not <If>. */
static int is_condition(const ap_directive_t *d)
{
    return strncasecmp(d->directive, "<If", 3) == 0 && d->directive[3];
}

static int has_cause(const ap_directive_t *d, int in_section, apr_pool_t *pool)
{
    int found = 0;

    for (; d; d = d->next) {
        if (strcasecmp(d->directive, "<VirtualHost") == 0) {
            if (has_cause(d->first_child, 0, pool)) {
                char *key =
                    apr_psprintf(pool, "%s:%d", d->filename, d->line_num);
                apr_hash_set(hosts, key, APR_HASH_KEY_STRING, key);
            }
        }
        else if (d->first_child) {
            found |=
                has_cause(d->first_child, in_section || !is_condition(d), pool);
        }
        else {
            found |= in_section && is_cause(d);
        }
    }
    return found;
}

void renegotiation_configure(apr_pool_t *pool)
{
    hosts = apr_hash_make(pool);
    everywhere = has_cause(ap_conftree, 0, pool);
}

int renegotiation_possible(const server_rec *s)
{
    char key[512];

    if (everywhere || !s->is_virtual || !s->defn_name) {
        return everywhere;
    }
    apr_snprintf(key, sizeof(key), "%s:%u", s->defn_name, s->defn_line_number);
    return apr_hash_get(hosts, key, APR_HASH_KEY_STRING) != NULL;
}
