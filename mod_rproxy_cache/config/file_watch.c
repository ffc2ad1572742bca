/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* file_watch.c: see file_watch.h.  Layer L1.
 *
 * An entry's version counts the changes that were seen, twice, and is odd while
 * what was found out holds.  It becomes odd only from the version of before the
 * file was read: a change in between is never lost. */
#include "file_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
    PLACE_FREE,
    PLACE_TAKEN, /* being written, or its writer has died */
    PLACE_USED
};

typedef struct {
    int32_t place;          /* atomic */
    uint32_t version;       /* atomic */
    int64_t mtime_ns, size; /* of who looks; size -1: not there */
    char path[FILE_WATCH_PATH];
} watched_t;

struct file_watch_t {
    uint32_t generation; /* atomic */
    int64_t looked_at;   /* usec; atomic */
    watched_t file[FILE_WATCH_FILES];
};

apr_status_t file_watch_create(file_watch_t **watch, uint32_t generation)
{
    file_watch_t *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (w == MAP_FAILED) {
        return errno;
    }
    w->generation = generation;
    *watch = w;
    return APR_SUCCESS;
}

uint32_t file_watch_generation(const file_watch_t *watch)
{
    return __atomic_load_n(&watch->generation, __ATOMIC_ACQUIRE);
}

static void look_at(const char *path, int64_t *mtime_ns, int64_t *size)
{
    struct stat st;

    *mtime_ns = 0;
    *size = -1;
    if (stat(path, &st) == 0) {
        *mtime_ns =
            (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        *size = st.st_size;
    }
}

int file_watch_find(const file_watch_t *watch, const char *path,
                    file_seen_t *seen)
{
    int32_t i;

    seen->place = -1;
    for (i = 0; i < FILE_WATCH_FILES; i++) {
        const watched_t *w = &watch->file[i];
        int32_t place = __atomic_load_n(&w->place, __ATOMIC_ACQUIRE);

        if (place == PLACE_FREE) {
            break;
        }
        if (place == PLACE_USED && strcmp(w->path, path) == 0) {
            seen->place = i;
            seen->version = __atomic_load_n(&w->version, __ATOMIC_ACQUIRE);
            return (int)(seen->version & 1);
        }
    }
    look_at(path, &seen->mtime_ns, &seen->size);
    return 0;
}

static watched_t *take_place(file_watch_t *watch)
{
    int i;

    for (i = 0; i < FILE_WATCH_FILES; i++) {
        watched_t *w = &watch->file[i];
        int32_t unused = PLACE_FREE;

        if (__atomic_compare_exchange_n(&w->place, &unused, PLACE_TAKEN, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return w;
        }
    }
    return NULL;
}

static int add(file_watch_t *watch, const char *path, const file_seen_t *seen)
{
    size_t len = strlen(path);
    watched_t *w = len < FILE_WATCH_PATH ? take_place(watch) : NULL;

    if (!w) {
        return 0;
    }
    memcpy(w->path, path, len + 1);
    w->mtime_ns = seen->mtime_ns;
    w->size = seen->size;
    w->version = 1;
    __atomic_store_n(&w->place, PLACE_USED, __ATOMIC_RELEASE);
    return 1;
}

int file_watch_settle(file_watch_t *watch, const char *path,
                      const file_seen_t *seen)
{
    uint32_t before = seen->version & ~1u, expected = before;

    if (seen->place < 0) {
        return add(watch, path, seen);
    }
    return __atomic_compare_exchange_n(&watch->file[seen->place].version,
                                       &expected, before | 1, 0,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
           || expected == (before | 1); /* somebody else has */
}

static void look_again(file_watch_t *watch, watched_t *w)
{
    int64_t mtime_ns, size;
    uint32_t version;

    look_at(w->path, &mtime_ns, &size);
    if (mtime_ns == w->mtime_ns && size == w->size) {
        return;
    }
    version = __atomic_load_n(&w->version, __ATOMIC_ACQUIRE);
    while (!__atomic_compare_exchange_n(&w->version, &version,
                                        (version | 1) + 1, 0, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE)) {
    }
    __atomic_fetch_add(&watch->generation, 1, __ATOMIC_ACQ_REL);
    /* The last step: who dies before it leaves the change to be seen again. */
    w->mtime_ns = mtime_ns;
    w->size = size;
}

void file_watch_look(file_watch_t *watch, int64_t now_us, int64_t interval_us)
{
    int64_t before = __atomic_load_n(&watch->looked_at, __ATOMIC_RELAXED);
    int i;

    if (now_us - before < interval_us
        || !__atomic_compare_exchange_n(&watch->looked_at, &before, now_us, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
        return; /* another child has just looked */
    }
    for (i = 0; i < FILE_WATCH_FILES; i++) {
        watched_t *w = &watch->file[i];
        int32_t place = __atomic_load_n(&w->place, __ATOMIC_ACQUIRE);

        if (place == PLACE_FREE) {
            break;
        }
        if (place == PLACE_USED) {
            look_again(watch, w);
        }
    }
}
