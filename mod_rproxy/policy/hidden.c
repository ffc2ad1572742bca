/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hidden.c: looks a name up in the configured list.  Layer L0. */
#include "hidden.h"

int hidden_is_listed(slice_t name, const char *const *names, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (slice_eq_nocase(name, slice_str(names[i]))) {
            return 1;
        }
    }
    return 0;
}
