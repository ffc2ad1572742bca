/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_dir.h: files of a directory in which a module keeps what shall be there
 * after a full stop and start.  Layer L1.  Modules that do so compile it in.
 *
 *   DIR/NAME           a file
 *   DIR/NAME.rejected  the last one that could not be used
 *   DIR/lock           held by a process that writes
 *
 * The parent process reads, as root; the children write, as the server's user.
 * So links are not followed, and what is no regular file, or too large, is not
 * read.  A file is replaced as a whole or not at all, whenever the writer dies.
 * Nothing here may run on a loop's thread.
 *
 * Functions that return a text return NULL, or why not, a sentence. */
#ifndef RPROXY_STATE_DIR_H
#define RPROXY_STATE_DIR_H

#include <sys/types.h>

#include <apr_pools.h>

typedef struct {
    const char *path;
    uid_t user; /* who writes, when this process is root's; -1: nobody else */
    gid_t group;
} state_dir_t;

/* Makes it where there is none; is it one that can be used? */
const char *state_dir_open(const state_dir_t *dir, apr_pool_t *pool);

/* One writer at a time; waits.  *lock is given to state_dir_unlock. */
const char *state_dir_lock(const state_dir_t *dir, int *lock, apr_pool_t *pool);
void state_dir_unlock(int lock);

/* The whole of a file of at most max bytes, with a NUL behind it.
 * *text: NULL where there is no such file.
 * @param private  nobody but its owner may read or write it */
const char *state_dir_read(const state_dir_t *dir, const char *name, size_t max,
                           int is_private, char **text, size_t *len,
                           apr_pool_t *pool);

/* On the disk when this returns NULL.  With the lock. */
const char *state_dir_write(const state_dir_t *dir, const char *name,
                            const char *text, size_t len, apr_pool_t *pool);

/* Renames it to NAME.rejected. */
void state_dir_reject(const state_dir_t *dir, const char *name,
                      apr_pool_t *pool);

#endif
