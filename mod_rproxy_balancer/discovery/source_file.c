/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* source_file.c: sees that a file has changed, and reads it.  Layer L1.
 *
 * A file that is seen to have changed is read a little later, if it is the same
 * then: one that is written in place is not read half. */
#include "source.h"

#include <string.h>

#include <apr_strings.h>

#include "member_file.h"

#define SETTLE apr_time_from_msec(100)

/* @return NULL and *stamp, or why there is nothing to be read */
static const char *look(const char *path, source_stamp_t *stamp,
                        apr_pool_t *pool)
{
    apr_finfo_t info;
    char text[120];
    apr_status_t rv = apr_stat(&info, path,
                               APR_FINFO_TYPE | APR_FINFO_IDENT | APR_FINFO_SIZE
                                   | APR_FINFO_CTIME | APR_FINFO_MTIME,
                               pool);

    memset(stamp, 0, sizeof(*stamp));
    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "it cannot be read: %s",
                            apr_strerror(rv, text, sizeof(text)));
    }
    if (info.filetype != APR_REG) {
        return "expected a regular file";
    }
    stamp->inode = info.inode;
    stamp->device = info.device;
    stamp->size = info.size;
    stamp->changed = info.ctime;
    stamp->modified = info.mtime;
    return NULL;
}

static int is_same(const source_stamp_t *a, const source_stamp_t *b)
{
    return a->inode == b->inode && a->device == b->device && a->size == b->size
           && a->changed == b->changed && a->modified == b->modified;
}

/* @return NULL: pool is the source's */
static const char *read_it(source_t *s, int64_t now_us, apr_pool_t *pool)
{
    found_list_t list;
    const char *error = member_file_read(s->rules->path, &s->rules->dns.member,
                                         s->rules->dns.limit, &list, pool);

    if (!error && !list.count && !s->rules->may_empty) {
        error = "there is no member in it";
    }
    if (!error) {
        source_take(s, &list, NULL, now_us, pool);
    }
    return error;
}

int64_t source_file_step(source_t *s, int64_t now_us)
{
    const source_stamp_t before = s->seen_as;
    int is_first = s->view.asked++ == 0;
    const char *error;
    apr_pool_t *pool;

    apr_pool_create(&pool, s->parent);
    error = look(s->rules->path, &s->seen_as, pool);
    if (!error && is_same(&s->seen_as, &s->read_as)) {
        source_restore(s, now_us);
        apr_pool_destroy(pool);
        return now_us + s->rules->every;
    }
    if (!error && !is_first && !is_same(&s->seen_as, &before)) {
        apr_pool_destroy(pool);
        return now_us + SETTLE;
    }
    s->read_as = s->seen_as;
    error = error ? error : read_it(s, now_us, pool);
    if (error) {
        source_failed(s, error, now_us);
        apr_pool_destroy(pool);
    }
    return now_us + s->rules->every;
}
