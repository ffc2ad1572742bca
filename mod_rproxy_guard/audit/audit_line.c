/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_line.c: see audit_line.h.  Layer L0. */
#include "audit_line.h"

#include <stddef.h>

#include "status/escape.h"

enum {
    VALUE_MAX = 1024 /* bytes of one value, escaped */
};

/* The values, their room, in the order of the line.  All of them with names
 * and punctuation are less than AUDIT_LINE_MAX. */
/* clang-format off */
static const struct {
    const char *name;
    size_t offset;
    size_t room;
} values[] = {
#define VALUE(name, room) { #name, offsetof(audit_facts_t, name), room }
    VALUE(time, 40),    VALUE(action, 64), VALUE(client, 64),
    VALUE(rule, 128),   VALUE(id, 32),     VALUE(key, 256),
    VALUE(why, 512),    VALUE(where, 256), VALUE(method, 32),
    VALUE(host, 256),   VALUE(path, VALUE_MAX), VALUE(bot, 64),
    VALUE(label, 128),  VALUE(agent, 512),
#undef VALUE
};
/* clang-format on */

static size_t put(char *out, const char *text)
{
    size_t len = strlen(text);

    memcpy(out, text, len);
    return len;
}

static size_t put_number(char *out, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    memcpy(out, digits + at, sizeof(digits) - at);
    return sizeof(digits) - at;
}

/* As much of text as fits into room bytes. */
static size_t put_value(char *out, size_t room, slice_t text)
{
    char escaped[ESCAPE_ROOM(VALUE_MAX)];
    size_t len;

    text.len = text.len < room ? text.len : room;
    for (len = escape_json(escaped, text); len > room;
         len = escape_json(escaped, text)) {
        text.len /= 2;
    }
    memcpy(out, escaped, len);
    return len;
}

static size_t put_field(char *out, const char *name, size_t room, slice_t text)
{
    char *at = out;

    at += put(at, at[-1] == '{' ? "\"" : ",\"");
    at += put(at, name);
    at += put(at, "\":\"");
    at += put_value(at, room, text);
    *at++ = '"';
    return (size_t)(at - out);
}

size_t audit_line_write(char *out, const audit_facts_t *facts)
{
    char *at = out;
    size_t i;

    *at++ = '{';
    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const slice_t *text =
            (const slice_t *)((const char *)facts + values[i].offset);

        if (text->len) {
            at += put_field(at, values[i].name, values[i].room, *text);
        }
    }
    if (facts->status) {
        at += put(at, ",\"status\":");
        at += put_number(at, (uint64_t)facts->status);
    }
    if (facts->ms) {
        at += put(at, ",\"ms\":");
        at += put_number(at, facts->ms);
    }
    at += put(at, "}\n");
    return (size_t)(at - out);
}

size_t audit_line_lost(char *out, slice_t time, uint64_t lines)
{
    char *at = out;

    at += put(at, "{\"time\":\"");
    at += put_value(at, VALUE_MAX, time);
    at += put(at, "\",\"action\":\"lost\",\"lines\":");
    at += put_number(at, lines);
    at += put(at, "}\n");
    return (size_t)(at - out);
}
