/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_report.h: the guard's part of status page, JSON and metrics.
 * Layer L2.
 *
 * What each area of the guard shows of itself is a file of its own,
 * status/AREA_report.c, in the table of guard_report.c. */
#ifndef RPROXY_GUARD_REPORT_H
#define RPROXY_GUARD_REPORT_H

#include <httpd.h>

#include "status/status_write.h"

/* Any of them may be NULL. */
typedef struct {
    void (*html)(request_rec *r, writer_t *w);    /* tables */
    void (*json)(request_rec *r, writer_t *w);    /* "name":value[,...] */
    void (*metrics)(request_rec *r, writer_t *w); /* whole metrics */
} guard_report_t;

extern const guard_report_t seen_report, bans_report, limits_report,
    lists_report, floods_report, clients_report, bots_report;

extern const guard_report_t usage_report;
extern const guard_report_t logins_report;
extern const guard_report_t redis_report;
extern const guard_report_t waf_report;

void guard_report_register(apr_pool_t *pool);

/* ---- pieces ---- */

/* A table that suits narrow screens: its head, "<th>" for further columns, and
 * then its rows.
 * @param columns  their names, with "<th>" between them */
void report_table_begin(writer_t *w, const char *columns);
void report_table_body(writer_t *w);
void report_table_end(writer_t *w);

/* Head and body at once. */
void report_table(writer_t *w, const char *columns);

/* A cell of a table, with the name of its column for narrow screens. */
void report_cell(writer_t *w, const char *column, const char *text);
void report_number_cell(writer_t *w, const char *column, uint64_t n);

/* ,"key":n */
void report_json_number(writer_t *w, const char *key, uint64_t n);

/* "key":"text", without a comma before it */
void report_json_text(writer_t *w, const char *key, const char *text);

#endif
