/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file_watch.h: a list of files in shared memory, of which something was found
 * out that holds until they change.  Layer L1.
 *
 * All children add to it, and any of them looks whether a file has changed,
 * appeared or gone.  A child may die at any step: its place is lost then. */
#ifndef RPROXY_CACHE_FILE_WATCH_H
#define RPROXY_CACHE_FILE_WATCH_H

#include <stdint.h>

#include <apr_errno.h>

#define FILE_WATCH_FILES 512
/* Longer paths are not watched. */
#define FILE_WATCH_PATH 480

typedef struct file_watch_t file_watch_t;

/* In the parent, for as long as it runs. */
apr_status_t file_watch_create(file_watch_t **watch, uint32_t generation);

/* Changes whenever a file of the list has changed. */
uint32_t file_watch_generation(const file_watch_t *watch);

/* A file as it is before it is read. */
typedef struct {
    int32_t place;    /* -1: not in the list */
    uint32_t version; /* of its entry */
    int64_t mtime_ns, size;
} file_seen_t;

/* @return 1: it is as it was when file_watch_settle was told of it; 0: read
 *         it, then settle what *seen says */
int file_watch_find(const file_watch_t *watch, const char *path,
                    file_seen_t *seen);

/* What was found out holds for the file as it was seen.  @return 0: it has
 * changed meanwhile, or the list is full */
int file_watch_settle(file_watch_t *watch, const char *path,
                      const file_seen_t *seen);

/* Looks at all files, unless somebody has within interval_us. */
void file_watch_look(file_watch_t *watch, int64_t now_us, int64_t interval_us);

#endif
