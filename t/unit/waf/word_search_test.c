/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* word_search_test.c: words in values; a search without any cleverness is the
 * judge. */
#include "unit.h"

#include "waf/match/word_search.c"

enum {
    WORDS = 2000,
    LENGTH_MAX = 12
};

static uint64_t seed = 88172645463325252;

static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

typedef struct {
    const slice_t *words;
    slice_t value;
    uint32_t count[WORDS];
} found_t;

static void note(void *ctx, uint32_t word, size_t end)
{
    found_t *found = ctx;
    size_t length;

    assert_true(word < WORDS);
    length = found->words[word].len;
    assert_true(end >= length && end <= found->value.len);
    assert_true(
        slice_eq_nocase(found->words[word],
                        slice_make(found->value.p + end - length, length)));
    found->count[word]++;
}

static const word_search_t *make(const slice_t *words, uint32_t count)
{
    return word_search_make(malloc(word_search_room(count)), words, count);
}

static void expect(const slice_t *words, uint32_t count, slice_t value,
                   const word_search_t *search)
{
    static found_t found;
    uint32_t i, n;
    size_t at;
    /* An end of its own: reading beyond it is seen. */
    char *copy = malloc(value.len ? value.len : 1);

    memcpy(copy, value.p, value.len);
    value.p = copy;
    memset(&found, 0, sizeof(found));
    found.words = words;
    found.value = value;
    word_search_scan(search, value, note, &found);
    for (i = 0; i < count; i++) {
        n = 0;
        for (at = 0; at + words[i].len <= value.len; at++) {
            n += slice_eq_nocase(words[i],
                                 slice_make(value.p + at, words[i].len));
        }
        assert_int_equal(found.count[i], n);
    }
    free(copy);
}

static void check_few(void **state)
{
    static const slice_t words[] = {
        SLICE_LIT("on"),     SLICE_LIT("onload"), SLICE_LIT("../"),
        SLICE_LIT("load"),   SLICE_LIT("<a"),     SLICE_LIT("\xc3\xa4x"),
        SLICE_LIT("onload"), SLICE_LIT("a\1")
    };
    const word_search_t *search = make(words, UNIT_COUNT(words));

    expect(words, UNIT_COUNT(words), SLICE_LIT("ONLOADONLOAD"), search);
    expect(words, UNIT_COUNT(words), SLICE_LIT("on"), search);
    expect(words, UNIT_COUNT(words), SLICE_LIT("o"), search);
    expect(words, UNIT_COUNT(words), SLICE_LIT(""), search);
    expect(words, UNIT_COUNT(words), SLICE_LIT("../../<A\xc3\xa4X a\1a\2"),
           search);
    free((void *)search);
}

static void check_none(void **state)
{
    const word_search_t *search = make(NULL, 0);

    expect(NULL, 0, SLICE_LIT("anything"), search);
    free((void *)search);
}

/* Words of few letters, so that they overlap and share their places. */
static void check_many(void **state)
{
    static char text[WORDS][LENGTH_MAX];
    static slice_t words[WORDS];
    unsigned letters = *(const unsigned *)*state, i, k;
    const word_search_t *search;
    char value[400];

    for (i = 0; i < WORDS; i++) {
        words[i] = slice_make(text[i], 2 + any(LENGTH_MAX - 1));
        for (k = 0; k < words[i].len; k++) {
            text[i][k] = (char)slice_lower((unsigned char)any(letters));
        }
    }
    search = make(words, WORDS);
    for (i = 0; i < 20; i++) {
        size_t length = any(sizeof(value));

        for (k = 0; k < length; k++) {
            value[k] = (char)any(letters);
        }
        expect(words, WORDS, slice_make(value, length), search);
        expect(words, WORDS, words[i], search);
    }
    free((void *)search);
}

int main(void)
{
    static const unsigned letters[] = { 256, 100, 5, 2 };
    size_t i;

    unit_add("few", check_few, NULL);
    unit_add("none", check_none, NULL);
    for (i = 0; i < UNIT_COUNT(letters); i++) {
        unit_add("many", check_many, &letters[i]);
    }
    return unit_run("word_search");
}
