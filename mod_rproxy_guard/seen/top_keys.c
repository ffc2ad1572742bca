/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* top_keys.c: see top_keys.h.  Layer L0. */
#include "top_keys.h"

#include "routing/siphash.h"

static uint64_t check_of(uint64_t hash, slice_t text)
{
    uint64_t check = siphash((siphash_key_t){ hash, text.len }, text);

    return check ? check : 1;
}

/* ---- time ---- */

static uint32_t halvings(uint32_t since, uint32_t now)
{
    return now - since < 31 ? now - since : 31;
}

static void grow_older(top_keys_t *top, int64_t now_s)
{
    uint32_t now = (uint32_t)(now_s / TOP_KEYS_HALVED_S);
    uint32_t before = __atomic_load_n(&top->period, __ATOMIC_RELAXED);
    int i;

    if (now == before
        || !__atomic_compare_exchange_n(&top->period, &before, now, 0,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        return;
    }
    for (i = 0; i < TOP_KEYS; i++) {
        uint32_t *count = &top->key[i].count;
        uint32_t old = __atomic_load_n(count, __ATOMIC_RELAXED);

        __atomic_store_n(count, old >> halvings(before, now), __ATOMIC_RELAXED);
    }
}

/* ---- counting ---- */

static void write_text(top_key_t *key, uint64_t hash, slice_t text)
{
    text.len = text.len < TOP_KEY_TEXT ? text.len : TOP_KEY_TEXT;
    if (text.len) {
        memcpy(key->text, text.p, text.len);
    }
    __atomic_store_n(&key->text_len, (uint32_t)text.len, __ATOMIC_RELAXED);
    __atomic_store_n(&key->check, check_of(hash, text), __ATOMIC_RELEASE);
}

/* The key's place, or that with the least count. */
static top_key_t *find(top_keys_t *top, uint64_t hash)
{
    top_key_t *least = &top->key[0];
    int i;

    for (i = 0; i < TOP_KEYS; i++) {
        top_key_t *key = &top->key[i];

        if (__atomic_load_n(&key->hash, __ATOMIC_RELAXED) == hash) {
            return key;
        }
        if (__atomic_load_n(&key->count, __ATOMIC_RELAXED)
            < __atomic_load_n(&least->count, __ATOMIC_RELAXED)) {
            least = key;
        }
    }
    return least;
}

int top_keys_add(top_keys_t *top, uint64_t hash, int64_t now_s)
{
    top_key_t *key;

    grow_older(top, now_s);
    key = find(top, hash);
    if (__atomic_exchange_n(&key->hash, hash, __ATOMIC_RELAXED) != hash) {
        __atomic_store_n(&key->check, 0, __ATOMIC_RELEASE);
    }
    __atomic_fetch_add(&key->count, 2, __ATOMIC_RELAXED);
    return !__atomic_load_n(&key->check, __ATOMIC_RELAXED);
}

void top_keys_tell(top_keys_t *top, uint64_t hash, slice_t text)
{
    top_key_t *key = find(top, hash);

    if (__atomic_load_n(&key->hash, __ATOMIC_RELAXED) == hash) {
        write_text(key, hash, text);
    }
}

/* ---- looking ---- */

static int copy(top_key_t *out, const top_key_t *key)
{
    out->hash = __atomic_load_n(&key->hash, __ATOMIC_RELAXED);
    out->count = (__atomic_load_n(&key->count, __ATOMIC_RELAXED) + 1) / 2;
    out->check = __atomic_load_n(&key->check, __ATOMIC_ACQUIRE);
    out->text_len = __atomic_load_n(&key->text_len, __ATOMIC_RELAXED);
    memcpy(out->text, key->text, TOP_KEY_TEXT);
    if (out->text_len > TOP_KEY_TEXT
        || out->check
               != check_of(out->hash, slice_make(out->text, out->text_len))) {
        out->text_len = 0;
    }
    return out->hash && out->count;
}

int top_keys_read(top_keys_t *top, top_key_t *out, int64_t now_s)
{
    int n = 0, i, k;

    grow_older(top, now_s);
    for (i = 0; i < TOP_KEYS; i++) {
        top_key_t key;

        if (!copy(&key, &top->key[i])) {
            continue;
        }
        for (k = n++; k > 0 && out[k - 1].count < key.count; k--) {
            out[k] = out[k - 1];
        }
        out[k] = key;
    }
    return n;
}
