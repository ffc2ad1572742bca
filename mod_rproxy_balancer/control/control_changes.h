/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* control_changes.h: what differs from the configuration: taken back, or as
 * lines of httpd.conf.  Layer L2. */
#ifndef RPROXY_BALANCER_CONTROL_CHANGES_H
#define RPROXY_BALANCER_CONTROL_CHANGES_H

#include "balanced.h"

/* One member: asked, with its own weight; one that was added goes, and *number
 * is -1 then.  @return NULL, or why not, a sentence */
const char *control_changes_undo_one(balanced_t *b, int *number);

/* All members, and those that were removed come back.  Goes on where one
 * fails.  @return NULL, or why not all, sentences */
const char *control_changes_undo(balanced_t *b, apr_pool_t *pool);

/* Lines for the <RProxyUpstream>, with line ends; "" when nothing differs. */
const char *control_changes_text(const balanced_t *b, apr_pool_t *pool);

#endif
