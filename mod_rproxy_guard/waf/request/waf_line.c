/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_line.c: see waf_line.h.  Layer L1. */
#include "waf_line.h"

#include <stdlib.h>

#include <apr_strings.h>

enum {
    DATA_MOST = 512, /* bytes, escaped */
    ESCAPED_MOST = 4 /* bytes that one may become */
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

static const char *escape(slice_t text, int only_hex, apr_pool_t *pool)
{
    char *made = apr_palloc(pool, ESCAPED_MOST * text.len + 1), *out = made;
    size_t i;

    for (i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        char letter = short_escape(byte);

        if (letter && !only_hex) {
            *out++ = '\\';
            *out++ = letter;
        }
        else if (letter || byte < 0x20 || byte > 0x7e) {
            out = put_hex(out, byte);
        }
        else {
            *out++ = (char)byte;
        }
    }
    *out = '\0';
    return made;
}

const char *waf_line_escape(slice_t text, apr_pool_t *pool)
{
    return escape(text, 0, pool);
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
    apr_array_header_t *parts; /* of const char * */
} writer_t;

static void put(writer_t *w, const char *name, const char *escaped)
{
    APR_ARRAY_PUSH(w->parts, const char *) =
        apr_pstrcat(w->pool, " [", name, " \"", escaped, "\"]", NULL);
}

static void put_text(writer_t *w, const char *name, slice_t text)
{
    if (text.len) {
        put(w, name, waf_line_escape(text, w->pool));
    }
}

static void put_number(writer_t *w, const char *name, uint64_t number)
{
    put(w, name, apr_psprintf(w->pool, "%" APR_UINT64_T_FMT, number));
}

static void put_data(writer_t *w, slice_t data)
{
    const char *escaped;

    if (!data.len) {
        return;
    }
    escaped = escape(data, 1, w->pool);
    if (strlen(escaped) > DATA_MOST) {
        escaped = apr_pstrcat(w->pool,
                              apr_pstrmemdup(w->pool, escaped, DATA_MOST - 3),
                              "...", NULL);
    }
    put(w, "data", escaped);
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
    put_text(w, "msg", line->msg);
    put_data(w, line->data);
    if (severity) {
        put(w, "severity", severity);
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
    writer_t w = { pool, apr_array_make(pool, 24, sizeof(const char *)) };

    APR_ARRAY_PUSH(w.parts, const char *) = action;
    APR_ARRAY_PUSH(w.parts, const char *) = " ";
    APR_ARRAY_PUSH(w.parts, const char *) =
        apr_pstrmemdup(pool, line->message.p, line->message.len);
    put_rule(&w, line);
    return apr_array_pstrcat(pool, w.parts, 0);
}
