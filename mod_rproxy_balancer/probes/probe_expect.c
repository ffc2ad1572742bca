/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe_expect.c: a list of statuses as bits.  Layer L0. */
#include "probe_expect.h"

#include <string.h>

enum {
    LOWEST = 100,
    HIGHEST = 599
};

/* Three digits, or one and "xx".  @return what follows, or NULL */
static const char *take_status(const char *text, int *low, int *high)
{
    int i, status = 0;

    if (*text < '1' || *text > '5') {
        return NULL;
    }
    if (text[1] == 'x' && text[2] == 'x') {
        *low = (*text - '0') * 100;
        *high = *low + 99;
        return text + 3;
    }
    for (i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return NULL;
        }
        status = status * 10 + (text[i] - '0');
    }
    *low = *high = status;
    return text + 3;
}

static const char *take_range(const char *text, int *low, int *high)
{
    int ignored;

    text = take_status(text, low, high);
    if (text && *text == '-') {
        text = take_status(text + 1, &ignored, high);
    }
    return text && *low <= *high ? text : NULL;
}

int probe_expect_parse(const char *text, probe_expect_t *expect)
{
    int low, high;

    memset(expect, 0, sizeof(*expect));
    for (;;) {
        text = take_range(text, &low, &high);
        if (!text || (*text && *text != ',')) {
            return 0;
        }
        for (; low <= high; low++) {
            expect->bit[(low - LOWEST) / 64] |= (uint64_t)1
                                                << (low - LOWEST) % 64;
        }
        if (!*text) {
            return 1;
        }
        text++;
    }
}

int probe_expect_has(const probe_expect_t *expect, int status)
{
    return status >= LOWEST && status <= HIGHEST
           && (expect->bit[(status - LOWEST) / 64] >> (status - LOWEST) % 64
               & 1);
}
