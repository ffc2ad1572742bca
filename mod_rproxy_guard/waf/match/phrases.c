/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* phrases.c: see phrases.h.  Layer L1. */
#include "phrases.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

phrases_t *phrases_make(apr_pool_t *pool)
{
    phrases_t *phrases = apr_pcalloc(pool, sizeof(*phrases));

    phrases->all = apr_array_make(pool, 64, sizeof(slice_t));
    return phrases;
}

/* ---- reading ---- */

typedef struct {
    const char *p, *end;
    char *out;
} unescape_t;

/* Behind a "|", up to the next one; what is no pair of digits is left out. */
static void read_hex(unescape_t *u)
{
    int high = -1;

    for (; u->p < u->end && *u->p != '|'; u->p++) {
        int digit = char_hex((unsigned char)*u->p);

        if (high >= 0 && digit >= 0) {
            *u->out++ = (char)(high << 4 | digit);
            digit = -1;
        }
        high = digit;
    }
    u->p += u->p < u->end;
}

/* Behind a "\". */
static void read_escape(unescape_t *u)
{
    if (u->p == u->end) {
        return;
    }
    if (!*u->p || !strchr(":;\\\"", *u->p)) {
        *u->out++ = '\\';
    }
    *u->out++ = *u->p++;
}

static slice_t unescaped(slice_t text, apr_pool_t *pool)
{
    char *out = apr_palloc(pool, text.len + 1);
    unescape_t u = { text.p, text.p + text.len, out };

    while (u.p < u.end) {
        char c = *u.p++;

        if (c == '|') {
            read_hex(&u);
        }
        else if (c == '\\') {
            read_escape(&u);
        }
        else {
            *u.out++ = c;
        }
    }
    return slice_make(out, (size_t)(u.out - out));
}

static void add_phrase(phrases_t *phrases, slice_t phrase)
{
    if (phrase.len == 1) {
        unsigned char c = slice_lower((unsigned char)phrase.p[0]);

        byte_set_add(&phrases->bytes, c);
        if (c >= 'a' && c <= 'z') {
            byte_set_add(&phrases->bytes, c & 0xdf);
        }
    }
    if (phrase.len) {
        APR_ARRAY_PUSH(phrases->all, slice_t) = phrase;
    }
}

static int is_phrase_blank(char c)
{
    return char_is_space((unsigned char)c);
}

void phrases_add_words(phrases_t *phrases, slice_t text, apr_pool_t *pool)
{
    slice_t all = unescaped(text, pool);
    const char *p = all.p, *end = p + all.len, *from;

    while (p < end) {
        for (; p < end && is_phrase_blank(*p); p++) {
        }
        for (from = p; p < end && !is_phrase_blank(*p); p++) {
        }
        add_phrase(phrases, slice_make(from, (size_t)(p - from)));
    }
}

void phrases_add_lines(phrases_t *phrases, slice_t text, apr_pool_t *pool)
{
    const char *p = text.p, *end = p + text.len;

    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *to = newline ? newline : end;
        const char *next = newline ? newline + 1 : end;

        for (; p < to && is_phrase_blank(*p); p++) {
        }
        for (; to > p && is_phrase_blank(to[-1]); to--) {
        }
        if (p < to && *p != '#') {
            add_phrase(phrases,
                       unescaped(slice_make(p, (size_t)(to - p)), pool));
        }
        p = next;
    }
}

size_t phrases_shortest(const phrases_t *phrases)
{
    size_t length = 0;
    int i;

    for (i = 0; i < phrases->all->nelts; i++) {
        size_t other = APR_ARRAY_IDX(phrases->all, i, slice_t).len;

        length = i && length < other ? length : other;
    }
    return length;
}

/* ---- finding ---- */

static int ends_with(slice_t value, const char *p, size_t length)
{
    return slice_lower((unsigned char)p[length - 1])
               == slice_lower((unsigned char)value.p[value.len - 1])
           && slice_eq_nocase(slice_make(p, length),
                              slice_make(value.p + value.len - length, length));
}

slice_t phrases_ending(const phrases_t *phrases, slice_t value)
{
    slice_t best = { NULL, 0 };
    size_t length;
    int i;

    for (i = 0; i < phrases->all->nelts; i++) {
        slice_t phrase = APR_ARRAY_IDX(phrases->all, i, slice_t);

        length = phrase.len < value.len ? phrase.len : value.len;
        for (; length > best.len; length--) {
            if (ends_with(value, phrase.p, length)) {
                best = slice_make(phrase.p, length);
            }
        }
    }
    return best;
}

size_t phrases_find_plain(const phrases_t *phrases, slice_t value)
{
    size_t end;
    int i;

    for (end = 1; end <= value.len; end++) {
        for (i = 0; i < phrases->all->nelts; i++) {
            slice_t phrase = APR_ARRAY_IDX(phrases->all, i, slice_t);

            if (phrase.len <= end
                && slice_eq_nocase(phrase,
                                   slice_make(value.p + end - phrase.len,
                                              phrase.len))) {
                return end;
            }
        }
    }
    return 0;
}
