/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_report.c: what labels of credentials have used today (UTC).
 * Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../credentials/credentials.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

enum {
    SHOWN_MAX = 50
};

static const struct {
    const char *column, *key, *metric, *help;
} counts[USAGE_COUNTS] = {
    [USAGE_REQUESTS] = { "Requests", "requests", "guard_usage_requests",
                         "Requests of today (UTC) by a label's credentials." },
    [USAGE_REFUSED] = { "Refused", "refused", "guard_usage_refused",
                        "Requests of today that were refused to a label." },
    [USAGE_BYTES] = { "Bytes", "bytes", "guard_usage_bytes",
                      "Bytes sent today to a label." },
};

static uint32_t today(void)
{
    return usage_day(apr_time_sec(apr_time_now()));
}

/* The next row that has a label; *at: where to go on.  NULL: none. */
static const usage_row_t *next_row(uint32_t *at)
{
    while (credentials_usage.row && *at < credentials_usage.rows) {
        const usage_row_t *row = &credentials_usage.row[(*at)++];

        if (row->label[0]) {
            return row;
        }
    }
    return NULL;
}

/* Of shared memory: with a NUL in any case. */
static const char *label_of(apr_pool_t *pool, const usage_row_t *row)
{
    return apr_pstrndup(pool, row->label, USAGE_LABEL - 1);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    uint32_t at = 0, shown = 0;
    const usage_row_t *row = next_row(&at);
    int i;

    if (!row) {
        return;
    }
    report_table_begin(w, "Label, today");
    for (i = 0; i < USAGE_COUNTS; i++) {
        write_format(w, "<th>%s", counts[i].column);
    }
    report_table_body(w);
    for (; row && shown < SHOWN_MAX; row = next_row(&at), shown++) {
        write_text(w, "<tr>");
        report_cell(w, "Label, today", label_of(r->pool, row));
        for (i = 0; i < USAGE_COUNTS; i++) {
            report_number_cell(w, counts[i].column,
                               usage_get(row, today(), (usage_count_e)i));
        }
        write_text(w, "</tr>");
    }
    report_table_end(w);
}

static void write_json_part(request_rec *r, writer_t *w)
{
    uint32_t at = 0;
    const usage_row_t *row;
    const char *comma = "";
    int i;

    write_text(w, "\"usage\":[");
    while ((row = next_row(&at)) != NULL) {
        write_format(w, "%s{", comma);
        report_json_text(w, "label", label_of(r->pool, row));
        for (i = 0; i < USAGE_COUNTS; i++) {
            report_json_number(w, counts[i].key,
                               usage_get(row, today(), (usage_count_e)i));
        }
        write_text(w, "}");
        comma = ",";
    }
    write_text(w, "]");
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    const usage_row_t *row;
    uint32_t at;
    int i;

    for (i = 0; i < USAGE_COUNTS; i++) {
        prometheus_head(w, counts[i].metric, "gauge", counts[i].help);
        for (at = 0; (row = next_row(&at)) != NULL;) {
            prometheus_sample_of(w, counts[i].metric, "", "label",
                                 label_escaped(r->pool, label_of(r->pool, row)),
                                 usage_get(row, today(), (usage_count_e)i));
        }
    }
}

const guard_report_t usage_report = { write_html_part, write_json_part,
                                      write_metrics_part };
