/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_queue.h: who waits for members with room, in each format.
 * Layer L2. */
#ifndef RPROXY_REPORT_QUEUE_H
#define RPROXY_REPORT_QUEUE_H

#include "../balanced.h"
#include "status/status_write.h"

/* So many wait now; -1: nobody may. */
int64_t report_queue_waiting(const balanced_t *of);

/* Nothing where nobody has waited so far. */
void report_queue_html(writer_t *w, const balanced_t *of);

/* ', "queue": {...}', null where nobody may wait. */
void report_queue_json(writer_t *w, const balanced_t *of);

/* While hooks are registered: rproxy_queue_waiting of mod_rproxy.h. */
void report_queue_register(void);

/* Of all upstreams. */
void report_queue_prometheus(writer_t *w);

#endif
