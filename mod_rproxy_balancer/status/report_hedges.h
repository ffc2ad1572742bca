/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_hedges.h: second requests of an upstream, in each format.  Layer L2.
 */
#ifndef RPROXY_REPORT_HEDGES_H
#define RPROXY_REPORT_HEDGES_H

#include "../balanced.h"
#include "status/status_write.h"

/* A fact of the upstream; nothing where RProxyBalancerHedge is off. */
void report_hedges_html(writer_t *w, const balanced_t *of);

/* A member of the upstream's object, with a comma before it. */
void report_hedges_json(writer_t *w, const balanced_t *of);

/* Of all upstreams. */
void report_hedges_prometheus(writer_t *w);

#endif
