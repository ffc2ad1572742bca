/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_report.c: all areas of the guard, one after the other.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <ap_provider.h>

#include "../config/guard_config.h"
#include "ban_report.h"
#include "flood_report.h"
#include "status/html_parts.h"

static const guard_report_t *const parts[] = { &seen_report, &bans_report,
                                               &limits_report, &lists_report };

enum {
    PARTS = sizeof(parts) / sizeof(parts[0])
};

/* ---- pieces ---- */

void report_cell(writer_t *w, const char *column, const char *text)
{
    write_format(w, "<td data-l=\"%s\">", column);
    write_html(w, text);
    write_text(w, "</td>");
}

void report_number_cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\">", column);
    html_count(w, n);
    write_text(w, "</td>");
}

void report_json_number(writer_t *w, const char *key, uint64_t n)
{
    write_format(w, ",\"%s\":%" APR_UINT64_T_FMT, key, n);
}

void report_json_text(writer_t *w, const char *key, const char *text)
{
    write_format(w, "\"%s\":", key);
    write_json(w, text);
}

/* ---- all ---- */

static void write_html_section(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    for (i = 0; i < PARTS; i++) {
        if (parts[i]->html) {
            parts[i]->html(r, &w);
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
    flood_report_html(&w);
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
    }
    writer_end(&w);
}

static void write_json_section(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    const char *before = "{";
    int i;

    for (i = 0; i < PARTS; i++) {
        if (parts[i]->json) {
            write_text(&w, before);
            parts[i]->json(r, &w);
            before = ",";
        }
    }
    write_limits(&w);
    write_lists(r, &w);
    ban_report_json(&w);
    flood_report_json(&w);
    write_text(&w, "}");
    writer_end(&w);
}

static void write_metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    for (i = 0; i < PARTS; i++) {
        if (parts[i]->metrics) {
            parts[i]->metrics(r, &w);
        }
    }
    ban_report_metrics(&w);
    flood_report_metrics(&w);
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
