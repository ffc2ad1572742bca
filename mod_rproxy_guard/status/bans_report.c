/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bans_report.c: who is banned, and by which rule.  Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include "../bans/ban.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"

enum {
    SHOWN_MAX = 20
};

static uint64_t get(const uint64_t *counter)
{
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* ---- the page ---- */

static void write_row(writer_t *w, const ban_t *ban)
{
    char network[ADDRESS_TEXT_MAX + 4];

    network_format(network, ban->network);
    write_format(w, "<tr><td data-l=\"Banned\">%s<td data-l=\"Left\">",
                 network);
    html_age(w, guard_ban_left(ban));
    write_text(w, "<td data-l=\"Times\">");
    html_count(w, ban->times);
    write_text(w, "<td data-l=\"Refused\">");
    html_count(w, ban->refused);
    write_text(w, "<td data-l=\"By\">");
    write_html(w, ban->rule);
    write_text(w, "<td data-l=\"Why\">");
    write_html(w, ban->why);
    write_text(w, "</tr>");
}

static void write_sum(writer_t *w, uint32_t count)
{
    const ban_table_t *table = guard_ban_table();

    write_text(w, "<p>");
    html_count(w, count);
    write_text(w, " bans, room for ");
    html_count(w, ban_table_places(table));
    write_text(w, "; ");
    html_count(w, get(&table->head->refused));
    write_text(w, " requests refused</p>");
}

static void write_html_part(request_rec *r, writer_t *w)
{
    const ban_table_t *table = guard_ban_table();
    uint32_t i, now = guard_ban_now(), count, shown = 0;
    ban_t ban;

    count = ban_table_count(table, now);
    write_sum(w, count);
    if (!count) {
        return;
    }
    report_table(w, "Banned<th>Left<th>Times<th>Refused<th>By"
                    "<th>Why");
    for (i = 0; i < ban_table_places(table) && shown < SHOWN_MAX; i++) {
        if (ban_table_read(table, i, &ban) && ban.until > now) {
            write_row(w, &ban);
            shown++;
        }
    }
    report_table_end(w);
}

/* ---- JSON and metrics ---- */

static void write_json_part(request_rec *r, writer_t *w)
{
    const ban_table_t *table = guard_ban_table();

    write_format(w,
                 "\"bans\":{\"count\":%u,\"places\":%u,\"refused\":"
                 "%" APR_UINT64_T_FMT ",\"displaced\":%" APR_UINT64_T_FMT
                 ",\"lost\":%" APR_UINT64_T_FMT "}",
                 ban_table_count(table, guard_ban_now()),
                 ban_table_places(table), get(&table->head->refused),
                 get(&table->head->displaced), get(&table->head->lost));
}

static void metric(writer_t *w, const char *name, const char *type,
                   const char *help, uint64_t value)
{
    prometheus_head(w, name, type, help);
    prometheus_sample(w, name, "", value);
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    const ban_table_t *table = guard_ban_table();

    metric(w, "guard_bans", "gauge", "Networks that are banned.",
           ban_table_count(table, guard_ban_now()));
    metric(w, "guard_ban_places", "gauge", "Bans there is room for.",
           ban_table_places(table));
    metric(w, "guard_ban_refused_total", "counter",
           "Requests of banned clients that were refused.",
           get(&table->head->refused));
    metric(w, "guard_ban_displaced_total", "counter",
           "Bans that made room for others before their end.",
           get(&table->head->displaced));
    metric(w, "guard_ban_lost_total", "counter", "Bans that found no place.",
           get(&table->head->lost));
}

const guard_report_t bans_report = { write_html_part, write_json_part,
                                     write_metrics_part };
