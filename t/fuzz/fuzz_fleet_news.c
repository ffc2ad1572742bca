/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_fleet_news.c: what other servers have counted.  Promises: reading ends,
 * and what was read is written again as the same label. */
#include "fuzz.h"

#include "fleet/fleet_news.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t text = slice_make((const char *)data, size);
    const char *begin = text.p;
    char label[NEWS_LABEL_SIZE];
    fleet_news_t news;

    while (fleet_news_next(&text, &news) == NEWS_ONE) {
        FUZZ_CHECK(news.ahead < UINT64_C(1) << 53);
        fleet_news_label(label, news.limit, news.hash);
        FUZZ_CHECK(memcmp(label, begin, NEWS_LABEL_SIZE - 1) == 0);
        FUZZ_CHECK(text.p > begin);
        begin = text.p;
    }
    return 0;
}
