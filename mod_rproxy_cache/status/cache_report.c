/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_report.c: see cache_report.h.  Layer L2. */
#include "cache_report.h"

#include <ap_provider.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "cache_private.h"
#include "config/cache_config.h"
#include "status/cache_counters.h"
#include "status/html_parts.h"
#include "status/prometheus_text.h"
#include "status/status_write.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What the requests of a virtual host came to. */
typedef struct {
    const char *name;
    uint64_t count[COUNTER_COUNT];
    uint64_t answered; /* from the cache */
    uint64_t looked_up;
} row_t;

static void sum_up(row_t *row)
{
    const uint64_t *n = row->count;

    row->answered = n[COUNT_HIT] + n[COUNT_STALE] + n[COUNT_COLLAPSED]
                    + n[COUNT_REVALIDATED];
    row->looked_up =
        row->answered + n[COUNT_MISS] + n[COUNT_EXPIRED] + n[COUNT_REQUEST];
}

static const char *name_of(apr_pool_t *p, const server_rec *s)
{
    unsigned port = s->addrs ? s->addrs->host_port : s->port;

    return port ? apr_psprintf(p, "%s:%u", s->server_hostname, port)
                : s->server_hostname;
}

/* Several virtual hosts may have one name. */
static void add_row(apr_array_header_t *rows, const row_t *row)
{
    row_t *same = (row_t *)rows->elts;
    int i, k;

    for (i = 0; i < rows->nelts && strcmp(same[i].name, row->name); i++) {
    }
    if (i == rows->nelts) {
        APR_ARRAY_PUSH(rows, row_t) = *row;
    }
    else {
        for (k = 0; k < COUNTER_COUNT; k++) {
            same[i].count[k] += row->count[k];
        }
    }
    sum_up(&((row_t *)rows->elts)[i]);
}

/* Of all virtual hosts that had anything to count; *total is their sum. */
static apr_array_header_t *rows_of(request_rec *r, row_t *total)
{
    apr_array_header_t *rows = apr_array_make(r->pool, 8, sizeof(row_t));
    server_rec *s;

    memset(total, 0, sizeof(*total));
    for (s = ap_server_conf; s; s = s->next) {
        row_t row = { .name = name_of(r->pool, s) };
        uint64_t any = 0;
        int i;
        for (i = 0; i < COUNTER_COUNT; i++) {
            row.count[i] =
                cache_counted(cache_server_conf(s)->number, (cache_counter_e)i);
            total->count[i] += row.count[i];
            any |= row.count[i];
        }
        if (any) {
            add_row(rows, &row);
        }
    }
    sum_up(total);
    return rows;
}

/* ---- the store ---- */

typedef struct {
    const char *key, *type, *help;
    size_t offset;
} number_t;

/* clang-format off */
#define STORE(field) offsetof(store_stats_t, field)

static const number_t numbers[] = {
    { "size_bytes", "gauge", "Memory of the cache.", STORE(size) },
    { "used_bytes", "gauge", "Memory of it in use.", STORE(used) },
    { "objects", "gauge", "Responses stored.", STORE(objects) },
    { "stored_variants", "gauge", "Compressed forms stored.",
      STORE(variants) },
    { "pins", "gauge", "Objects being sent.", STORE(pins) },
    { "fills", "gauge", "Fetches under way.", STORE(fills) },
    { "evictions_total", "counter", "Objects that made room for others.",
      STORE(evictions) },
    { "expired_total", "counter", "Objects dropped beyond all use.",
      STORE(expired) },
    { "purged_total", "counter", "Objects dropped by purges.",
      STORE(purged) },
    { "published_total", "counter", "Objects stored.", STORE(stored) },
    { "refused_full_total", "counter", "Responses there was no room for.",
      STORE(refused_full) },
    { "refused_large_total", "counter",
      "Responses larger than RProxyCacheMaxObject.", STORE(refused_large) },
    { "recovered_total", "counter",
      "Shards emptied after a child died within them.",
      STORE(crashes_recovered) },
};
/* clang-format on */

static uint64_t value(const store_stats_t *stats, const number_t *n)
{
    return *(const uint64_t *)((const char *)stats + n->offset);
}

/* ---- the page ---- */

static void cell(writer_t *w, const char *column, uint64_t n)
{
    write_format(w, "<td data-l=\"%s\">", column);
    html_count(w, n);
    write_text(w, "</td>");
}

static void write_row(writer_t *w, const row_t *row, const char *name)
{
    write_text(w, "<tr><td data-l=\"Host\">");
    write_html(w, name);
    write_text(w, "</td><td data-l=\"Hit ratio\">");
    html_percent(w, row->answered, row->looked_up);
    write_text(w, "</td>");
    cell(w, "Hits", row->count[COUNT_HIT]);
    cell(w, "Stale", row->count[COUNT_STALE]);
    cell(w, "Collapsed", row->count[COUNT_COLLAPSED]);
    cell(w, "Revalidated", row->count[COUNT_REVALIDATED]);
    cell(w, "Misses", row->count[COUNT_MISS]);
    cell(w, "Expired", row->count[COUNT_EXPIRED]);
    cell(w, "Bypassed", row->count[COUNT_BYPASS] + row->count[COUNT_METHOD]);
    cell(w, "Not stored", row->count[COUNT_NOT_STORED]);
    write_text(w, "<td data-l=\"Bytes\">");
    html_bytes(w, row->count[COUNT_BYTES]);
    write_text(w, "</td></tr>\n");
}

static void write_columns(writer_t *w)
{
    static const char *const columns[] = {
        "Host",      "Hit ratio",   "Hits",   "Stale",
        "Collapsed", "Revalidated", "Misses", "Expired",
        "Bypassed",  "Not stored",  "Bytes",
    };
    size_t i;

    write_text(w, "<div class=\"wide\"><table class=\"rows\"><thead><tr>");
    for (i = 0; i < COUNT(columns); i++) {
        write_format(w, "<th scope=\"col\">%s</th>", columns[i]);
    }
    write_text(w, "</tr></thead><tbody>\n");
}

static void write_store(writer_t *w, const store_stats_t *stats)
{
    write_text(w, "<p>");
    html_count(w, stats->objects);
    write_text(w, " responses and ");
    html_count(w, stats->variants);
    write_text(w, " compressed forms in ");
    html_bytes(w, stats->used);
    write_text(w, " of ");
    html_bytes(w, stats->size);
    write_text(w, " &middot; ");
    html_count(w, stats->fills);
    write_text(w, " fetches under way &middot; ");
    html_count(w, stats->evictions);
    write_text(w, " evicted, ");
    html_count(w, stats->refused_large);
    write_text(w, " too large</p>\n");
}

static void html(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    store_stats_t stats = { 0 };
    row_t total;
    apr_array_header_t *rows = rows_of(r, &total);
    int i;

    if (!cache.store) {
        write_text(&w, "<p class=\"none\">No cache: RProxyCacheSize is not "
                       "set.</p>\n");
        writer_end(&w);
        return;
    }
    store_stats(cache.store, &stats);
    write_store(&w, &stats);
    write_columns(&w);
    for (i = 0; i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        write_row(&w, row, row->name);
    }
    write_row(&w, &total, "all");
    write_text(&w, "</tbody></table></div>\n");
    writer_end(&w);
}

/* ---- JSON ---- */

static void json_counters(writer_t *w, const row_t *row)
{
    int i;

    for (i = 0; i < COUNTER_COUNT; i++) {
        write_format(w, "\"%s\": ", cache_counter_name((cache_counter_e)i));
        write_number(w, (int64_t)row->count[i]);
        write_text(w, ", ");
    }
    write_text(w, "\"answered\": ");
    write_number(w, (int64_t)row->answered);
    write_text(w, ", \"looked_up\": ");
    write_number(w, (int64_t)row->looked_up);
}

void cache_report_json(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    store_stats_t stats = { 0 };
    row_t total;
    apr_array_header_t *rows = rows_of(r, &total);
    size_t i;

    if (!cache.store) {
        write_text(&w, "null");
        writer_end(&w);
        return;
    }
    store_stats(cache.store, &stats);
    write_text(&w, "{\"store\": {");
    for (i = 0; i < COUNT(numbers); i++) {
        write_format(&w, "%s\"%s\": ", i ? ", " : "", numbers[i].key);
        write_number(&w, (int64_t)value(&stats, &numbers[i]));
    }
    write_text(&w, "}, \"total\": {");
    json_counters(&w, &total);
    write_text(&w, "}, \"servers\": [");
    for (i = 0; (int)i < rows->nelts; i++) {
        const row_t *row = &APR_ARRAY_IDX(rows, i, row_t);
        write_text(&w, i ? ", {\"server\": " : "{\"server\": ");
        write_json(&w, row->name);
        write_text(&w, ", ");
        json_counters(&w, row);
        write_text(&w, "}");
    }
    write_text(&w, "]}");
    writer_end(&w);
}

/* ---- Prometheus ---- */

static void metrics(request_rec *r, apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);
    store_stats_t stats = { 0 };
    row_t total;
    apr_array_header_t *rows = rows_of(r, &total);
    size_t i;
    int k, n;

    if (!cache.store) {
        writer_end(&w);
        return;
    }
    store_stats(cache.store, &stats);
    for (i = 0; i < COUNT(numbers); i++) {
        const char *name = apr_pstrcat(r->pool, "cache_", numbers[i].key, NULL);
        prometheus_head(&w, name, numbers[i].type, numbers[i].help);
        prometheus_sample(&w, name, "", value(&stats, &numbers[i]));
    }
    prometheus_head(&w, "cache_requests_total", "counter",
                    "Requests by what the cache made of them.");
    for (n = 0; n < rows->nelts; n++) {
        const row_t *row = &APR_ARRAY_IDX(rows, n, row_t);
        const char *labels = apr_psprintf(r->pool, "server=\"%s\"",
                                          label_escaped(r->pool, row->name));
        for (k = 0; k <= COUNT_COLLAPSED; k++) {
            prometheus_sample_of(&w, "cache_requests_total", labels, "result",
                                 cache_counter_name((cache_counter_e)k),
                                 row->count[k]);
        }
    }
    prometheus_head(&w, "cache_bytes_total", "counter",
                    "Bytes of bodies sent from the cache.");
    for (n = 0; n < rows->nelts; n++) {
        const row_t *row = &APR_ARRAY_IDX(rows, n, row_t);
        prometheus_sample(&w, "cache_bytes_total",
                          apr_psprintf(r->pool, "server=\"%s\"",
                                       label_escaped(r->pool, row->name)),
                          row->count[COUNT_BYTES]);
    }
    writer_end(&w);
}

void cache_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Cache", html,
                                                     cache_report_json,
                                                     metrics };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "cache",
                         RPROXY_STATUS_VERSION, &section);
}
