/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_parts.h: the pieces that the status page is made of.  Layer L1. */
#ifndef RPROXY_HTML_PARTS_H
#define RPROXY_HTML_PARTS_H

#include "histogram.h"
#include "status_view.h"

extern const char html_style[];
extern const char html_script[];

/* ---- html_parts.c: numbers for people ---- */

void html_count(writer_t *w, uint64_t n);      /* 12,345 */
void html_bytes(writer_t *w, uint64_t n);      /* 1.2 MiB */
void html_duration(writer_t *w, int64_t usec); /* 12.3 ms; <0: - */
void html_percent(writer_t *w, uint64_t part, uint64_t whole);
void html_age(writer_t *w, int64_t seconds); /* 3 d 4 h */

/* "p50 / p99" of a histogram. */
void html_quantiles(writer_t *w, const histogram_t *h);

/* ---- html_chart.c ---- */

void html_histogram(writer_t *w, const char *title, const char *what,
                    const histogram_t *h);
void html_outcomes(writer_t *w, const metrics_route_t *m, uint64_t requests);
void html_statuses(writer_t *w, const metrics_route_t *m);

/* ---- html_dialog.c: orders for the admin handler at this path ---- */

extern const char html_dialog_script[];
void html_dialog(writer_t *w, const char *admin);

/* ---- html_tables.c ---- */

void html_upstreams(writer_t *w, const status_view_t *view);
void html_routes(writer_t *w, const status_view_t *view);

#endif
