/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_values.c: see json_values.h.  Layer L0. */
#include "json_values.h"

#include "waf/transform/char_kind.h"

typedef struct {
    size_t name_len; /* of what holds it */
    size_t key_from; /* where the key of its values begins in name */
    int is_object;
} level_t;

typedef struct {
    const char *from, *p, *end;
    char *room;
    pair_fn *pair;
    void *ctx;
    int depth_max;

    level_t level[JSON_DEPTH_MAX];
    int depth;
    char name[JSON_NAME_MAX];
    size_t name_len; /* with the key of what comes next */
    json_values_e status;
} reader_t;

static int refuse(reader_t *r, json_values_e status)
{
    if (r->status == JSON_VALUES_GOOD) {
        r->status = status;
    }
    return 0;
}

static void skip_space(reader_t *r)
{
    while (
        r->p < r->end
        && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r')) {
        r->p++;
    }
}

static int takes(reader_t *r, char c)
{
    if (r->p < r->end && *r->p == c) {
        r->p++;
        return 1;
    }
    return 0;
}

/* ---- texts ---- */

static int read_hex(reader_t *r, unsigned *point)
{
    const unsigned char *p = (const unsigned char *)r->p;

    if (!char_are_hex(p, (const unsigned char *)r->end, 4)) {
        return 0;
    }
    *point = (unsigned)(char_hex_pair(p) << 8 | char_hex_pair(p + 2));
    r->p += 4;
    return 1;
}

static void put_utf8(reader_t *r, unsigned point)
{
    unsigned char *to = (unsigned char *)r->room;

    if (point < 0x80) {
        *to++ = (unsigned char)point;
    }
    else if (point < 0x800) {
        *to++ = (unsigned char)(0xc0 | point >> 6);
        *to++ = (unsigned char)(0x80 | (point & 63));
    }
    else if (point < 0x10000) {
        *to++ = (unsigned char)(0xe0 | point >> 12);
        *to++ = (unsigned char)(0x80 | (point >> 6 & 63));
        *to++ = (unsigned char)(0x80 | (point & 63));
    }
    else {
        *to++ = (unsigned char)(0xf0 | point >> 18);
        *to++ = (unsigned char)(0x80 | (point >> 12 & 63));
        *to++ = (unsigned char)(0x80 | (point >> 6 & 63));
        *to++ = (unsigned char)(0x80 | (point & 63));
    }
    r->room = (char *)to;
}

/* Behind "\u".  The two halves of a surrogate pair are one; half a one stands
 * for "?". */
static int unicode_escape(reader_t *r)
{
    unsigned point, low;
    const char *before;

    if (!read_hex(r, &point)) {
        return 0;
    }
    if (point >= 0xd800 && point < 0xe000) {
        before = r->p;
        if (point < 0xdc00 && takes(r, '\\') && takes(r, 'u')
            && read_hex(r, &low) && low >= 0xdc00 && low < 0xe000) {
            point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        }
        else {
            r->p = before;
            point = '?';
        }
    }
    put_utf8(r, point);
    return 1;
}

/* Behind "\". */
static int escape(reader_t *r)
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *at;
    char c;

    if (r->p == r->end) {
        return 0;
    }
    c = *r->p++;
    if (c == 'u') {
        return unicode_escape(r);
    }
    at = c ? strchr(letters, c) : NULL;
    if (!at) {
        return 0;
    }
    *r->room++ = bytes[at - letters];
    return 1;
}

/* Bytes of a character; 0: none begins with that byte. */
static int utf8_length(unsigned char first)
{
    return first < 0x80         ? 1
           : first >> 5 == 0x06 ? 2
           : first >> 4 == 0x0e ? 3
           : first >> 3 == 0x1e ? 4
                                : 0;
}

/* In form; points that there are not are for others to find. */
static int is_utf8(const char *p, const char *end)
{
    while (p < end) {
        int left = utf8_length((unsigned char)*p++) - 1;

        if (left < 0) {
            return 0;
        }
        for (; left; left--, p++) {
            if (p == end || ((unsigned char)*p & 0xc0) != 0x80) {
                return 0;
            }
        }
    }
    return 1;
}

/* Behind the first quote.  Lies in the text where nothing is escaped. */
static int read_text(reader_t *r, slice_t *out)
{
    const char *from = r->p;
    char *copy = NULL;
    unsigned char all = 0;

    for (; r->p < r->end && *r->p != '"'; r->p += copy == NULL) {
        if ((unsigned char)*r->p < ' ') {
            return refuse(r, JSON_VALUES_BAD);
        }
        all |= (unsigned char)*r->p;
        if (*r->p == '\\' && !copy) {
            copy = r->room;
            memcpy(copy, from, (size_t)(r->p - from));
            r->room += r->p - from;
        }
        if (copy && *r->p != '\\') {
            *r->room++ = *r->p++;
        }
        else if (copy) {
            r->p++;
            if (!escape(r)) {
                return refuse(r, JSON_VALUES_BAD);
            }
        }
    }
    if (all >= 0x80 && !is_utf8(from, r->p)) {
        return refuse(r, JSON_VALUES_BAD);
    }
    *out = copy ? slice_make(copy, (size_t)(r->room - copy))
                : slice_make(from, (size_t)(r->p - from));
    return takes(r, '"') || refuse(r, JSON_VALUES_BAD);
}

/* ---- names ---- */

static int append(reader_t *r, slice_t text)
{
    if (r->name_len + text.len + 1 > sizeof(r->name)) {
        return refuse(r, JSON_VALUES_DEEP);
    }
    memcpy(r->name + r->name_len, text.p, text.len);
    r->name_len += text.len;
    return 1;
}

/* The key of what comes next, in place of the one before. */
static int set_key(reader_t *r, slice_t key)
{
    r->name_len = r->level[r->depth - 1].key_from;
    return append(r, key);
}

/* ---- values ---- */

/* The key of a list's values is that of the list, and of a list that stands
 * alone "array". */
static int open(reader_t *r, int is_object)
{
    level_t *level = &r->level[r->depth], *outer = level - 1;
    slice_t key = SLICE_LIT("array");
    char copy[JSON_NAME_MAX];

    if (r->depth == r->depth_max) {
        return refuse(r, JSON_VALUES_DEEP);
    }
    level->is_object = is_object;
    level->name_len = r->name_len;
    if (r->depth) {
        key = slice_make(copy, r->name_len - outer->key_from);
        memcpy(copy, r->name + outer->key_from, key.len);
    }
    else if (!is_object && !append(r, key)) {
        return 0;
    }
    if ((r->depth || !is_object) && !append(r, SLICE_LIT("."))) {
        return 0;
    }
    level->key_from = r->name_len;
    r->depth++;
    return is_object || append(r, key);
}

static void close_level(reader_t *r)
{
    r->depth--;
    r->name_len = r->level[r->depth].name_len;
}

static int say(reader_t *r, slice_t value)
{
    return r->pair(r->ctx, slice_make(r->name, r->name_len), value)
           || refuse(r, JSON_VALUES_STOPPED);
}

static int digits(reader_t *r)
{
    const char *from = r->p;

    while (r->p < r->end && char_is_digit((unsigned char)*r->p)) {
        r->p++;
    }
    return r->p > from;
}

static int read_number(reader_t *r)
{
    const char *from = r->p;
    int good;

    takes(r, '-');
    good = takes(r, '0') || digits(r);
    if (good && takes(r, '.')) {
        good = digits(r);
    }
    if (good && (takes(r, 'e') || takes(r, 'E'))) {
        if (!takes(r, '+')) {
            takes(r, '-');
        }
        good = digits(r);
    }
    return good ? say(r, slice_make(from, (size_t)(r->p - from)))
                : refuse(r, JSON_VALUES_BAD);
}

static int read_word(reader_t *r)
{
    static const slice_t words[] = { SLICE_LIT("true"), SLICE_LIT("false"),
                                     SLICE_LIT("null") };
    size_t left = (size_t)(r->end - r->p);
    int i;

    for (i = 0; i < 3; i++) {
        if (left >= words[i].len
            && memcmp(r->p, words[i].p, words[i].len) == 0) {
            r->p += words[i].len;
            return say(r, i < 2 ? words[i] : SLICE_LIT(""));
        }
    }
    return read_number(r);
}

/* A value, or the beginning of an object or list. */
static int begin_value(reader_t *r)
{
    slice_t text;

    skip_space(r);
    if (takes(r, '{')) {
        return open(r, 1);
    }
    if (takes(r, '[')) {
        return open(r, 0);
    }
    if (takes(r, '"')) {
        return read_text(r, &text) && say(r, text);
    }
    return read_word(r);
}

static int read_key(reader_t *r)
{
    slice_t key;

    skip_space(r);
    if (!takes(r, '"')) {
        return refuse(r, JSON_VALUES_BAD);
    }
    if (!read_text(r, &key) || !set_key(r, key)) {
        return 0;
    }
    skip_space(r);
    return takes(r, ':') || refuse(r, JSON_VALUES_BAD);
}

/* The values of the level that is open, up to one that opens another. */
static int read_level(reader_t *r, int is_new)
{
    int depth = r->depth;

    while (r->depth == depth) {
        const level_t *level = &r->level[depth - 1];

        skip_space(r);
        if (takes(r, level->is_object ? '}' : ']')) {
            close_level(r);
            return 1;
        }
        if (!is_new && !takes(r, ',')) {
            return refuse(r, JSON_VALUES_BAD);
        }
        is_new = 0;
        if ((level->is_object && !read_key(r)) || !begin_value(r)) {
            return 0;
        }
    }
    return 1;
}

json_values_e json_values(slice_t text, int depth, char *room, pair_fn *pair,
                          void *ctx, size_t *at)
{
    reader_t r;
    int before = 0;

    r.from = r.p = text.p;
    r.end = text.p + text.len;
    r.room = room;
    r.pair = pair;
    r.ctx = ctx;
    r.depth_max = depth < JSON_DEPTH_MAX ? depth : JSON_DEPTH_MAX;
    r.depth = 0;
    r.name_len = 0;
    r.status = JSON_VALUES_GOOD;
    if (begin_value(&r)) {
        while (r.depth && r.status == JSON_VALUES_GOOD) {
            int is_new = r.depth > before;

            before = r.depth;
            read_level(&r, is_new);
        }
    }
    skip_space(&r);
    if (r.p < r.end) {
        refuse(&r, JSON_VALUES_BAD);
    }
    *at = (size_t)(r.p - r.from);
    return r.status;
}
