/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* recount.h: sums that processes share are what each of them holds.  Layer L0.
 *
 * A process that is killed between two counts, or while it takes back what
 * another one had, leaves a sum apart from its parts.  Those that come and go
 * meanwhile do that too, but not each time one looks: what was apart in all of
 * some looks is put right.  One process looks at a sum. */
#ifndef RPROXY_RECOUNT_H
#define RPROXY_RECOUNT_H

#include <stdint.h>

#define RECOUNT_LOOKS 8

/* How far a sum was off, as far as all looks agree.  Zeros at first. */
typedef struct {
    int32_t off;
    int looks; /* in a row; 0: it was right */
} recount_t;

/* One more look: the sum as it was before and after its parts were added up.
 * @return what is to be taken off the sum, mostly 0; below 0: to be added */
int32_t recount_look(recount_t *r, uint32_t before, uint32_t parts,
                     uint32_t after);

#endif
