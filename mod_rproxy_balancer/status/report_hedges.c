/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* report_hedges.c: second requests of an upstream.  Layer L2. */
#include "report_hedges.h"

#include <apr_strings.h>

#include "status/html_parts.h"
#include "status/prometheus_text.h"

typedef struct {
    const char *word, *metric, *help;
    size_t offset; /* in hedging_t */
} counter_t;

static const counter_t counters[] = {
    { "sent", "balancer_hedges_total", "Second requests sent.",
      offsetof(hedging_t, sent) },
    { "won", "balancer_hedges_won_total", "Second requests answered first.",
      offsetof(hedging_t, won) },
    { "cancelled", "balancer_hedges_cancelled_total",
      "Second requests cancelled, the first one being answered.",
      offsetof(hedging_t, lost) },
    { "failed", "balancer_hedges_failed_total", "Second requests that failed.",
      offsetof(hedging_t, failed) },
    { "refused", "balancer_hedges_refused_total",
      "Second requests that the budget did not allow.",
      offsetof(hedging_t, refused) },
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static uint64_t value(const balanced_t *of, const counter_t *counter)
{
    const char *base = (const char *)&of->balance.shared->hedging;

    return __atomic_load_n((const uint64_t *)(base + counter->offset),
                           __ATOMIC_RELAXED);
}

static uint32_t delay_us(const balanced_t *of)
{
    const hedge_rules_t *rules = &of->balance.hedge_rules;

    return rules->delay_us
               ? rules->delay_us
               : __atomic_load_n(&of->balance.shared->hedging.delay_us,
                                 __ATOMIC_RELAXED);
}

void report_hedges_html(writer_t *w, const balanced_t *of)
{
    if (!of->balance.hedge_rules.enabled) {
        return;
    }
    write_text(w, "<div><dt>second requests</dt><dd>");
    html_count(w, value(of, &counters[0]));
    write_text(w, " <small>");
    html_count(w, value(of, &counters[1]));
    write_text(w, " won, after ");
    html_duration(w, delay_us(of));
    write_text(w, "</small></dd></div>");
}

void report_hedges_json(writer_t *w, const balanced_t *of)
{
    size_t i;

    write_text(w, ", \"hedges\": {\"after_us\": ");
    write_number(w, delay_us(of));
    for (i = 0; i < COUNTERS; i++) {
        write_format(w, ", \"%s\": ", counters[i].word);
        write_number(w, (int64_t)value(of, &counters[i]));
    }
    write_text(w, "}");
}

static const char *labels(apr_pool_t *p, const balanced_t *of)
{
    return apr_psprintf(p, "upstream=\"%s\"",
                        label_escaped(p, of->balance.name));
}

void report_hedges_prometheus(writer_t *w)
{
    size_t i;
    int k;

    for (i = 0; i < COUNTERS; i++) {
        const counter_t *counter = &counters[i];

        prometheus_head(w, counter->metric, "counter", counter->help);
        for (k = 0; k < balanced_list->nelts; k++) {
            const balanced_t *of =
                APR_ARRAY_IDX(balanced_list, k, const balanced_t *);

            prometheus_sample(w, counter->metric, labels(w->pool, of),
                              value(of, counter));
        }
    }
}
