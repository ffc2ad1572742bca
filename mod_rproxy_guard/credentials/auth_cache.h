/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_cache.h: answers of an authentication service, for a time, in fixed
 * memory shared by all processes.  Layer L0.
 *
 *   set of 4 entries: | mac | key | until | status, length | text | ... x4
 *
 * Nobody locks: an entry is written word by word, and counts only where its
 * keyed hash is right.  What two writers, or one that was killed, have left is
 * no entry, and the next answer takes its place. */
#ifndef RPROXY_GUARD_AUTH_CACHE_H
#define RPROXY_GUARD_AUTH_CACHE_H

#include "routing/siphash.h"

enum {
    AUTH_CACHE_WORDS = 64,
    AUTH_CACHE_HEAD = 5, /* words before the text */
    AUTH_CACHE_TEXT = (AUTH_CACHE_WORDS - AUTH_CACHE_HEAD) * 8,
    AUTH_CACHE_SET = 4
};

/* Of who asked; of all that the answer hangs on. */
typedef struct {
    uint64_t low, high;
} auth_key_t;

typedef struct {
    int status;
    size_t len;
    char text[AUTH_CACHE_TEXT];
} auth_answer_t;

typedef struct {
    uint64_t (*entry)[AUTH_CACHE_WORDS]; /* [sets * AUTH_CACHE_SET]; 0 first */
    uint32_t sets;                       /* a power of two */
    siphash_key_t secret;                /* the same in all processes */
} auth_cache_t;

static inline size_t auth_cache_room(uint32_t sets)
{
    return (size_t)sets * AUTH_CACHE_SET * AUTH_CACHE_WORDS * sizeof(uint64_t);
}

/* @return 1 and *answer, or 0: none that holds at now_us */
int auth_cache_get(const auth_cache_t *cache, auth_key_t key, int64_t now_us,
                   auth_answer_t *answer);

/* Takes the place of one that has ended, or ends first. */
void auth_cache_put(const auth_cache_t *cache, auth_key_t key, int64_t now_us,
                    int64_t until_us, const auth_answer_t *answer);

#endif
