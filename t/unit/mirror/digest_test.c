/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* digest_test.c: however a text is cut its hash is the same; what a mask takes
 * out does not count. */
#include "unit.h"

#include "mirror/digest.c"
#include "routing/siphash.c"

static uint64_t hash_of(const char *text, size_t len, size_t piece)
{
    digest_t digest;
    size_t at;

    digest_begin(&digest);
    for (at = 0; at < len; at += piece) {
        digest_add(&digest,
                   slice_make(text + at, len - at < piece ? len - at : piece));
    }
    return digest_end(&digest);
}

static void check_pieces(void **state)
{
    char text[1000];
    size_t len, piece;

    (void)state;
    memset(text, 'x', sizeof(text));
    for (len = 0; len < sizeof(text); len += 37) {
        uint64_t whole = hash_of(text, len, sizeof(text));

        for (piece = 1; piece < 300; piece += 13) {
            assert_int_equal(hash_of(text, len, piece), whole);
        }
        assert_int_not_equal(hash_of(text, len + 1, 300), whole);
        if (len) {
            text[len / 2] = 'y';
            assert_int_not_equal(hash_of(text, len, 300), whole);
            text[len / 2] = 'x';
        }
    }
}

/* Digits do not count. */
static void without_digits(const void *masks, slice_t line, digest_t *out)
{
    size_t i;

    (void)masks;
    for (i = 0; i < line.len; i++) {
        if (line.p[i] < '0' || line.p[i] > '9') {
            digest_add(out, slice_make(line.p + i, 1));
        }
    }
}

static uint64_t masked_hash(const char *text, size_t piece, size_t room)
{
    char line[64];
    masked_digest_t masked = { .mask = without_digits,
                               .line = line,
                               .cap = room };
    size_t at, len = strlen(text);

    masked_digest_begin(&masked);
    for (at = 0; at < len; at += piece) {
        masked_digest_add(&masked,
                          slice_make(text + at,
                                     len - at < piece ? len - at : piece));
    }
    return masked_digest_end(&masked);
}

static void check_masks(void **state)
{
    static const char one[] = "nonce=123\nat 10:11\n\nlast 5";
    static const char two[] = "nonce=987654321\nat 0:1\n\nlast ";
    size_t piece, room;

    (void)state;
    for (piece = 1; piece < 30; piece++) {
        for (room = 1; room < 64; room += 7) {
            assert_int_equal(masked_hash(one, piece, room),
                             masked_hash(two, 30, 64));
        }
    }
    assert_int_not_equal(masked_hash("a1b", 9, 64), masked_hash("b1a", 9, 64));
}

static void check_without_mask(void **state)
{
    masked_digest_t masked = { .mask = NULL };

    (void)state;
    masked_digest_begin(&masked);
    masked_digest_add(&masked, SLICE_LIT("ab"));
    masked_digest_add(&masked, SLICE_LIT("c\n"));
    assert_int_equal(masked_digest_end(&masked), hash_of("abc\n", 4, 4));
}

int main(void)
{
    unit_add("however it is cut", check_pieces, NULL);
    unit_add("masks", check_masks, NULL);
    unit_add("without a mask", check_without_mask, NULL);
    return unit_run("digest");
}
