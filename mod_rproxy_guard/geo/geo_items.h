/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* geo_items.h: countries and autonomous systems, as entries of a list.
 * Layer L0.  ISO 3166-1 alpha-2, RFC 6793 (numbers of 32 bits). */
#ifndef RPROXY_GUARD_GEO_ITEMS_H
#define RPROXY_GUARD_GEO_ITEMS_H

#include <stdint.h>

enum {
    GEO_COUNTRIES = 26 * 26,
    GEO_SYSTEMS_MAX = 256 /* in one list */
};

/* Where an address is. */
typedef struct {
    char country[3]; /* two capitals and a NUL; empty: not known */
    uint32_t asn;    /* 0: not known */
} geo_t;

/* All 0: none. */
typedef struct {
    uint32_t country[GEO_COUNTRIES / 32 + 1]; /* bits */
    uint32_t asn[GEO_SYSTEMS_MAX];
    int asns, countries;
} geo_items_t;

/* Does a word begin as one of these does? */
int geo_items_is_one(const char *word);

/* "country:DE", "asn:64500".  @return NULL, or what is wrong, a phrase */
const char *geo_items_add(geo_items_t *items, const char *word);

/* Two letters, made capitals.  @return 0: they are none */
int geo_country_set(geo_t *geo, const char *text, uint32_t len);

int geo_items_has(const geo_items_t *items, const geo_t *geo);

#endif
