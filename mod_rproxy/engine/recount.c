/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* recount.c: what all looks at a sum and its parts agree on.  Layer L0. */
#include "recount.h"

/* What two differences have in common; 0 when one is over and one below. */
static int32_t common(int32_t a, int32_t b)
{
    if (a > 0 && b > 0) {
        return a < b ? a : b;
    }
    return a < 0 && b < 0 ? (a > b ? a : b) : 0;
}

int32_t recount_look(recount_t *r, uint32_t before, uint32_t parts,
                     uint32_t after)
{
    int32_t off = common((int32_t)(before - parts), (int32_t)(after - parts));

    r->off = r->looks ? common(r->off, off) : off;
    r->looks = r->off ? r->looks + 1 : 0;
    if (r->looks < RECOUNT_LOOKS) {
        return 0;
    }
    r->looks = 0;
    return r->off;
}
