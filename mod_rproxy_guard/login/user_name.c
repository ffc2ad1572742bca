/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* user_name.c: see user_name.h.  Layer L0. */
#include "user_name.h"

enum {
    LATIN_FIRST = 0xc0,
    LATIN_END = 0x180,
    ENTITY_MAX = 32 /* of "&...;" */
};

/* U+00C0 to U+017F without accents. */
static const char latin[] = "aaaaaaaceeeeiiiidnooooo?ouuuuyts"
                            "aaaaaaaceeeeiiiidnooooo?ouuuuyty"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhh"
                            "iiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooo"
                            "oorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

_Static_assert(sizeof(latin) == LATIN_END - LATIN_FIRST + 1, "a letter each");

static int is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
           || (c >= 'A' && c <= 'F');
}

/* Bytes that are dropped: a tag, "%41", "&amp;". */
static size_t dropped(slice_t text)
{
    const char *end;

    switch (text.p[0]) {
    case '<':
        end = memchr(text.p, '>', text.len);
        return end ? (size_t)(end - text.p) + 1 : text.len;
    case '%':
        return text.len > 2 && is_hex(text.p[1]) && is_hex(text.p[2]) ? 3 : 0;
    case '&':
        end =
            memchr(text.p, ';', text.len < ENTITY_MAX ? text.len : ENTITY_MAX);
        return end ? (size_t)(end - text.p) + 1 : 0;
    default:
        return 0;
    }
}

/* The code of two or three bytes of UTF-8; others are taken byte by byte. */
static unsigned decode(slice_t text, size_t *len)
{
    const unsigned char *p = (const unsigned char *)text.p;

    *len = 1;
    if (text.len > 1 && (p[0] & 0xe0) == 0xc0 && (p[1] & 0xc0) == 0x80) {
        *len = 2;
        return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    }
    if (text.len > 2 && (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80
        && (p[2] & 0xc0) == 0x80) {
        *len = 3;
        return (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    }
    return 0;
}

/* In ASCII; 0: none; -1: stays as it is */
static int folded(unsigned code)
{
    if (code >= LATIN_FIRST && code < LATIN_END) {
        return latin[code - LATIN_FIRST];
    }
    if (code >= 0xff01 && code <= 0xff5e) { /* full width */
        return slice_lower((unsigned char)(code - 0xff01 + '!'));
    }
    if (code == 0xa0 || code == 0x3000) {
        return ' ';
    }
    /* combining marks, letters of no width */
    return (code >= 0x300 && code < 0x370) || (code >= 0x200b && code <= 0x200f)
                   || code == 0xfeff || code == 0xad
               ? 0
               : -1;
}

static void put_letter(char *out, size_t *n, char c)
{
    int space = c == ' ' || (unsigned char)c < ' ';

    if (!space) {
        out[(*n)++] = (char)slice_lower((unsigned char)c);
    }
    else if (*n && out[*n - 1] != ' ') {
        out[(*n)++] = ' ';
    }
}

size_t user_name_fold(char *out, slice_t name)
{
    size_t n = 0, len, i;
    int c;

    while (name.len) {
        len = dropped(name);
        if (!len) {
            c = (unsigned char)name.p[0] < 0x80 ? (len = 1, name.p[0])
                                                : folded(decode(name, &len));
            if (c > 0) {
                put_letter(out, &n, (char)c);
            }
            for (i = 0; c < 0 && i < len; i++) {
                out[n++] = name.p[i];
            }
        }
        name = slice_make(name.p + len, name.len - len);
    }
    return n && out[n - 1] == ' ' ? n - 1 : n;
}
