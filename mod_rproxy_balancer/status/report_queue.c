/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_queue.c: the queue of an upstream by class.  Layer L2. */
#include "report_queue.h"

#include <apr_strings.h>

#include "../overload/request_class.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

/* All that is counted, of a class. */
typedef struct {
    const char *key, *column;
    const char *metric; /* NULL: below */
    const char *help;
    uint64_t (*value)(const queue_class_line_t *line);
} count_t;

static uint64_t waiting(const queue_class_line_t *line)
{
    return line->waiting;
}

static uint64_t entered(const queue_class_line_t *line)
{
    return line->entered;
}

static uint64_t served(const queue_class_line_t *line)
{
    return line->served;
}

static uint64_t refused(const queue_class_line_t *line)
{
    return line->refused;
}

static uint64_t replaced(const queue_class_line_t *line)
{
    return line->replaced;
}

static uint64_t timed_out(const queue_class_line_t *line)
{
    return line->timed_out;
}

static uint64_t gone(const queue_class_line_t *line)
{
    return line->gone;
}

static uint64_t mean_wait_us(const queue_class_line_t *line)
{
    return line->served ? line->waited_us / line->served : 0;
}

/* clang-format off */
static const count_t counts[] = {
    { "waiting", "Waiting", "balancer_queue_waiting",
      "Requests that wait for a member with room.", waiting },
    { "entered", "Have waited", "balancer_queue_entered_total",
      "Requests that had to wait.", entered },
    { "served", "Served", "balancer_queue_served_total",
      "Of them, those whose turn came.", served },
    { "refused", "Refused", "balancer_queue_refused_total",
      "Requests that found too many waiting.", refused },
    { "replaced", "Replaced", "balancer_queue_replaced_total",
      "Requests that went for a more important one.", replaced },
    { "timed_out", "Timed out", "balancer_queue_timed_out_total",
      "Requests that waited too long.", timed_out },
    { "gone", "Gone", "balancer_queue_gone_total",
      "Requests whose client did not wait.", gone },
    { "mean_wait_us", NULL, NULL, NULL, mean_wait_us },
};
/* clang-format on */

enum {
    COUNTS = sizeof(counts) / sizeof(counts[0])
};

static queue_line_t *line_of(const balanced_t *of)
{
    return of->balance.queue ? of->balance.queue->line : NULL;
}

int64_t report_queue_waiting(const balanced_t *of)
{
    const queue_line_t *line = line_of(of);

    return line ? (int64_t)__atomic_load_n(&line->waiting, __ATOMIC_RELAXED)
                : -1;
}

static uint64_t rproxy_queue_waiting(void)
{
    uint64_t sum = 0;
    int i;

    for (i = 0; balanced_list && i < balanced_list->nelts; i++) {
        int64_t n =
            report_queue_waiting(APR_ARRAY_IDX(balanced_list, i, balanced_t *));

        sum += n > 0 ? (uint64_t)n : 0;
    }
    return sum;
}

void report_queue_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_queue_waiting);
}

/* ---- the page ---- */

/* Has anybody ever waited or been refused? */
static int is_of_interest(const queue_class_line_t *lines)
{
    int i, any = 0;

    for (i = 0; i < QUEUE_CLASSES; i++) {
        any |= lines[i].entered || lines[i].refused;
    }
    return any;
}

static void html_row(writer_t *w, const char *name,
                     const queue_class_line_t *line)
{
    int i;

    write_text(w, "<tr><td data-l=\"Class\">");
    write_html(w, name);
    write_text(w, "</td>");
    for (i = 0; i < COUNTS && counts[i].column; i++) {
        write_format(w, "<td data-l=\"%s\">", counts[i].column);
        html_count(w, counts[i].value(line));
        write_text(w, "</td>");
    }
    write_text(w, "<td data-l=\"Mean wait\">");
    html_duration(w, line->served ? (int64_t)mean_wait_us(line) : -1);
    write_text(w, "</td></tr>\n");
}

void report_queue_html(writer_t *w, const balanced_t *of)
{
    queue_class_line_t lines[QUEUE_CLASSES];
    int i;

    if (!line_of(of)) {
        return;
    }
    queue_line_read(line_of(of), lines);
    if (!is_of_interest(lines)) {
        return;
    }
    write_text(w, "<div class=\"wide\"><table class=\"rows\"><caption>Waiting "
                  "for a member with "
                  "room</caption><thead><tr><th scope=\"col\">Class</th>");
    for (i = 0; i < COUNTS && counts[i].column; i++) {
        write_format(w, "<th scope=\"col\">%s</th>", counts[i].column);
    }
    write_text(w, "<th scope=\"col\">Mean wait</th></tr></thead><tbody>\n");
    for (i = 0; i < request_class_count(); i++) {
        html_row(w, request_class_name(i), &lines[i]);
    }
    write_text(w, "</tbody></table></div>\n");
}

/* ---- JSON ---- */

static void json_class(writer_t *w, const char *name,
                       const queue_class_line_t *line)
{
    int i;

    write_text(w, "{\"name\": ");
    write_json(w, name);
    for (i = 0; i < COUNTS; i++) {
        write_format(w, ", \"%s\": ", counts[i].key);
        write_number(w, (int64_t)counts[i].value(line));
    }
    write_text(w, "}");
}

void report_queue_json(writer_t *w, const balanced_t *of)
{
    queue_class_line_t lines[QUEUE_CLASSES];
    queue_line_t *line = line_of(of);
    int i;

    if (!line) {
        write_text(w, ", \"queue\": null");
        return;
    }
    queue_line_read(line, lines);
    write_text(w, ", \"queue\": {\"waiting\": ");
    write_number(w, __atomic_load_n(&line->waiting, __ATOMIC_RELAXED));
    write_text(w, ", \"called\": ");
    write_number(w, __atomic_load_n(&line->called, __ATOMIC_RELAXED));
    write_text(w, ", \"max\": ");
    write_number(w, of->conf.queue->max);
    write_text(w, ", \"classes\": [");
    for (i = 0; i < request_class_count(); i++) {
        write_text(w, i ? ", " : "");
        json_class(w, request_class_name(i), &lines[i]);
    }
    write_text(w, "]}");
}

/* ---- Prometheus ---- */

/* A copy of each upstream's line, so that all metrics fit together. */
typedef struct {
    const char *name;
    queue_class_line_t line[QUEUE_CLASSES];
} seen_t;

static int look_at_lines(apr_pool_t *pool, seen_t **seen)
{
    int i, n = 0;

    *seen = apr_palloc(pool, sizeof(**seen) * (size_t)balanced_list->nelts);
    for (i = 0; i < balanced_list->nelts; i++) {
        const balanced_t *of = APR_ARRAY_IDX(balanced_list, i, balanced_t *);

        if (line_of(of)) {
            (*seen)[n].name = label_escaped(pool, of->balance.name);
            queue_line_read(line_of(of), (*seen)[n++].line);
        }
    }
    return n;
}

static const char *labels_of(apr_pool_t *pool, const seen_t *seen, int number)
{
    return apr_psprintf(pool, "upstream=\"%s\",class=\"%s\"", seen->name,
                        request_class_name(number));
}

static void write_waits(writer_t *w, const seen_t *seen, int n)
{
    static const char name[] = "balancer_queue_wait_seconds_total";
    int i, k;

    prometheus_head(w, name, "counter",
                    "Time that those whose turn came have waited.");
    for (i = 0; i < n; i++) {
        for (k = 0; k < request_class_count(); k++) {
            uint64_t us = seen[i].line[k].waited_us;

            write_format(w, "rproxy_%s{%s} %" APR_UINT64_T_FMT ".%06d\n", name,
                         labels_of(w->pool, &seen[i], k), us / 1000000,
                         (int)(us % 1000000));
        }
    }
}

void report_queue_prometheus(writer_t *w)
{
    seen_t *seen;
    int i, k, m, n = look_at_lines(w->pool, &seen);

    for (m = 0; m < COUNTS && counts[m].metric; m++) {
        prometheus_head(w, counts[m].metric, m ? "counter" : "gauge",
                        counts[m].help);
        for (i = 0; i < n; i++) {
            for (k = 0; k < request_class_count(); k++) {
                prometheus_sample(w, counts[m].metric,
                                  labels_of(w->pool, &seen[i], k),
                                  counts[m].value(&seen[i].line[k]));
            }
        }
    }
    write_waits(w, seen, n);
}
