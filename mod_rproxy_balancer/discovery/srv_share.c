/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* srv_share.c: see srv_share.h.  Layer L0. */
#include "srv_share.h"

#include <string.h>

#include "members/member_facts.h"

static int order(unsigned a, unsigned b)
{
    return (a > b) - (a < b);
}

static int order_place(const dns_record_t *a, const dns_record_t *b)
{
    int by = strcmp(a->target, b->target);

    return by ? by : order(a->port, b->port);
}

int srv_share_by_target(const dns_record_t *a, const dns_record_t *b)
{
    int by = order_place(a, b);

    by = by ? by : order(a->priority, b->priority);
    return by ? by : order(b->weight, a->weight);
}

int srv_share_by_priority(const dns_record_t *a, const dns_record_t *b)
{
    int by = order(a->priority, b->priority);

    return by ? by : srv_share_by_target(a, b);
}

int srv_share_clean(srv_share_t *shares, int count, srv_odd_t *odd)
{
    int i, n = 0;

    for (i = 0; i < count; i++) {
        const dns_record_t *record = shares[i].record;

        if (!dns_name_is_host(record->target)) {
            odd->no_target++;
        }
        else if (!record->port) {
            odd->no_port++;
        }
        else if (n && order_place(record, shares[n - 1].record) == 0) {
            odd->twice++;
        }
        else {
            shares[n++] = shares[i];
        }
    }
    return n;
}

/* Of one priority. */
static void set_weights(srv_share_t *shares, int count)
{
    unsigned largest = 0, smallest = UINT16_MAX;
    int i, as_they_are;

    for (i = 0; i < count; i++) {
        unsigned weight = shares[i].record->weight;

        largest = weight > largest ? weight : largest;
        smallest = weight < smallest ? weight : smallest;
    }
    as_they_are = smallest && largest <= MEMBER_WEIGHT_MAX;
    for (i = 0; i < count; i++) {
        unsigned weight = shares[i].record->weight;

        if (largest && !as_they_are) {
            weight = weight * MEMBER_WEIGHT_MAX / largest;
        }
        shares[i].weight = (uint16_t)(weight ? weight : 1);
    }
}

int srv_share_set(srv_share_t *shares, int count, int limit, int first_tier,
                  srv_odd_t *odd)
{
    int tier = first_tier, first = 0, i, k;

    if (count > limit) {
        odd->beyond += count - limit;
        count = limit;
    }
    for (i = 1; i <= count; i++) {
        if (i < count
            && shares[i].record->priority == shares[first].record->priority) {
            continue;
        }
        odd->low_tiers += tier >= MEMBER_TIERS;
        for (k = first; k < i; k++) {
            shares[k].tier =
                (uint8_t)(tier < MEMBER_TIERS ? tier : MEMBER_TIERS - 1);
        }
        set_weights(shares + first, i - first);
        first = i;
        tier++;
    }
    return count;
}
