/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain.h: what the guard would make of a request, check by check.
 * Layer L2. */
#ifndef RPROXY_GUARD_EXPLAIN_H
#define RPROXY_GUARD_EXPLAIN_H

#include "admin/stand_in.h"
#include "explain_step.h"

/* Writes the members of one JSON object.  The functions that decide for
 * requests decide here about a stand-in, in their order; all are asked, also
 * behind one that would refuse.  Nothing is charged, counted or logged. */
void explain(request_rec *r, const stand_in_order_t *order, writer_t *w);

#endif
