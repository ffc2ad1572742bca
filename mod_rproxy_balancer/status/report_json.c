/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_json.c: the balancer's member of the status as JSON.  Layer L2. */
#include "report_parts.h"

#include "report_hedges.h"
#include "report_queue.h"
#include "report_row.h"
#include "status/histogram.h"
#include "status/status_write.h"

static void number(writer_t *w, const char *key, int64_t n)
{
    write_format(w, ", \"%s\": ", key);
    write_number(w, n);
}

static void string(writer_t *w, const char *key, const char *text)
{
    write_format(w, ", \"%s\": ", key);
    write_json(w, text);
}

static void boolean(writer_t *w, const char *key, int value)
{
    write_format(w, ", \"%s\": %s", key, value ? "true" : "false");
}

static void histogram(writer_t *w, const char *key, const histogram_t *h)
{
    static const struct {
        const char *name;
        unsigned permille;
    } all[] = { { "p50_ms", 500 }, { "p95_ms", 950 }, { "p99_ms", 990 } };
    size_t i;

    write_format(w, ", \"%s\": {\"count\": ", key);
    write_number(w, (int64_t)histogram_total(h));
    write_text(w, ", \"sum_ms\": ");
    write_ms(w, (int64_t)h->sum_us);
    for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        int64_t usec = histogram_quantile(h, all[i].permille);

        write_format(w, ", \"%s\": ", all[i].name);
        if (usec < 0) {
            write_text(w, "null");
        }
        else {
            write_ms(w, usec);
        }
    }
    write_text(w, "}");
}

static void numbers(writer_t *w, const char *key, const uint32_t *n, int count)
{
    int i;

    write_format(w, ", \"%s\": [", key);
    for (i = 0; i < count; i++) {
        write_text(w, i ? "," : "");
        write_number(w, n[i]);
    }
    write_text(w, "]");
}

static void recent(writer_t *w, const report_recent_t *of)
{
    write_format(w, ", \"recent\": {\"seconds\": %d", RECENT_SPAN_S);
    number(w, "requests", of->all_requests);
    number(w, "failed", of->all_failed);
    numbers(w, "requests_by_5s", of->requests, RECENT_SLOTS);
    numbers(w, "failed_by_5s", of->failed, RECENT_SLOTS);
    write_text(w, "}");
}

static void answers(writer_t *w, const member_record_t *record)
{
    int i;

    write_text(w, ", \"answers\": {\"none\": ");
    write_number(w, (int64_t)record->answers[0]);
    for (i = 1; i <= 5; i++) {
        write_format(w, ", \"%dxx\": ", i);
        write_number(w, (int64_t)record->answers[i]);
    }
    write_text(w, "}");
}

static void last_failure(writer_t *w, const report_row_t *row)
{
    member_failure_t failure = member_record_failure(&row->seen.record);
    int64_t ago_s = 0;

    if (!report_failure(row, &ago_s, w->pool)) {
        write_text(w, ", \"last_failure\": null");
        return;
    }
    write_text(w, ", \"last_failure\": {\"reason\": ");
    write_json(w, member_failure_text(&failure));
    number(w, "status", failure.status);
    number(w, "ago_s", ago_s);
    write_text(w, "}");
}

static void member(writer_t *w, const report_row_t *row)
{
    const segment_member_t *m = &row->seen;
    const report_recent_t of_late = report_recent(row);

    write_text(w, "{\"url\": ");
    write_json(w, row->entry.url);
    string(w, "state", member_state_text(row->state));
    string(w, "reason", report_why(row));
    number(w, "since_s", (row->now - row->health.since_us) / 1000000);
    number(w, "weight", row->entry.weight);
    number(w, "ramp_percent", report_ramp_percent(row));
    number(w, "in_flight", row->in_flight);
    number(w, "first_byte_us", row->first_byte_us);
    number(w, "requests", (int64_t)m->all_requests);
    number(w, "failed", (int64_t)m->all_failed);
    number(w, "ejections", m->ejections);
    number(w, "downs", m->downs);
    string(w, "probe", report_probe(row));
    number(w, "probe_status", m->probe_status);
    number(w, "probe_us", m->probe_us);
    answers(w, &m->record);
    last_failure(w, row);
    recent(w, &of_late);
    histogram(w, "first_byte", &m->record.first_byte);
    histogram(w, "total", &m->record.total);
    write_text(w, "}");
}

static void upstream(writer_t *w, balanced_t *of)
{
    report_sum_t sum;
    int i, any = 0;

    report_sum(&sum, of);
    write_text(w, "{\"name\": ");
    write_json(w, of->balance.name);
    string(w, "method", of->balance.method->name);
    number(w, "in_flight", sum.in_flight);
    boolean(w, "panic", sum.panic);
    number(w, "requests", (int64_t)sum.requests);
    number(w, "failed", (int64_t)sum.failed);
    report_hedges_json(w, of);
    recent(w, &sum.recent);
    histogram(w, "first_byte", &sum.first_byte);
    histogram(w, "total", &sum.total);
    report_queue_json(w, of);
    write_text(w, ", \"members\": [");
    for (i = 0; i < roster_places(&of->balance); i++) {
        report_row_t row;

        if (report_row(&row, of, i)) {
            write_text(w, any++ ? ",\n " : "\n ");
            member(w, &row);
        }
    }
    write_text(w, "]}");
}

void report_json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    int i;

    if (!balanced_list) {
        write_text(&w, "null");
        writer_end(&w);
        return;
    }
    write_text(&w, "{\"elected\": ");
    write_number(&w, __atomic_load_n(&balanced_segment->head->elected,
                                     __ATOMIC_RELAXED));
    write_text(&w, ", \"upstreams\": [");
    for (i = 0; i < balanced_list->nelts; i++) {
        write_text(&w, i ? ",\n" : "\n");
        upstream(&w, APR_ARRAY_IDX(balanced_list, i, balanced_t *));
    }
    write_text(&w, "]}");
    writer_end(&w);
}
