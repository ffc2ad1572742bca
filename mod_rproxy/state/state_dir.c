/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state_dir.c: see state_dir.h.  Layer L1. */
#include "state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <apr_strings.h>

static const char *sentence(const char *what, const char *path,
                            apr_pool_t *pool)
{
    char text[128];

    apr_strerror(errno, text, sizeof(text));
    return apr_psprintf(pool, "%s %s: %s", what, path, text);
}

static const char *path_of(const state_dir_t *dir, const char *name,
                           const char *suffix, apr_pool_t *pool)
{
    return apr_pstrcat(pool, dir->path, "/", name, suffix, NULL);
}

static int is_for_others(const state_dir_t *dir)
{
    return geteuid() == 0 && dir->user != (uid_t)-1 && dir->user != 0;
}

/* ---- the directory ---- */

static const char *make(const state_dir_t *dir, apr_pool_t *pool)
{
    if (mkdir(dir->path, 0700) != 0) {
        return errno == EEXIST ? NULL
                               : sentence("cannot make", dir->path, pool);
    }
    return is_for_others(dir) && chown(dir->path, dir->user, dir->group) != 0
               ? sentence("cannot give away", dir->path, pool)
               : NULL;
}

const char *state_dir_open(const state_dir_t *dir, apr_pool_t *pool)
{
    const char *fault = make(dir, pool);
    struct stat info;

    if (fault) {
        return fault;
    }
    if (lstat(dir->path, &info) != 0) {
        return sentence("cannot look at", dir->path, pool);
    }
    if (!S_ISDIR(info.st_mode)) {
        return apr_psprintf(pool, "%s is no directory", dir->path);
    }
    if (info.st_mode & S_IWOTH) {
        return apr_psprintf(pool,
                            "everybody on this machine can write into %s: "
                            "chmod 700 it",
                            dir->path);
    }
    if (is_for_others(dir) && info.st_uid != dir->user
        && !(info.st_gid == dir->group && info.st_mode & S_IWGRP)) {
        return apr_psprintf(pool,
                            "%s is not writable for the server's processes: "
                            "it must belong to their user (number %ld)",
                            dir->path, (long)dir->user);
    }
    return NULL;
}

/* ---- one writer ---- */

/* A file of this process that the others can write as well.  @return or -1 */
static int open_for_writing(const state_dir_t *dir, const char *path, int more)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | more, 0600);

    if (fd >= 0 && is_for_others(dir)
        && fchown(fd, dir->user, dir->group) != 0) {
        int why = errno;

        close(fd);
        errno = why;
        fd = -1;
    }
    return fd;
}

const char *state_dir_lock(const state_dir_t *dir, int *lock, apr_pool_t *pool)
{
    const char *path = path_of(dir, "lock", "", pool);
    int rv;

    *lock = open_for_writing(dir, path, 0);
    if (*lock < 0) {
        return sentence("cannot open", path, pool);
    }
    do {
        rv = flock(*lock, LOCK_EX);
    } while (rv != 0 && errno == EINTR);
    if (rv != 0) {
        const char *fault = sentence("cannot lock", path, pool);

        close(*lock);
        return fault;
    }
    return NULL;
}

void state_dir_unlock(int lock)
{
    close(lock);
}

/* ---- reading ---- */

static const char *check(const struct stat *info, const state_dir_t *dir,
                         const char *path, size_t max, int is_private,
                         apr_pool_t *pool)
{
    if (!S_ISREG(info->st_mode)) {
        return apr_psprintf(pool, "%s is no regular file", path);
    }
    if ((size_t)info->st_size > max) {
        return apr_psprintf(pool, "%s is larger than %lu bytes", path,
                            (unsigned long)max);
    }
    if (is_private && info->st_mode & 077) {
        return apr_psprintf(pool,
                            "others than its owner can use %s: chmod 600 "
                            "it",
                            path);
    }
    if (info->st_uid != geteuid() && info->st_uid != dir->user) {
        return apr_psprintf(pool, "%s belongs to somebody else", path);
    }
    return NULL;
}

static const char *read_all(int fd, const char *path, char *text, size_t size,
                            size_t *len, apr_pool_t *pool)
{
    *len = 0;
    while (*len < size) {
        ssize_t n = read(fd, text + *len, size - *len);

        if (n < 0 && errno != EINTR) {
            return sentence("cannot read", path, pool);
        }
        if (n == 0) {
            break;
        }
        *len += n > 0 ? (size_t)n : 0;
    }
    text[*len] = '\0';
    return NULL;
}

const char *state_dir_read(const state_dir_t *dir, const char *name, size_t max,
                           int is_private, char **text, size_t *len,
                           apr_pool_t *pool)
{
    const char *path = path_of(dir, name, "", pool);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const char *fault;
    struct stat info;

    *text = NULL;
    if (fd < 0) {
        return errno == ENOENT ? NULL : sentence("cannot open", path, pool);
    }
    fault = fstat(fd, &info) != 0
                ? sentence("cannot look at", path, pool)
                : check(&info, dir, path, max, is_private, pool);
    if (!fault) {
        size_t size = (size_t)info.st_size;

        *text = apr_palloc(pool, size + 1);
        fault = read_all(fd, path, *text, size, len, pool);
    }
    close(fd);
    return fault;
}

/* ---- writing ---- */

static int write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno != EINTR) {
            return 0;
        }
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* So that the new name is there after a power failure. */
static void sync_names(const state_dir_t *dir)
{
    int fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

const char *state_dir_write(const state_dir_t *dir, const char *name,
                            const char *text, size_t len, apr_pool_t *pool)
{
    const char *path = path_of(dir, name, "", pool);
    const char *next = path_of(dir, name, ".new", pool);
    const char *fault = NULL;
    int fd;

    unlink(next);
    fd = open_for_writing(dir, next, O_EXCL);
    if (fd < 0) {
        return sentence("cannot open", next, pool);
    }
    if (!write_all(fd, text, len)) {
        fault = sentence("cannot write", next, pool);
    }
    if (close(fd) != 0 && !fault) {
        fault = sentence("cannot write", next, pool);
    }
    if (!fault && rename(next, path) != 0) {
        fault = sentence("cannot replace", path, pool);
    }
    if (fault) {
        unlink(next);
        return fault;
    }
    sync_names(dir);
    return NULL;
}

void state_dir_reject(const state_dir_t *dir, const char *name,
                      apr_pool_t *pool)
{
    const char *path = path_of(dir, name, "", pool);

    if (rename(path, path_of(dir, name, ".rejected", pool)) != 0) {
        unlink(path);
    }
}
