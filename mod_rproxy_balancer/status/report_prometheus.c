/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_prometheus.c: the balancer's metrics.  Layer L2.
 * Histograms are 24 lines each: members have theirs where they are not too many
 * for that, and their upstream has one in any case. */
#include "report_parts.h"

#include <apr_strings.h>

#include "report_hedges.h"
#include "report_queue.h"
#include "report_row.h"
#include "status/prometheus_text.h"

#define MOST_HISTOGRAMS 200

typedef struct {
    balanced_t *of;
    const char *labels;
    report_sum_t sum;
} pool_row_t;

/* Its numbers are looked up for each metric: rows of ten thousand members would
 * be more than the text about them. */
typedef struct {
    const pool_row_t *pool;
    int number;
    const char *labels;
} member_row_t;

typedef struct {
    int pools, members;
    pool_row_t *pool;
    member_row_t *member;
} rows_t;

/* ---- what there is ---- */

static void look_at_pool(apr_pool_t *p, pool_row_t *pool, balanced_t *of)
{
    pool->of = of;
    report_sum(&pool->sum, of);
    pool->labels =
        apr_psprintf(p, "upstream=\"%s\"", label_escaped(p, of->balance.name));
}

static void look_at_members(apr_pool_t *p, rows_t *rows, const pool_row_t *pool)
{
    int i;

    for (i = 0; i < roster_places(&pool->of->balance); i++) {
        report_row_t row;

        if (report_row(&row, pool->of, i)) {
            member_row_t *m = &rows->member[rows->members++];

            m->pool = pool;
            m->number = i;
            m->labels = apr_psprintf(p, "%s,member=\"%s\"", pool->labels,
                                     label_escaped(p, row.entry.url));
        }
    }
}

static rows_t look_at_all(apr_pool_t *p)
{
    rows_t rows = { balanced_list->nelts, 0, NULL, NULL };
    size_t places = 1;
    int i;

    rows.pool = apr_palloc(p, sizeof(*rows.pool) * (size_t)rows.pools);
    for (i = 0; i < rows.pools; i++) {
        look_at_pool(p, &rows.pool[i],
                     APR_ARRAY_IDX(balanced_list, i, balanced_t *));
        places += (size_t)roster_places(&rows.pool[i].of->balance);
    }
    rows.member = apr_palloc(p, sizeof(*rows.member) * places);
    for (i = 0; i < rows.pools; i++) {
        look_at_members(p, &rows, &rows.pool[i]);
    }
    return rows;
}

/* @return 0: it is gone meanwhile */
static int read_row(report_row_t *row, const member_row_t *m)
{
    return report_row(row, m->pool->of, m->number);
}

/* ---- of members ---- */

static uint64_t up(const report_row_t *row)
{
    return (uint64_t)report_is_well(row->state);
}

static uint64_t in_flight(const report_row_t *row)
{
    return row->in_flight;
}

static uint64_t weight(const report_row_t *row)
{
    return (uint64_t)row->entry.weight;
}

static uint64_t failed(const report_row_t *row)
{
    return row->seen.all_failed;
}

static uint64_t ejections(const report_row_t *row)
{
    return row->seen.ejections;
}

static uint64_t downs(const report_row_t *row)
{
    return row->seen.downs;
}

static void write_members(writer_t *w, const rows_t *rows)
{
    /* clang-format off */
    static const struct {
        const char *name, *type, *help;
        uint64_t (*value)(const report_row_t *row);
    } all[] = {
        { "balancer_member_up", "gauge", "Is the member asked?", up },
        { "balancer_member_in_flight", "gauge", "Requests under way.",
          in_flight },
        { "balancer_member_weight", "gauge", "The weight at present.",
          weight },
        { "balancer_member_failed_total", "counter",
          "Attempts that failed: no answer, a bad one, a status from 500 on.",
          failed },
        { "balancer_member_ejections_total", "counter",
          "How often it was ejected for failed requests.", ejections },
        { "balancer_member_downs_total", "counter",
          "How often probes found it down.", downs },
    };
    /* clang-format on */
    size_t i;
    int k;

    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        prometheus_head(w, all[i].name, all[i].type, all[i].help);
        for (k = 0; k < rows->members; k++) {
            report_row_t row;

            if (read_row(&row, &rows->member[k])) {
                prometheus_sample(w, all[i].name, rows->member[k].labels,
                                  all[i].value(&row));
            }
        }
    }
}

static void write_answers(writer_t *w, const rows_t *rows)
{
    static const char name[] = "balancer_member_requests_total";
    static const char *const classes[] = { "none", "1xx", "2xx",
                                           "3xx",  "4xx", "5xx" };
    int i, k;

    prometheus_head(w, name, "counter",
                    "Attempts that said something of the member, by class of "
                    "the answer's status.");
    for (i = 0; i < rows->members; i++) {
        const member_row_t *m = &rows->member[i];
        report_row_t row;

        for (k = 0; k < 6 && read_row(&row, m); k++) {
            prometheus_sample_of(w, name, m->labels, "class", classes[k],
                                 row.seen.record.answers[k]);
        }
    }
}

static void write_member_histogram(writer_t *w, const rows_t *rows,
                                   const char *name, const char *help,
                                   size_t offset)
{
    int i;

    prometheus_head(w, name, "histogram", help);
    for (i = 0; i < rows->members; i++) {
        const member_row_t *m = &rows->member[i];
        report_row_t row;

        if (m->pool->sum.members <= MOST_HISTOGRAMS && read_row(&row, m)) {
            prometheus_histogram(w, name, m->labels,
                                 (const histogram_t *)((const char *)&row.seen
                                                           .record
                                                       + offset));
        }
    }
}

/* ---- of upstreams ---- */

static void write_states(writer_t *w, const rows_t *rows)
{
    static const char name[] = "balancer_members";
    int i, state;

    prometheus_head(w, name, "gauge", "Members by their state.");
    for (i = 0; i < rows->pools; i++) {
        for (state = MEMBER_UP; state <= MEMBER_MAINTENANCE; state++) {
            prometheus_sample_of(w, name, rows->pool[i].labels, "state",
                                 member_state_text((member_state_e)state),
                                 (uint64_t)rows->pool[i].sum.by_state[state]);
        }
    }
}

static void write_pools(writer_t *w, const rows_t *rows)
{
    static const char seconds[] = "balancer_request_duration_seconds";
    int i;

    prometheus_head(w, "balancer_in_flight", "gauge",
                    "Requests under way at all members.");
    for (i = 0; i < rows->pools; i++) {
        prometheus_sample(w, "balancer_in_flight", rows->pool[i].labels,
                          rows->pool[i].sum.in_flight);
    }
    prometheus_head(w, "balancer_panic", "gauge",
                    "1 while ejected members are asked, too few others being "
                    "left.");
    for (i = 0; i < rows->pools; i++) {
        prometheus_sample(w, "balancer_panic", rows->pool[i].labels,
                          (uint64_t)rows->pool[i].sum.panic);
    }
    write_states(w, rows);
    prometheus_head(w, seconds, "histogram",
                    "Time of answered attempts, of all members.");
    for (i = 0; i < rows->pools; i++) {
        prometheus_histogram(w, seconds, rows->pool[i].labels,
                             &rows->pool[i].sum.total);
    }
}

void report_prometheus(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    rows_t rows;

    if (!balanced_list) {
        return;
    }
    rows = look_at_all(r->pool);
    write_pools(&w, &rows);
    report_hedges_prometheus(&w);
    write_members(&w, &rows);
    write_answers(&w, &rows);
    write_member_histogram(&w, &rows, "balancer_member_first_byte_seconds",
                           "Time from the connection to the answer's head.",
                           offsetof(member_record_t, first_byte));
    write_member_histogram(&w, &rows,
                           "balancer_member_request_duration_seconds",
                           "Time of answered attempts.",
                           offsetof(member_record_t, total));
    report_queue_prometheus(&w);
    writer_end(&w);
}
