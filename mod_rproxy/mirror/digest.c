/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* digest.c: a chain of SipHash over blocks.  Layer L0. */
#include "digest.h"

#include "../routing/siphash.h"

static uint64_t chain(uint64_t state, slice_t block)
{
    siphash_key_t key = { state, 0x646967657374206f };

    return siphash(key, block);
}

void digest_begin(digest_t *digest)
{
    digest->state = 1;
    digest->held = 0;
}

void digest_add(digest_t *digest, slice_t text)
{
    while (text.len) {
        size_t room = sizeof(digest->block) - digest->held;
        size_t n = text.len < room ? text.len : room;

        memcpy(digest->block + digest->held, text.p, n);
        digest->held += n;
        text = slice_make(text.p + n, text.len - n);
        if (digest->held == sizeof(digest->block)) {
            digest->state =
                chain(digest->state, slice_make(digest->block, digest->held));
            digest->held = 0;
        }
    }
}

uint64_t digest_end(const digest_t *digest)
{
    return chain(digest->state, slice_make(digest->block, digest->held));
}

/* ---- lines ---- */

void masked_digest_begin(masked_digest_t *masked)
{
    digest_begin(&masked->digest);
    masked->len = 0;
}

static void line_ends(masked_digest_t *masked)
{
    masked->mask(masked->masks, slice_make(masked->line, masked->len),
                 &masked->digest);
    masked->len = 0;
}

void masked_digest_add(masked_digest_t *masked, slice_t text)
{
    if (!masked->mask) {
        digest_add(&masked->digest, text);
        return;
    }
    while (text.len) {
        size_t room = masked->cap - masked->len;
        size_t n = text.len < room ? text.len : room;
        const char *end = memchr(text.p, '\n', n);

        n = end ? (size_t)(end - text.p) + 1 : n;
        memcpy(masked->line + masked->len, text.p, n);
        masked->len += n;
        text = slice_make(text.p + n, text.len - n);
        if (end || masked->len == masked->cap) {
            line_ends(masked);
        }
    }
}

uint64_t masked_digest_end(masked_digest_t *masked)
{
    if (masked->len) {
        line_ends(masked);
    }
    return digest_end(&masked->digest);
}
