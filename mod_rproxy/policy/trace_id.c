/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* trace_id.c: request ids and traceparent.  Layer L0.
 * W3C Trace Context (level 1) section 3.2. */
#include "trace_id.h"
#include "text.h"

#define TRACE_ID_BYTES 16
#define PARENT_ID_BYTES 8

void request_id_make(char *out, const unsigned char *random)
{
    text_t text = text_make(out, REQUEST_ID_LEN);

    text_put_hex(&text, random, REQUEST_ID_RANDOM);
}

static int is_id_char(unsigned char c)
{
    unsigned char lower = slice_lower(c);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')
           || (c && strchr("-_.:+/=@~", c));
}

int request_id_is_valid(slice_t id)
{
    size_t i;

    for (i = 0; i < id.len; i++) {
        if (!is_id_char((unsigned char)id.p[i])) {
            return 0;
        }
    }
    return id.len > 0 && id.len <= REQUEST_ID_MAX;
}

/* An id of zeros only is not valid (section 3.2.2): its last bit is set. */
static void put_id(text_t *text, const unsigned char *random, size_t count)
{
    unsigned char id[TRACE_ID_BYTES];
    unsigned any = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        id[i] = random[i];
        any |= random[i];
    }
    id[count - 1] |= !any;
    text_put_hex(text, id, count);
}

void traceparent_make(char *out, const unsigned char *random)
{
    text_t text = text_make(out, TRACEPARENT_LEN);

    text_put(&text, SLICE_LIT("00-"));
    put_id(&text, random, TRACE_ID_BYTES);
    text_put_char(&text, '-');
    put_id(&text, random + TRACE_ID_BYTES, PARENT_ID_BYTES);
    text_put(&text, SLICE_LIT("-01"));
}

/* @param nonzero 1: a value of zeros only is refused */
static int is_hex(const char *p, size_t len, int nonzero)
{
    int any = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f'))) {
            return 0;
        }
        any |= p[i] != '0';
    }
    return any || !nonzero;
}

/* version "-" trace-id "-" parent-id "-" flags, at offsets 0, 3, 36, 53 */
int traceparent_is_valid(slice_t value)
{
    const char *p = value.p;
    int is_first_version;

    if (value.len < TRACEPARENT_LEN || !is_hex(p, 2, 0) || p[2] != '-'
        || !is_hex(p + 3, 32, 1) || p[35] != '-' || !is_hex(p + 36, 16, 1)
        || p[52] != '-' || !is_hex(p + 53, 2, 0)) {
        return 0;
    }
    is_first_version = p[0] == '0' && p[1] == '0';
    if (p[0] == 'f' && p[1] == 'f') {
        return 0;
    }
    return value.len == TRACEPARENT_LEN
           || (!is_first_version && p[TRACEPARENT_LEN] == '-');
}
