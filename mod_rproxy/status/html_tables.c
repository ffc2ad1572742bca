/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_tables.c: upstreams and routes, those with most to do first.  Layer L1.
 * On narrow screens each row is a card and each cell names its column
 * (data-l). */
#include "html_parts.h"

#include <stdlib.h>

#include "status_write.h"

/* More than a page can show with any use; the rest is in the JSON. */
#define MOST_ROWS 200

static void begin_cell(writer_t *w, const char *column)
{
    write_format(w, "<td data-l=\"%s\">", column);
}

static void end_cell(writer_t *w)
{
    write_text(w, "</td>");
}

static void count_cell(writer_t *w, const char *column, uint64_t n)
{
    begin_cell(w, column);
    html_count(w, n);
    end_cell(w);
}

static void bad_count_cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\"%s>", column, n ? " class=\"bad\"" : "");
    html_count(w, n);
    end_cell(w);
}

static void quantiles_cell(writer_t *w, const char *column,
                           const histogram_t *h)
{
    begin_cell(w, column);
    html_quantiles(w, h);
    end_cell(w);
}

static void write_columns(writer_t *w, const char *const *columns)
{
    write_text(w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (; *columns; columns++) {
        write_format(w, "<th scope=\"col\">%s</th>", *columns);
    }
    write_text(w, "</tr></thead><tbody>\n");
}

static void end_table(writer_t *w)
{
    write_text(w, "</tbody></table></div>\n");
}

static void write_rest(writer_t *w, int count, const char *what)
{
    if (count > MOST_ROWS) {
        write_text(w, "<p class=\"none\">");
        html_count(w, (uint64_t)(count - MOST_ROWS));
        write_format(w,
                     " more %s are in the <a href=\"?format=json\">JSON"
                     "</a>.</p>\n",
                     what);
    }
}

/* Rows of a view in the order to show them in. */
static const void **sorted(apr_pool_t *pool, const void *rows, int count,
                           size_t size,
                           int (*order)(const void *, const void *))
{
    const void **list = apr_palloc(pool, sizeof(void *) * ((size_t)count + 1));
    int i;

    for (i = 0; i < count; i++) {
        list[i] = (const char *)rows + (size_t)i * size;
    }
    qsort(list, (size_t)count, sizeof(void *), order);
    return list;
}

/* ---- upstreams ---- */

/* Equal ones stay in the order of the configuration. */
static int busiest_upstream(const void *a, const void *b)
{
    const status_upstream_t *x = *(const status_upstream_t *const *)a;
    const status_upstream_t *y = *(const status_upstream_t *const *)b;

    return x->attempts != y->attempts ? (x->attempts < y->attempts ? 1 : -1)
                                      : (x > y) - (x < y);
}

static void state_cell(writer_t *w, const status_member_t *m)
{
    begin_cell(w, "State");
    if (m->paused) {
        write_text(w, "<span class=\"state bad\">paused ");
        html_duration(w, m->paused_us);
    }
    else if (m->failures_in_row) {
        write_text(w, "<span class=\"state warn\">failing");
    }
    else if (m->max_connections && m->connections >= m->max_connections) {
        write_text(w, "<span class=\"state warn\">full");
    }
    else if (!m->sum.attempts) {
        write_text(w, "<span class=\"state\">unused");
    }
    else {
        write_text(w, "<span class=\"state good\">ok");
    }
    write_text(w, "</span>");
    if (m->failures_in_row) {
        write_format(w, " <small>%" APR_INT64_T_FMT " in a row</small>",
                     m->failures_in_row);
    }
    end_cell(w);
}

static void connections_cell(writer_t *w, const status_member_t *m)
{
    begin_cell(w, "Connections");
    html_count(w, (uint64_t)m->connections);
    if (m->max_connections) {
        write_text(w, " of ");
        html_count(w, (uint64_t)m->max_connections);
    }
    end_cell(w);
}

static void write_member(writer_t *w, const status_member_t *m)
{
    write_text(w, "<tr><th scope=\"row\">");
    write_html(w, m->url);
    write_text(w, "</th>");
    state_cell(w, m);
    count_cell(w, "Active", (uint64_t)m->sum.active);
    connections_cell(w, m);
    count_cell(w, "Idle", (uint64_t)m->sum.idle);
    count_cell(w, "Attempts", m->sum.attempts);
    bad_count_cell(w, "Failed", m->sum.failures);
    begin_cell(w, "Reused");
    html_percent(w, m->sum.reuses, m->sum.reuses + m->sum.connects);
    end_cell(w);
    quantiles_cell(w, "Connect", &m->sum.connect);
    quantiles_cell(w, "First byte", &m->sum.first_byte);
    write_text(w, "</tr>\n");
}

static void write_upstream(writer_t *w, const status_upstream_t *upstream)
{
    static const char *const columns[] = { "Member",      "State",  "Active",
                                           "Connections", "Idle",   "Attempts",
                                           "Failed",      "Reused", "Connect",
                                           "First byte",  NULL };
    int i;

    write_text(w, "<section><h3>");
    write_html(w, upstream->name);
    write_text(w, " <small>");
    write_html(w, upstream->defined_at);
    write_text(w, "; ");
    html_count(w, upstream->retries);
    write_format(w, " retries, %d more may follow</small></h3>\n",
                 upstream->retry_credit / 100);
    if (!upstream->member_count) {
        write_text(w, "<p class=\"none\">No members.</p></section>\n");
        return;
    }
    write_columns(w, columns);
    for (i = 0; i < upstream->member_count && i < MOST_ROWS; i++) {
        write_member(w, &upstream->members[i]);
    }
    end_table(w);
    write_rest(w, upstream->member_count, "members");
    write_text(w, "</section>\n");
}

void html_upstreams(writer_t *w, const status_view_t *view)
{
    const void **list = sorted(w->pool, view->upstreams, view->upstream_count,
                               sizeof(status_upstream_t), busiest_upstream);
    int i;

    for (i = 0; i < view->upstream_count && i < MOST_ROWS; i++) {
        write_upstream(w, list[i]);
    }
    write_rest(w, view->upstream_count, "upstreams");
}

/* ---- routes ---- */

static int busiest_route(const void *a, const void *b)
{
    const status_route_t *x = *(const status_route_t *const *)a;
    const status_route_t *y = *(const status_route_t *const *)b;

    return x->requests != y->requests ? (x->requests < y->requests ? 1 : -1)
                                      : x->id - y->id;
}

static void target_cell(writer_t *w, const status_route_t *route)
{
    int i;

    begin_cell(w, "Upstream");
    for (i = 0; route->upstreams[i]; i++) {
        write_text(w, i ? ", " : "");
        write_html(w, route->upstreams[i]);
    }
    write_text(w, i ? "" : "<small>not proxied</small>");
    end_cell(w);
}

static void write_route(writer_t *w, const status_route_t *route)
{
    const metrics_route_t *m = &route->sum;

    write_text(w, "<tr><th scope=\"row\">");
    write_html(w, route->path);
    write_text(w, " <small title=\"");
    write_html(w, route->defined_at);
    write_text(w, "\">");
    write_html(w, route->server);
    write_text(w, "</small></th>");
    target_cell(w, route);
    count_cell(w, "Active", (uint64_t)m->active);
    count_cell(w, "Requests", route->requests);
    bad_count_cell(w, "Failed", route->failed);
    count_cell(w, "Retries", m->retries);
    count_cell(w, "2xx", m->status_class[2]);
    count_cell(w, "3xx", m->status_class[3]);
    count_cell(w, "4xx", m->status_class[4]);
    bad_count_cell(w, "5xx", m->status_class[5]);
    quantiles_cell(w, "Total", &m->total);
    begin_cell(w, "Bytes in");
    html_bytes(w, m->bytes_in);
    end_cell(w);
    begin_cell(w, "Bytes out");
    html_bytes(w, m->bytes_out);
    end_cell(w);
    write_text(w, "</tr>\n");
}

void html_routes(writer_t *w, const status_view_t *view)
{
    static const char *const columns[] = { "Route",     "Upstream", "Active",
                                           "Requests",  "Failed",   "Retries",
                                           "2xx",       "3xx",      "4xx",
                                           "5xx",       "Total",    "Bytes in",
                                           "Bytes out", NULL };
    const void **list = sorted(w->pool, view->routes, view->route_count,
                               sizeof(status_route_t), busiest_route);
    int i;

    write_columns(w, columns);
    for (i = 0; i < view->route_count && i < MOST_ROWS; i++) {
        write_route(w, list[i]);
    }
    end_table(w);
    write_rest(w, view->route_count, "routes");
}
