/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_news.h: what a server has counted, as others read it.  Layer L0.
 *
 *   LIMIT.HASH=AHEAD LIMIT.HASH=AHEAD ...
 *
 * in 8 and 16 hexadecimal digits, and units of rate.h. */
#ifndef RPROXY_GUARD_FLEET_NEWS_H
#define RPROXY_GUARD_FLEET_NEWS_H

#include <stdint.h>

#include "http1/h1_slice.h"

enum {
    NEWS_LABEL_SIZE = 26 /* "LIMIT.HASH", and 0 */
};

typedef struct {
    uint32_t limit;
    uint64_t hash;
    uint64_t ahead; /* below 2^53 */
} fleet_news_t;

typedef enum {
    NEWS_END,
    NEWS_ONE,
    NEWS_WRONG
} fleet_news_e;

/* Takes the first one from the front of text. */
fleet_news_e fleet_news_next(slice_t *text, fleet_news_t *out);

/* @param out  [NEWS_LABEL_SIZE] */
void fleet_news_label(char *out, uint32_t limit, uint64_t hash);

#endif
