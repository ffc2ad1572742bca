/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovered.h: discovery of the running server: sources as configured, what
 * they have said, the thread.  Layer L2. */
#ifndef RPROXY_BALANCER_DISCOVERED_H
#define RPROXY_BALANCER_DISCOVERED_H

#include <httpd.h>
#include <apr_tables.h>

#include "source.h"

/* How many members these sources may find.
 * @param rules  of source_rules_t *, or NULL */
int discovered_limit(const apr_array_header_t *rules);

/* In post_config, when balanced_list is there.  @return APR_ENOMEM */
apr_status_t discovered_configure(apr_pool_t *pconf);

/* In the process that looks after the members, on its thread: from now on, and
 * no more. */
void discovered_begin(void);
void discovered_end(void);

/* For status: how many sources there are, and one of them. */
int discovered_count(void);
const source_t *discovered_source(int number);

#endif
