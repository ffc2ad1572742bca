/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file.h: a segment that outlives the server, in a file.  Layer L1. */
#ifndef RPROXY_STORE_FILE_H
#define RPROXY_STORE_FILE_H

#include "store_private.h"

/* Opens or makes the file, locks and maps it, and keeps its content if all of
 * it can be trusted.  plan is set. */
apr_status_t file_open(store_t *store, const char *path, const char **note,
                       apr_pool_t *pool);
/* Checks and cleans what was mapped.  @return shards that had to be emptied */
uint32_t file_load(store_t *store);
/* Before it is unmapped: writes all of it. */
void file_close(store_t *store);

/* An empty segment, in memory that is zero. */
apr_status_t store_format(store_t *store);

#endif
