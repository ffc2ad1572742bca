/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source_seen.c: see source_seen.h.  Layer L1. */
#include "source_seen.h"

#include <string.h>

#define LOOKS 1000

void source_seen_write(source_seen_t *seen, const source_view_t *view)
{
    uint32_t writes = __atomic_load_n(&seen->writes, __ATOMIC_RELAXED) | 1;

    __atomic_store_n(&seen->writes, writes, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    memcpy(&seen->view, view, sizeof(*view));
    __atomic_store_n(&seen->writes, writes + 1, __ATOMIC_RELEASE);
}

void source_seen_read(const source_seen_t *seen, source_view_t *view)
{
    uint32_t before, after;
    int i = 0;

    do {
        before = __atomic_load_n(&seen->writes, __ATOMIC_ACQUIRE);
        memcpy(view, &seen->view, sizeof(*view));
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        after = __atomic_load_n(&seen->writes, __ATOMIC_RELAXED);
    } while ((before != after || (before & 1)) && ++i < LOOKS);
    view->error[sizeof(view->error) - 1] = '\0';
}
