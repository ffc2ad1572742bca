/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* lists_report.c: lists of networks and where they are from.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../config/guard_config.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

static apr_hash_index_t *first(request_rec *r)
{
    return apr_hash_first(r->pool, guard_global->lists);
}

static void write_html_row(writer_t *w, named_list_t *list)
{
    named_list_state_t state;

    named_list_state(list, &state);
    write_text(w, "<tr>");
    report_cell(w, "List", list->name);
    report_number_cell(w, "Networks", state.count);
    write_text(w, "<td data-l=\"Read\">");
    html_age(w, apr_time_sec(apr_time_now() - state.loaded_at));
    write_text(w, " ago</td>");
    report_cell(w, "From", list->path ? list->path : list->where);
    report_cell(w, "Since then", state.fault);
    write_text(w, "</tr>");
}

static void write_html_part(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;

    if (!apr_hash_count(guard_global->lists)) {
        return;
    }
    report_table(w, "List<th>Networks<th>Read<th>From<th>Since then");
    for (i = first(r); i; i = apr_hash_next(i)) {
        write_html_row(w, apr_hash_this_val(i));
    }
    report_table_end(w);
}

/* Times are those of the child that answers; all have their own. */
static void write_json_list(writer_t *w, named_list_t *list)
{
    named_list_state_t state;

    named_list_state(list, &state);
    write_text(w, "{");
    report_json_text(w, "name", list->name);
    if (list->path) {
        write_text(w, ",");
        report_json_text(w, "file", list->path);
    }
    write_text(w, ",");
    report_json_text(w, "defined_at", list->where);
    report_json_number(w, "networks", state.count);
    report_json_number(w, "loaded_at", (uint64_t)apr_time_sec(state.loaded_at));
    if (*state.fault) {
        write_text(w, ",");
        report_json_text(w, "fault", state.fault);
    }
    if (state.line) {
        report_json_number(w, "line", state.line);
    }
    write_text(w, "}");
}

static void write_json_part(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;
    const char *comma = "";

    write_text(w, "\"lists\":[");
    for (i = first(r); i; i = apr_hash_next(i)) {
        write_text(w, comma);
        write_json_list(w, apr_hash_this_val(i));
        comma = ",";
    }
    write_text(w, "]");
}

static void write_sample(request_rec *r, writer_t *w, const char *metric,
                         const named_list_t *list, uint64_t value)
{
    prometheus_sample(w, metric,
                      apr_psprintf(r->pool, "list=\"%s\"",
                                   label_escaped(r->pool, list->name)),
                      value);
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    named_list_state_t state;
    apr_hash_index_t *i;

    prometheus_head(w, "guard_list_networks", "gauge", "Networks of a list.");
    for (i = first(r); i; i = apr_hash_next(i)) {
        named_list_state(apr_hash_this_val(i), &state);
        write_sample(r, w, "guard_list_networks", apr_hash_this_val(i),
                     state.count);
    }
    prometheus_head(w, "guard_list_faulty", "gauge",
                    "1 while the file of a list cannot be read, or is wrong.");
    for (i = first(r); i; i = apr_hash_next(i)) {
        named_list_state(apr_hash_this_val(i), &state);
        write_sample(r, w, "guard_list_faulty", apr_hash_this_val(i),
                     *state.fault != '\0');
    }
}

const guard_report_t lists_report = { write_html_part, write_json_part,
                                      write_metrics_part };
