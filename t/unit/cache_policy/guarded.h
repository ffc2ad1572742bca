/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guarded.h: several inputs of one case, each at a page end of its own. */
#ifndef T_UNIT_CACHE_POLICY_GUARDED_H
#define T_UNIT_CACHE_POLICY_GUARDED_H

#include "guard_page.h"
#include "http1/h1_fields.h"

#define GUARDED_MAX 16
#define GUARDED_BYTES 65536

static guard_page_t guarded_pages[GUARDED_MAX];

/* Room of len bytes; what the slot held before is gone. */
static inline char *guarded_room(int slot, size_t len)
{
    if (slot < 0 || slot >= GUARDED_MAX) {
        abort();
    }
    if (!guarded_pages[slot].start) {
        guard_page_open(&guarded_pages[slot], GUARDED_BYTES);
    }
    return guard_page_room(&guarded_pages[slot], len);
}

/* @param text NULL: a slice without a pointer */
static inline slice_t guarded(int slot, const char *text)
{
    slice_t s = slice_str(text);

    if (text) {
        s.p = guarded_room(slot, s.len);
        memcpy((char *)s.p, text, s.len);
    }
    return s;
}

/* "Name: value\n" ...; all lines stand in one slot.
 * @return their number */
static inline size_t guarded_fields(int slot, const char *lines,
                                    h1_field_t *fields, size_t max)
{
    slice_t rest = guarded(slot, lines);
    size_t count = 0;

    while (rest.len) {
        const char *end = memchr(rest.p, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.p) : rest.len;
        const char *colon = memchr(rest.p, ':', len);
        size_t skip = end ? len + 1 : len;

        if (!colon || count == max) {
            abort();
        }
        fields[count].name = slice_make(rest.p, (size_t)(colon - rest.p));
        fields[count++].value = slice_trim(
            slice_make(colon + 1, len - (size_t)(colon - rest.p) - 1));
        rest.p += skip;
        rest.len -= skip;
    }
    return count;
}

/* The text of that number: "", then all texts of one letter, of two, ...
 * @param out room for max letters
 * @return its length, or -1: longer than max */
static inline int guarded_text(size_t number, const char *letters, int max,
                               char *out)
{
    size_t base = strlen(letters), of_len = 1;
    int len = 0, i;

    while (number >= of_len) {
        number -= of_len;
        of_len *= base;
        if (++len > max) {
            return -1;
        }
    }
    for (i = 0; i < len; i++, number /= base) {
        out[i] = letters[number % base];
    }
    return len;
}

#endif
