/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_line.c: see waf_line.h.  Layer L1. */
#include "waf_line.h"

#include <stdlib.h>

#include <apr_strings.h>

enum {
    DATA_MOST = 512,  /* bytes, escaped */
    ESCAPED_MOST = 4, /* bytes that one may become */
    NUMBER_ROOM = 24, /* 2^64 */
    LINE_ROOM = 1024
};

/* ---- escapes ---- */

static char short_escape(unsigned char byte)
{
    switch (byte) {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case '\b':
        return 'b';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\v':
        return 'v';
    default:
        return 0;
    }
}

static char *put_hex(char *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";

    *out++ = '\\';
    *out++ = 'x';
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
    return out;
}

/* Of the bytes that stand for themselves. */
static size_t plain_length(const unsigned char *p, const unsigned char *end)
{
    const unsigned char *from = p;

    while (p < end && *p >= 0x20 && *p <= 0x7e && *p != '"' && *p != '\\') {
        p++;
    }
    return (size_t)(p - from);
}

/* @param out  ESCAPED_MOST bytes for each of the text's
 * @return behind what was written */
static char *escape(slice_t text, int only_hex, char *out)
{
    const unsigned char *p = (const unsigned char *)text.p, *end = p + text.len;

    while (p < end) {
        size_t plain = plain_length(p, end);
        char letter;

        memcpy(out, p, plain);
        out += plain;
        p += plain;
        if (p == end) {
            break;
        }
        letter = short_escape(*p);
        if (letter && !only_hex) {
            *out++ = '\\';
            *out++ = letter;
        }
        else {
            out = put_hex(out, *p);
        }
        p++;
    }
    return out;
}

const char *waf_line_escape(slice_t text, apr_pool_t *pool)
{
    char *made = apr_palloc(pool, ESCAPED_MOST * text.len + 1);

    *(text.len ? escape(text, 0, made) : made) = '\0';
    return made;
}

/* ---- parts ---- */

void waf_line_where(const char *where, slice_t *file, int *line)
{
    const char *colon = where ? strrchr(where, ':') : NULL;

    *line = colon ? atoi(colon + 1) : 0;
    *file = colon ? slice_make(where, (size_t)(colon - where))
                  : slice_str(where ? where : "");
}

const char *waf_line_severity(int severity)
{
    static const char *const names[] = { "EMERGENCY", "ALERT",   "CRITICAL",
                                         "ERROR",     "WARNING", "NOTICE",
                                         "INFO",      "DEBUG" };

    return severity >= 0 && severity < 8 ? names[severity] : NULL;
}

const char *waf_line_action(rule_verdict_e verdict, int status,
                            slice_t redirect, int phase, apr_pool_t *pool)
{
    switch (verdict) {
    case RULE_DENY:
    case RULE_BLOCK:
        return apr_psprintf(pool, "Access denied with code %d (phase %d).",
                            status, phase);
    case RULE_DROP:
        return apr_psprintf(pool,
                            "Access denied with connection close (phase %d).",
                            phase);
    case RULE_REDIRECT:
        return apr_psprintf(pool,
                            "Access denied with redirection to %s using "
                            "status %d (phase %d).",
                            waf_line_escape(redirect, pool), status, phase);
    case RULE_ALLOW:
        return apr_psprintf(pool, "Access allowed (phase %d).", phase);
    case RULE_ALLOW_PHASE:
        return apr_psprintf(pool, "Access to phase allowed (phase %d).", phase);
    case RULE_ALLOW_REQUEST:
        return apr_psprintf(pool, "Access to request allowed (phase %d).",
                            phase);
    default:
        return "Warning.";
    }
}

/* ---- the line ---- */

typedef struct {
    apr_pool_t *pool;
    char *text;
    size_t len, room;
} writer_t;

/* Room behind the text, and for a final 0. */
static void make_room(writer_t *w, size_t bytes)
{
    char *more;

    if (w->room - w->len > bytes) {
        return;
    }
    w->room = 2 * w->room + bytes;
    more = apr_palloc(w->pool, w->room);
    memcpy(more, w->text, w->len);
    w->text = more;
}

static void put_bytes(writer_t *w, slice_t text)
{
    if (text.len) {
        make_room(w, text.len);
        memcpy(w->text + w->len, text.p, text.len);
        w->len += text.len;
    }
}

static void put_escaped(writer_t *w, slice_t text, int only_hex)
{
    make_room(w, ESCAPED_MOST * text.len);
    w->len = (size_t)(escape(text, only_hex, w->text + w->len) - w->text);
}

static void open_part(writer_t *w, const char *name)
{
    put_bytes(w, SLICE_LIT(" ["));
    put_bytes(w, slice_str(name));
    put_bytes(w, SLICE_LIT(" \""));
}

static void close_part(writer_t *w)
{
    put_bytes(w, SLICE_LIT("\"]"));
}

static void put_text(writer_t *w, const char *name, slice_t text)
{
    if (text.len) {
        open_part(w, name);
        put_escaped(w, text, 0);
        close_part(w);
    }
}

static void put_number(writer_t *w, const char *name, uint64_t number)
{
    char text[NUMBER_ROOM];

    apr_snprintf(text, sizeof(text), "%" APR_UINT64_T_FMT, number);
    put_text(w, name, slice_str(text));
}

static void put_msg(writer_t *w, slice_t msg)
{
    open_part(w, "msg");
    put_escaped(w, msg, 0);
    close_part(w);
}

static void put_data(writer_t *w, slice_t data)
{
    size_t from;

    open_part(w, "data");
    from = w->len;
    put_escaped(w, data, 1);
    if (w->len - from > DATA_MOST) {
        w->len = from + DATA_MOST - 3;
        put_bytes(w, SLICE_LIT("..."));
    }
    close_part(w);
}

static void put_rule(writer_t *w, const waf_line_t *line)
{
    const rule_t *rule = line->rule;
    const char *severity = waf_line_severity(rule->severity);
    slice_t file;
    int i, number;

    waf_line_where(rule->where, &file, &number);
    put_text(w, "file", file);
    put_number(w, "line", (uint64_t)number);
    if (rule->id) {
        put_number(w, "id", rule->id);
    }
    put_text(w, "rev", rule->rev);
    if (rule->msg.count) {
        put_msg(w, line->msg);
    }
    if (rule->logdata.count) {
        put_data(w, line->data);
    }
    if (severity) {
        put_text(w, "severity", slice_str(severity));
    }
    put_text(w, "ver", rule->ver);
    put_text(w, "maturity", rule->maturity);
    put_text(w, "accuracy", rule->accuracy);
    for (i = 0; i < rule->tag_count; i++) {
        put_text(w, "tag", rule->tag[i]);
    }
}

const char *waf_line_write(const char *action, const waf_line_t *line,
                           apr_pool_t *pool)
{
    writer_t w = { pool, apr_palloc(pool, LINE_ROOM), 0, LINE_ROOM };

    put_bytes(&w, slice_str(action));
    put_bytes(&w, SLICE_LIT(" "));
    put_bytes(&w, line->message);
    put_rule(&w, line);
    w.text[w.len] = '\0';
    return w.text;
}
