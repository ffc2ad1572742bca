/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_mini.h: charts that fit into the cell of a table.  Layer L1. */
#ifndef RPROXY_HTML_MINI_H
#define RPROXY_HTML_MINI_H

#include "histogram.h"
#include "status_write.h"

/* The buckets with values, and a few beside them; nothing where all are empty.
 * Its text says the quantiles. */
void html_mini_histogram(writer_t *w, const histogram_t *h);

/* How many there were of late, by slot, and how many of them are bad.
 * @param what  for those who cannot see it, "requests of the last minute" */
void html_mini_recent(writer_t *w, const char *what, const uint32_t *all,
                      const uint32_t *bad, int slots);

/* p50, and in small p95 and p99: "1.20 ms 3.40 ms / 9.81 ms". */
void html_mini_quantiles(writer_t *w, const histogram_t *h);

#endif
