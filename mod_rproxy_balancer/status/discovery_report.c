/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* discovery_report.c: one row for each source.  Layer L2. */
#include "discovery_report.h"

#include <httpd.h>
#include <ap_provider.h>
#include <apr_strings.h>

#include "../discovery/discovered.h"
#include "driver/clock.h"
#include "mod_rproxy.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"
#include "status/status_write.h"

static int64_t seconds_ago(int64_t at_us)
{
    return (clock_now() - at_us) / 1000000;
}

/* ---- the page ---- */

static void text_cell(writer_t *w, const char *column, const char *text)
{
    write_format(w, "<td data-l=\"%s\">", column);
    write_html(w, text);
    write_text(w, "</td>");
}

static void age_cell(writer_t *w, const char *column, int64_t at_us)
{
    write_format(w, "<td data-l=\"%s\">", column);
    if (at_us) {
        html_age(w, seconds_ago(at_us));
    }
    else {
        write_text(w, "never");
    }
    write_text(w, "</td>");
}

static void number_cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\">", column);
    html_count(w, n);
    write_text(w, "</td>");
}

static void write_row(writer_t *w, const source_t *s)
{
    source_view_t view;

    source_seen_read(s->seen, &view);
    write_text(w, "<tr>");
    text_cell(w, "Upstream", s->balance->name);
    text_cell(w, "Source", s->rules->origin);
    write_format(w, "<td data-l=\"State\"%s>%s</td>",
                 view.is_failing ? " class=\"bad\"" : "",
                 view.is_failing       ? "fails"
                 : view.answered_at_us ? "good"
                                       : "not asked yet");
    number_cell(w, "Members", view.members);
    number_cell(w, "TTL", view.ttl_s);
    age_cell(w, "Last answer", view.answered_at_us);
    age_cell(w, "Last change", view.changed_at_us);
    age_cell(w, "Last failure", view.failed_at_us);
    number_cell(w, "Failures", view.failures);
    text_cell(w, "Last error", view.error);
    write_text(w, "</tr>\n");
}

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    static const char *const columns[] = {
        "Upstream", "Source",      "State",       "Members",
        "TTL",      "Last answer", "Last change", "Last failure",
        "Failures", "Last error",  NULL,
    };
    writer_t w = writer_make(bb);
    int i;

    if (!discovered_count()) {
        return;
    }
    write_text(&w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (i = 0; columns[i]; i++) {
        write_format(&w, "<th scope=\"col\">%s</th>", columns[i]);
    }
    write_text(&w, "</tr></thead><tbody>\n");
    for (i = 0; i < discovered_count(); i++) {
        write_row(&w, discovered_source(i));
    }
    write_text(&w, "</tbody></table></div>\n");
    writer_end(&w);
}

/* ---- JSON ---- */

static void number(writer_t *w, const char *key, int64_t n)
{
    write_format(w, ", \"%s\": ", key);
    write_number(w, n);
}

/* Seconds since then, or null. */
static void age(writer_t *w, const char *key, int64_t at_us)
{
    if (at_us) {
        number(w, key, seconds_ago(at_us));
    }
    else {
        write_format(w, ", \"%s\": null", key);
    }
}

static void json_source(writer_t *w, const source_t *s)
{
    int64_t now = clock_now();
    source_view_t view;

    source_seen_read(s->seen, &view);
    write_text(w, "{\"upstream\": ");
    write_json(w, s->balance->name);
    write_text(w, ", \"source\": ");
    write_json(w, s->rules->origin);
    write_text(w, view.is_failing ? ", \"failing\": true"
                                  : ", \"failing\": false");
    number(w, "members", view.members);
    number(w, "ttl_s", view.ttl_s);
    age(w, "answered_s", view.answered_at_us);
    age(w, "changed_s", view.changed_at_us);
    age(w, "failed_s", view.failed_at_us);
    number(w, "next_s",
           view.next_at_us > now ? (view.next_at_us - now) / 1000000 : 0);
    number(w, "asked", view.asked);
    number(w, "changes", view.changes);
    number(w, "failures", view.failures);
    write_text(w, ", \"error\": ");
    write_json(w, view.error);
    write_text(w, "}");
}

static void json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    write_text(&w, "[");
    for (i = 0; i < discovered_count(); i++) {
        write_text(&w, i ? ", " : "");
        json_source(&w, discovered_source(i));
    }
    write_text(&w, "]");
    writer_end(&w);
}

/* ---- Prometheus ---- */

typedef struct {
    const char *name, *type, *help;
    uint64_t (*value)(const source_view_t *view);
} metric_t;

static uint64_t is_good(const source_view_t *view)
{
    return view->answered_at_us && !view->is_failing;
}

static uint64_t members(const source_view_t *view)
{
    return view->members;
}

static uint64_t asked(const source_view_t *view)
{
    return view->asked;
}

static uint64_t failures(const source_view_t *view)
{
    return view->failures;
}

/* clang-format off */
static const metric_t all_metrics[] = {
    { "discovery_source_good", "gauge",
      "Was the last look at the source good?", is_good },
    { "discovery_source_members", "gauge",
      "Members in the last good answer.", members },
    { "discovery_source_looks_total", "counter",
      "How often the source was asked.", asked },
    { "discovery_source_failures_total", "counter",
      "How often it gave no good answer.", failures },
};
/* clang-format on */

static void sample(writer_t *w, const source_t *s, const metric_t *metric)
{
    const char *labels = apr_psprintf(w->pool, "upstream=\"%s\",source=\"%s\"",
                                      label_escaped(w->pool, s->balance->name),
                                      label_escaped(w->pool, s->rules->origin));
    source_view_t view;

    source_seen_read(s->seen, &view);
    prometheus_sample(w, metric->name, labels, metric->value(&view));
}

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    size_t i;
    int k;

    for (i = 0;
         discovered_count() && i < sizeof(all_metrics) / sizeof(metric_t);
         i++) {
        prometheus_head(&w, all_metrics[i].name, all_metrics[i].type,
                        all_metrics[i].help);
        for (k = 0; k < discovered_count(); k++) {
            sample(&w, discovered_source(k), &all_metrics[i]);
        }
    }
    writer_end(&w);
}

void discovery_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Discovery", html, json,
                                                     metrics };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "discovery",
                         RPROXY_STATUS_VERSION, &section);
}
