/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* watched_file.h: what a file says, read again when it changes.  Layer L1.
 *
 * Requests look at it while another thread reads the file anew: what was made
 * of the text stands in one of two places, and a place is made new only when
 * nobody looks at it.  What a bad file says is never taken. */
#ifndef RPROXY_GUARD_WATCHED_FILE_H
#define RPROXY_GUARD_WATCHED_FILE_H

#include <apr_file_info.h>
#include <apr_pools.h>

#include "http1/h1_slice.h"

/* Makes *object from the text, a copy that lives as long as pool.
 * @return NULL, or what is wrong, a phrase from pool */
typedef const char *watched_make_fn(void *baton, slice_t text, void **object,
                                    apr_pool_t *pool);

typedef struct {
    const char *path;
    watched_make_fn *make;
    void *baton;
    struct {
        void *object;
        apr_pool_t *pool; /* of the object; NULL: there is none */
        uint32_t readers; /* atomic */
    } place[2];
    uint32_t current; /* atomic: a place */
    /* of the file as it was read last; all 0: it was not there */
    apr_time_t modified;
    apr_off_t size;
    apr_ino_t inode;
    int is_unreadable; /* it was there then and could not be read */
} watched_file_t;

/* Of no text yet. */
watched_file_t *watched_file_create(apr_pool_t *pool, const char *path,
                                    watched_make_fn *make, void *baton);

/* Reads it.  @param pool  of the error text
 * @return NULL, or what is wrong; what there was stays */
const char *watched_file_load(watched_file_t *file, apr_pool_t *pool);

/* Is it another one than was read last? */
int watched_file_changed(const watched_file_t *file, apr_pool_t *pool);

/* What there was is there no more. */
void watched_file_empty(watched_file_t *file);

/* Any thread.  @return the object, until watched_file_close of *place; NULL:
 * there is none (nothing is to be closed) */
void *watched_file_open(watched_file_t *file, uint32_t *place);
void watched_file_close(watched_file_t *file, uint32_t place);

#endif
