/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary_report.c: a row for each canary on the status page, in its JSON and
 * among the metrics.  Layer L2. */
#include <ap_provider.h>
#include <apr_strings.h>

#include "canaries.h"
#include "driver/clock.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"
#include "status/status_write.h"

static const char *const side_names[] = { "control", "canary" };

static const canaried_t *at(int i)
{
    return canaries_list && i < canaries_list->nelts
               ? APR_ARRAY_IDX(canaries_list, i, const canaried_t *)
               : NULL;
}

static int64_t seconds_since(int64_t us)
{
    return (clock_now() - us) / 1000000;
}

/* ---- the page ---- */

static void begin_cell(writer_t *w, const char *column)
{
    write_format(w, "<td data-l=\"%s\">", column);
}

static void text_cell(writer_t *w, const char *column, const char *text)
{
    begin_cell(w, column);
    write_html(w, text);
    write_text(w, "</td>");
}

/* "120 / 3 / 12.3 ms" */
static void count_cell(writer_t *w, const char *column,
                       const canary_count_t *count)
{
    begin_cell(w, column);
    html_count(w, count->requests);
    write_text(w, " / ");
    html_count(w, count->failed);
    write_text(w, " / ");
    html_duration(w, count->p95_us ? (int64_t)count->p95_us : -1);
    write_text(w, "</td>");
}

static void write_last(writer_t *w, const canary_change_t *last)
{
    begin_cell(w, "Last change");
    if (last->at_us) {
        write_format(w, "%d%% to %d%%, ", last->from, last->to);
        html_age(w, seconds_since(last->at_us));
        write_text(w, " ago: ");
        write_html(w, canary_reason_text((canary_reason_e)last->reason));
    }
    write_text(w, "</td>");
}

static void write_row(writer_t *w, const canaried_t *canary)
{
    canary_view_t view;

    canary_board_look(canary->place, &view);
    write_text(w, "<tr>");
    text_cell(w, "Upstream", canary->control);
    text_cell(w, "Canary", canary->test);
    write_format(w, "<td data-l=\"State\"%s>%s</td>",
                 view.state.ended && !view.state.percent
                         && view.state.reason != CANARY_WAITS
                     ? " class=\"bad\""
                     : "",
                 canaries_state(&view));
    write_format(w, "<td data-l=\"Share\">%d%%</td>", view.state.percent);
    begin_cell(w, "Since");
    html_age(w, seconds_since(view.state.since_us));
    write_text(w, "</td>");
    text_cell(w, "Why", canary_reason_text(view.reason));
    count_cell(w, "Canary: requests / failed / p95", &view.test);
    count_cell(w, "Control: requests / failed / p95", &view.control);
    write_last(w, &view.last);
    write_text(w, "</tr>\n");
}

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    static const char *const columns[] = {
        "Upstream",
        "Canary",
        "State",
        "Share",
        "Since",
        "Why",
        "Canary: requests / failed / p95",
        "Control: requests / failed / p95",
        "Last change",
        NULL,
    };
    writer_t w = writer_make(bb);
    int i;

    if (!at(0)) {
        return;
    }
    write_text(&w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (i = 0; columns[i]; i++) {
        write_format(&w, "<th scope=\"col\">%s</th>", columns[i]);
    }
    write_text(&w, "</tr></thead><tbody>\n");
    for (i = 0; at(i); i++) {
        write_row(&w, at(i));
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

static void json_count(writer_t *w, const char *key,
                       const canary_count_t *count)
{
    write_format(w,
                 ", \"%s\": {\"requests\": %u, \"failed\": %u, "
                 "\"p95_us\": %u}",
                 key, count->requests, count->failed, count->p95_us);
}

static void json_last(writer_t *w, const canary_change_t *last)
{
    if (!last->at_us) {
        write_text(w, ", \"last\": null");
        return;
    }
    write_format(w,
                 ", \"last\": {\"from_percent\": %d, \"to_percent\": %d, "
                 "\"seconds_ago\": %d",
                 last->from, last->to, (int)seconds_since(last->at_us));
    string(w, "reason", canary_reason_text((canary_reason_e)last->reason));
    json_count(w, "canary", &last->test);
    json_count(w, "control", &last->control);
    write_text(w, "}");
}

void canary_report_json(writer_t *w, const canaried_t *canary)
{
    const canary_rules_t *rules = &canary->conf->rules;
    canary_view_t view;
    int i;

    canary_board_look(canary->place, &view);
    write_text(w, "{\"upstream\": ");
    write_json(w, canary->control);
    string(w, "canary_upstream", canary->test);
    string(w, "state", canaries_state(&view));
    write_format(w, ", \"percent\": %d, \"step\": %d, \"steps\": [",
                 view.state.percent, view.state.step + 1);
    for (i = 0; i < rules->steps; i++) {
        write_format(w, "%s%d", i ? ", " : "", rules->percent[i]);
    }
    write_format(w, "], \"since_s\": %d, \"step_time_s\": %u",
                 (int)seconds_since(view.state.since_us),
                 rules->step_ms / 1000);
    string(w, "reason", canary_reason_text(view.reason));
    json_count(w, "canary", &view.test);
    json_count(w, "control", &view.control);
    json_last(w, &view.last);
    write_text(w, "}");
}

static void json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    write_text(&w, "[");
    for (i = 0; at(i); i++) {
        write_text(&w, i ? ", " : "");
        canary_report_json(&w, at(i));
    }
    write_text(&w, "]");
    writer_end(&w);
}

/* ---- Prometheus ---- */

static const char *labels_of(apr_pool_t *p, const canaried_t *canary)
{
    return apr_psprintf(p, "upstream=\"%s\",canary=\"%s\"",
                        label_escaped(p, canary->control),
                        label_escaped(p, canary->test));
}

static uint64_t share(const canary_view_t *view, int side)
{
    return view->state.percent;
}

static uint64_t rolled_back(const canary_view_t *view, int side)
{
    return view->state.ended && !view->state.percent
           && view->state.reason != CANARY_WAITS;
}

static uint64_t requests(const canary_view_t *view, int side)
{
    return view->requests[side];
}

static uint64_t failed(const canary_view_t *view, int side)
{
    return view->failed[side];
}

typedef struct {
    const char *name, *type, *help;
    uint64_t (*value)(const canary_view_t *view, int side);
    int of_sides;
} metric_t;

/* clang-format off */
static const metric_t all_metrics[] = {
    { "canary_share_percent", "gauge",
      "Clients that the new version serves.", share, 0 },
    { "canary_rolled_back", "gauge",
      "Has the new version been rolled back?", rolled_back, 0 },
    { "canary_requests_total", "counter",
      "Requests that were compared.", requests, 1 },
    { "canary_failed_total", "counter",
      "Requests of them that failed.", failed, 1 },
};
/* clang-format on */

static void sample(writer_t *w, const metric_t *metric,
                   const canaried_t *canary)
{
    const char *labels = labels_of(w->pool, canary);
    canary_view_t view;
    int side;

    canary_board_look(canary->place, &view);
    if (!metric->of_sides) {
        prometheus_sample(w, metric->name, labels, metric->value(&view, 0));
        return;
    }
    for (side = 0; side < 2; side++) {
        prometheus_sample_of(w, metric->name, labels, "side", side_names[side],
                             metric->value(&view, side));
    }
}

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    size_t m;
    int i;

    for (m = 0; at(0) && m < sizeof(all_metrics) / sizeof(metric_t); m++) {
        const metric_t *metric = &all_metrics[m];

        prometheus_head(&w, metric->name, metric->type, metric->help);
        for (i = 0; at(i); i++) {
            sample(&w, metric, at(i));
        }
    }
    writer_end(&w);
}

void canary_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Canary", html, json,
                                                     metrics };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "canary",
                         RPROXY_STATUS_VERSION, &section);
}
