/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prometheus_text.h: samples in Prometheus text format 0.0.4.  Layer L1.
 * All names get "rproxy_" in front of them.  labels are pairs name="value" with
 * commas between them, or "". */
#ifndef RPROXY_PROMETHEUS_TEXT_H
#define RPROXY_PROMETHEUS_TEXT_H

#include "histogram.h"
#include "status_write.h"

/* HELP and TYPE; the samples of the metric follow, all of them. */
void prometheus_head(writer_t *w, const char *name, const char *type,
                     const char *help);

void prometheus_sample(writer_t *w, const char *name, const char *labels,
                       uint64_t value);

/* With a label more. */
void prometheus_sample_of(writer_t *w, const char *name, const char *labels,
                          const char *label, const char *label_value,
                          uint64_t value);

void prometheus_histogram(writer_t *w, const char *name, const char *labels,
                          const histogram_t *h);

#endif
