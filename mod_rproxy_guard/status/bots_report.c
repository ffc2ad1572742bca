/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bots_report.c: how many requests came from which kind of client, and what
 * became of challenges.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include <apr_strings.h>

#include "../challenge/challenge.h"
#include "../config/guard_config.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

static uint64_t seen(int class)
{
    return __atomic_load_n(&bots_seen()[class], __ATOMIC_RELAXED);
}

static void write_html_part(request_rec *r, writer_t *w)
{
    challenge_counts_t challenges;
    int i;

    if (guard_global->bots.agents) {
        report_table(w, "Clients<th>Requests");
        for (i = 0; i < BOT_CLASS_COUNT; i++) {
            write_text(w, "<tr>");
            report_cell(w, "Clients", bot_class_name((bot_class_e)i));
            report_number_cell(w, "Requests", seen(i));
            write_text(w, "</tr>");
        }
        report_table_end(w);
    }
    challenge_look(&challenges);
    if (challenges.asked) {
        write_text(w, "<p>Challenges: ");
        html_count(w, challenges.asked);
        write_text(w, " asked, ");
        html_count(w, challenges.passed);
        write_text(w, " passed, ");
        html_count(w, challenges.failed);
        write_text(w, " wrong answers.</p>");
    }
}

static void write_json_part(request_rec *r, writer_t *w)
{
    challenge_counts_t challenges;
    int i;

    challenge_look(&challenges);
    write_format(w,
                 "\"challenges\":{\"asked\":%" APR_UINT64_T_FMT
                 ",\"passed\":%" APR_UINT64_T_FMT
                 ",\"failed\":%" APR_UINT64_T_FMT "},\"bots\":{",
                 challenges.asked, challenges.passed, challenges.failed);
    for (i = 0; i < BOT_CLASS_COUNT; i++) {
        write_format(w, "%s\"%s\":%" APR_UINT64_T_FMT, i ? "," : "",
                     bot_class_name((bot_class_e)i), seen(i));
    }
    write_text(w, "}");
}

static void write_challenges(writer_t *w)
{
    static const char name[] = "guard_challenges_total";
    challenge_counts_t challenges;

    challenge_look(&challenges);
    prometheus_head(w, name, "counter", "Challenges, by what became of them.");
    prometheus_sample(w, name, "event=\"asked\"", challenges.asked);
    prometheus_sample(w, name, "event=\"passed\"", challenges.passed);
    prometheus_sample(w, name, "event=\"failed\"", challenges.failed);
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    static const char name[] = "guard_bots_total";
    int i;

    prometheus_head(w, name, "counter",
                    "Requests of each kind of client (RProxyGuardBots).");
    for (i = 0; i < BOT_CLASS_COUNT; i++) {
        prometheus_sample(w, name,
                          apr_psprintf(r->pool, "class=\"%s\"",
                                       bot_class_name((bot_class_e)i)),
                          seen(i));
    }
    write_challenges(w);
}

const guard_report_t bots_report = { write_html_part, write_json_part,
                                     write_metrics_part };
