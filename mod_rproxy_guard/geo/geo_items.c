/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_items.c: see geo_items.h.  Layer L0. */
#include "geo_items.h"

#include <string.h>

#define COUNTRY "country:"
#define ASN "asn:"

static int letter_of(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

int geo_country_set(geo_t *geo, const char *text, uint32_t len)
{
    int first = len == 2 ? letter_of(text[0]) : -1;
    int second = len == 2 ? letter_of(text[1]) : -1;

    if (first < 0 || second < 0) {
        return 0;
    }
    geo->country[0] = (char)('A' + first);
    geo->country[1] = (char)('A' + second);
    geo->country[2] = '\0';
    return 1;
}

static unsigned number_of(const geo_t *geo)
{
    return (unsigned)(26 * (geo->country[0] - 'A') + geo->country[1] - 'A');
}

int geo_items_is_one(const char *word)
{
    return strncmp(word, COUNTRY, strlen(COUNTRY)) == 0
           || strncmp(word, ASN, strlen(ASN)) == 0;
}

static const char *add_country(geo_items_t *items, const char *code)
{
    geo_t geo;
    unsigned number;

    if (!geo_country_set(&geo, code, (uint32_t)strlen(code))) {
        return "a country has two letters, as country:DE";
    }
    number = number_of(&geo);
    items->country[number / 32] |= UINT32_C(1) << number % 32;
    items->countries++;
    return NULL;
}

static const char *add_system(geo_items_t *items, const char *text)
{
    uint64_t n = 0;
    const char *p;

    for (p = text; *p >= '0' && *p <= '9' && n <= UINT32_MAX; p++) {
        n = 10 * n + (uint64_t)(*p - '0');
    }
    if (*p || p == text || n == 0 || n > UINT32_MAX) {
        return "an autonomous system has a number, as asn:64500";
    }
    if (items->asns == GEO_SYSTEMS_MAX) {
        return "256 autonomous systems are the most in a list";
    }
    items->asn[items->asns++] = (uint32_t)n;
    return NULL;
}

const char *geo_items_add(geo_items_t *items, const char *word)
{
    return strncmp(word, COUNTRY, strlen(COUNTRY)) == 0
               ? add_country(items, word + strlen(COUNTRY))
               : add_system(items, word + strlen(ASN));
}

int geo_items_has(const geo_items_t *items, const geo_t *geo)
{
    int i;

    if (geo->country[0]) {
        unsigned number = number_of(geo);

        if (items->country[number / 32] >> number % 32 & 1) {
            return 1;
        }
    }
    for (i = 0; geo->asn && i < items->asns; i++) {
        if (items->asn[i] == geo->asn) {
            return 1;
        }
    }
    return 0;
}
