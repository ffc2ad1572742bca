/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* logins_report.c: wrong and right passwords of each RProxyGuardLogin.
 * Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../login/login_rule.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

static const login_rule_t *rule_at(int i)
{
    return APR_ARRAY_IDX(guard_global->logins, i, login_rule_t *);
}

/* clang-format off */
static const struct {
    const char *column, *json, *metric, *help;
    size_t offset;
} counters[] = {
    { "Wrong", "failures", "guard_login_failures_total",
      "Wrong passwords, as the application's answers show.",
      offsetof(login_counts_t, failures) },
    { "Right", "successes", "guard_login_successes_total",
      "Right passwords; of XML-RPC requests.",
      offsetof(login_counts_t, successes) },
    { "Refused", "refused", "guard_login_refused_total",
      "Logins that were refused, or would have been.",
      offsetof(login_counts_t, refused) },
};
/* clang-format on */

enum {
    COUNTERS = sizeof(counters) / sizeof(counters[0])
};

static uint64_t counted(int rule, int counter)
{
    const char *counts = (const char *)rule_at(rule)->counts;

    return __atomic_load_n((const uint64_t *)(counts
                                              + counters[counter].offset),
                           __ATOMIC_RELAXED);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    int i, k;

    if (!guard_global->logins->nelts) {
        return;
    }
    report_table_begin(w, "Login");
    for (k = 0; k < COUNTERS; k++) {
        write_format(w, "<th>%s", counters[k].column);
    }
    write_text(w, "<th>Defined at");
    report_table_body(w);
    for (i = 0; i < guard_global->logins->nelts; i++) {
        write_text(w, "<tr>");
        report_cell(w, "Login", rule_at(i)->name);
        for (k = 0; k < COUNTERS; k++) {
            report_number_cell(w, counters[k].column, counted(i, k));
        }
        report_cell(w, "Defined at", rule_at(i)->where);
        write_text(w, "</tr>");
    }
    report_table_end(w);
}

static void write_json_part(request_rec *r, writer_t *w)
{
    int i, k;

    write_text(w, "\"logins\":[");
    for (i = 0; i < guard_global->logins->nelts; i++) {
        write_text(w, i ? ",{" : "{");
        report_json_text(w, "name", rule_at(i)->name);
        for (k = 0; k < COUNTERS; k++) {
            report_json_number(w, counters[k].json, counted(i, k));
        }
        write_text(w, "}");
    }
    write_text(w, "]");
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    int i, k;

    for (k = 0; k < COUNTERS && guard_global->logins->nelts; k++) {
        prometheus_head(w, counters[k].metric, "counter", counters[k].help);
        for (i = 0; i < guard_global->logins->nelts; i++) {
            const login_rule_t *rule = rule_at(i);

            prometheus_sample(w, counters[k].metric,
                              apr_psprintf(r->pool,
                                           "login=\"%s\",defined_at=\"%s\"",
                                           label_escaped(r->pool, rule->name),
                                           label_escaped(r->pool, rule->where)),
                              counted(i, k));
        }
    }
}

const guard_report_t logins_report = { write_html_part, write_json_part,
                                       write_metrics_part };
