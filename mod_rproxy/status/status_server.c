/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_server.c: a section of server-status (mod_status's optional hook
 * status_hook): a few numbers and a table of the members; with ?auto lines of
 * "Name: value", in the manner of mod_status; with ?notable a list.
 * Layer L2.  mod_status serves on a worker thread. */
#include "status_server.h"

#include <http_protocol.h>
#include <apr_optional_hooks.h>
#include <apr_strings.h>
#include <mod_status.h>

#include "status_collect.h"
#include "status_write.h"

#define U64 "%" APR_UINT64_T_FMT
#define I64 "%" APR_INT64_T_FMT

typedef void row_fn(writer_t *w, int upstream, int member,
                    const status_upstream_t *u, const status_member_t *m);

static void for_each_member(writer_t *w, const status_view_t *view,
                            row_fn *write)
{
    int i, j;

    for (i = 0; i < view->upstream_count; i++) {
        for (j = 0; j < view->upstreams[i].member_count; j++) {
            write(w, i, j, &view->upstreams[i], &view->upstreams[i].members[j]);
        }
    }
}

static const char *state(const status_member_t *m)
{
    return m->paused ? "paused" : m->failures_in_row ? "failing" : "ok";
}

/* ---- ?auto ---- */

static void write_auto_quantile(writer_t *w, const char *name,
                                const histogram_t *h, unsigned permille)
{
    int64_t usec = histogram_quantile(h, permille);

    if (usec >= 0) {
        write_format(w, "RProxy%sP%uMs: ", name, permille / 10);
        write_ms(w, usec);
        write_text(w, "\n");
    }
}

/* A line holds one value: no line end in a name gets through. */
static void write_auto_name(writer_t *w, const char *name)
{
    write_text(w, label_escaped(w->pool, name));
    write_text(w, "\n");
}

static void write_auto_member(writer_t *w, int upstream, int member,
                              const status_upstream_t *u,
                              const status_member_t *m)
{
    char at[64];

    apr_snprintf(at, sizeof(at), "RProxyUpstream[%d]", upstream);
    if (member == 0) {
        write_format(w, "%sName: ", at);
        write_auto_name(w, u->name);
    }
    apr_snprintf(at, sizeof(at), "RProxyUpstream[%d]Member[%d]", upstream,
                 member);
    write_format(w, "%sUrl: ", at);
    write_auto_name(w, m->url);
    write_format(w,
                 "%sState: %s\n%sConnections: " I64 "\n%sActive: " I64
                 "\n%sIdle: " I64 "\n%sAttempts: " U64 "\n%sFailures: " U64
                 "\n",
                 at, state(m), at, m->connections, at, m->sum.active, at,
                 m->sum.idle, at, m->sum.attempts, at, m->sum.failures);
}

static void write_auto(writer_t *w, const status_view_t *view)
{
    const metrics_child_t *c = &view->children;
    int i;

    write_format(w,
                 "RProxyRequests: " U64 "\nRProxyFailed: " U64
                 "\nRProxyActive: " I64 "\nRProxyClients: " I64
                 "\nRProxyLoopRequests: " U64 "\nRProxyHandoffs: " U64 "\n",
                 view->requests, view->failed, view->total.active, c->clients,
                 c->requests, c->handoffs);
    for (i = 0; i < OUTCOME_COUNT; i++) {
        write_format(w, "RProxyOutcome[%s]: " U64 "\n",
                     outcome_name((outcome_e)i), view->total.outcomes[i]);
    }
    write_auto_quantile(w, "Total", &view->total.total, 500);
    write_auto_quantile(w, "Total", &view->total.total, 990);
    write_auto_quantile(w, "LoopLag", &c->loop_lag, 990);
    for_each_member(w, view, write_auto_member);
}

/* ---- HTML ---- */

static void write_summary(writer_t *w, const status_view_t *view)
{
    const metrics_child_t *c = &view->children;
    int64_t p50 = histogram_quantile(&view->total.total, 500);
    int64_t p99 = histogram_quantile(&view->total.total, 990);

    write_format(w,
                 "<hr />\n<h2>mod_rproxy</h2>\n<dl>\n<dt>" U64
                 " requests to upstreams, " U64 " failed, " I64
                 " under way</dt>\n<dt>" I64 " clients on event loops, " U64
                 " requests read there, " U64 " given to worker threads</dt>\n",
                 view->requests, view->failed, view->total.active, c->clients,
                 c->requests, c->handoffs);
    if (p50 >= 0) {
        write_text(w, "<dt>time of a request: median ");
        write_ms(w, p50);
        write_text(w, " ms, 99th percentile ");
        write_ms(w, p99);
        write_text(w, " ms</dt>\n");
    }
    write_text(w, "</dl>\n");
}

static void write_row(writer_t *w, int upstream, int member,
                      const status_upstream_t *u, const status_member_t *m)
{
    (void)upstream;
    (void)member;
    write_text(w, "<tr><td>");
    write_html(w, u->name);
    write_text(w, "</td><td>");
    write_html(w, m->url);
    write_format(w,
                 "</td><td>%s</td><td>" I64 "</td><td>" I64 "</td><td>" I64
                 "</td><td>" U64 "</td><td>" U64 "</td></tr>\n",
                 state(m), m->sum.active, m->connections, m->sum.idle,
                 m->sum.attempts, m->sum.failures);
}

static void write_item(writer_t *w, int upstream, int member,
                       const status_upstream_t *u, const status_member_t *m)
{
    (void)upstream;
    (void)member;
    write_text(w, "<li>");
    write_html(w, u->name);
    write_text(w, ", ");
    write_html(w, m->url);
    write_format(w,
                 ": %s, " I64 " active, " I64 " connections, " I64 " idle, " U64
                 " attempts, " U64 " failed</li>\n",
                 state(m), m->sum.active, m->connections, m->sum.idle,
                 m->sum.attempts, m->sum.failures);
}

static void write_members(writer_t *w, const status_view_t *view, int in_table)
{
    if (!in_table) {
        write_text(w, "<ul>\n");
        for_each_member(w, view, write_item);
        write_text(w, "</ul>\n");
        return;
    }
    write_text(w, "<table border=\"0\">\n<tr><th>Upstream</th><th>Member</th>"
                  "<th>State</th><th>Active</th><th>Connections</th>"
                  "<th>Idle</th><th>Attempts</th><th>Failed</th></tr>\n");
    for_each_member(w, view, write_row);
    write_text(w, "</table>\n");
}

/* ---- the hook ---- */

static int section(request_rec *r, int flags)
{
    writer_t w =
        writer_make(apr_brigade_create(r->pool, r->connection->bucket_alloc));
    const status_view_t *view = status_collect(r->pool);
    char *text;
    apr_size_t len;

    if (flags & AP_STATUS_SHORT) {
        write_auto(&w, view);
    }
    else {
        write_summary(&w, view);
        write_members(&w, view, !(flags & AP_STATUS_NOTABLE));
    }
    writer_end(&w);
    if (apr_brigade_pflatten(w.bb, &text, &len, r->pool) == APR_SUCCESS) {
        ap_rwrite(text, (int)len, r);
    }
    apr_brigade_destroy(w.bb);
    return OK;
}

void status_server_register_hooks(apr_pool_t *pool)
{
    (void)pool;
    APR_OPTIONAL_HOOK(ap, status_hook, section, NULL, NULL, APR_HOOK_MIDDLE);
}
