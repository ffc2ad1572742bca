/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* limits_report.c: limits, how full their tables are, whom they refuse most.
 * Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../config/guard_config.h"
#include "../seen/seen.h"
#include "../limits/hold.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

enum {
    SAMPLE_SETS = 4096 /* of a table, for an estimate */
};

typedef struct {
    const guard_limit_t *limit;
    uint64_t refused, displaced, known, places;
} row_t;

static int limit_count(void)
{
    return guard_global->limits->nelts;
}

static row_t row_of(int i)
{
    const guard_limit_t *limit =
        APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *);
    const limit_counts_t *counts = limit->place.counts;
    row_t row = { .limit = limit };

    row.refused = __atomic_load_n(&counts->refused, __ATOMIC_RELAXED);
    row.displaced = __atomic_load_n(&counts->displaced, __ATOMIC_RELAXED);
    row.places = (uint64_t)limit->place.sets * LIMIT_TABLE_SET;
    row.known = limit->concurrent
                    ? hold_count(limit)
                    : limit_table_known(&limit->place.table, &limit->rate,
                                        apr_time_now(), SAMPLE_SETS);
    return row;
}

/* A key's text, "" where it is not known, with the number that stands for the
 * key: texts of secrets are not kept, so several keys may have the same. */
static const char *text_of(request_rec *r, const top_key_t *key)
{
    return apr_pstrndup(r->pool, key->text, key->text_len);
}

static const char *number_of(request_rec *r, const top_key_t *key)
{
    return apr_psprintf(r->pool, "%016" APR_UINT64_T_HEX_FMT, key->hash);
}

/* ---- the page ---- */

static void write_limits(writer_t *w)
{
    int i;

    report_table(w, "Limit<th>Rate<th>Refused<th>Keys known"
                    "<th>Places<th>Displaced<th>Defined at");
    for (i = 0; i < limit_count(); i++) {
        row_t row = row_of(i);

        write_text(w, "<tr>");
        report_cell(w, "Limit", row.limit->name);
        report_cell(w, "Rate", row.limit->rate_text);
        report_number_cell(w, "Refused", row.refused);
        report_number_cell(w, "Keys known", row.known);
        report_number_cell(w, "Places", row.places);
        report_number_cell(w, "Displaced", row.displaced);
        report_cell(w, "Defined at", row.limit->where);
        write_text(w, "</tr>");
    }
    report_table_end(w);
}

static void write_keys_of(request_rec *r, writer_t *w, int i)
{
    top_key_t key[TOP_KEYS];
    int n = top_keys_read(seen_keys(i), key, apr_time_sec(r->request_time)), k;

    for (k = 0; k < n; k++) {
        write_text(w, "<tr>");
        report_cell(w, "Limit",
                    APR_ARRAY_IDX(guard_global->limits, i, guard_limit_t *)
                        ->name);
        report_cell(w, "Refused most", text_of(r, &key[k]));
        report_number_cell(w, "Lately", key[k].count);
        report_cell(w, "Key", number_of(r, &key[k]));
        write_text(w, "</tr>");
    }
}

static void write_html_part(request_rec *r, writer_t *w)
{
    int i;

    if (!limit_count()) {
        return;
    }
    write_limits(w);
    report_table(w, "Limit<th>Refused most<th>Lately<th>Key");
    for (i = 0; i < limit_count(); i++) {
        write_keys_of(r, w, i);
    }
    report_table_end(w);
}

/* ---- JSON ---- */

static void write_json_keys(request_rec *r, writer_t *w, int i)
{
    top_key_t key[TOP_KEYS];
    int n = top_keys_read(seen_keys(i), key, apr_time_sec(r->request_time)), k;

    write_text(w, ",\"top\":[");
    for (k = 0; k < n; k++) {
        write_text(w, k ? ",{" : "{");
        report_json_text(w, "text", text_of(r, &key[k]));
        write_text(w, ",");
        report_json_text(w, "key", number_of(r, &key[k]));
        report_json_number(w, "refused", key[k].count);
        write_text(w, "}");
    }
    write_text(w, "]");
}

static void write_json_part(request_rec *r, writer_t *w)
{
    int i;

    write_text(w, "\"limits\":[");
    for (i = 0; i < limit_count(); i++) {
        row_t row = row_of(i);

        write_text(w, i ? ",{" : "{");
        report_json_text(w, "name", row.limit->name);
        write_text(w, ",");
        report_json_text(w, "rate", row.limit->rate_text);
        write_text(w, ",");
        report_json_text(w, "defined_at", row.limit->where);
        report_json_number(w, "burst", row.limit->rate.burst);
        report_json_number(w, "refused", row.refused);
        report_json_number(w, "keys", row.known);
        report_json_number(w, "places", row.places);
        report_json_number(w, "displaced", row.displaced);
        write_json_keys(r, w, i);
        write_text(w, "}");
    }
    write_text(w, "]");
}

/* ---- metrics ---- */

/* clang-format off */
static const struct {
    const char *name, *type, *help;
    size_t offset;
} metrics[] = {
    { "guard_limit_refused_total", "counter",
      "Requests that a limit refused, or would have.", offsetof(row_t, refused) },
    { "guard_limit_keys", "gauge", "Keys that a limit knows, an estimate.",
      offsetof(row_t, known) },
    { "guard_limit_places", "gauge", "Keys there is room for.",
      offsetof(row_t, places) },
    { "guard_limit_displaced_total", "counter",
      "Keys still known that made room for others.",
      offsetof(row_t, displaced) },
};
/* clang-format on */

static void write_metrics_part(request_rec *r, writer_t *w)
{
    size_t m;
    int i;

    for (m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
        prometheus_head(w, metrics[m].name, metrics[m].type, metrics[m].help);
        for (i = 0; i < limit_count(); i++) {
            row_t row = row_of(i);

            prometheus_sample(w, metrics[m].name,
                              apr_psprintf(r->pool,
                                           "limit=\"%s\",defined_at=\"%s\"",
                                           label_escaped(r->pool,
                                                         row.limit->name),
                                           label_escaped(r->pool,
                                                         row.limit->where)),
                              *(uint64_t *)((char *)&row + metrics[m].offset));
        }
    }
}

const guard_report_t limits_report = { write_html_part, write_json_part,
                                       write_metrics_part };
