/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/* file.c: see file.h.  Layer L1. */
#include "file.h"
apr_status_t file_open(store_t *store, const char *path, const char **note,
                       apr_pool_t *pool)
{
    return APR_ENOTIMPL;
}
void file_close(store_t *store)
{
}
