/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_lists.h: the life of lists of networks: read at the start, and again
 * when a file changes or an order comes.  Layer L2. */
#ifndef RPROXY_GUARD_LISTS_H
#define RPROXY_GUARD_LISTS_H

#include "address/named_list.h"
#include "shared/reload_orders.h"

/* In post_config, when child_slots_open was called: reads all lists.
 * @return 0: one is not there or is wrong, and the log says so */
int guard_lists_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp);

/* On the thread of each child that looks at files.
 * @param pool  cleared by the caller afterwards */
void guard_lists_look(apr_pool_t *pool);

/* Those of files, by name.  @return how many there are */
int guard_lists_of_files(named_list_t *const **lists);

#endif
