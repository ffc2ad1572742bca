/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* spool.c: memory first, then a file without a name.  Layer L1. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "rproxy-body-XXXXXX"

void spool_init(spool_t *spool, chunk_cache_t *cache, int64_t memory_max,
                int64_t file_max, const char *folder)
{
    memset(spool, 0, sizeof(*spool));
    spool->cache = cache;
    spool->memory_max = memory_max;
    spool->file_max = file_max;
    spool->folder = folder;
    spool->fd = -1;
}

int spool_fits(const spool_t *spool, int64_t len)
{
    int64_t in_file = spool->len - spool->in_memory;

    /* Each difference is one of two numbers that are not negative. */
    return len - (spool->memory_max - spool->in_memory)
           <= spool->file_max - in_file;
}

/* ---- putting by ---- */

/* @return bytes taken, all of len unless memory is used up */
static size_t append_to_memory(spool_t *spool, const char *data, size_t len)
{
    int64_t room = spool->memory_max - spool->in_memory;
    size_t left = room < (int64_t)len ? (size_t)room : len, taken = left;

    while (left) {
        chunk_t *last = spool->last;
        size_t n;

        if (!last || last->end == last->cap) {
            chunk_t *chunk =
                chunk_get(spool->cache, last ? CHUNK_LARGE : CHUNK_SMALL);
            *(last ? &last->next : &spool->first) = chunk;
            spool->last = last = chunk;
        }
        n = last->cap - last->end < left ? last->cap - last->end : left;
        memcpy(last->data + last->end, data, n);
        last->end += n;
        data += n;
        left -= n;
    }
    spool->in_memory += (int64_t)taken;
    spool->len += (int64_t)taken;
    return taken;
}

static apr_status_t open_file(spool_t *spool)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/" FILE_NAME, spool->folder);

    if (n < 0 || (size_t)n >= sizeof(path)) {
        return ENAMETOOLONG;
    }
    spool->fd = mkostemp(path, O_CLOEXEC);
    if (spool->fd < 0) {
        return errno;
    }
    return unlink(path) == 0 ? APR_SUCCESS : errno;
}

static apr_status_t append_to_file(spool_t *spool, const char *data, size_t len)
{
    if (len && spool->fd < 0) {
        apr_status_t rv = open_file(spool);
        if (rv != APR_SUCCESS) {
            return rv;
        }
    }
    while (len) {
        ssize_t n = pwrite(spool->fd, data, len,
                           (off_t)(spool->len - spool->in_memory));
        if (n > 0) {
            spool->len += n;
            data += n;
            len -= (size_t)n;
        }
        else if (n == 0 || errno != EINTR) {
            return n == 0 ? ENOSPC : errno;
        }
    }
    return APR_SUCCESS;
}

apr_status_t spool_append(spool_t *spool, const char *data, size_t len)
{
    size_t taken = append_to_memory(spool, data, len);

    return append_to_file(spool, data + taken, len - taken);
}

/* ---- reading ---- */

void spool_rewind(spool_t *spool)
{
    spool->at = spool->first;
    spool->at_done = 0;
    spool->file_done = 0;
}

static size_t read_from_memory(spool_t *spool, char *buf, size_t cap)
{
    size_t done = 0;

    while (spool->at && done < cap) {
        size_t left = spool->at->end - spool->at_done;
        size_t n = left < cap - done ? left : cap - done;

        memcpy(buf + done, spool->at->data + spool->at_done, n);
        done += n;
        spool->at_done += n;
        if (n == left) {
            spool->at = spool->at->next;
            spool->at_done = 0;
        }
    }
    return done;
}

static apr_status_t read_from_file(spool_t *spool, char *buf, size_t cap,
                                   size_t *len)
{
    int64_t left = spool->len - spool->in_memory - spool->file_done;
    ssize_t n;

    if (!left) {
        return APR_EOF;
    }
    do {
        n = pread(spool->fd, buf, left < (int64_t)cap ? (size_t)left : cap,
                  (off_t)spool->file_done);
    } while (n < 0 && errno == EINTR);
    if (n <= 0) {
        return n == 0 ? EIO : errno; /* shorter than it was written */
    }
    spool->file_done += n;
    *len = (size_t)n;
    return APR_SUCCESS;
}

apr_status_t spool_read(spool_t *spool, char *buf, size_t cap, size_t *len)
{
    *len = read_from_memory(spool, buf, cap);
    return *len ? APR_SUCCESS : read_from_file(spool, buf, cap, len);
}

void spool_clear(spool_t *spool)
{
    while (spool->first) {
        chunk_t *chunk = spool->first;
        spool->first = chunk->next;
        chunk->next = NULL;
        chunk_release(&chunk);
    }
    if (spool->fd >= 0) {
        close(spool->fd);
    }
    spool_init(spool, spool->cache, spool->memory_max, spool->file_max,
               spool->folder);
}
