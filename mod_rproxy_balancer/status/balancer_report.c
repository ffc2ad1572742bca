/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_report.c: one row for each member, looked at when somebody asks.
 * Layer L2. */
#include "balancer_report.h"

#include <ap_provider.h>
#include <apr_strings.h>

#include "../balanced.h"
#include "driver/clock.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"
#include "status/status_write.h"

/* What is known of a member now. */
typedef struct {
    const balanced_t *of;
    const balancer_member_t *member;
    member_state_e state;
    health_t health;
    int64_t now;
    uint32_t in_flight, first_byte_us;
    segment_member_t seen; /* counters and the last probe */
} row_t;

static uint32_t load(const uint32_t *value)
{
    return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void look(row_t *row, const balanced_t *b, int i)
{
    const balance_t *balance = &b->balance;

    row->of = b;
    row->member = &balance->upstream->member[i];
    row->now = clock_now();
    row->state = balance_state(balance, i, &row->health, row->now);
    row->in_flight = load(&balance->load.in_flight[i]);
    row->first_byte_us = load(&balance->load.first_byte_us[i]);
    row->seen = balance->member[i];
}

typedef struct metric_t metric_t;

/* Calls write for each member of each upstream. */
static void each(writer_t *w, const metric_t *metric,
                 void (*write)(writer_t *w, const row_t *row,
                               const metric_t *metric))
{
    int i, k;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        const balanced_t *b = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        for (k = 0; k < b->balance.upstream->count; k++) {
            row_t row;

            look(&row, b, k);
            write(w, &row, metric);
        }
    }
}

static const char *reason_of(const row_t *row)
{
    return health_reason_text((health_reason_e)row->health.reason);
}

static const char *probe_of(const row_t *row)
{
    return probe_result_text((probe_result_e)row->seen.probe_result);
}

static int is_well(const row_t *row)
{
    return row->state == MEMBER_UP || row->state == MEMBER_DRAIN;
}

/* ---- the page ---- */

static void begin_cell(writer_t *w, const char *column)
{
    write_format(w, "<td data-l=\"%s\">", column);
}

static void count_cell(writer_t *w, const char *column, uint64_t n)
{
    begin_cell(w, column);
    html_count(w, n);
    write_text(w, "</td>");
}

static void text_cell(writer_t *w, const char *column, const char *text)
{
    begin_cell(w, column);
    write_html(w, text);
    write_text(w, "</td>");
}

static void write_row(writer_t *w, const row_t *row, const metric_t *none)
{
    write_text(w, "<tr>");
    text_cell(w, "Upstream", row->of->balance.upstream->name);
    text_cell(w, "Member", row->member->url);
    write_format(w, "<td data-l=\"State\"%s>%s</td>",
                 is_well(row) ? "" : " class=\"bad\"",
                 member_state_text(row->state));
    text_cell(w, "Why", reason_of(row));
    begin_cell(w, "Since");
    html_age(w, (row->now - row->health.since_us) / 1000000);
    write_text(w, "</td>");
    text_cell(w, "Last probe", probe_of(row));
    count_cell(w, "Weight", row->seen.weight);
    count_cell(w, "In flight", row->in_flight);
    begin_cell(w, "First byte");
    html_duration(w, row->first_byte_us ? (int64_t)row->first_byte_us : -1);
    write_text(w, "</td>");
    count_cell(w, "Requests", row->seen.all_requests);
    count_cell(w, "Failed", row->seen.all_failed);
    count_cell(w, "Ejected", row->seen.ejections);
    count_cell(w, "Down", row->seen.downs);
    write_text(w, "</tr>\n");
}

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    static const char *const columns[] = {
        "Upstream",   "Member",  "State",     "Why",        "Since",
        "Last probe", "Weight",  "In flight", "First byte", "Requests",
        "Failed",     "Ejected", "Down",      NULL,
    };
    writer_t w = writer_make(bb);
    int i;

    if (!balanced_list) {
        write_text(&w, "<p class=\"none\">No upstream has RProxyBalancer."
                       "</p>\n");
        writer_end(&w);
        return;
    }
    write_text(&w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (i = 0; columns[i]; i++) {
        write_format(&w, "<th scope=\"col\">%s</th>", columns[i]);
    }
    write_text(&w, "</tr></thead><tbody>\n");
    each(&w, NULL, write_row);
    write_text(&w, "</tbody></table></div>\n");
    writer_end(&w);
}

/* ---- JSON ---- */

static void number(writer_t *w, const char *key, int64_t n)
{
    write_format(w, ", \"%s\": ", key);
    write_number(w, n);
}

static void string(writer_t *w, const char *key, const char *text)
{
    write_format(w, ", \"%s\": ", key);
    write_json(w, text);
}

static void json_member(writer_t *w, const row_t *row)
{
    const segment_member_t *m = &row->seen;

    write_text(w, "{\"url\": ");
    write_json(w, row->member->url);
    string(w, "state", member_state_text(row->state));
    string(w, "reason", reason_of(row));
    number(w, "since_s", (row->now - row->health.since_us) / 1000000);
    number(w, "weight", row->seen.weight);
    number(w, "ramp_percent",
           health_ramp_percent(&row->health,
                               &row->of->balance.health_rules
                                    [row->member
                                     - row->of->balance.upstream->member],
                               row->now));
    number(w, "in_flight", row->in_flight);
    number(w, "first_byte_us", row->first_byte_us);
    number(w, "requests", (int64_t)m->all_requests);
    number(w, "failed", (int64_t)m->all_failed);
    number(w, "ejections", m->ejections);
    number(w, "downs", m->downs);
    string(w, "probe", probe_of(row));
    number(w, "probe_status", m->probe_status);
    number(w, "probe_us", m->probe_us);
    write_text(w, "}");
}

static void json_upstream(writer_t *w, balanced_t *b)
{
    int k;

    write_text(w, "{\"name\": ");
    write_json(w, b->balance.upstream->name);
    string(w, "method", b->balance.method->name);
    number(w, "in_flight", load(b->balance.load.total));
    write_text(w, balance_panic(&b->balance) ? ", \"panic\": true"
                                             : ", \"panic\": false");
    write_text(w, ", \"members\": [");
    for (k = 0; k < b->balance.upstream->count; k++) {
        row_t row;

        look(&row, b, k);
        write_text(w, k ? ", " : "");
        json_member(w, &row);
    }
    write_text(w, "]}");
}

static void json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    if (!balanced_list) {
        write_text(&w, "null");
        writer_end(&w);
        return;
    }
    write_text(&w, "{\"elected\": ");
    write_number(&w, __atomic_load_n(&balanced_segment->head->elected,
                                     __ATOMIC_RELAXED));
    write_text(&w, ", \"upstreams\": [");
    for (i = 0; i < balanced_list->nelts; i++) {
        write_text(&w, i ? ", " : "");
        json_upstream(&w, APR_ARRAY_IDX(balanced_list, i, balanced_t *));
    }
    write_text(&w, "]}");
    writer_end(&w);
}

/* ---- Prometheus ---- */

struct metric_t {
    const char *name, *type, *help;
    uint64_t (*value)(const row_t *row);
};

static uint64_t up(const row_t *row)
{
    return (uint64_t)is_well(row);
}

static uint64_t in_flight(const row_t *row)
{
    return row->in_flight;
}

static uint64_t requests(const row_t *row)
{
    return row->seen.all_requests;
}

static uint64_t failed(const row_t *row)
{
    return row->seen.all_failed;
}

static uint64_t ejections(const row_t *row)
{
    return row->seen.ejections;
}

static uint64_t downs(const row_t *row)
{
    return row->seen.downs;
}

/* clang-format off */
static const metric_t all_metrics[] = {
    { "balancer_member_up", "gauge", "Is the member asked?", up },
    { "balancer_member_in_flight", "gauge", "Requests under way.", in_flight },
    { "balancer_member_requests_total", "counter",
      "Requests that said something of the member.", requests },
    { "balancer_member_failed_total", "counter",
      "Requests of them that failed there.", failed },
    { "balancer_member_ejections_total", "counter",
      "How often it was ejected for failed requests.", ejections },
    { "balancer_member_downs_total", "counter",
      "How often probes found it down.", downs },
};
/* clang-format on */

static void sample(writer_t *w, const row_t *row, const metric_t *metric)
{
    const char *labels =
        apr_psprintf(w->pool, "upstream=\"%s\",member=\"%s\"",
                     label_escaped(w->pool, row->of->balance.upstream->name),
                     label_escaped(w->pool, row->member->url));

    prometheus_sample(w, metric->name, labels, metric->value(row));
}

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    size_t i;

    for (i = 0; balanced_list && i < sizeof(all_metrics) / sizeof(metric_t);
         i++) {
        const metric_t *metric = &all_metrics[i];

        prometheus_head(&w, metric->name, metric->type, metric->help);
        each(&w, metric, sample);
    }
    writer_end(&w);
}

void balancer_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Balancer", html, json,
                                                     metrics };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "balancer",
                         RPROXY_STATUS_VERSION, &section);
}
