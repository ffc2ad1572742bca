/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_prometheus.c: which metrics there are.  Layer L1.  Base units (seconds
 * and bytes), all samples of a metric together.  A route appears once it has
 * had a request: most of ten thousand routes never do. */
#include <apr_strings.h>

#include "prometheus_text.h"
#include "status_view.h"

/* A metric that is one number of a row: a 64-bit one at this offset. */
typedef struct {
    const char *name, *type, *help;
    size_t offset;
} number_t;

/* Of an upstream with more members they would be most of a scrape. */
#define MOST_HISTOGRAMS 200

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static uint64_t number_of(const void *row, const number_t *number)
{
    return *(const uint64_t *)((const char *)row + number->offset);
}

/* ---- the server ---- */

/* clang-format off */
#define SERVER(field) offsetof(status_view_t, field)

static const number_t server_numbers[] = {
    { "start_time_seconds", "gauge",
      "Unix time at which the counters began.", SERVER(started_s) },
    { "children", "gauge",
      "Child processes.", SERVER(child_count) },
    { "clients", "gauge",
      "Client connections on event loops.", SERVER(children.clients) },
    { "clients_adopted_total", "counter",
      "Client connections that event loops took over.",
      SERVER(children.adopted) },
    { "loop_requests_total", "counter",
      "Requests read on event loops, proxied or not.",
      SERVER(children.requests) },
    { "handoffs", "gauge",
      "Requests of event loops that worker threads have now.",
      SERVER(children.handoffs_active) },
    { "handoffs_total", "counter",
      "Requests that event loops gave to worker threads.",
      SERVER(children.handoffs) },
    { "loop_turns_total", "counter",
      "Turns of event loops.", SERVER(children.loop_turns) },
};
/* clang-format on */

static void write_server(writer_t *w, const status_view_t *view)
{
    size_t i;

    for (i = 0; i < COUNT(server_numbers); i++) {
        const number_t *n = &server_numbers[i];

        prometheus_head(w, n->name, n->type, n->help);
        prometheus_sample(w, n->name, "", number_of(view, n));
    }
    prometheus_head(w, "loop_lag_seconds", "histogram",
                    "Time that turns of event loops took, by sample.");
    prometheus_histogram(w, "loop_lag_seconds", "", &view->children.loop_lag);
}

/* ---- routes ---- */

/* clang-format off */
#define ROUTE(field) offsetof(status_route_t, sum.field)

static const number_t route_numbers[] = {
    { "requests_active", "gauge",
      "Requests under way.", ROUTE(active) },
    { "retries_total", "counter",
      "Attempts beyond the first of a request.", ROUTE(retries) },
    { "request_body_bytes_total", "counter",
      "Bytes of request bodies sent to upstreams.", ROUTE(bytes_in) },
    { "response_body_bytes_total", "counter",
      "Bytes of response bodies received from upstreams.", ROUTE(bytes_out) },
};
/* clang-format on */

/* Routes that have had a request, each with its labels: these are written some
 * fifty times. */
typedef struct {
    const status_route_t *route;
    const char *labels;
} route_row_t;

/* The id keeps routes of one path (with other conditions) apart. */
static const char *route_labels(apr_pool_t *pool, const status_route_t *route)
{
    return apr_psprintf(pool, "server=\"%s\",route=\"%s\",id=\"%d\"",
                        label_escaped(pool, route->server),
                        label_escaped(pool, route->path), route->id);
}

static const route_row_t *route_rows(apr_pool_t *pool,
                                     const status_view_t *view)
{
    route_row_t *rows =
        apr_pcalloc(pool, sizeof(*rows) * ((size_t)view->route_count + 1));
    int i, n = 0;

    for (i = 0; i < view->route_count; i++) {
        const status_route_t *route = &view->routes[i];

        if (route->requests || route->sum.active) {
            rows[n].route = route;
            rows[n++].labels = route_labels(pool, route);
        }
    }
    return rows;
}

static void write_outcomes(writer_t *w, const route_row_t *row)
{
    int i;

    prometheus_head(w, "requests_total", "counter",
                    "Requests to upstreams that have ended, by outcome.");
    for (; row->route; row++) {
        for (i = 0; i < OUTCOME_COUNT; i++) {
            prometheus_sample_of(w, "requests_total", row->labels, "outcome",
                                 outcome_name((outcome_e)i),
                                 row->route->sum.outcomes[i]);
        }
    }
}

static void write_classes(writer_t *w, const route_row_t *row)
{
    static const char *const classes[] = {
        "", "1xx", "2xx", "3xx", "4xx", "5xx"
    };
    int i;

    prometheus_head(w, "responses_total", "counter",
                    "Responses passed on, by class of their status.");
    for (; row->route; row++) {
        for (i = 1; i <= 5; i++) {
            prometheus_sample_of(w, "responses_total", row->labels, "class",
                                 classes[i], row->route->sum.status_class[i]);
        }
    }
}

static void write_route_number(writer_t *w, const route_row_t *row,
                               const number_t *number)
{
    prometheus_head(w, number->name, number->type, number->help);
    for (; row->route; row++) {
        prometheus_sample(w, number->name, row->labels,
                          number_of(row->route, number));
    }
}

static void write_durations(writer_t *w, const route_row_t *row)
{
    prometheus_head(w, "request_duration_seconds", "histogram",
                    "Time from the first attempt to the response's end.");
    for (; row->route; row++) {
        prometheus_histogram(w, "request_duration_seconds", row->labels,
                             &row->route->sum.total);
    }
}

static void write_routes(writer_t *w, const status_view_t *view)
{
    const route_row_t *rows = route_rows(w->pool, view);
    size_t i;

    write_outcomes(w, rows);
    write_classes(w, rows);
    for (i = 0; i < COUNT(route_numbers); i++) {
        write_route_number(w, rows, &route_numbers[i]);
    }
    write_durations(w, rows);
}

/* ---- members ---- */

/* clang-format off */
#define MEMBER(field) offsetof(status_member_t, field)

static const number_t member_numbers[] = {
    { "member_connections", "gauge",
      "Open connections.", MEMBER(connections) },
    { "member_max_connections", "gauge",
      "Limit of open connections, 0 for none.", MEMBER(max_connections) },
    { "member_idle_connections", "gauge",
      "Open connections that wait for a request.", MEMBER(sum.idle) },
    { "member_active", "gauge",
      "Requests under way.", MEMBER(sum.active) },
    { "member_paused", "gauge",
      "1 while the member is passed over after failures.", MEMBER(paused) },
    { "member_failures_in_a_row", "gauge",
      "Failures since the last success.", MEMBER(failures_in_row) },
    { "member_attempts_total", "counter",
      "Attempts.", MEMBER(sum.attempts) },
    { "member_failures_total", "counter",
      "Attempts that failed.", MEMBER(sum.failures) },
    { "member_connects_total", "counter",
      "New connections.", MEMBER(sum.connects) },
    { "member_reuses_total", "counter",
      "Attempts on a kept connection.", MEMBER(sum.reuses) },
};

static const struct {
    const char *name, *help;
    size_t offset;
} member_histograms[] = {
    { "member_connect_duration_seconds",
      "Time until a new connection was there.", MEMBER(sum.connect) },
    { "member_first_byte_duration_seconds",
      "Time from the connection to the response's head.",
      MEMBER(sum.first_byte) },
};
/* clang-format on */

typedef struct {
    const status_member_t *member;
    const char *labels;
    int has_histograms;
} member_row_t;

static const char *member_labels(apr_pool_t *pool,
                                 const status_upstream_t *upstream,
                                 const status_member_t *member)
{
    return apr_psprintf(pool, "upstream=\"%s\",member=\"%s\",number=\"%d\"",
                        label_escaped(pool, upstream->name),
                        label_escaped(pool, member->url), member->number);
}

static const member_row_t *member_rows(apr_pool_t *pool,
                                       const status_view_t *view)
{
    member_row_t *rows;
    int i, j, n = 0;

    for (i = 0; i < view->upstream_count; i++) {
        n += view->upstreams[i].member_count;
    }
    rows = apr_pcalloc(pool, sizeof(*rows) * ((size_t)n + 1));
    n = 0;
    for (i = 0; i < view->upstream_count; i++) {
        const status_upstream_t *upstream = &view->upstreams[i];

        for (j = 0; j < upstream->member_count; j++, n++) {
            rows[n].member = &upstream->members[j];
            rows[n].has_histograms = upstream->member_count <= MOST_HISTOGRAMS;
            rows[n].labels = member_labels(pool, upstream, rows[n].member);
        }
    }
    return rows;
}

static void write_member_number(writer_t *w, const member_row_t *row,
                                const number_t *number)
{
    prometheus_head(w, number->name, number->type, number->help);
    for (; row->member; row++) {
        prometheus_sample(w, number->name, row->labels,
                          number_of(row->member, number));
    }
}

static void write_member_histogram(writer_t *w, const member_row_t *row,
                                   size_t index)
{
    const char *name = member_histograms[index].name;
    size_t offset = member_histograms[index].offset;

    prometheus_head(w, name, "histogram", member_histograms[index].help);
    for (; row->member; row++) {
        if (row->has_histograms) {
            prometheus_histogram(w, name, row->labels,
                                 (const histogram_t *)((const char *)row->member
                                                       + offset));
        }
    }
}

static void write_retries(writer_t *w, const status_view_t *view)
{
    int i;

    prometheus_head(w, "upstream_retries_total", "counter",
                    "Attempts beyond the first of a request.");
    for (i = 0; i < view->upstream_count; i++) {
        const status_upstream_t *upstream = &view->upstreams[i];

        prometheus_sample_of(w, "upstream_retries_total", "", "upstream",
                             label_escaped(w->pool, upstream->name),
                             upstream->retries);
    }
}

static void write_members(writer_t *w, const status_view_t *view)
{
    const member_row_t *rows = member_rows(w->pool, view);
    size_t i;

    for (i = 0; i < COUNT(member_numbers); i++) {
        write_member_number(w, rows, &member_numbers[i]);
    }
    for (i = 0; i < COUNT(member_histograms); i++) {
        write_member_histogram(w, rows, i);
    }
}

void status_prometheus(writer_t *w, const status_view_t *view)
{
    const status_section_t *const *at;

    write_server(w, view);
    write_routes(w, view);
    write_retries(w, view);
    write_members(w, view);
    for (at = view->sections; at && *at; at++) {
        (*at)->write(w, *at);
    }
}
