/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_json.c: the status as JSON (RFC 8259).  Layer L1.
 * Times are in milliseconds, names end in _ms; what is unknown is null.
 * A histogram's buckets are pairs [below so many ms, count of values], empty
 * ones left out; null stands for the bucket without an upper end. */
#include "histogram.h"
#include "status_view.h"
#include "status_write.h"

/* An object's member: the name with what stands before it, as in ",\"n\":". */
static void write_count(writer_t *w, const char *name, uint64_t n)
{
    write_text(w, name);
    write_number(w, (int64_t)n);
}

static void write_name(writer_t *w, const char *name, const char *value)
{
    write_text(w, name);
    write_json(w, value);
}

/* ---- histograms ---- */

static void write_quantile(writer_t *w, const char *name, const histogram_t *h,
                           unsigned permille)
{
    int64_t usec = histogram_quantile(h, permille);

    write_text(w, name);
    if (usec < 0) {
        write_text(w, "null");
    }
    else {
        write_ms(w, usec);
    }
}

static void write_buckets(writer_t *w, const histogram_t *h)
{
    int i, any = 0;

    write_text(w, ",\"buckets\":[");
    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (h->count[i]) {
            write_text(w, any ? ",[" : "[");
            if (i <= HISTOGRAM_LAST_BOUND) {
                write_ms(w, histogram_bound(i));
            }
            else {
                write_text(w, "null");
            }
            write_count(w, ",", h->count[i]);
            write_text(w, "]");
            any = 1;
        }
    }
    write_text(w, "]");
}

static void write_histogram(writer_t *w, const char *name, const histogram_t *h)
{
    write_text(w, name);
    write_count(w, "{\"count\":", histogram_total(h));
    write_text(w, ",\"sum_ms\":");
    write_ms(w, (int64_t)h->sum_us);
    write_quantile(w, ",\"p50_ms\":", h, 500);
    write_quantile(w, ",\"p90_ms\":", h, 900);
    write_quantile(w, ",\"p99_ms\":", h, 990);
    write_buckets(w, h);
    write_text(w, "}");
}

/* ---- traffic: of a route, or of all ---- */

static void write_outcomes(writer_t *w, const uint64_t *outcomes)
{
    int i;

    write_text(w, ",\"outcomes\":{");
    for (i = 0; i < OUTCOME_COUNT; i++) {
        write_text(w, i ? ",\"" : "\"");
        write_text(w, outcome_name((outcome_e)i));
        write_count(w, "\":", outcomes[i]);
    }
    write_text(w, "}");
}

static void write_traffic(writer_t *w, const metrics_route_t *m,
                          uint64_t requests, uint64_t failed)
{
    write_count(w, "\"requests\":", requests);
    write_count(w, ",\"failed\":", failed);
    write_count(w, ",\"active\":", (uint64_t)m->active);
    write_count(w, ",\"retries\":", m->retries);
    write_count(w, ",\"bytes_in\":", m->bytes_in);
    write_count(w, ",\"bytes_out\":", m->bytes_out);
    write_outcomes(w, m->outcomes);
    write_count(w, ",\"status\":{\"1xx\":", m->status_class[1]);
    write_count(w, ",\"2xx\":", m->status_class[2]);
    write_count(w, ",\"3xx\":", m->status_class[3]);
    write_count(w, ",\"4xx\":", m->status_class[4]);
    write_count(w, ",\"5xx\":", m->status_class[5]);
    write_histogram(w, "},\"total\":", &m->total);
}

static void write_route(writer_t *w, const status_route_t *route)
{
    int i;

    write_count(w, "{\"id\":", (uint64_t)route->id);
    write_name(w, ",\"server\":", route->server);
    write_name(w, ",\"route\":", route->path);
    write_name(w, ",\"defined_at\":", route->defined_at);
    write_text(w, ",\"upstreams\":[");
    for (i = 0; route->upstreams[i]; i++) {
        write_name(w, i ? "," : "", route->upstreams[i]);
    }
    write_text(w, "],");
    write_traffic(w, &route->sum, route->requests, route->failed);
    write_text(w, "}");
}

/* ---- upstreams ---- */

static void write_member(writer_t *w, const status_member_t *member)
{
    const metrics_member_t *m = &member->sum;

    write_name(w, "{\"url\":", member->url);
    write_count(w, ",\"connections\":", (uint64_t)member->connections);
    write_text(w, ",\"max_connections\":");
    if (member->max_connections) {
        write_number(w, member->max_connections);
    }
    else {
        write_text(w, "null");
    }
    write_count(w, ",\"active\":", (uint64_t)m->active);
    write_count(w, ",\"idle\":", (uint64_t)m->idle);
    write_count(w, ",\"failures_in_row\":", (uint64_t)member->failures_in_row);
    write_text(w, member->paused ? ",\"paused\":true" : ",\"paused\":false");
    write_text(w, ",\"paused_ms\":");
    write_ms(w, member->paused_us);
    write_count(w, ",\"attempts\":", m->attempts);
    write_count(w, ",\"failures\":", m->failures);
    write_count(w, ",\"connects\":", m->connects);
    write_count(w, ",\"reuses\":", m->reuses);
    write_histogram(w, ",\"connect\":", &m->connect);
    write_histogram(w, ",\"first_byte\":", &m->first_byte);
    write_text(w, "}");
}

static void write_upstream(writer_t *w, const status_upstream_t *upstream)
{
    int i;

    write_name(w, "{\"name\":", upstream->name);
    write_name(w, ",\"defined_at\":", upstream->defined_at);
    write_count(w, ",\"retries\":", upstream->retries);
    write_format(w, ",\"retries_left\":%d.%02d,\"members\":[",
                 upstream->retry_credit / 100, upstream->retry_credit % 100);
    for (i = 0; i < upstream->member_count; i++) {
        write_text(w, i ? "," : "");
        write_member(w, &upstream->members[i]);
    }
    write_text(w, "]}");
}

/* ---- all ---- */

static void write_server(writer_t *w, const status_view_t *view)
{
    const metrics_child_t *c = &view->children;

    write_name(w, "{\"server\":", view->server);
    write_count(w, ",\"time\":", (uint64_t)view->now_s);
    write_count(w, ",\"started\":", (uint64_t)view->started_s);
    write_count(w, ",\"children\":", (uint64_t)view->child_count);
    write_count(w, ",\n\"clients\":{\"open\":", (uint64_t)c->clients);
    write_count(w, ",\"adopted\":", c->adopted);
    write_count(w, ",\"requests\":", c->requests);
    write_count(w,
                "},\n\"handoffs\":{\"active\":", (uint64_t)c->handoffs_active);
    write_count(w, ",\"total\":", c->handoffs);
    write_count(w, "},\n\"loop\":{\"turns\":", c->loop_turns);
    write_histogram(w, ",\"lag\":", &c->loop_lag);
}

static void write_sections(writer_t *w, const status_view_t *view)
{
    const status_section_t *const *at;

    for (at = view->sections; at && *at; at++) {
        write_name(w, ",\n", (*at)->name);
        write_text(w, ":");
        (*at)->write(w, *at);
    }
}

void status_json(writer_t *w, const status_view_t *view)
{
    int i;

    write_server(w, view);
    write_text(w, "},\n\"traffic\":{");
    write_traffic(w, &view->total, view->requests, view->failed);
    write_text(w, "},\n\"upstreams\":[");
    for (i = 0; i < view->upstream_count; i++) {
        write_text(w, i ? ",\n" : "\n");
        write_upstream(w, &view->upstreams[i]);
    }
    write_text(w, "],\n\"routes\":[");
    for (i = 0; i < view->route_count; i++) {
        write_text(w, i ? ",\n" : "\n");
        write_route(w, &view->routes[i]);
    }
    write_text(w, "]");
    write_sections(w, view);
    write_text(w, "}\n");
}
