/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* list_lines.c: see list_lines.h.  Layer L0. */
#include "list_lines.h"

enum {
    TEXT_MAX = 64
};

uint32_t list_lines_count(slice_t text)
{
    uint32_t n = 1;
    const char *p = text.p, *end = text.len ? text.p + text.len : text.p;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        p++;
        n++;
    }
    return n;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static int ends_network(char c)
{
    return is_blank(c) || c == '#' || c == ';' || c == ',';
}

/* The line's network, empty if it has none. */
static slice_t network_of(const char *line, const char *end)
{
    const char *from, *to;

    for (from = line; from < end && is_blank(*from); from++) {
    }
    if (from < end && (*from == '#' || *from == ';')) {
        from = end;
    }
    for (to = from; to < end && !ends_network(*to); to++) {
    }
    return slice_make(from, (size_t)(to - from));
}

uint32_t list_lines_read(slice_t text, network_entry_t *entries,
                         list_fault_t *fault)
{
    const char *line = text.p, *end = text.p + text.len;
    uint32_t number = 0, n = 0;

    *fault = (list_fault_t){ 0 };
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        slice_t network = network_of(line, next ? next : end);
        const char *reason;

        number++;
        if (network.len || (line < end && *line == ',')) {
            reason = network_parse(&entries[n].network, network);
            if (reason) {
                fault->line = number;
                fault->reason = reason;
                fault->text =
                    slice_make(network.p,
                               network.len < TEXT_MAX ? network.len : TEXT_MAX);
                return n;
            }
            entries[n++].value = number;
        }
        line = next ? next + 1 : end;
    }
    return n;
}
