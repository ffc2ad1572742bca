/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* floods_report.c: connections and attack mode.  Layer L2. */
#include "guard_private.h"
#include "flood_report.h"

#include <apr_strings.h>

#include "../config/guard_config.h"
#include "guard_report.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

const char *flood_report_order(attack_order_e order)
{
    return order == ATTACK_ALWAYS  ? "on"
           : order == ATTACK_NEVER ? "off"
                                   : "auto";
}

/* ---- the page ---- */

static void connections_html(writer_t *w)
{
    connections_counts_t counts = connections_counts();
    int i;

    report_table_begin(w, "Connections open");
    for (i = 0; i < CONNECTIONS_REASONS; i++) {
        write_format(w, "<th>Refused: %s",
                     connections_reason_name((connections_reason_e)i));
    }
    write_text(w, "<th>Not counted");
    report_table_body(w);
    write_text(w, "<tr>");
    report_number_cell(w, "Connections open", counts.open);
    for (i = 0; i < CONNECTIONS_REASONS; i++) {
        report_number_cell(w, connections_reason_name((connections_reason_e)i),
                           counts.refused[i]);
    }
    report_number_cell(w, "Not counted", counts.uncounted);
    write_text(w, "</tr>");
    report_table_end(w);
}

static void attack_html(writer_t *w, const attack_report_t *report)
{
    int i;

    report_table_begin(w, "Attack<th>Order<th>Reason");
    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        write_format(w, "<th>%s", attack_gauge_name((attack_gauge_e)i));
    }
    write_text(w, "<th>So far");
    report_table_body(w);
    write_text(w, "<tr>");
    write_format(w,
                 "<td data-l=\"Attack\">%s</td><td data-l=\"Order\">%s</td>"
                 "<td data-l=\"Reason\">%s</td>",
                 report->active ? "yes" : "no",
                 flood_report_order(report->order),
                 report->active ? attack_gauge_name(report->reason) : "");
    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        report_number_cell(w, attack_gauge_name((attack_gauge_e)i),
                           (uint64_t)report->sample.value[i]);
    }
    report_number_cell(w, "So far", report->begun);
    write_text(w, "</tr>");
    report_table_end(w);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    attack_report_t report = attack_report();

    if (guard_global->connections.where) {
        connections_html(w);
    }
    if (guard_global->attack.where || report.active || report.order) {
        attack_html(w, &report);
    }
}

/* ---- JSON ---- */

void flood_report_attack_json(writer_t *w)
{
    attack_report_t report = attack_report();
    int i;

    write_format(w, "{\"active\":%s,\"order\":\"%s\"",
                 report.active ? "true" : "false",
                 flood_report_order(report.order));
    if (report.active) {
        write_format(w, ",\"reason\":\"%s\"", attack_gauge_name(report.reason));
        report_json_number(w, "since",
                           (uint64_t)(report.since_us / APR_USEC_PER_SEC));
    }
    report_json_number(w, "begun", report.begun);
    write_text(w, ",\"now\":{");
    for (i = 0; i < ATTACK_GAUGE_COUNT; i++) {
        write_format(w, "%s\"%s\":%" APR_INT64_T_FMT, i ? "," : "",
                     attack_gauge_name((attack_gauge_e)i),
                     report.sample.value[i]);
    }
    write_text(w, "}}");
}

static void write_json_part(request_rec *r, writer_t *w)
{
    connections_counts_t counts = connections_counts();
    int i;

    write_format(w, "\"connections\":{\"open\":%" APR_UINT64_T_FMT,
                 counts.open);
    write_text(w, ",\"refused\":{");
    for (i = 0; i < CONNECTIONS_REASONS; i++) {
        write_format(w, "%s\"%s\":%" APR_UINT64_T_FMT, i ? "," : "",
                     connections_reason_name((connections_reason_e)i),
                     counts.refused[i]);
    }
    write_text(w, "}");
    report_json_number(w, "uncounted", counts.uncounted);
    write_text(w, "},\"attack\":");
    flood_report_attack_json(w);
}

/* ---- metrics ---- */

static void metric(writer_t *w, const char *name, const char *type,
                   const char *help, uint64_t value)
{
    prometheus_head(w, name, type, help);
    prometheus_sample(w, name, "", value);
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    connections_counts_t counts = connections_counts();
    attack_report_t report = attack_report();
    int i;

    metric(w, "guard_connections_open", "gauge",
           "Connections that are counted now.", counts.open);
    prometheus_head(w, "guard_connections_refused_total", "counter",
                    "Connections refused, or that would have been.");
    for (i = 0; i < CONNECTIONS_REASONS; i++) {
        char label[64];

        apr_snprintf(label, sizeof(label), "reason=\"%s\"",
                     connections_reason_name((connections_reason_e)i));
        prometheus_sample(w, "guard_connections_refused_total", label,
                          counts.refused[i]);
    }
    metric(w, "guard_attack", "gauge", "1 while the server is under attack.",
           (uint64_t)report.active);
    metric(w, "guard_attacks_total", "counter", "Attacks that have begun.",
           report.begun);
}

const guard_report_t floods_report = { write_html_part, write_json_part,
                                       write_metrics_part };
