/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* word_search.c: see word_search.h.  Layer L0. */
#include "word_search.h"

enum {
    KIND_BITS = 6,
    TRIPLE_MASK = WORD_SEARCH_TRIPLES - 1,
    PAIR_MASK = WORD_SEARCH_PAIRS - 1
};

static int has_bit(const uint64_t *bits, uint32_t number)
{
    return bits[number >> 6] >> (number & 63) & 1;
}

static void set_bit(uint64_t *bits, uint32_t number)
{
    bits[number >> 6] |= UINT64_C(1) << (number & 63);
}

static uint32_t chain_of(uint32_t number)
{
    return number * UINT32_C(2654435761) >> 18;
}

/* Eight bytes with the bit of lower case set, letters or not. */
static uint64_t head_of(const char *text)
{
    uint64_t head;

    memcpy(&head, text, sizeof(head));
    return head | UINT64_C(0x2020202020202020);
}

/* ---- making ---- */

static void make_head(word_search_word_t *word)
{
    char text[sizeof(word->head)] = { 0 }, mask[sizeof(word->head)] = { 0 };
    size_t length =
        word->text.len < sizeof(text) ? word->text.len : sizeof(text);

    memcpy(text, word->text.p, length);
    memset(mask, 0xff, length);
    memcpy(&word->head_mask, mask, sizeof(mask));
    word->head = head_of(text) & word->head_mask;
}

/* The bytes that stand in most words get kinds of their own. */
static void make_kinds(word_search_t *search, const slice_t *words,
                       uint32_t count)
{
    uint32_t uses[256] = { 0 }, i;
    int kind, c, most;
    size_t k;

    for (i = 0; i < count; i++) {
        for (k = 0; k < words[i].len; k++) {
            uses[(unsigned char)words[i].p[k]]++;
        }
    }
    for (kind = 1; kind < WORD_SEARCH_KINDS; kind++) {
        for (c = 1, most = 0; c < 256; c++) {
            most = uses[c] > uses[most] ? c : most;
        }
        if (!uses[most]) {
            break;
        }
        search->kind_of[most] = (uint8_t)kind;
        uses[most] = 0;
    }
    for (c = 'A'; c <= 'Z'; c++) {
        search->kind_of[c] = search->kind_of[c | 0x20];
    }
}

static uint32_t kinds_at(const word_search_t *search, slice_t word, size_t from,
                         size_t length)
{
    uint32_t number = 0;
    size_t i;

    for (i = from; i < from + length; i++) {
        number =
            number << KIND_BITS | search->kind_of[(unsigned char)word.p[i]];
    }
    return number;
}

/* How often a byte is to be expected in requests: one more than its place from
 * the end of a list. */
static uint32_t frequency(char c)
{
    static const char common[] = "\"'()<>|$&*!~#@[]{}qzj^x0123456789k;:,v=_y"
                                 "wbf+%-./gpumhdclrsnioate ";
    const char *at = c ? strchr(common, c) : NULL;

    return at ? (uint32_t)(at - common) + 1 : 1;
}

static uint32_t chain_length(const word_search_t *search, uint32_t number)
{
    uint32_t n = 0, at = search->chain[chain_of(number)];

    for (; at; at = search->word[at - 1].next) {
        n++;
    }
    return n;
}

/* The place of a word whose bytes are the rarest, and where few others are. */
static void choose_place(word_search_t *search, word_search_word_t *word)
{
    size_t length = word->text.len < 3 ? 2 : 3, from, i;
    uint32_t least = UINT32_MAX;

    for (from = 0; from + length <= word->text.len; from++) {
        uint32_t number = kinds_at(search, word->text, from, length);
        uint32_t product = 4 + chain_length(search, number);

        for (i = from; i < from + length; i++) {
            product *= frequency(word->text.p[i]);
        }
        if (product < least) {
            least = product;
            word->triple = number;
            word->offset = (uint16_t)(from + length);
        }
    }
}

const word_search_t *word_search_make(void *memory, const slice_t *words,
                                      uint32_t count)
{
    word_search_t *search = memory;
    uint32_t i;

    memset(search, 0, sizeof(*search));
    search->count = count;
    make_kinds(search, words, count);
    for (i = 0; i < count; i++) {
        word_search_word_t *word = &search->word[i];
        uint16_t *chain;

        word->text = words[i];
        make_head(word);
        choose_place(search, word);
        chain = &search->chain[chain_of(word->triple)];
        word->next = *chain;
        *chain = (uint16_t)(i + 1);
        set_bit(words[i].len < 3 ? search->pairs : search->triples,
                word->triple);
    }
    return search;
}

/* ---- searching ---- */

static int stands_at(const word_search_word_t *word, slice_t value, size_t end)
{
    size_t from = end - word->offset, i;
    const char *p;

    if (end < word->offset || value.len - from < word->text.len) {
        return 0;
    }
    p = value.p + from;
    if (value.len - from >= sizeof(word->head)
        && (head_of(p) & word->head_mask) != word->head) {
        return 0;
    }
    for (i = 0; i < word->text.len; i++) {
        if (slice_lower((unsigned char)p[i])
            != (unsigned char)word->text.p[i]) {
            return 0;
        }
    }
    return 1;
}

static inline void compare(const word_search_t *search, slice_t value,
                           size_t end, uint32_t number, int is_pair,
                           word_found_fn *found, void *ctx)
{
    uint32_t at = search->chain[chain_of(number)];

    while (at) {
        const word_search_word_t *word = &search->word[at - 1];

        if (word->triple == number && (word->text.len == 2) == is_pair
            && stands_at(word, value, end)) {
            found(ctx, at - 1, end - word->offset + word->text.len);
        }
        at = word->next;
    }
}

void word_search_scan(const word_search_t *search, slice_t value,
                      word_found_fn *found, void *ctx)
{
    uint32_t number;
    size_t end;

    if (value.len < 2) {
        return;
    }
    number = search->kind_of[(unsigned char)value.p[0]];
    for (end = 2; end <= value.len; end++) {
        number = (number << KIND_BITS
                  | search->kind_of[(unsigned char)value.p[end - 1]])
                 & TRIPLE_MASK;
        if (has_bit(search->pairs, number & PAIR_MASK)) {
            compare(search, value, end, number & PAIR_MASK, 1, found, ctx);
        }
        if (has_bit(search->triples, number) && end > 2) {
            compare(search, value, end, number, 0, found, ctx);
        }
    }
}
