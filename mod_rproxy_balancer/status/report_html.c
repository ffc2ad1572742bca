/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_html.c: the balancer's section of the status page.  Layer L2.
 * Of an upstream with more members than a page can show with any use those that
 * are not well come first; ?upstream=name&from=100 shows others. */
#include "report_parts.h"

#include <stdlib.h>

#include <apr_strings.h>
#include <util_script.h>

#include "mod_rproxy.h"
#include "report_hedges.h"
#include "report_queue.h"
#include "report_row.h"
#include "status/html_control.h"
#include "status/html_mini.h"
#include "status/html_parts.h"
#include "status/status_write.h"

#define MOST_ROWS 100

typedef struct {
    const char *upstream; /* this one alone, or NULL */
    int from;
} choice_t;

static choice_t choice_of(request_rec *r)
{
    choice_t choice = { NULL, 0 };
    const char *from;
    apr_table_t *query;

    ap_args_to_table(r, &query);
    choice.upstream = apr_table_get(query, "upstream");
    from = apr_table_get(query, "from");
    if (from && strlen(from) < 6 && !from[strspn(from, "0123456789")]) {
        choice.from = atoi(from);
    }
    return choice;
}

/* ---- cells ---- */

static void begin_cell(writer_t *w, const char *column)
{
    write_format(w, "<td data-l=\"%s\">", column);
}

static void end_cell(writer_t *w)
{
    write_text(w, "</td>");
}

static void number_cell(writer_t *w, const char *column, uint64_t n, int is_bad)
{
    write_format(w, "<td data-l=\"%s\"%s>", column,
                 n && is_bad ? " class=\"bad\"" : "");
    html_count(w, n);
    end_cell(w);
}

static const char *kind_of(member_state_e state)
{
    switch (state) {
    case MEMBER_UP:
        return "good";
    case MEMBER_DRAIN:
    case MEMBER_TRIAL:
    case MEMBER_MAINTENANCE:
        return "warn";
    default:
        return "bad";
    }
}

static void write_ago(writer_t *w, int64_t seconds)
{
    html_age(w, seconds);
    write_text(w, " ago");
}

/* What is not as it usually is, and a button to change it. */
static void write_options(writer_t *w, const report_row_t *row,
                          int has_controls)
{
    const roster_entry_t *e = &row->entry;

    write_format(w, "<small>weight %d", e->weight);
    if (e->weight != row->standing.weight_configured) {
        write_format(w, " (%d)", row->standing.weight_configured);
    }
    write_text(w, e->backup ? ", backup" : "");
    if (e->tier) {
        write_format(w, ", tier %d", e->tier);
    }
    if (*e->zone) {
        write_text(w, ", zone ");
        write_html(w, e->zone);
    }
    if (e->max_connections) {
        write_format(w, ", at most %d", e->max_connections);
    }
    write_text(w, e->source == ROSTER_ADDED   ? ", added"
                  : e->source == ROSTER_FOUND ? ", discovered"
                                              : "");
    write_text(w, row->standing.leaving ? ", leaving" : "");
    if (has_controls) {
        html_control(w, row->of->balance.name, e->url);
    }
    write_text(w, "</small>");
}

static void state_cell(writer_t *w, const report_row_t *row)
{
    int ramp = report_ramp_percent(row);

    begin_cell(w, "State");
    write_format(w, "<span class=\"state %s\">%s</span> <small>",
                 kind_of(row->state), member_state_text(row->state));
    write_text(w, report_why(row));
    write_text(w, ", ");
    write_ago(w, (row->now - row->health.since_us) / 1000000);
    if (row->state == MEMBER_UP && ramp < 100) {
        write_format(w, ", slow start at %d%%", ramp);
    }
    write_text(w, "</small>");
    end_cell(w);
}

static void probe_cell(writer_t *w, const report_row_t *row)
{
    const segment_member_t *m = &row->seen;

    begin_cell(w, "Last probe");
    if (!m->probed_at) {
        write_text(w, "&ndash;");
        end_cell(w);
        return;
    }
    write_format(w, "<span%s>",
                 m->probe_result == PROBE_GOOD ? "" : " class=\"bad\"");
    write_text(w, report_probe(row));
    write_text(w, "</span> <small>");
    if (m->probe_status) {
        write_format(w, "%d, ", m->probe_status);
    }
    html_duration(w, m->probe_us);
    write_text(w, ", ");
    write_ago(w, (row->now - m->probed_at) / 1000000);
    write_text(w, "</small>");
    end_cell(w);
}

static void failure_cell(writer_t *w, const report_row_t *row)
{
    int64_t ago_s = 0;
    const char *what = report_failure(row, &ago_s, w->pool);

    begin_cell(w, "Last failure");
    if (what) {
        write_html(w, what);
        write_text(w, " <small>");
        write_ago(w, ago_s);
        write_text(w, "</small>");
    }
    else {
        write_text(w, "&ndash;");
    }
    end_cell(w);
}

static void recent_cell(writer_t *w, const report_row_t *row)
{
    report_recent_t recent = report_recent(row);

    begin_cell(w, "Last minute");
    html_mini_recent(w, "requests of the last minute", recent.requests,
                     recent.failed, RECENT_SLOTS);
    html_count(w, recent.all_requests);
    if (recent.all_failed) {
        write_text(w, " <small class=\"bad\">");
        html_count(w, recent.all_failed);
        write_text(w, " failed</small>");
    }
    end_cell(w);
}

static void times_cell(writer_t *w, const char *column, const histogram_t *h,
                       int with_chart)
{
    begin_cell(w, column);
    if (with_chart) {
        html_mini_histogram(w, h);
    }
    html_mini_quantiles(w, h);
    end_cell(w);
}

static void write_row(writer_t *w, const report_row_t *row, int has_controls)
{
    const segment_member_t *m = &row->seen;

    write_text(w, "<tr><th scope=\"row\">");
    write_html(w, row->entry.url);
    write_text(w, " ");
    write_options(w, row, has_controls);
    write_text(w, "</th>");
    state_cell(w, row);
    probe_cell(w, row);
    failure_cell(w, row);
    recent_cell(w, row);
    number_cell(w, "In flight", row->in_flight, 0);
    number_cell(w, "Requests", m->all_requests, 0);
    number_cell(w, "Failed", m->all_failed, 1);
    number_cell(w, "Taken out", (uint64_t)m->ejections + m->downs, 1);
    times_cell(w, "First byte", &m->record.first_byte, 0);
    times_cell(w, "Total", &m->record.total, 1);
    write_text(w, "</tr>\n");
}

/* ---- an upstream ---- */

static void begin_fact(writer_t *w, const char *name)
{
    write_format(w, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(writer_t *w)
{
    write_text(w, "</dd></div>");
}

static void write_facts(writer_t *w, const balanced_t *of,
                        const report_sum_t *sum)
{
    const report_recent_t *recent = &sum->recent;
    int64_t waiting = report_queue_waiting(of);

    write_text(w, "<dl class=\"facts\">");
    begin_fact(w, "last minute");
    html_mini_recent(w, "requests of the last minute", recent->requests,
                     recent->failed, RECENT_SLOTS);
    write_format(w, "%.1f /s", (double)recent->all_requests / RECENT_SPAN_S);
    end_fact(w);
    begin_fact(w, "failed of these");
    html_percent(w, recent->all_failed, recent->all_requests);
    end_fact(w);
    begin_fact(w, "in flight");
    html_count(w, sum->in_flight);
    end_fact(w);
    if (waiting >= 0) {
        begin_fact(w, "waiting");
        html_count(w, (uint64_t)waiting);
        end_fact(w);
    }
    begin_fact(w, "requests");
    html_count(w, sum->requests);
    end_fact(w);
    begin_fact(w, "time");
    html_mini_histogram(w, &sum->total);
    html_mini_quantiles(w, &sum->total);
    end_fact(w);
    report_hedges_html(w, of);
    write_text(w, "</dl>\n");
}

static void write_title(writer_t *w, const balanced_t *of,
                        const report_sum_t *sum, int has_controls)
{
    int state;

    write_text(w, "<h3>");
    write_html(w, of->balance.name);
    write_text(w, " <small>");
    write_text(w, of->balance.method->name);
    write_text(w, "</small>");
    for (state = MEMBER_UP; state <= MEMBER_MAINTENANCE; state++) {
        if (sum->by_state[state]) {
            write_format(w, " <span class=\"state %s\">%d %s</span>",
                         kind_of((member_state_e)state), sum->by_state[state],
                         member_state_text((member_state_e)state));
        }
    }
    write_text(w, sum->panic ? " <span class=\"state bad\">panic: too few "
                               "are left, the ejected are asked as well</span>"
                             : "");
    if (has_controls) {
        html_control(w, of->balance.name, NULL);
    }
    write_text(w, "</h3>\n");
}

static void write_columns(writer_t *w)
{
    static const char *const columns[] = {
        "Member",      "State",      "Last probe", "Last failure",
        "Last minute", "In flight",  "Requests",   "Failed",
        "Taken out",   "First byte", "Total",      NULL
    };
    int i;

    write_text(w, "<div class=\"wide\"><table class=\"rows pool\"><thead><tr>");
    for (i = 0; columns[i]; i++) {
        write_format(w, "<th scope=\"col\">%s</th>", columns[i]);
    }
    write_text(w, "</tr></thead><tbody>\n");
}

/* What is shown of an upstream's members. */
typedef struct {
    balanced_t *of;
    int skip, left; /* rows */
    int has_controls;
} rows_t;

/* Those that are well, or the others; all if well is -1. */
static void write_some(writer_t *w, rows_t *rows, int well)
{
    int i, places = roster_places(&rows->of->balance);

    for (i = 0; i < places && rows->left; i++) {
        report_row_t row;

        if (report_row(&row, rows->of, i)
            && (well < 0 || report_is_well(row.state) == well)
            && --rows->skip < 0) {
            write_row(w, &row, rows->has_controls);
            rows->left--;
        }
    }
}

static void write_link(writer_t *w, const char *name, int from,
                       const char *text)
{
    write_text(w, "<a href=\"?upstream=");
    write_html(w, ap_escape_urlencoded(w->pool, name));
    write_format(w, "&amp;from=%d\">%s</a> ", from, text);
}

static void write_others(writer_t *w, const balanced_t *of, int members,
                         int from)
{
    const char *name = of->balance.name;
    int last = from + MOST_ROWS < members ? from + MOST_ROWS : members;

    write_format(w,
                 "<p class=\"none\">%d to %d of %d, those that are not well "
                 "first. ",
                 from + 1, last, members);
    if (from) {
        write_link(w, name, from > MOST_ROWS ? from - MOST_ROWS : 0, "before");
    }
    if (last < members) {
        write_link(w, name, last, "next");
    }
    write_text(w, "</p>\n");
}

static void write_rows(writer_t *w, rows_t *rows, int many)
{
    write_columns(w);
    if (many) {
        write_some(w, rows, 0);
        write_some(w, rows, 1);
    }
    else {
        write_some(w, rows, -1);
    }
    write_text(w, "</tbody></table></div>\n");
}

static void write_upstream(writer_t *w, balanced_t *of, int from,
                           int has_controls)
{
    rows_t rows = { of, 0, MOST_ROWS, has_controls };
    report_sum_t sum;
    int many;

    report_sum(&sum, of);
    many = sum.members > MOST_ROWS;
    from = from < sum.members ? from : 0;
    rows.skip = many ? from : 0;
    write_text(w, "<section>");
    write_title(w, of, &sum, has_controls);
    write_facts(w, of, &sum);
    write_rows(w, &rows, many);
    if (many) {
        write_others(w, of, sum.members, from);
    }
    report_queue_html(w, of);
    write_text(w, "</section>\n");
}

void report_html(request_rec *r, apr_bucket_brigade *bb)
{
    choice_t choice = choice_of(r);
    writer_t w = writer_make(bb);
    int has_controls =
        apr_table_get(r->notes, RPROXY_NOTE_STATUS_ADMIN) != NULL;
    int i;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        balanced_t *of = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        if (!choice.upstream
            || strcmp(choice.upstream, of->balance.name) == 0) {
            write_upstream(&w, of, choice.upstream ? choice.from : 0,
                           has_controls);
        }
    }
    writer_end(&w);
}
