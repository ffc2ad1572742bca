/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_parts.c: numbers for people.  Layer L1. */
#include "html_parts.h"

#include "status_write.h"

void html_count(writer_t *w, uint64_t n)
{
    char digits[32], *p = digits + sizeof(digits) - 1;
    int i = 0;

    *p = '\0';
    do {
        if (i && i % 3 == 0) {
            *--p = ',';
        }
        *--p = (char)('0' + n % 10);
        n /= 10;
        i++;
    } while (n);
    write_text(w, p);
}

/* Three digits: 9.87, 98.7, 987 */
static void write_short(writer_t *w, double n, const char *unit)
{
    write_format(w, "%.*f %s", n < 10 ? 2 : n < 100 ? 1 : 0, n, unit);
}

void html_bytes(writer_t *w, uint64_t n)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB" };
    double size = (double)n / 1024;
    int i = 0;

    if (n < 1024) {
        write_format(w, "%d B", (int)n);
        return;
    }
    while (size >= 1000 && i < 4) {
        size /= 1024;
        i++;
    }
    write_short(w, size, units[i]);
}

void html_duration(writer_t *w, int64_t usec)
{
    if (usec < 0) {
        write_text(w, "&ndash;");
    }
    else if (usec < 1000) {
        write_format(w, "%d &micro;s", (int)usec);
    }
    else if (usec < 1000000) {
        write_short(w, (double)usec / 1e3, "ms");
    }
    else {
        write_short(w, (double)usec / 1e6, "s");
    }
}

/* Neither a few nor all but a few are rounded away. */
void html_percent(writer_t *w, uint64_t part, uint64_t whole)
{
    double percent = whole ? 100.0 * (double)part / (double)whole : 0;
    int is_plain =
        part == 0 || part == whole || (percent >= 10 && percent <= 99);

    write_format(w, "%.*f%%", is_plain ? 0 : 2, percent);
}

void html_age(writer_t *w, int64_t seconds)
{
    int days = (int)(seconds / 86400), hours = (int)(seconds / 3600 % 24);
    int minutes = (int)(seconds / 60 % 60);

    if (days) {
        write_format(w, "%d d %d h", days, hours);
    }
    else if (hours) {
        write_format(w, "%d h %d min", hours, minutes);
    }
    else if (minutes) {
        write_format(w, "%d min %d s", minutes, (int)(seconds % 60));
    }
    else {
        write_format(w, "%d s", (int)(seconds % 60));
    }
}

void html_quantiles(writer_t *w, const histogram_t *h)
{
    html_duration(w, histogram_quantile(h, 500));
    if (histogram_total(h)) {
        write_text(w, " / ");
        html_duration(w, histogram_quantile(h, 990));
    }
}
