/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_bytes.c: @validateByteRange, @validateUrlEncoding and
 * @validateUtf8Encoding, which match what is wrong.  Layer L1. */
#include "matcher_private.h"

#include <apr_strings.h>

#include "operators.h"
#include "waf/request/waf_line.h"

/* ---- @validateByteRange ---- */

static match_e run_range(const matcher_t *matcher, const matcher_run_t *on)
{
    const byte_set_t *bytes;
    int i;

    if (!on->strings) {
        return operator_outside(on->value, &matcher->bytes) ? MATCH_YES
                                                            : MATCH_NO;
    }
    bytes = strings_bytes(on->strings, on->number);
    for (i = 0; i < 4; i++) {
        if (bytes->word[i] & ~matcher->bytes.word[i]) {
            return MATCH_YES;
        }
    }
    return MATCH_NO;
}

static const char *tell_range(const matcher_t *matcher, slice_t value,
                              slice_t argument, slice_t target,
                              apr_pool_t *pool)
{
    int count = 0;
    size_t i;

    for (i = 0; i < value.len; i++) {
        count += !byte_set_has(&matcher->bytes, (unsigned char)value.p[i]);
    }
    return apr_psprintf(pool, "Found %d byte(s) in %.*s outside range: %s.",
                        count, (int)target.len, target.p,
                        waf_line_escape(argument, pool));
}

/* ---- @validateUrlEncoding ---- */

static match_e run_url(const matcher_t *matcher, const matcher_run_t *on)
{
    (void)matcher;
    return operator_bad_url_encoding(on->value) ? MATCH_YES : MATCH_NO;
}

static const char *tell_url(const matcher_t *matcher, slice_t value,
                            slice_t argument, slice_t target, apr_pool_t *pool)
{
    size_t i = 0;

    (void)matcher, (void)argument;
    while (i + 2 < value.len
           && (value.p[i] != '%'
               || !operator_bad_url_encoding(slice_make(value.p + i, 3)))) {
        i++;
    }
    return apr_psprintf(pool, "Invalid URL Encoding: %s at %.*s.",
                        i + 2 < value.len
                            ? "Non-hexadecimal digits used"
                            : "Not enough characters at the end of input",
                        (int)target.len, target.p);
}

/* ---- @validateUtf8Encoding ---- */

static match_e run_utf8(const matcher_t *matcher, const matcher_run_t *on)
{
    (void)matcher;
    return operator_bad_utf8(on->value) ? MATCH_YES : MATCH_NO;
}

/* Of the byte that begins a character which is none. */
static const char *utf8_fault(slice_t rest)
{
    const unsigned char *p = (const unsigned char *)rest.p;
    size_t length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4, i;

    if (p[0] < 0xc0 || p[0] > 0xf7) {
        return "invalid byte value in character";
    }
    if (rest.len < length) {
        return "not enough bytes in character";
    }
    for (i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return "invalid byte value in character";
        }
    }
    return p[0] == 0xed || p[0] >= 0xf4 ? "use of restricted character"
                                        : "overlong character detected";
}

static size_t utf8_room(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static const char *tell_utf8(const matcher_t *matcher, slice_t value,
                             slice_t argument, slice_t target, apr_pool_t *pool)
{
    size_t at = 0, length;

    (void)matcher, (void)argument;
    while (at < value.len) {
        length = utf8_room((unsigned char)value.p[at]);
        if (length > value.len - at
            || operator_bad_utf8(slice_make(value.p + at, length))) {
            break;
        }
        at += length;
    }
    return apr_psprintf(pool,
                        "Invalid UTF-8 encoding: %s at %.*s. [offset \"%lu\"]",
                        at < value.len ? utf8_fault(
                            slice_make(value.p + at, value.len - at))
                                       : "",
                        (int)target.len, target.p, (unsigned long)at);
}

/* ---- making ---- */

static const matcher_kind_t range = { run_range, tell_range };
static const matcher_kind_t url = { run_url, tell_url };
static const matcher_kind_t utf8 = { run_utf8, tell_utf8 };

/* Only a value with one of these bytes is looked at. */
static void set_gate(matcher_t *matcher, unsigned first, unsigned last)
{
    matcher->condition.gate_count = 1;
    for (; first <= last; first++) {
        byte_set_add(&matcher->condition.gates[0], (unsigned char)first);
    }
}

const char *matcher_bytes_make(matcher_maker_t *maker, matcher_t *matcher)
{
    slice_t text = matcher->op.argument;

    if (matcher->op.kind == OPERATOR_VALIDATE_URL_ENCODING) {
        matcher->kind = &url;
        set_gate(matcher, '%', '%');
        return NULL;
    }
    if (matcher->op.kind == OPERATOR_VALIDATE_UTF8_ENCODING) {
        matcher->kind = &utf8;
        set_gate(matcher, 0x80, 0xff);
        return NULL;
    }
    matcher->kind = &range;
    if (!operator_byte_range(text, &matcher->bytes)) {
        return apr_psprintf(maker->pool,
                            "\"%.*s\" are no bytes: wants some as "
                            "9,10,13,32-126",
                            (int)text.len, text.p);
    }
    return NULL;
}
