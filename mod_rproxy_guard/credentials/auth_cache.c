/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* auth_cache.c: see auth_cache.h.  Layer L0. */
#include "auth_cache.h"

enum {
    MAC,
    KEY_LOW,
    KEY_HIGH,
    UNTIL,
    SIZES
};

static uint64_t mac_of(const auth_cache_t *cache, const uint64_t *entry)
{
    return siphash(cache->secret,
                   slice_make((const char *)(entry + 1),
                              (AUTH_CACHE_WORDS - 1) * sizeof(*entry)));
}

static uint64_t (*set_of(const auth_cache_t *cache,
                         auth_key_t key))[AUTH_CACHE_WORDS]
{
    return cache->entry
           + (size_t)(key.low & (cache->sets - 1)) * AUTH_CACHE_SET;
}

/* A copy, which nobody changes while it is looked at. */
static void load_entry(uint64_t *copy, const uint64_t *entry)
{
    int i;

    for (i = 0; i < AUTH_CACHE_WORDS; i++) {
        copy[i] = __atomic_load_n(&entry[i], __ATOMIC_RELAXED);
    }
}

static int is_of(const uint64_t *entry, auth_key_t key)
{
    return __atomic_load_n(&entry[KEY_LOW], __ATOMIC_RELAXED) == key.low
           && __atomic_load_n(&entry[KEY_HIGH], __ATOMIC_RELAXED) == key.high;
}

int auth_cache_get(const auth_cache_t *cache, auth_key_t key, int64_t now_us,
                   auth_answer_t *answer)
{
    uint64_t(*set)[AUTH_CACHE_WORDS] = set_of(cache, key);
    uint64_t copy[AUTH_CACHE_WORDS];
    int i;

    for (i = 0; i < AUTH_CACHE_SET; i++) {
        if (!is_of(set[i], key)) {
            continue;
        }
        load_entry(copy, set[i]);
        answer->status = (int)(copy[SIZES] >> 32);
        answer->len = (size_t)(copy[SIZES] & UINT32_MAX);
        if (is_of(copy, key) && (int64_t)copy[UNTIL] > now_us
            && mac_of(cache, copy) == copy[MAC]
            && answer->len <= AUTH_CACHE_TEXT) {
            memcpy(answer->text, copy + AUTH_CACHE_HEAD, answer->len);
            return 1;
        }
    }
    return 0;
}

/* Its own, else the one that ends first; times of what is no entry are as good
 * as any. */
static uint64_t *place_of(const auth_cache_t *cache, auth_key_t key)
{
    uint64_t(*set)[AUTH_CACHE_WORDS] = set_of(cache, key);
    uint64_t *first = set[0];
    int i;

    for (i = 0; i < AUTH_CACHE_SET; i++) {
        if (is_of(set[i], key)) {
            return set[i];
        }
        if (__atomic_load_n(&set[i][UNTIL], __ATOMIC_RELAXED)
            < __atomic_load_n(&first[UNTIL], __ATOMIC_RELAXED)) {
            first = set[i];
        }
    }
    return first;
}

void auth_cache_put(const auth_cache_t *cache, auth_key_t key, int64_t now_us,
                    int64_t until_us, const auth_answer_t *answer)
{
    uint64_t made[AUTH_CACHE_WORDS] = { 0 }, *entry;
    int i;

    if (answer->len > AUTH_CACHE_TEXT || until_us <= now_us) {
        return;
    }
    entry = place_of(cache, key);
    made[KEY_LOW] = key.low;
    made[KEY_HIGH] = key.high;
    made[UNTIL] = (uint64_t)until_us;
    made[SIZES] = (uint64_t)answer->status << 32 | answer->len;
    memcpy(made + AUTH_CACHE_HEAD, answer->text, answer->len);
    made[MAC] = mac_of(cache, made);
    for (i = 0; i < AUTH_CACHE_WORDS; i++) {
        __atomic_store_n(&entry[i], made[i], __ATOMIC_RELAXED);
    }
}
