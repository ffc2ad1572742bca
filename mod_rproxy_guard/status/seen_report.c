/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* seen_report.c: what rules did, of which class of clients; the audit log.
 * Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../audit/audit_log.h"
#include "../seen/seen.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

/* ---- the page ---- */

static void write_rules(writer_t *w)
{
    const rule_count_t *rule;
    int i = 0;

    report_table(w, "Rule<th>Class<th>Action<th>Requests"
                    "<th>Last");
    while ((rule = rule_counts_next(seen_rules(), &i))) {
        write_text(w, "<tr>");
        report_cell(w, "Rule", rule->rule);
        report_cell(w, "Class", *rule->class ? rule->class : "-");
        report_cell(w, "Action", rule->action);
        report_number_cell(w, "Requests", rule->count);
        write_text(w, "<td data-l=\"Last\">");
        html_age(w, apr_time_sec(apr_time_now() - rule->last));
        write_text(w, " ago</td></tr>");
    }
    report_table_end(w);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    audit_counts_t audit;
    int i = 0;

    if (rule_counts_next(seen_rules(), &i)) {
        write_rules(w);
    }
    else {
        write_text(w, "<p>No rule had anything to say yet.</p>");
    }
    if (audit_log_counts(&audit)) {
        write_text(w, "<p>Audit log: ");
        html_count(w, audit.written);
        write_text(w, " lines written, ");
        html_count(w, audit.lost);
        write_text(w, " lost.</p>");
    }
}

/* ---- JSON ---- */

static void write_json_part(request_rec *r, writer_t *w)
{
    const rule_count_t *rule;
    audit_counts_t audit;
    const char *comma = "";
    int i = 0;

    write_text(w, "\"rules\":[");
    while ((rule = rule_counts_next(seen_rules(), &i))) {
        write_format(w, "%s{", comma);
        report_json_text(w, "rule", rule->rule);
        if (*rule->class) {
            write_text(w, ",");
            report_json_text(w, "class", rule->class);
        }
        write_text(w, ",");
        report_json_text(w, "action", rule->action);
        report_json_number(w, "requests", rule->count);
        report_json_number(w, "last", (uint64_t)apr_time_sec(rule->last));
        write_text(w, "}");
        comma = ",";
    }
    write_text(w, "]");
    if (audit_log_counts(&audit)) {
        write_text(w, ",\"audit\":{\"file\":");
        write_json(w, guard_global->audit);
        report_json_number(w, "written", audit.written);
        report_json_number(w, "lost", audit.lost);
        write_text(w, "}");
    }
}

/* ---- metrics ---- */

static const char *labels_of(apr_pool_t *pool, const rule_count_t *rule)
{
    return apr_psprintf(pool, "rule=\"%s\",class=\"%s\",action=\"%s\"",
                        label_escaped(pool, rule->rule),
                        label_escaped(pool, rule->class),
                        label_escaped(pool, rule->action));
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    const rule_count_t *rule;
    audit_counts_t audit;
    int i = 0;

    prometheus_head(w, "guard_rule_requests_total", "counter",
                    "Requests that a rule spoke against, and what became of "
                    "them.");
    while ((rule = rule_counts_next(seen_rules(), &i))) {
        prometheus_sample(w, "guard_rule_requests_total",
                          labels_of(r->pool, rule), rule->count);
    }
    if (audit_log_counts(&audit)) {
        prometheus_head(w, "guard_audit_lines_total", "counter",
                        "Lines for RProxyGuardAudit.");
        prometheus_sample(w, "guard_audit_lines_total", "state=\"written\"",
                          audit.written);
        prometheus_sample(w, "guard_audit_lines_total", "state=\"lost\"",
                          audit.lost);
    }
}

const guard_report_t seen_report = { write_html_part, write_json_part,
                                     write_metrics_part };
