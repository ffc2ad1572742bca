/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hit_ring.c: see hit_ring.h.  Layer L0. */
#include "hit_ring.h"

#include <string.h>

enum {
    WORDS = sizeof(hit_t) / sizeof(uint64_t)
};

_Static_assert(sizeof(hit_t) % sizeof(uint64_t) == 0, "words");

const char *hit_verdict_name(unsigned verdict)
{
    static const char *const names[] = {
#define X(id, name) name,
        HIT_VERDICTS(X)
#undef X
    };

    return verdict < HIT_VERDICT_COUNT ? names[verdict] : "";
}

/* ---- places ---- */

/* Two children may write to one place at once: what they leave is not one of
 * the two, and that is to be seen. */
static uint64_t check_of(uint64_t turn, const uint64_t *word)
{
    uint64_t check = turn;
    int i;

    for (i = 0; i < WORDS; i++) {
        check = (check ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
        check ^= check >> 29;
    }
    return check;
}

void hit_ring_put(hit_ring_t *ring, const hit_t *hit)
{
    uint64_t turn = __atomic_fetch_add(&ring->next, 1, __ATOMIC_RELAXED) + 1;
    hit_place_t *place = &ring->place[(turn - 1) % HIT_PLACES];
    uint64_t word[WORDS];
    int i;

    memcpy(word, hit, sizeof(word));
    __atomic_store_n(&place->turn, 0, __ATOMIC_RELAXED);
    for (i = 0; i < WORDS; i++) {
        __atomic_store_n(&place->word[i], word[i], __ATOMIC_RELAXED);
    }
    __atomic_store_n(&place->check, check_of(turn, word), __ATOMIC_RELAXED);
    __atomic_store_n(&place->turn, turn, __ATOMIC_RELEASE);
}

uint64_t hit_ring_count(const hit_ring_t *ring)
{
    return __atomic_load_n(&ring->next, __ATOMIC_RELAXED);
}

/* Foreign bytes have passed the check at one in 2^64; texts end all the same.
 */
static void end_texts(hit_t *hit)
{
    hit->host[HIT_HOST - 1] = '\0';
    hit->path[HIT_PATH - 1] = '\0';
    hit->part[HIT_PART - 1] = '\0';
    hit->text[HIT_TEXT - 1] = '\0';
}

int hit_ring_read(const hit_ring_t *ring, uint64_t number, hit_t *hit)
{
    const hit_place_t *place = &ring->place[number % HIT_PLACES];
    uint64_t word[WORDS];
    int i;

    if (__atomic_load_n(&place->turn, __ATOMIC_ACQUIRE) != number + 1) {
        return 0;
    }
    for (i = 0; i < WORDS; i++) {
        word[i] = __atomic_load_n(&place->word[i], __ATOMIC_RELAXED);
    }
    if (__atomic_load_n(&place->check, __ATOMIC_RELAXED)
        != check_of(number + 1, word)) {
        return 0;
    }
    memcpy(hit, word, sizeof(*hit));
    end_texts(hit);
    return 1;
}

int hit_ring_read_all(const hit_ring_t *ring, hit_t *hits, int most)
{
    uint64_t count = hit_ring_count(ring), i;
    int n = 0;

    for (i = 1; i <= count && i <= HIT_PLACES && n < most; i++) {
        n += hit_ring_read(ring, count - i, &hits[n]);
    }
    return n;
}

/* ---- texts ---- */

int hit_text(char *out, size_t room, slice_t text)
{
    static const char digits[] = "0123456789abcdef";
    size_t i, n = 0;
    int exact = 1;

    for (i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        int plain = byte >= 0x20 && byte < 0x7f && byte != '\\';

        if (n + (plain ? 1 : 4) >= room) {
            exact = 0;
            break;
        }
        if (plain) {
            out[n++] = (char)byte;
            continue;
        }
        exact = 0;
        out[n++] = '\\';
        out[n++] = 'x';
        out[n++] = digits[byte >> 4];
        out[n++] = digits[byte & 15];
    }
    memset(out + n, 0, room - n);
    return exact;
}
