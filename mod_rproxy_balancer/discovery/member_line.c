/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_line.c: see member_line.h.  Layer L0. */
#include "member_line.h"

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* @return 0: the rest is empty, or a comment */
static int next_word(slice_t *rest, slice_t *word)
{
    size_t len = 0;

    *rest = slice_trim(*rest);
    while (len < rest->len && !is_blank(rest->p[len])) {
        len++;
    }
    *word = slice_make(rest->p, len);
    rest->p += len;
    rest->len -= len;
    return len > 0 && word->p[0] != '#';
}

static int is_printable(slice_t word)
{
    size_t i;

    for (i = 0; i < word.len; i++) {
        if (word.p[i] <= ' ' || word.p[i] == 0x7f) {
            return 0; /* bytes above 0x7f are negative, or too large */
        }
    }
    return 1;
}

static const char *set(found_member_t *member, slice_t word)
{
    const char *equals = memchr(word.p, '=', word.len);
    size_t key_len;

    if (!equals) {
        return "key=value";
    }
    key_len = (size_t)(equals - word.p);
    return found_member_set(member, slice_make(word.p, key_len),
                            slice_make(equals + 1, word.len - key_len - 1));
}

member_line_e member_line_read(slice_t line, found_member_t *member,
                               member_fault_t *fault)
{
    slice_t word;

    if (!next_word(&line, &word)) {
        return MEMBER_LINE_EMPTY;
    }
    fault->expected =
        is_printable(word) ? NULL : "a URL of printable ASCII characters";
    member->url = word;
    while (!fault->expected && next_word(&line, &word)) {
        fault->expected = set(member, word);
    }
    fault->word = word;
    return fault->expected ? MEMBER_LINE_WRONG : MEMBER_LINE_GOOD;
}

int member_line_next(slice_t *text, slice_t *line)
{
    const char *end = text->len ? memchr(text->p, '\n', text->len) : NULL;
    size_t len = end ? (size_t)(end - text->p) : text->len;
    size_t used = len + (end != NULL);

    if (!text->len) {
        return 0;
    }
    *line = slice_make(text->p, len);
    if (len && line->p[len - 1] == '\r') {
        line->len--;
    }
    text->p += used;
    text->len -= used;
    return 1;
}
