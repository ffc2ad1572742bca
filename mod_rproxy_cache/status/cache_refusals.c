/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_refusals.c: see cache_refusals.h.  Layer L1.
 * Each URL falls on one set of a few entries; some sets share a mutex, robust
 * in case a child dies with it: what it was writing is at worst a strange
 * note. */
#include "cache_refusals.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#define WAYS 4
#define SETS 1024
#define LOCKS 16

typedef struct {
    pthread_mutex_t lock[LOCKS];
    refusal_t entry[SETS][WAYS];
} table_t;

static table_t *table;

static apr_status_t unmap(void *unused)
{
    (void)unused;
    munmap(table, sizeof(*table));
    table = NULL;
    return APR_SUCCESS;
}

static apr_status_t make_locks(pthread_mutex_t *locks)
{
    pthread_mutexattr_t attributes;
    int i, rv = pthread_mutexattr_init(&attributes);

    rv = rv ? rv
            : pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    rv = rv ? rv
            : pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    for (i = 0; i < LOCKS && !rv; i++) {
        rv = pthread_mutex_init(&locks[i], &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    return rv;
}

apr_status_t cache_refusals_create(apr_pool_t *pool)
{
    void *base;

    if (table) {
        return APR_SUCCESS;
    }
    base = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return errno;
    }
    table = base;
    apr_pool_cleanup_register(pool, NULL, unmap, apr_pool_cleanup_null);
    return make_locks(table->lock);
}

/* @return NULL when it is held by another (and wait is 0) */
static pthread_mutex_t *locked(uint64_t url, int wait)
{
    pthread_mutex_t *lock = &table->lock[url % SETS % LOCKS];
    int rv = wait ? pthread_mutex_lock(lock) : pthread_mutex_trylock(lock);

    if (rv == EOWNERDEAD) {
        rv = pthread_mutex_consistent(lock);
    }
    return rv ? NULL : lock;
}

static int is_of(const refusal_t *entry, refusal_e kind, uint64_t url)
{
    return entry->when_s && entry->url == url && entry->kind == kind;
}

/* That of this URL, else the oldest. */
static refusal_t *place(refusal_e kind, uint64_t url)
{
    refusal_t *set = table->entry[url % SETS], *best = set;
    int i;

    for (i = 0; i < WAYS; i++) {
        if (is_of(&set[i], kind, url)) {
            return &set[i];
        }
        best = set[i].when_s < best->when_s ? &set[i] : best;
    }
    return best;
}

static void copy(char *to, size_t room, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    len = len < room ? len : room - 1;
    memcpy(to, text ? text : "", len);
    to[len] = '\0';
}

static void copy_end(char *to, size_t room, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    copy(to, room, len < room ? text : text + len - (room - 1));
}

static void write_entry(refusal_t *entry, const refusal_t *head,
                        const char *reason, const char *rule, const char *where)
{
    entry->url = head->url;
    entry->kind = head->kind;
    entry->status = head->status;
    entry->when_s = head->when_s;
    copy(entry->reason, sizeof(entry->reason), reason);
    copy(entry->rule, sizeof(entry->rule), rule);
    copy_end(entry->where, sizeof(entry->where), where);
}

void cache_refusals_note(refusal_e kind, uint64_t url, int status,
                         const char *reason, const char *rule,
                         const char *where, uint32_t now_s)
{
    const refusal_t head = {
        .url = url, .kind = kind, .status = status, .when_s = now_s
    };
    pthread_mutex_t *lock = table ? locked(url, 0) : NULL;
    refusal_t *entry;

    if (!lock) {
        return;
    }
    entry = place(kind, url);
    if (!is_of(entry, kind, url) || entry->when_s != now_s
        || entry->status != status
        || strncmp(entry->reason, reason, sizeof(entry->reason) - 1) != 0) {
        write_entry(entry, &head, reason, rule, where);
    }
    pthread_mutex_unlock(lock);
}

int cache_refusals_find(refusal_e kind, uint64_t url, refusal_t *found)
{
    pthread_mutex_t *lock = table ? locked(url, 1) : NULL;
    const refusal_t *entry;
    int there;

    if (!lock) {
        return 0;
    }
    entry = place(kind, url);
    there = is_of(entry, kind, url);
    if (there) {
        *found = *entry;
    }
    pthread_mutex_unlock(lock);
    return there;
}
