/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_report.c: all areas of the guard, one after the other.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <ap_provider.h>

#include "status/html_parts.h"

/* clang-format off */
static const guard_report_t *const parts[] = {
    &seen_report,
    &waf_report,
    &bots_report,
    &bans_report,
    &limits_report,
    &redis_report,
    &logins_report,
    &lists_report,
    &floods_report,
    &usage_report,
    &clients_report,
};
/* clang-format on */

enum {
    PARTS = sizeof(parts) / sizeof(parts[0])
};

/* ---- pieces ---- */

void report_table_begin(writer_t *w, const char *columns)
{
    write_text(w, "<div class=\"wide card\"><table "
                  "class=\"rows\"><thead><tr><th>");
    write_text(w, columns);
}

void report_table_body(writer_t *w)
{
    write_text(w, "</tr></thead><tbody>");
}

void report_table(writer_t *w, const char *columns)
{
    report_table_begin(w, columns);
    report_table_body(w);
}

void report_table_end(writer_t *w)
{
    write_text(w, "</tbody></table></div>\n");
}

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
