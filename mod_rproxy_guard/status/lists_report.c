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

static void write_html_part(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;

    if (!apr_hash_count(guard_global->lists)) {
        return;
    }
    report_table(w, "List<th>Networks<th>Read<th>From");
    for (i = first(r); i; i = apr_hash_next(i)) {
        const named_list_t *list = apr_hash_this_val(i);

        write_text(w, "<tr>");
        report_cell(w, "List", list->name);
        report_number_cell(w, "Networks", list->count);
        write_text(w, "<td data-l=\"Read\">");
        html_age(w, apr_time_sec(apr_time_now() - list->loaded_at));
        write_text(w, " ago</td>");
        report_cell(w, "From", list->path ? list->path : list->where);
        write_text(w, "</tr>");
    }
    report_table_end(w);
}

static void write_json_part(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;
    const char *comma = "";

    write_text(w, "\"lists\":[");
    for (i = first(r); i; i = apr_hash_next(i)) {
        const named_list_t *list = apr_hash_this_val(i);

        write_format(w, "%s{", comma);
        report_json_text(w, "name", list->name);
        if (list->path) {
            write_text(w, ",");
            report_json_text(w, "file", list->path);
        }
        report_json_number(w, "networks", list->count);
        write_text(w, "}");
        comma = ",";
    }
    write_text(w, "]");
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    apr_hash_index_t *i;

    prometheus_head(w, "guard_list_networks", "gauge", "Networks of a list.");
    for (i = first(r); i; i = apr_hash_next(i)) {
        const named_list_t *list = apr_hash_this_val(i);

        prometheus_sample(w, "guard_list_networks",
                          apr_psprintf(r->pool, "list=\"%s\"",
                                       label_escaped(r->pool, list->name)),
                          list->count);
    }
}

const guard_report_t lists_report = { write_html_part, write_json_part,
                                      write_metrics_part };
