/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fleet_news.c: see fleet_news.h.  Layer L0. */
#include "fleet_news.h"

enum {
    LIMIT_DIGITS = 8,
    HASH_DIGITS = 16,
    AHEAD_DIGITS = 15
};

/* @return -1: it is none */
static int digit_of(char c, int base)
{
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                       : -1;

    return digit < base ? digit : -1;
}

/* Takes digits from the front, at most so many.  @return how many */
static size_t take_number(slice_t *text, int base, size_t most, uint64_t *out)
{
    size_t n = 0;

    *out = 0;
    while (n < most && n < text->len && digit_of(text->p[n], base) >= 0) {
        *out = *out * (uint64_t)base + (uint64_t)digit_of(text->p[n], base);
        n++;
    }
    *text = slice_make(text->p + n, text->len - n);
    return n;
}

static int take_letter(slice_t *text, char letter)
{
    if (text->len == 0 || *text->p != letter) {
        return 0;
    }
    *text = slice_make(text->p + 1, text->len - 1);
    return 1;
}

fleet_news_e fleet_news_next(slice_t *text, fleet_news_t *out)
{
    uint64_t limit;

    if (text->len == 0) {
        return NEWS_END;
    }
    if (take_number(text, 16, LIMIT_DIGITS, &limit) != LIMIT_DIGITS
        || !take_letter(text, '.')
        || take_number(text, 16, HASH_DIGITS, &out->hash) != HASH_DIGITS
        || !take_letter(text, '=')
        || take_number(text, 10, AHEAD_DIGITS, &out->ahead) == 0
        || (text->len && (!take_letter(text, ' ') || text->len == 0))) {
        return NEWS_WRONG;
    }
    out->limit = (uint32_t)limit;
    return NEWS_ONE;
}

static char *put_hex(char *out, uint64_t n, int digits)
{
    int i;

    for (i = digits - 1; i >= 0; i--) {
        *out++ = "0123456789abcdef"[n >> 4 * i & 15];
    }
    return out;
}

void fleet_news_label(char *out, uint32_t limit, uint64_t hash)
{
    out = put_hex(out, limit, LIMIT_DIGITS);
    *out++ = '.';
    out = put_hex(out, hash, HASH_DIGITS);
    *out = '\0';
}
