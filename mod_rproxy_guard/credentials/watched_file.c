/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* watched_file.c: see watched_file.h.  Layer L1. */
#include "watched_file.h"

#include <apr_file_io.h>
#include <apr_strings.h>

enum {
    FILE_MAX = 16 * 1024 * 1024,
    WAIT_US = 1000 /* a look takes less */
};

static apr_status_t drop(void *data)
{
    watched_file_t *file = data;
    int i;

    for (i = 0; i < 2; i++) {
        if (file->place[i].pool) {
            apr_pool_destroy(file->place[i].pool);
            file->place[i].pool = NULL;
        }
    }
    return APR_SUCCESS;
}

watched_file_t *watched_file_create(apr_pool_t *pool, const char *path,
                                    watched_make_fn *make, void *baton)
{
    watched_file_t *file = apr_pcalloc(pool, sizeof(*file));

    file->path = path;
    file->make = make;
    file->baton = baton;
    apr_pool_cleanup_register(pool, file, drop, apr_pool_cleanup_null);
    return file;
}

/* ---- reading ---- */

static const char *say(apr_pool_t *pool, const watched_file_t *file,
                       const char *what, apr_status_t rv)
{
    char text[120];

    return apr_psprintf(pool, "%s cannot be %s: %s", file->path, what,
                        apr_strerror(rv, text, sizeof(text)));
}

static const char *read_text(watched_file_t *file, apr_file_t *in,
                             slice_t *text, apr_pool_t *pool)
{
    apr_int32_t wanted = APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE;
    apr_finfo_t info;
    apr_status_t rv = apr_file_info_get(&info, wanted, in);
    apr_size_t len;
    char *copy;

    if (rv != APR_SUCCESS) {
        return say(pool, file, "looked at", rv);
    }
    file->modified = info.mtime;
    file->size = info.size;
    file->inode = info.inode;
    if (info.size > FILE_MAX) {
        return apr_psprintf(pool, "%s is larger than 16 MiB", file->path);
    }
    len = (apr_size_t)info.size;
    copy = apr_palloc(pool, len + 1);
    rv = apr_file_read_full(in, copy, len, &len);
    if (rv != APR_SUCCESS && rv != APR_EOF) {
        return say(pool, file, "read", rv);
    }
    copy[len] = '\0';
    *text = slice_make(copy, len);
    return NULL;
}

static const char *read_file(watched_file_t *file, void **object,
                             apr_pool_t *pool)
{
    const char *wrong;
    apr_file_t *in;
    slice_t text;
    apr_status_t rv =
        apr_file_open(&in, file->path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                      APR_FPROT_OS_DEFAULT, pool);

    if (rv != APR_SUCCESS) {
        file->modified = file->size = 0;
        file->inode = 0;
        file->is_unreadable = !APR_STATUS_IS_ENOENT(rv);
        return say(pool, file, "opened", rv);
    }
    wrong = read_text(file, in, &text, pool);
    apr_file_close(in);
    file->is_unreadable = wrong != NULL;
    if (!wrong) {
        wrong = file->make(file->baton, text, object, pool);
        wrong = wrong ? apr_pstrcat(pool, file->path, ": ", wrong, NULL) : NULL;
    }
    return wrong;
}

static void publish(watched_file_t *file, void *object, apr_pool_t *pool)
{
    uint32_t at = !file->current;

    while (__atomic_load_n(&file->place[at].readers, __ATOMIC_SEQ_CST)) {
        apr_sleep(WAIT_US);
    }
    if (file->place[at].pool) {
        apr_pool_destroy(file->place[at].pool);
    }
    file->place[at].pool = pool;
    file->place[at].object = object;
    __atomic_store_n(&file->current, at, __ATOMIC_SEQ_CST);
}

const char *watched_file_load(watched_file_t *file, apr_pool_t *pool)
{
    const char *wrong;
    apr_pool_t *own;
    void *object;

    if (apr_pool_create_unmanaged_ex(&own, NULL, NULL) != APR_SUCCESS) {
        return "there is no memory for it";
    }
    wrong = read_file(file, &object, own);
    if (wrong) {
        wrong = apr_pstrdup(pool, wrong);
        apr_pool_destroy(own);
        return wrong;
    }
    publish(file, object, own);
    return NULL;
}

void watched_file_empty(watched_file_t *file)
{
    publish(file, NULL, NULL);
}

int watched_file_changed(const watched_file_t *file, apr_pool_t *pool)
{
    apr_int32_t wanted = APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE;
    apr_finfo_t info;

    if (apr_stat(&info, file->path, wanted, pool) != APR_SUCCESS) {
        return file->modified != 0;
    }
    return info.mtime != file->modified || info.size != file->size
           || info.inode != file->inode;
}

/* ---- looking ---- */

void *watched_file_open(watched_file_t *file, uint32_t *place)
{
    for (;;) {
        uint32_t at = __atomic_load_n(&file->current, __ATOMIC_SEQ_CST);

        __atomic_fetch_add(&file->place[at].readers, 1, __ATOMIC_SEQ_CST);
        if (at == __atomic_load_n(&file->current, __ATOMIC_SEQ_CST)) {
            *place = at;
            if (file->place[at].pool) {
                return file->place[at].object;
            }
            watched_file_close(file, at);
            return NULL;
        }
        watched_file_close(file, at); /* the other has become current */
    }
}

void watched_file_close(watched_file_t *file, uint32_t place)
{
    __atomic_fetch_sub(&file->place[place].readers, 1, __ATOMIC_RELEASE);
}
