/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* admin_path.h: which verb does a path name?  Layer L0. */
#ifndef RPROXY_ADMIN_PATH_H
#define RPROXY_ADMIN_PATH_H

#include "../http1/h1_slice.h"

typedef struct {
    slice_t group, verb; /* both empty: the list of all verbs */
} admin_path_t;

/* The last two parts of a path, wherever the handler is: "/rproxy-admin/cache/
 * purge" is the verb purge of cache.  A path of one part, or with "/" at its
 * end, names none. */
void admin_path_read(admin_path_t *out, slice_t path);

#endif
