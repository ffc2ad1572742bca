/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_page.h: memory that ends at a page nobody may touch, so that reading
 * or writing one byte too far is a fault, with or without a sanitizer. */
#ifndef T_UNIT_GUARD_PAGE_H
#define T_UNIT_GUARD_PAGE_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    char *start;
    size_t cap;  /* bytes before the forbidden page */
    size_t page; /* bytes of that page */
} guard_page_t;

/* @param size bytes that fit at least */
static inline void guard_page_open(guard_page_t *g, size_t size)
{
    g->page = (size_t)sysconf(_SC_PAGESIZE);
    g->cap = (size / g->page + 1) * g->page;
    g->start = mmap(NULL, g->cap + g->page, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g->start == MAP_FAILED
        || mprotect(g->start + g->cap, g->page, PROT_NONE) != 0) {
        abort();
    }
}

static inline void guard_page_close(guard_page_t *g)
{
    munmap(g->start, g->cap + g->page);
}

/* The last len bytes before the forbidden page; everything before them is
 * overwritten, so that what is left of an earlier use shows. */
static inline char *guard_page_room(guard_page_t *g, size_t len)
{
    if (len > g->cap) {
        abort();
    }
    memset(g->start, '!', g->cap);
    return g->start + g->cap - len;
}

/* A copy of data that ends where the forbidden page begins. */
static inline char *guard_page_put(guard_page_t *g, const void *data,
                                   size_t len)
{
    char *room = guard_page_room(g, len);

    if (len) {
        memcpy(room, data, len);
    }
    return room;
}

#endif
