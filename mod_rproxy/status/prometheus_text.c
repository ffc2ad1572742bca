/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prometheus_text.c: samples and histograms.  Layer L1.
 * Histograms have every second bound, one to an octave: as the counts add up
 * the values of le are exact all the same. */
#include "prometheus_text.h"

#include <apr_strings.h>

void prometheus_head(writer_t *w, const char *name, const char *type,
                     const char *help)
{
    write_format(w, "# HELP rproxy_%s %s\n# TYPE rproxy_%s %s\n", name, help,
                 name, type);
}

/* A line up to its value; label, one more, may be NULL. */
static void begin_sample(writer_t *w, const char *name, const char *suffix,
                         const char *labels, const char *label,
                         const char *label_value)
{
    write_text(w, "rproxy_");
    write_text(w, name);
    write_text(w, suffix);
    if (*labels || label) {
        write_text(w, "{");
        write_text(w, labels);
    }
    if (label) {
        write_text(w, *labels ? "," : "");
        write_text(w, label);
        write_text(w, "=\"");
        write_text(w, label_value);
        write_text(w, "\"");
    }
    write_text(w, *labels || label ? "} " : " ");
}

static void end_sample(writer_t *w, uint64_t value)
{
    write_number(w, (int64_t)value);
    write_text(w, "\n");
}

void prometheus_sample(writer_t *w, const char *name, const char *labels,
                       uint64_t value)
{
    begin_sample(w, name, "", labels, NULL, NULL);
    end_sample(w, value);
}

void prometheus_sample_of(writer_t *w, const char *name, const char *labels,
                          const char *label, const char *label_value,
                          uint64_t value)
{
    begin_sample(w, name, "", labels, label, label_value);
    end_sample(w, value);
}

void prometheus_histogram(writer_t *w, const char *name, const char *labels,
                          const histogram_t *h)
{
    char bound[32];
    uint64_t below = 0;
    int i;

    for (i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
        below += h->count[i];
        if (i % 2 == 0) {
            int64_t usec = histogram_bound(i);

            apr_snprintf(bound, sizeof(bound), "%d.%06d", (int)(usec / 1000000),
                         (int)(usec % 1000000));
            begin_sample(w, name, "_bucket", labels, "le", bound);
            end_sample(w, below);
        }
    }
    below += h->count[HISTOGRAM_BUCKETS - 1];
    begin_sample(w, name, "_bucket", labels, "le", "+Inf");
    end_sample(w, below);
    begin_sample(w, name, "_sum", labels, NULL, NULL);
    write_seconds(w, (int64_t)h->sum_us);
    write_text(w, "\n");
    begin_sample(w, name, "_count", labels, NULL, NULL);
    end_sample(w, below);
}
