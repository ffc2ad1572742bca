/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_chart.c: histograms and shares as bars, SVG within the page.
 * Layer L1. */
#include "html_parts.h"
#include "status_write.h"

#define BAR_WIDTH 10
#define CHART_HEIGHT 60
#define FEWEST_BARS 12

/* ---- histograms ---- */

typedef struct {
    int first, last; /* buckets shown */
    uint64_t highest;
} range_t;

/* From the first bucket with values to the last one; more where these are
 * few, so that a lonely bar stays a bar. */
static range_t range_of(const histogram_t *h)
{
    range_t range = { HISTOGRAM_BUCKETS, -1, 0 };
    int i;

    for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (h->count[i]) {
            range.first = range.first < i ? range.first : i;
            range.last = i;
        }
        if (h->count[i] > range.highest) {
            range.highest = h->count[i];
        }
    }
    while (range.last - range.first + 1 < FEWEST_BARS) {
        if (range.first > 0) {
            range.first--;
        }
        if (range.last < HISTOGRAM_BUCKETS - 1) {
            range.last++;
        }
    }
    return range;
}

static int64_t lower_bound(int bucket)
{
    return bucket ? histogram_bound(bucket - 1) : 0;
}

static void write_interval(writer_t *w, int bucket)
{
    html_duration(w, lower_bound(bucket));
    if (bucket > HISTOGRAM_LAST_BOUND) {
        write_text(w, " and more");
        return;
    }
    write_text(w, " &ndash; ");
    html_duration(w, histogram_bound(bucket));
}

static void write_bar(writer_t *w, const range_t *range, int bucket,
                      uint64_t count)
{
    double height = CHART_HEIGHT * (double)count / (double)range->highest;

    height = height < 1 ? 1 : height; /* few is not none */
    write_format(w,
                 "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\">"
                 "<title>",
                 (bucket - range->first) * BAR_WIDTH + 1, CHART_HEIGHT - height,
                 BAR_WIDTH - 2, height);
    write_interval(w, bucket);
    write_text(w, ": ");
    html_count(w, count);
    write_text(w, "</title></rect>");
}

static void write_axis(writer_t *w, const range_t *range)
{
    int middle = (range->first + range->last + 1) / 2;

    write_text(w, "<div class=\"axis\"><span>");
    html_duration(w, lower_bound(range->first));
    write_text(w, "</span><span>");
    html_duration(w, lower_bound(middle));
    write_text(w, "</span><span>");
    if (range->last > HISTOGRAM_LAST_BOUND) {
        write_text(w, "more");
    }
    else {
        html_duration(w, histogram_bound(range->last));
    }
    write_text(w, "</span></div>");
}

static void write_chart(writer_t *w, const char *title, const histogram_t *h)
{
    range_t range = range_of(h);
    int i;

    write_format(w,
                 "<svg role=\"img\" aria-label=\"Histogram: %s\" "
                 "viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">",
                 title, (range.last - range.first + 1) * BAR_WIDTH,
                 CHART_HEIGHT);
    for (i = range.first; i <= range.last; i++) {
        if (h->count[i]) {
            write_bar(w, &range, i, h->count[i]);
        }
    }
    write_text(w, "</svg>");
    write_axis(w, &range);
}

static void write_quantile(writer_t *w, const histogram_t *h, unsigned permille)
{
    write_format(w, "<span>p%u <b>", permille / 10);
    html_duration(w, histogram_quantile(h, permille));
    write_text(w, "</b></span>");
}

void html_histogram(writer_t *w, const char *title, const char *what,
                    const histogram_t *h)
{
    write_format(w, "<figure><figcaption><h3>%s</h3><p>%s</p></figcaption>",
                 title, what);
    if (histogram_total(h)) {
        write_text(w, "<p class=\"quantiles\">");
        write_quantile(w, h, 500);
        write_quantile(w, h, 900);
        write_quantile(w, h, 990);
        write_text(w, "</p>");
        write_chart(w, title, h);
    }
    else {
        write_text(w, "<p class=\"none\">No values yet.</p>");
    }
    write_text(w, "</figure>\n");
}

/* ---- shares ---- */

static void write_share(writer_t *w, const char *name, const char *kind,
                        uint64_t part, uint64_t whole)
{
    write_format(w, "<tr><th scope=\"row\">%s</th><td class=\"share\">", name);
    if (part) {
        write_format(w,
                     "<svg viewBox=\"0 0 100 1\" preserveAspectRatio="
                     "\"none\" aria-hidden=\"true\"><rect class=\"%s\" "
                     "width=\"%.2f\" height=\"1\"></rect></svg>",
                     kind, 100.0 * (double)part / (double)whole);
    }
    write_text(w, "</td><td>");
    html_count(w, part);
    write_text(w, "</td><td>");
    html_percent(w, part, whole);
    write_text(w, "</td></tr>\n");
}

static void begin_shares(writer_t *w, const char *title, const char *what)
{
    write_format(w,
                 "<figure><figcaption><h3>%s</h3><p>%s</p></figcaption>"
                 "<table class=\"shares\">\n",
                 title, what);
}

void html_outcomes(writer_t *w, const metrics_route_t *m, uint64_t requests)
{
    int i;

    begin_shares(w, "Outcomes", "what became of requests");
    for (i = 0; i < OUTCOME_COUNT; i++) {
        if (m->outcomes[i] || i == OUTCOME_OK) {
            write_share(w, outcome_name((outcome_e)i),
                        i == OUTCOME_OK ? "good"
                        : i == OUTCOME_CLIENT_GONE || i == OUTCOME_BAD_REQUEST
                            ? "neutral"
                            : "bad",
                        m->outcomes[i], requests);
        }
    }
    write_text(w, "</table></figure>\n");
}

void html_statuses(writer_t *w, const metrics_route_t *m)
{
    static const char *const kinds[] = { "",        "neutral", "good",
                                         "neutral", "warn",    "bad" };
    uint64_t all = 0;
    char name[] = "0xx";
    int i;

    for (i = 1; i <= 5; i++) {
        all += m->status_class[i];
    }
    begin_shares(w, "Status", "of responses passed on");
    for (i = 2; i <= 5; i++) {
        name[0] = (char)('0' + i);
        write_share(w, name, kinds[i], m->status_class[i], all);
    }
    write_text(w, "</table></figure>\n");
}
