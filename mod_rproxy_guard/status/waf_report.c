/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_report.c: requests that rules of the WAF looked at: verdicts, time,
 * rules, paths.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../waf/seen/waf_seen.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

enum {
    NS_IN_US = 1000
};

/* ---- the page ---- */

static void write_quantile(writer_t *w, const waf_counts_t *counts,
                           unsigned permille)
{
    int64_t us = waf_counts_quantile(counts, permille);

    if (us < 0) {
        write_text(w, "more than 1 s");
        return;
    }
    write_ms(w, us);
    write_text(w, " ms");
}

static void write_requests(writer_t *w, const waf_counts_t *counts)
{
    int i;

    report_table_begin(w, "WAF");
    for (i = 0; i < HIT_VERDICT_COUNT; i++) {
        write_format(w, "<th>%s", hit_verdict_name((unsigned)i));
    }
    write_text(w, "<th>limits<th>half below<th>99% below");
    report_table_body(w);
    write_text(w, "<tr>");
    report_cell(w, "WAF", "requests");
    for (i = 0; i < HIT_VERDICT_COUNT; i++) {
        report_number_cell(w, hit_verdict_name((unsigned)i),
                           counts->requests[i]);
    }
    report_number_cell(w, "limits", counts->limits);
    write_text(w, "<td data-l=\"half below\">");
    write_quantile(w, counts, 500);
    write_text(w, "</td><td data-l=\"99% below\">");
    write_quantile(w, counts, 990);
    write_text(w, "</td></tr>");
    report_table_end(w);
}

static void write_rules(writer_t *w, const rule_counts_t *rules)
{
    const rule_count_t *rule;
    int i = 0;

    if (!rule_counts_next(rules, &i)) {
        return;
    }
    report_table(w, "WAF rule<th>Verdict<th>Hits<th>Last");
    for (i = 0; (rule = rule_counts_next(rules, &i));) {
        write_text(w, "<tr>");
        report_cell(w, "WAF rule", rule->rule);
        report_cell(w, "Verdict", rule->action);
        report_number_cell(w, "Hits", rule->count);
        write_text(w, "<td data-l=\"Last\">");
        html_age(w, apr_time_sec(apr_time_now() - rule->last));
        write_text(w, " ago</td></tr>");
    }
    report_table_end(w);
}

static const char *text_of(const top_key_t *key, apr_pool_t *pool)
{
    return key->text_len ? apr_pstrmemdup(pool, key->text, key->text_len) : "-";
}

static void write_paths(writer_t *w, top_keys_t *paths)
{
    top_key_t top[TOP_KEYS];
    int n = top_keys_read(paths, top, apr_time_sec(apr_time_now())), i;

    if (!n) {
        return;
    }
    report_table(w, "WAF path<th>Hits, lately");
    for (i = 0; i < n; i++) {
        write_text(w, "<tr>");
        report_cell(w, "WAF path", text_of(&top[i], w->pool));
        report_number_cell(w, "Hits, lately", top[i].count);
        write_text(w, "</tr>");
    }
    report_table_end(w);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    waf_seen_t *seen = waf_seen();
    waf_counts_t counts;

    if (!seen) {
        return;
    }
    counts = waf_counts_read(&seen->counts);
    write_requests(w, &counts);
    write_rules(w, &seen->rules);
    write_paths(w, &seen->paths);
}

/* ---- JSON ---- */

static void write_json_counts(writer_t *w, const waf_counts_t *counts)
{
    int i;

    write_text(w, "\"requests\":{");
    for (i = 0; i < HIT_VERDICT_COUNT; i++) {
        write_format(w, "%s\"%s\":%" APR_UINT64_T_FMT, i ? "," : "",
                     hit_verdict_name((unsigned)i), counts->requests[i]);
    }
    report_json_number(w, "limits", counts->limits);
    write_text(w, "},\"time\":{\"sum_us\":");
    write_number(w, (int64_t)(counts->time_sum_ns / NS_IN_US));
    write_text(w, ",\"buckets\":[");
    for (i = 0; i < WAF_TIME_BUCKETS; i++) {
        write_format(w, "%s{\"below_us\":", i ? "," : "");
        if (waf_counts_bound(i) < 0) {
            write_text(w, "null");
        }
        else {
            write_number(w, waf_counts_bound(i));
        }
        report_json_number(w, "requests", counts->time[i]);
        write_text(w, "}");
    }
    write_text(w, "]}");
}

static void write_json_rules(writer_t *w, const rule_counts_t *rules)
{
    const rule_count_t *rule;
    const char *comma = "";
    int i = 0;

    write_text(w, ",\"rules\":[");
    while ((rule = rule_counts_next(rules, &i))) {
        write_format(w, "%s{", comma);
        report_json_text(w, "rule", rule->rule);
        write_text(w, ",");
        report_json_text(w, "verdict", rule->action);
        report_json_number(w, "hits", rule->count);
        report_json_number(w, "last", (uint64_t)apr_time_sec(rule->last));
        write_text(w, "}");
        comma = ",";
    }
    write_text(w, "]");
}

static void write_json_paths(writer_t *w, top_keys_t *paths)
{
    top_key_t top[TOP_KEYS];
    int n = top_keys_read(paths, top, apr_time_sec(apr_time_now())), i;

    write_text(w, ",\"paths\":[");
    for (i = 0; i < n; i++) {
        write_text(w, i ? ",{" : "{");
        report_json_text(w, "path", text_of(&top[i], w->pool));
        report_json_number(w, "hits", top[i].count);
        write_text(w, "}");
    }
    write_text(w, "]");
}

static void write_json_part(request_rec *r, writer_t *w)
{
    waf_seen_t *seen = waf_seen();
    waf_counts_t counts;

    if (!seen) {
        write_text(w, "\"waf\":null");
        return;
    }
    counts = waf_counts_read(&seen->counts);
    write_text(w, "\"waf\":{");
    write_json_counts(w, &counts);
    write_json_rules(w, &seen->rules);
    write_json_paths(w, &seen->paths);
    report_json_number(w, "hits", hit_ring_count(&seen->hits));
    write_text(w, "}");
}

/* ---- metrics ---- */

static void write_time(writer_t *w, apr_pool_t *pool,
                       const waf_counts_t *counts)
{
    uint64_t below = 0;
    int i;

    prometheus_head(w, "guard_waf_seconds", "histogram",
                    "Time of all phases of a request together.");
    for (i = 0; i < WAF_TIME_BUCKETS; i++) {
        int64_t us = waf_counts_bound(i);

        below += counts->time[i];
        prometheus_sample_of(w, "guard_waf_seconds_bucket", "", "le",
                             us < 0 ? "+Inf"
                                    : apr_psprintf(pool, "%d.%06d",
                                                   (int)(us / 1000000),
                                                   (int)(us % 1000000)),
                             below);
    }
    write_text(w, "rproxy_guard_waf_seconds_sum ");
    write_seconds(w, (int64_t)(counts->time_sum_ns / NS_IN_US));
    write_text(w, "\n");
    prometheus_sample(w, "guard_waf_seconds_count", "", below);
}

static void write_rule_metrics(writer_t *w, apr_pool_t *pool,
                               const rule_counts_t *rules)
{
    const rule_count_t *rule;
    int i = 0;

    prometheus_head(w, "guard_waf_rule_hits_total", "counter",
                    "What rules of the WAF have found, and what became of it.");
    while ((rule = rule_counts_next(rules, &i))) {
        prometheus_sample(w, "guard_waf_rule_hits_total",
                          apr_psprintf(pool, "rule=\"%s\",verdict=\"%s\"",
                                       label_escaped(pool, rule->rule),
                                       label_escaped(pool, rule->action)),
                          rule->count);
    }
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    waf_seen_t *seen = waf_seen();
    waf_counts_t counts;
    int i;

    if (!seen) {
        return;
    }
    counts = waf_counts_read(&seen->counts);
    prometheus_head(w, "guard_waf_requests_total", "counter",
                    "Requests that rules of the WAF looked at, by verdict.");
    for (i = 0; i < HIT_VERDICT_COUNT; i++) {
        prometheus_sample_of(w, "guard_waf_requests_total", "", "verdict",
                             hit_verdict_name((unsigned)i), counts.requests[i]);
    }
    prometheus_head(w, "guard_waf_limits_total", "counter",
                    "Requests that met a limit of the WAF's.");
    prometheus_sample(w, "guard_waf_limits_total", "", counts.limits);
    write_rule_metrics(w, r->pool, &seen->rules);
    write_time(w, r->pool, &counts);
}

const guard_report_t waf_report = { write_html_part, write_json_part,
                                    write_metrics_part };
