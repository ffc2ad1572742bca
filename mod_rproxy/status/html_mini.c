/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_mini.c: see html_mini.h.  Layer L1. */
#include "html_mini.h"

#include "html_parts.h"

#define MINI_HEIGHT 20
#define FEWEST 10
#define MINI_BAR 4

static void begin_svg(writer_t *w, const char *what, int bars)
{
    write_format(w,
                 "<svg class=\"mini\" role=\"img\" aria-label=\"%s\" "
                 "viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">",
                 what, bars * MINI_BAR, MINI_HEIGHT);
}

/* From the bottom, or from where the one below it ends. */
static void write_mini_bar(writer_t *w, const char *kind, int i, double from,
                           double height)
{
    if (height > 0) {
        height = height < 1 ? 1 : height; /* few is not none */
        write_format(w,
                     "<rect%s x=\"%d\" y=\"%.1f\" width=\"%d\" "
                     "height=\"%.1f\"></rect>",
                     kind, i * MINI_BAR, MINI_HEIGHT - from - height,
                     MINI_BAR - 1, height);
    }
}

/* ---- histograms ---- */

void html_mini_histogram(writer_t *w, const histogram_t *h)
{
    int i, first = HISTOGRAM_BUCKETS, last = -1;
    uint64_t highest = 0;

    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (h->count[i]) {
            first = first < i ? first : i;
            last = i;
            highest = h->count[i] > highest ? h->count[i] : highest;
        }
    }
    if (last < 0) {
        return;
    }
    while (last - first + 1 < FEWEST) {
        first -= first > 0;
        last += last < HISTOGRAM_BUCKETS - 1;
    }
    begin_svg(w, "histogram of times", last - first + 1);
    for (i = first; i <= last; i++) {
        write_mini_bar(w, "", i - first, 0,
                       MINI_HEIGHT * (double)h->count[i] / (double)highest);
    }
    write_text(w, "</svg>");
}

void html_mini_quantiles(writer_t *w, const histogram_t *h)
{
    html_duration(w, histogram_quantile(h, 500));
    if (histogram_total(h)) {
        write_text(w, " <small>");
        html_duration(w, histogram_quantile(h, 950));
        write_text(w, " / ");
        html_duration(w, histogram_quantile(h, 990));
        write_text(w, "</small>");
    }
}

/* ---- the last minute ---- */

void html_mini_recent(writer_t *w, const char *what, const uint32_t *all,
                      const uint32_t *bad, int slots)
{
    uint32_t highest = 1;
    int i;

    for (i = 0; i < slots; i++) {
        highest = all[i] > highest ? all[i] : highest;
    }
    begin_svg(w, what, slots);
    for (i = 0; i < slots; i++) {
        uint32_t n = bad[i] < all[i] ? bad[i] : all[i];
        double of_bad = MINI_HEIGHT * (double)n / highest;

        write_mini_bar(w, " class=\"bad\"", i, 0, of_bad);
        write_mini_bar(w, "", i, of_bad,
                       MINI_HEIGHT * (double)all[i] / highest - of_bad);
    }
    write_text(w, "</svg>");
}
