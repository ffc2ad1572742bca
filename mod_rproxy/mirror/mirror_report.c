/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* mirror_report.c: counts, and rows of URLs, those that differ most first.
 * Layer L2. */
#include "mirror_report.h"

#include <ap_provider.h>

#include "../driver/clock.h"
#include "../mod_rproxy.h"
#include "../status/html_parts.h"
#include "../status/prometheus_text.h"
#include "../status/status_write.h"
#include "mirror.h"

#define PAGE_ROWS 50
#define JSON_ROWS 100

/* clang-format off */
static const struct {
    const char *name, *help;
} counts[] = {
#define X(id, name, help) { name, help },
    MIRROR_COUNTS(X)
#undef X
};
/* clang-format on */

static uint64_t count_of(int count)
{
    return __atomic_load_n(&mirror_shared->count[count], __ATOMIC_RELAXED);
}

static mirror_row_t *read_rows(apr_pool_t *pool, int *count)
{
    mirror_row_t *rows = apr_palloc(pool, sizeof(*rows) * MIRROR_ROWS);

    *count = mirror_table_read(mirror_shared, rows);
    return rows;
}

static int seconds_since(int64_t us)
{
    return (int)((clock_now() - us) / 1000000);
}

/* ---- the page ---- */

static void write_counts(writer_t *w)
{
    int i;

    write_text(w, "<p>");
    for (i = 0; i < MIRROR_COUNT_COUNT; i++) {
        write_text(w, i ? "; " : "");
        write_text(w, counts[i].help);
        write_text(w, ": ");
        html_count(w, count_of(i));
    }
    write_text(w, "</p>\n");
}

static void count_cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\"%s>", column,
                 n && strcmp(column, "Equal") != 0 ? " class=\"bad\"" : "");
    html_count(w, n);
    write_text(w, "</td>");
}

static void write_last(writer_t *w, const mirror_row_t *row)
{
    write_text(w, "<td data-l=\"Last difference\">");
    if (row->differed_us) {
        write_text(w, mirror_verdict_name((mirror_verdict_e)row->verdict));
        write_text(w, " ");
        write_html(w, row->field);
        write_format(w, " %d/%d, ", row->status[0], row->status[1]);
        html_age(w, seconds_since(row->differed_us));
        write_text(w, " ago, ");
        write_html(w, row->id);
    }
    write_text(w, "</td>");
}

static void write_row(writer_t *w, const mirror_row_t *row)
{
    write_text(w, "<tr><td data-l=\"Path\">");
    write_html(w, row->path);
    write_text(w, "</td><td data-l=\"Copies to\">");
    write_html(w, row->upstream);
    write_text(w, "</td>");
    count_cell(w, "Equal", row->count[MIRROR_EQUAL]);
    count_cell(w, "Status", row->count[MIRROR_STATUS]);
    count_cell(w, "Header", row->count[MIRROR_FIELD]);
    count_cell(w, "Body", row->count[MIRROR_BODY]);
    count_cell(w, "Failed", row->count[MIRROR_FAILED]);
    write_last(w, row);
    write_text(w, "</tr>\n");
}

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    static const char *const columns[] = { "Path",   "Copies to",      "Equal",
                                           "Status", "Header",         "Body",
                                           "Failed", "Last difference" };
    writer_t w = writer_make(bb);
    mirror_row_t *rows;
    size_t c;
    int i, n;

    if (!mirror_shared) {
        return;
    }
    write_counts(&w);
    rows = read_rows(r->pool, &n);
    write_text(&w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
        write_format(&w, "<th scope=\"col\">%s</th>", columns[c]);
    }
    write_text(&w, "</tr></thead><tbody>\n");
    for (i = 0; i < n && i < PAGE_ROWS; i++) {
        write_row(&w, &rows[i]);
    }
    write_text(&w, "</tbody></table></div>\n");
    writer_end(&w);
}

/* ---- JSON ---- */

static void string(writer_t *w, const char *key, const char *text)
{
    write_format(w, ", \"%s\": ", key);
    write_json(w, text);
}

static void json_row(writer_t *w, const mirror_row_t *row)
{
    int i;

    write_text(w, "{\"path\": ");
    write_json(w, row->path);
    string(w, "upstream", row->upstream);
    write_format(w, ", \"seen_s\": %d", seconds_since(row->seen_us));
    for (i = 0; i < MIRROR_UNKNOWN; i++) {
        write_format(w, ", \"%s\": %u",
                     mirror_verdict_name((mirror_verdict_e)i), row->count[i]);
    }
    if (!row->differed_us) {
        write_text(w, ", \"last\": null}");
        return;
    }
    write_text(w, ", \"last\": {\"part\": ");
    write_json(w, mirror_verdict_name((mirror_verdict_e)row->verdict));
    string(w, "header", row->field);
    string(w, "request_id", row->id);
    write_format(w,
                 ", \"status\": %d, \"copy_status\": %d, \"seconds_ago\": %d}}",
                 row->status[0], row->status[1],
                 seconds_since(row->differed_us));
}

static void write_report(request_rec *r, writer_t *w, int most)
{
    int i, n;
    mirror_row_t *rows = read_rows(r->pool, &n);

    write_text(w, "{\"counts\": {");
    for (i = 0; i < MIRROR_COUNT_COUNT; i++) {
        write_format(w, "%s\"%s\": ", i ? ", " : "", counts[i].name);
        write_number(w, (int64_t)count_of(i));
    }
    write_format(w, "}, \"known\": %d, \"urls\": [", n);
    for (i = 0; i < n && i < most; i++) {
        write_text(w, i ? ", " : "");
        json_row(w, &rows[i]);
    }
    write_text(w, "]}");
}

static void json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    if (mirror_shared) {
        write_report(r, &w, JSON_ROWS);
    }
    else {
        write_text(&w, "null");
    }
    writer_end(&w);
}

/* ---- Prometheus ---- */

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    if (mirror_shared) {
        prometheus_head(&w, "mirror_total", "counter",
                        "Copies of requests, and what they have shown.");
    }
    for (i = 0; mirror_shared && i < MIRROR_COUNT_COUNT; i++) {
        prometheus_sample_of(&w, "mirror_total", "", "event", counts[i].name,
                             count_of(i));
    }
    writer_end(&w);
}

/* ---- the admin handler ---- */

static int without_mirror(writer_t *w)
{
    write_format(w, "{\"status\": %d, \"error\": \"there is no RProxyMirror\"}",
                 HTTP_NOT_FOUND);
    writer_end(w);
    return HTTP_NOT_FOUND;
}

static int call_report(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    if (!mirror_shared) {
        return without_mirror(&w);
    }
    write_report(r, &w, MIRROR_ROWS);
    writer_end(&w);
    return HTTP_OK;
}

static int call_clear(request_rec *r, const rproxy_admin_request_t *request,
                      apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    if (!mirror_shared) {
        return without_mirror(&w);
    }
    mirror_table_clear(mirror_shared);
    write_text(&w, "{\"cleared\": true}");
    writer_end(&w);
    return HTTP_OK;
}

void mirror_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Mirror", html, json,
                                                     metrics };
    static const rproxy_admin_verb_t verbs[] = {
        { "report", RPROXY_ADMIN_GET,
          "copied requests: which URLs are answered otherwise", call_report },
        { "clear", RPROXY_ADMIN_POST, "forget what copies have shown",
          call_clear },
        { NULL }
    };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "mirror",
                         RPROXY_STATUS_VERSION, &section);
    ap_register_provider(pool, RPROXY_ADMIN_GROUP, "mirror",
                         RPROXY_ADMIN_VERSION, verbs);
}
