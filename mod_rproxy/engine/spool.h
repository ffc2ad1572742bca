/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* spool.h: bytes put by in order, to be read once or again: the first of them
 * in memory, the rest in a temporary file.  Layer L1.
 *
 * The file is made when it is needed and has no name from then on, so that
 * nothing is left behind by whoever dies.  Its system calls may wait for a
 * disk.  A spool belongs to the thread of its chunk cache. */
#ifndef RPROXY_SPOOL_H
#define RPROXY_SPOOL_H

#include <stdint.h>

#include <apr_errno.h>

#include "chunk.h"

typedef struct {
    int64_t len;        /* bytes put by so far */
    const char *folder; /* of the file; outlives the spool */
    /* private */
    chunk_cache_t *cache;
    int64_t memory_max, file_max;
    chunk_t *first, *last;
    int64_t in_memory; /* bytes of len; those behind them are in the file */
    int fd;            /* -1: no file */
    const chunk_t *at; /* being read */
    size_t at_done;
    int64_t file_done;
} spool_t;

/* @param memory_max,file_max bytes held there at most */
void spool_init(spool_t *spool, chunk_cache_t *cache, int64_t memory_max,
                int64_t file_max, const char *folder);

/* Is there room for so many bytes more? */
int spool_fits(const spool_t *spool, int64_t len);

/* Copies the bytes behind those put by before; they must fit.
 * @return APR_SUCCESS, or errno of the file: the spool is then of no use */
apr_status_t spool_append(spool_t *spool, const char *data, size_t len);

/* From the first byte; before the first spool_read as well. */
void spool_rewind(spool_t *spool);

/* The next bytes, at most cap.
 * @return APR_SUCCESS with *len > 0, APR_EOF behind the last, or errno */
apr_status_t spool_read(spool_t *spool, char *buf, size_t cap, size_t *len);

/* Gives up memory and file.  A spool that was cleared is empty. */
void spool_clear(spool_t *spool);

#endif
