/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_words.c: lines of words, an empty line, a value.  Promise: what is
 * found is what a search without any cleverness finds. */
#include "fuzz.h"

#include "waf/match/word_search.c"

enum {
    WORDS = 64
};

static void note(void *ctx, uint32_t word, size_t end)
{
    uint32_t *count = ctx;

    (void)end;
    FUZZ_CHECK(word < WORDS);
    count[word]++;
}

static uint32_t read_words(slice_t *rest, char room[], slice_t words[])
{
    uint32_t count = 0;

    while (rest->len && count < WORDS) {
        const char *end = memchr(rest->p, '\n', rest->len);
        size_t length = end ? (size_t)(end - rest->p) : rest->len, i;

        for (i = 0; i < length; i++) {
            room[i] = (char)slice_lower((unsigned char)rest->p[i]);
        }
        if (length >= 2) {
            words[count++] = slice_make(room, length);
        }
        room += length;
        length += end != NULL;
        rest->p += length;
        rest->len -= length;
        if (length <= 1) {
            break;
        }
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t value = slice_make((const char *)data, size), words[WORDS];
    char *room = malloc(size + 1);
    uint32_t count = read_words(&value, room, words), i, n;
    void *memory = malloc(word_search_room(count));
    uint32_t found[WORDS] = { 0 };
    size_t at;

    word_search_scan(word_search_make(memory, words, count), value, note,
                     found);
    for (i = 0; i < count; i++) {
        n = 0;
        for (at = 0; at + words[i].len <= value.len; at++) {
            n += slice_eq_nocase(words[i],
                                 slice_make(value.p + at, words[i].len));
        }
        FUZZ_CHECK(found[i] == n);
    }
    free(memory);
    free(room);
    return 0;
}
