/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* redis_report.c: whether limits are shared, and how well.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include "../config/guard_config.h"
#include "../fleet/fleet.h"
#include "status/prometheus_text.h"

static int is_configured(void)
{
    return guard_global->fleet.where != NULL;
}

/* ---- the page ---- */

static void write_html_part(request_rec *r, writer_t *w)
{
    fleet_report_t report = fleet_report();

    if (!is_configured()) {
        return;
    }
    report_table(w, "Redis<th>State<th>Last fault<th>Exchanges<th>Keys "
                    "told<th>Keys heard of"
                    "<th>Faults<th>Not told");
    write_text(w, "<tr>");
    report_cell(w, "Redis", guard_global->fleet.url);
    report_cell(w, "State",
                report.state == FLEET_AWAY ? "away: this server counts alone"
                                           : fleet_state_name(report.state));
    report_cell(w, "Last fault", report.fault.text);
    report_number_cell(w, "Exchanges", report.exchanges);
    report_number_cell(w, "Keys told", report.keys);
    report_number_cell(w, "Keys heard of", report.learned);
    report_number_cell(w, "Faults", report.faults);
    report_number_cell(w, "Not told", report.lost);
    write_text(w, "</tr>");
    report_table_end(w);
}

/* ---- JSON ---- */

static void write_json_part(request_rec *r, writer_t *w)
{
    fleet_report_t report = fleet_report();

    write_text(w, "\"redis\":");
    if (!is_configured()) {
        write_text(w, "null");
        return;
    }
    write_text(w, "{");
    report_json_text(w, "server", guard_global->fleet.url);
    write_text(w, ",");
    report_json_text(w, "state", fleet_state_name(report.state));
    write_text(w, ",");
    report_json_text(w, "fault", report.fault.text);
    report_json_number(w, "exchanges", report.exchanges);
    report_json_number(w, "keys", report.keys);
    report_json_number(w, "learned", report.learned);
    report_json_number(w, "faults", report.faults);
    report_json_number(w, "lost", report.lost);
    report_json_number(w, "exchange_us", report.took_us);
    write_text(w, "}");
}

/* ---- metrics ---- */

static void write_metric(writer_t *w, const char *name, const char *type,
                         const char *help, uint64_t value)
{
    prometheus_head(w, name, type, help);
    prometheus_sample(w, name, "", value);
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    fleet_report_t report = fleet_report();

    if (!is_configured()) {
        return;
    }
    write_metric(w, "guard_redis_up", "gauge",
                 "1 while limits are shared through Redis.",
                 report.state == FLEET_SHARED);
    write_metric(w, "guard_redis_exchanges_total", "counter",
                 "Exchanges with Redis.", report.exchanges);
    write_metric(w, "guard_redis_keys_total", "counter",
                 "Keys of limits that Redis was told of.", report.keys);
    write_metric(w, "guard_redis_learned_total", "counter",
                 "Keys of limits that Redis told of.", report.learned);
    write_metric(w, "guard_redis_faults_total", "counter",
                 "Connections and exchanges that failed.", report.faults);
    write_metric(w, "guard_redis_lost_total", "counter",
                 "Requests that Redis was not told of, for want of room.",
                 report.lost);
    write_metric(w, "guard_redis_exchange_microseconds", "gauge",
                 "What the last exchange took.", report.took_us);
}

const guard_report_t redis_report = { write_html_part, write_json_part,
                                      write_metrics_part };
