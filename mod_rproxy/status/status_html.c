/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* status_html.c: the status page, in one piece: nothing to load.  Layer L1.
 * It shows all without its script, which only keeps it up to date. */
#include <apr_time.h>

#include "html_parts.h"
#include "status_write.h"

static void write_head(writer_t *w, int refresh_s, const char *nonce)
{
    write_text(w, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                  "<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<meta name=\"robots\" content=\"noindex\">\n");
    if (refresh_s) {
        write_format(w, "<meta http-equiv=\"refresh\" content=\"%d\">\n",
                     refresh_s);
    }
    write_text(w, "<title>mod_rproxy status</title>\n");
    write_format(w, "<style nonce=\"%s\">", nonce);
    write_text(w, html_style);
    write_text(w, "</style></head><body>\n");
}

static void write_refresh_choice(writer_t *w, int refresh_s)
{
    static const int choices[] = { 0, 2, 10, 60 };
    size_t i;

    write_text(w, "<nav>refresh");
    for (i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        int seconds = choices[i];
        const char *tag = seconds == refresh_s ? "b" : "a";

        write_format(w, "<%s", tag);
        if (seconds != refresh_s) {
            write_format(w, " href=\"?refresh=%d\"", seconds);
        }
        write_text(w, ">");
        if (seconds) {
            write_format(w, "%d s", seconds);
        }
        else {
            write_text(w, "off");
        }
        write_format(w, "</%s>", tag);
    }
    write_text(w, "<a href=\"?format=json\">JSON</a></nav>");
}

static void write_header(writer_t *w, const status_view_t *view, int refresh_s)
{
    write_text(w, "<header><h1>mod_rproxy</h1><p>");
    write_html(w, view->server);
    write_text(w, " &middot; counting for ");
    html_age(w, view->now_s - view->started_s);
    write_format(w, " &middot; %" APR_INT64_T_FMT " %s</p>", view->child_count,
                 view->child_count == 1 ? "child" : "children");
    write_refresh_choice(w, refresh_s);
    write_text(w, "</header>\n");
}

/* ---- tiles ---- */

static void begin_tile(writer_t *w, const char *name)
{
    write_format(w, "<div><dt>%s</dt><dd>", name);
}

static void end_tile(writer_t *w)
{
    write_text(w, "</small></dd></div>\n");
}

static void count_tile(writer_t *w, const char *name, uint64_t n,
                       uint64_t beside, const char *what)
{
    begin_tile(w, name);
    html_count(w, n);
    write_text(w, "<small>");
    html_count(w, beside);
    write_format(w, " %s", what);
    end_tile(w);
}

static void latency_tile(writer_t *w, const char *name, const histogram_t *h)
{
    begin_tile(w, name);
    html_duration(w, histogram_quantile(h, 500));
    write_text(w, "<small>p99 ");
    html_duration(w, histogram_quantile(h, 990));
    end_tile(w);
}

static void failed_tile(writer_t *w, const status_view_t *view)
{
    begin_tile(w, "Failed");
    html_count(w, view->failed);
    write_text(w, "<small>");
    html_percent(w, view->failed, view->requests);
    write_text(w, " of requests");
    end_tile(w);
}

static void write_tiles(writer_t *w, const status_view_t *view)
{
    const metrics_child_t *c = &view->children;

    write_text(w, "<dl class=\"tiles\">\n");
    count_tile(w, "Requests", view->requests, (uint64_t)view->total.active,
               "under way");
    failed_tile(w, view);
    latency_tile(w, "Median time", &view->total.total);
    count_tile(w, "To upstreams", (uint64_t)view->connections,
               (uint64_t)view->connections_idle, "connections idle");
    count_tile(w, "Clients on loops", (uint64_t)c->clients, c->adopted,
               "in all");
    count_tile(w, "Hand-offs", c->handoffs, (uint64_t)c->handoffs_active,
               "with workers now");
    latency_tile(w, "Loop lag", &c->loop_lag);
    write_text(w, "</dl>\n");
}

/* ---- the page ---- */

static void write_charts(writer_t *w, const status_view_t *view)
{
    write_text(w, "<h2>Latencies</h2>\n<div class=\"charts\">\n");
    html_histogram(w, "Total", "from first attempt to last byte",
                   &view->total.total);
    html_histogram(w, "First byte", "once connected", &view->first_byte);
    html_histogram(w, "Connect", "new connections", &view->connect);
    html_histogram(w, "Loop lag", "turns of event loops, a sample",
                   &view->children.loop_lag);
    write_text(w, "</div>\n<h2>Results</h2>\n<div class=\"charts\">\n");
    html_outcomes(w, &view->total, view->requests);
    html_statuses(w, &view->total);
    write_text(w, "</div>\n");
}

static void write_footer(writer_t *w, const status_view_t *view)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, apr_time_from_sec(view->now_s));
    write_format(w,
                 "<footer>Times are median / 99th percentile, of balanced "
                 "members "
                 "median, 95th / 99th, by buckets half an octave wide; "
                 "counters begin with each start and restart. "
                 "%04d-%02d-%02d %02d:%02d:%02d UTC</footer>\n",
                 t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                 t.tm_sec);
}

static void write_section(writer_t *w, const status_section_t *section)
{
    apr_bucket_brigade *bb = apr_brigade_create(w->pool, w->bb->bucket_alloc);
    writer_t part = writer_make(bb);

    section->write(&part, section);
    writer_end(&part);
    if (!APR_BRIGADE_EMPTY(bb)) {
        write_text(w, "<h2>");
        write_html(w, section->title);
        write_text(w, "</h2>\n");
        writer_end(w);
        APR_BRIGADE_CONCAT(w->bb, bb);
    }
}

/* Those that have nothing to say are left out. */
static void write_sections(writer_t *w, const status_view_t *view)
{
    const status_section_t *const *at;

    for (at = view->sections; at && *at; at++) {
        write_section(w, *at);
    }
}

void status_html_part(writer_t *w, const status_view_t *view, int refresh_s)
{
    write_text(w, "<div id=\"all\">");
    write_header(w, view, refresh_s);
    write_tiles(w, view);
    write_sections(w, view);
    write_text(w, "<h2>Upstreams</h2>\n");
    html_upstreams(w, view);
    write_charts(w, view);
    write_text(w, "<h2>Routes</h2>\n<div class=\"card\">\n");
    html_routes(w, view);
    write_text(w, "</div>\n");
    write_footer(w, view);
    write_text(w, "</div>\n");
}

void status_html(writer_t *w, const status_view_t *view, int refresh_s,
                 const char *nonce)
{
    write_head(w, refresh_s, nonce);
    status_html_part(w, view, refresh_s);
    if (!refresh_s) {
        write_text(w, "<button id=\"live\" type=\"button\" hidden></button>\n");
        if (view->admin) {
            html_dialog(w, view->admin);
        }
        write_format(w, "<script nonce=\"%s\">", nonce);
        write_text(w, html_script);
        write_text(w, view->admin ? html_dialog_script : "");
        write_text(w, "</script>\n");
    }
    write_text(w, "</body></html>\n");
}
