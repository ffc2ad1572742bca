/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_report.c: limits and lists, looked at when somebody asks.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <ap_provider.h>
#include <apr_strings.h>

#include "../config/guard_config.h"
#include "ban_report.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"
#include "status/status_write.h"

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
    row.known = limit_table_known(&limit->place.table, &limit->rate,
                                  apr_time_now(), SAMPLE_SETS);
    return row;
}

/* ---- the page ---- */

static void cell(writer_t *w, const char *column, const char *text)
{
    write_format(w, "<td data-l=\"%s\">", column);
    write_html(w, text);
    write_text(w, "</td>");
}

static void number_cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\">", column);
    html_count(w, n);
    write_text(w, "</td>");
}

static void write_html_section(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    write_text(&w, "<table><tr><th>Limit<th>Rate<th>Refused<th>Keys known"
                   "<th>Places<th>Displaced<th>Defined at</tr>");
    for (i = 0; i < limit_count(); i++) {
        row_t row = row_of(i);

        write_text(&w, "<tr>");
        cell(&w, "Limit", row.limit->name);
        cell(&w, "Rate", row.limit->rate_text);
        number_cell(&w, "Refused", row.refused);
        number_cell(&w, "Keys known", row.known);
        number_cell(&w, "Places", row.places);
        number_cell(&w, "Displaced", row.displaced);
        cell(&w, "Defined at", row.limit->where);
        write_text(&w, "</tr>");
    }
    write_text(&w, "</table>");
    ban_report_html(&w);
    writer_end(&w);
}

/* ---- JSON ---- */

static void json_number(writer_t *w, const char *key, uint64_t n)
{
    write_format(w, ",\"%s\":%" APR_UINT64_T_FMT, key, n);
}

static void write_limits(writer_t *w)
{
    int i;

    write_text(w, "{\"limits\":[");
    for (i = 0; i < limit_count(); i++) {
        row_t row = row_of(i);

        write_text(w, i ? ",{\"name\":" : "{\"name\":");
        write_json(w, row.limit->name);
        write_text(w, ",\"rate\":");
        write_json(w, row.limit->rate_text);
        write_text(w, ",\"defined_at\":");
        write_json(w, row.limit->where);
        json_number(w, "burst", row.limit->rate.burst);
        json_number(w, "refused", row.refused);
        json_number(w, "keys", row.known);
        json_number(w, "places", row.places);
        json_number(w, "displaced", row.displaced);
        write_text(w, "}");
    }
    write_text(w, "]");
}

static void write_lists(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;
    const char *comma = "";

    write_text(w, ",\"lists\":[");
    for (i = apr_hash_first(r->pool, guard_global->lists); i;
         i = apr_hash_next(i)) {
        const named_list_t *list = apr_hash_this_val(i);

        write_format(w, "%s{\"name\":", comma);
        write_json(w, list->name);
        if (list->path) {
            write_text(w, ",\"file\":");
            write_json(w, list->path);
        }
        json_number(w, "networks", list->count);
        write_text(w, "}");
        comma = ",";
    }
    write_text(w, "]");
}

static void write_json_section(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    write_limits(&w);
    write_lists(r, &w);
    ban_report_json(&w);
    write_text(&w, "}");
    writer_end(&w);
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

static void write_metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    size_t m;
    int i;

    for (m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
        prometheus_head(&w, metrics[m].name, metrics[m].type, metrics[m].help);
        for (i = 0; i < limit_count(); i++) {
            row_t row = row_of(i);

            prometheus_sample(&w, metrics[m].name,
                              apr_psprintf(r->pool,
                                           "limit=\"%s\",defined_at=\"%s\"",
                                           label_escaped(r->pool,
                                                         row.limit->name),
                                           label_escaped(r->pool,
                                                         row.limit->where)),
                              *(uint64_t *)((char *)&row + metrics[m].offset));
        }
    }
    ban_report_metrics(&w);
    writer_end(&w);
}

void guard_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = {
        "Guard", write_html_section, write_json_section, write_metrics
    };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "guard",
                         RPROXY_STATUS_VERSION, &section);
}
