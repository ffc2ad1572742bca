/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* removed.c: see removed.h.  Layer L0. */
#include "removed.h"

/* @return the place of id, or -1 */
static int find(const removed_t *removed, uint64_t id)
{
    int i;

    for (i = 0; i < REMOVED_MAX; i++) {
        if (removed->id[i] == id) {
            return i;
        }
    }
    return -1;
}

int removed_has(const removed_t *removed, uint64_t id)
{
    return id && find(removed, id) >= 0;
}

int removed_add(removed_t *removed, uint64_t id)
{
    int free;

    if (removed_has(removed, id)) {
        return 1;
    }
    free = find(removed, 0);
    if (free >= 0) {
        removed->id[free] = id;
    }
    return free >= 0;
}

void removed_drop(removed_t *removed, uint64_t id)
{
    int i = find(removed, id);

    if (i >= 0) {
        removed->id[i] = 0;
    }
}

void removed_keep(removed_t *removed, const uint64_t *ids, int count)
{
    int i, k;

    for (i = 0; i < REMOVED_MAX; i++) {
        for (k = 0; k < count && ids[k] != removed->id[i]; k++) {
        }
        if (k == count) {
            removed->id[i] = 0;
        }
    }
}
