/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* vary.c: which fields of a request choose a variant, and the key they make.
 * Layer L0.  RFC 9111 section 4.1, RFC 9110 section 12.5.5.
 *
 * Lines of one name are not joined in the key: "a" and "b" in two lines are
 * the same as "a, b" only if the field is a list, which Cookie is not. */
#include "vary.h"
#include "key_text.h"

static int is_vary(const h1_field_t *field)
{
    return slice_eq_nocase(field->name, SLICE_LIT("vary"));
}

static int has_only_names(const h1_field_t *fields, size_t count)
{
    slice_t rest, name;
    size_t i;

    for (i = 0; i < count; i++) {
        rest = fields[i].value;
        while (is_vary(&fields[i]) && h1_list_next(&rest, &name)) {
            if (!h1_is_token(name) || slice_eq(name, SLICE_LIT("*"))) {
                return 0;
            }
        }
    }
    return 1;
}

static int is_ignored(slice_t name, const char *const *ignore)
{
    for (; ignore && *ignore; ignore++) {
        if (slice_eq_nocase(name, slice_str(*ignore))) {
            return 1;
        }
    }
    return 0;
}

static slice_t name_at(const char *names, size_t len, size_t at)
{
    const char *comma = memchr(names + at, ',', len - at);

    return slice_make(names + at,
                      comma ? (size_t)(comma - names) - at : len - at);
}

/* As lower case; below, equal to or above 0. */
static int compare_names(slice_t a, slice_t b)
{
    size_t i;

    for (i = 0; i < a.len && i < b.len; i++) {
        int difference = (int)slice_lower((unsigned char)a.p[i])
                         - (int)slice_lower((unsigned char)b.p[i]);

        if (difference) {
            return difference;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* Into the sorted list.  @return the new length, or SIZE_MAX: no room */
static size_t insert_name(char *names, size_t len, size_t cap, slice_t name)
{
    size_t at = 0, room = name.len + (len > 0), i;

    while (at < len) {
        slice_t other = name_at(names, len, at);
        int order = compare_names(name, other);

        if (order == 0) {
            return len;
        }
        if (order < 0) {
            break;
        }
        at += other.len + 1;
    }
    if (room > cap - len) {
        return SIZE_MAX;
    }
    if (at < len) {
        memmove(names + at + room, names + at, len - at);
        names[at + name.len] = ',';
    }
    else if (len) {
        names[len] = ',';
    }
    for (i = 0; i < name.len; i++) {
        names[at + i] = (char)slice_lower((unsigned char)name.p[i]);
    }
    return len + room;
}

int vary_names(char *out, size_t cap, const h1_field_t *fields, size_t count,
               const char *const *ignore, int *on_encoding)
{
    size_t len = 0, i;
    slice_t rest, name;

    *on_encoding = 0;
    if (!has_only_names(fields, count)) {
        return -1;
    }
    cap = cap < INT_MAX ? cap : INT_MAX;
    for (i = 0; i < count; i++) {
        rest = fields[i].value;
        while (is_vary(&fields[i]) && h1_list_next(&rest, &name)) {
            if (slice_eq_nocase(name, SLICE_LIT("accept-encoding"))) {
                *on_encoding = 1;
            }
            else if (!is_ignored(name, ignore)) {
                len = insert_name(out, len, cap, name);
            }
            if (len == SIZE_MAX) {
                return -2;
            }
        }
    }
    return (int)len;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int is_delimiter(char c)
{
    return c == ',' || c == ';';
}

/* Blanks from at to before next count only between two words ("a b" is not
 * "ab"): not at the ends, nor beside a separator. */
static int blanks_count(slice_t value, size_t at, size_t next)
{
    return at > 0 && next < value.len && !is_delimiter(value.p[at - 1])
           && !is_delimiter(value.p[next]);
}

/* @return the offset behind them */
static size_t put_blanks(key_text_t *text, slice_t value, size_t at)
{
    size_t next = at;

    while (next < value.len && is_blank(value.p[next])) {
        next++;
    }
    if (blanks_count(value, at, next)) {
        key_text_put_char(text, ' ');
    }
    return next;
}

/* @return the offset behind the string that begins at value.p[at] */
static size_t put_quoted(key_text_t *text, slice_t value, size_t at)
{
    size_t next = at + 1;

    while (next < value.len && value.p[next] != '"') {
        next += value.p[next] == '\\' ? 2 : 1;
    }
    next = next < value.len ? next + 1 : value.len;
    key_text_put_escaped(text, slice_make(value.p + at, next - at), 0);
    return next;
}

/* A preference list.  What is quoted, and values of parameters (a profile),
 * may count case. */
static void put_preferences(key_text_t *text, slice_t value)
{
    int in_value = 0;
    size_t at = 0;

    while (at < value.len && !text->failed) {
        char c = value.p[at];

        if (is_blank(c)) {
            at = put_blanks(text, value, at);
        }
        else if (c == '"') {
            at = put_quoted(text, value, at);
        }
        else {
            in_value = (in_value || c == '=') && !is_delimiter(c);
            c = in_value ? c : (char)slice_lower((unsigned char)c);
            key_text_put_escaped(text, slice_make(&c, 1), 0);
            at++;
        }
    }
}

static int is_preference_list(slice_t name)
{
    return slice_eq(name, SLICE_LIT("accept"))
           || slice_eq(name, SLICE_LIT("accept-language"))
           || slice_eq(name, SLICE_LIT("accept-charset"));
}

static void put_variant_line(key_text_t *text, slice_t name, slice_t value)
{
    key_text_put(text, name);
    key_text_put_char(text, '=');
    value = slice_trim(value);
    if (is_preference_list(name)) {
        put_preferences(text, value);
    }
    else {
        key_text_put_escaped(text, value, 0);
    }
    key_text_put_char(text, '\n');
}

int vary_key(char *out, size_t cap, slice_t names, const h1_field_t *fields,
             size_t count)
{
    key_text_t text = key_text_open(out, cap, 0);
    size_t at, i;
    slice_t name;

    for (at = 0; at < names.len; at += name.len + 1) {
        int found = 0;

        name = name_at(names.p, names.len, at);
        for (i = 0; i < count; i++) {
            if (slice_eq_nocase(fields[i].name, name)) {
                put_variant_line(&text, name, fields[i].value);
                found = 1;
            }
        }
        if (!found) {
            key_text_put(&text, name);
            key_text_put_char(&text, '\n');
        }
    }
    return key_text_length(&text);
}
