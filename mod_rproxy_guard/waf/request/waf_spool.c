/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_spool.c: see waf_spool.h.  Layer L1. */
#include "waf_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    ROOM_LEAST = 4096,
    PIECE = 131072, /* that is written at once */
    PATH_ROOM = 4096
};

static void unmap(waf_spool_t *spool)
{
    if (spool->mapped) {
        munmap(spool->mapped, spool->mapped_len);
        spool->mapped = NULL;
    }
}

static apr_status_t clear(void *data)
{
    waf_spool_t *spool = data;

    unmap(spool);
    free(spool->memory);
    if (spool->fd >= 0) {
        close(spool->fd);
    }
    return APR_SUCCESS;
}

waf_spool_t *waf_spool_make(apr_pool_t *pool, size_t memory_most,
                            const char *folder)
{
    waf_spool_t *spool = apr_pcalloc(pool, sizeof(*spool));

    spool->memory_most = memory_most;
    spool->folder = folder;
    spool->fd = -1;
    apr_pool_cleanup_register(pool, spool, clear, apr_pool_cleanup_null);
    return spool;
}

/* ---- the file ---- */

static int write_all(int fd, slice_t bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            bytes = slice_make(bytes.p + n, bytes.len - (size_t)n);
        }
    }
    return 0;
}

static int begin_file(waf_spool_t *spool)
{
    char path[PATH_ROOM];

    snprintf(path, sizeof(path), "%s/rproxy-waf-XXXXXX", spool->folder);
    spool->fd = mkostemp(path, O_CLOEXEC);
    if (spool->fd < 0) {
        return errno;
    }
    unlink(path);
    return 0;
}

int waf_spool_is_due(const waf_spool_t *spool)
{
    return spool->defers
           && spool->held
                  > (spool->fd < 0 ? spool->memory_most : (size_t)PIECE);
}

int waf_spool_write(waf_spool_t *spool)
{
    if (!spool->error && spool->fd < 0) {
        spool->error = begin_file(spool);
    }
    if (!spool->error) {
        spool->error =
            write_all(spool->fd, slice_make(spool->memory, spool->held));
    }
    spool->held = 0;
    if (!spool->defers) {
        free(spool->memory);
        spool->memory = NULL;
        spool->room = 0;
    }
    return spool->error;
}

/* ---- bytes ---- */

/* @return 0: there is no memory */
static int grow(waf_spool_t *spool, size_t least)
{
    size_t room = spool->room ? spool->room : ROOM_LEAST;
    char *memory;

    while (room < least) {
        room *= 2;
    }
    memory = realloc(spool->memory, room);
    if (memory) {
        spool->memory = memory;
        spool->room = room;
    }
    return memory != NULL;
}

static int keep(waf_spool_t *spool, slice_t bytes)
{
    if (spool->held + bytes.len > spool->room
        && !grow(spool, spool->held + bytes.len)) {
        return ENOMEM;
    }
    memcpy(spool->memory + spool->held, bytes.p, bytes.len);
    spool->held += bytes.len;
    return 0;
}

static int add(waf_spool_t *spool, slice_t bytes)
{
    int error = 0;

    if (spool->defers || (spool->fd < 0 && spool->len <= spool->memory_most)) {
        return keep(spool, bytes);
    }
    if (spool->fd < 0) {
        error = waf_spool_write(spool);
    }
    return error ? error : write_all(spool->fd, bytes);
}

int waf_spool_add(waf_spool_t *spool, slice_t bytes)
{
    if (!bytes.len) {
        return 0;
    }
    unmap(spool);
    spool->len += bytes.len;
    if (!spool->error) {
        spool->error = add(spool, bytes);
    }
    return spool->error;
}

/* A file that is shorter than it should be is not mapped: whoever looked behind
 * its end would die of it. */
slice_t waf_spool_text(waf_spool_t *spool)
{
    if (!spool->error && spool->fd >= 0 && spool->held) {
        waf_spool_write(spool);
    }
    if (spool->error) {
        errno = spool->error;
        return slice_make(NULL, spool->len);
    }
    if (spool->fd < 0 || !spool->len) {
        return slice_make(spool->memory, spool->len);
    }
    if (!spool->mapped) {
        void *at = mmap(NULL, spool->len, PROT_READ, MAP_PRIVATE, spool->fd, 0);

        spool->mapped = at == MAP_FAILED ? NULL : at;
        spool->mapped_len = spool->len;
    }
    return slice_make(spool->mapped, spool->len);
}
