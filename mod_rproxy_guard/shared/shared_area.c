/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* shared_area.c: see shared_area.h.  Layer L2. */
#include "guard_private.h"
#include "shared_area.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <apr_strings.h>

#define KEPT "rproxy-guard-areas"

typedef struct area_t {
    struct area_t *next;
    const char *name;
    void *base;
    size_t size;
} area_t;

/* What lives from one configuration to the next. */
typedef struct {
    area_t *first;
} kept_t;

static area_t *find(server_rec *s, const char *name)
{
    kept_t *kept = ap_retained_data_get(KEPT);
    apr_pool_t *pool = s->process->pool;
    area_t *area;

    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
    }
    for (area = kept->first; area && strcmp(area->name, name) != 0;
         area = area->next) {
    }
    if (!area) {
        area = apr_pcalloc(pool, sizeof(*area));
        area->name = apr_pstrdup(pool, name);
        area->next = kept->first;
        kept->first = area;
    }
    return area;
}

void *shared_area(server_rec *s, const char *name, size_t size)
{
    area_t *area = find(s, name);
    void *base;

    if (area->base && area->size == size) {
        return area->base;
    }
    base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                -1, 0);
    if (base == MAP_FAILED) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, errno, s,
                     RPLOGNO(4016) "no %lu bytes of shared memory for %s",
                     (unsigned long)size, name);
        return NULL;
    }
    if (area->base) {
        munmap(area->base, area->size);
    }
    area->base = base;
    area->size = size;
    return base;
}
