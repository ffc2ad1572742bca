/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* clients_report.c: what proxies said of clients, and databases of countries.
 * Layer L2. */
#include "guard_private.h"
#include "guard_report.h"

#include "../geo/geo_base.h"
#include "../guard_client.h"
#include "status/prometheus_text.h"

static const struct {
    const char *name;
    size_t offset;
} said[] = {
    { "taken", offsetof(guard_client_counts_t, taken) },
    { "missing", offsetof(guard_client_counts_t, missing) },
    { "broken", offsetof(guard_client_counts_t, broken) },
    { "untrusted", offsetof(guard_client_counts_t, untrusted) },
};

enum {
    SAID = sizeof(said) / sizeof(said[0])
};

static uint64_t value_of(int i)
{
    const char *at = (const char *)guard_client_counts() + said[i].offset;

    return __atomic_load_n((const uint64_t *)(const void *)at,
                           __ATOMIC_RELAXED);
}

static void write_json_part(request_rec *r, writer_t *w)
{
    const geo_base_t *base;
    int i;

    write_text(w, "\"client\":{");
    for (i = 0; i < SAID; i++) {
        write_format(w, "%s\"%s\":%" APR_UINT64_T_FMT, i ? "," : "",
                     said[i].name, value_of(i));
    }
    write_text(w, "},\"geo\":[");
    for (i = 0; (base = geo_base_at(i)) != NULL; i++) {
        write_text(w, i ? ",{" : "{");
        report_json_text(w, "file", geo_base_path(base));
        write_text(w, ",");
        report_json_text(w, "type", geo_base_type(base));
        write_text(w, "}");
    }
    write_text(w, "]");
}

static void write_metrics_part(request_rec *r, writer_t *w)
{
    static const char name[] = "guard_client_told_total";
    int i;

    prometheus_head(w, name, "counter",
                    "Requests by what a proxy said of the client.");
    for (i = 0; i < SAID; i++) {
        prometheus_sample_of(w, name, "", "said", said[i].name, value_of(i));
    }
}

const guard_report_t clients_report = { NULL, write_json_part,
                                        write_metrics_part };
