/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_multipart.c: any bytes as a multipart body; the first byte is the
 * size of its pieces, up to the first LF is the Content-Type's parameters; 0xff
 * stands for 1023 letters, so that lines get long.
 * Promises: in pieces it says what it says in one; contents lie where it says;
 * no byte of a part is lost or told twice. */
#include "fuzz.h"

#define read_value read_disposition_value
#define read_name read_disposition_name
#include "waf/body/multipart_disposition.c"
#undef read_value
#undef read_name
#include "waf/body/multipart_head.c"
#include "waf/body/multipart_type.c"
#include "waf/body/multipart.c"

typedef struct {
    slice_t body;    /* p NULL: not at hand */
    size_t told;     /* of the part's content */
    uint32_t digest; /* of all that was heard */
    int parts;
} heard_t;

static void hear(heard_t *heard, slice_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        heard->digest = (heard->digest ^ (unsigned char)text.p[i]) * 16777619u;
    }
}

static int hear_begin(void *ctx, const multipart_part_t *part)
{
    heard_t *heard = ctx;

    heard->told = 0;
    FUZZ_CHECK(part->name.p != NULL);
    hear(heard, part->name);
    hear(heard, part->filename);
    return 1;
}

static int hear_data(void *ctx, slice_t piece)
{
    heard_t *heard = ctx;

    heard->told += piece.len;
    hear(heard, piece);
    return 1;
}

static int hear_field(void *ctx, slice_t line)
{
    FUZZ_CHECK(line.len && memchr(line.p, ':', line.len));
    hear(ctx, line);
    return 1;
}

static int hear_end(void *ctx, const multipart_part_t *part)
{
    heard_t *heard = ctx;

    FUZZ_CHECK(part->length == heard->told);
    if (heard->body.p) {
        FUZZ_CHECK(part->offset + part->length <= heard->body.len);
        hear(heard, slice_make(heard->body.p + part->offset, part->length));
    }
    return heard->parts++ < 100;
}

static const multipart_events_t events = { hear_begin, hear_data, hear_field,
                                           hear_end };

static void parse(multipart_t *m, heard_t *heard, slice_t type, slice_t body,
                  size_t size)
{
    size_t from;

    multipart_init(m, type, &events, heard);
    for (from = 0; from < body.len; from += size) {
        size_t n = body.len - from < size ? body.len - from : size;
        char *piece = malloc(n);

        memcpy(piece, body.p + from, n);
        multipart_add(m, slice_make(piece, n));
        free(piece);
    }
    multipart_end(m);
}

static slice_t with_long_lines(const uint8_t *p, const uint8_t *end, char *out)
{
    char *to = out;

    for (; p < end; p++) {
        if (*p == 0xff) {
            memset(to, 'x', 1023);
            to += 1023;
        }
        else {
            *to++ = (char)*p;
        }
    }
    return slice_make(out, (size_t)(to - out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static multipart_t whole, pieces;
    heard_t a = { .digest = 1 }, b = { .digest = 1 }, c = { .digest = 1 };
    char type[MULTIPART_TYPE_MAX] = "multipart/form-data";
    const uint8_t *line_end;
    char *room;
    slice_t body;
    size_t n, step;

    line_end = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (!line_end || line_end - data > 900) {
        return 0;
    }
    n = (size_t)(line_end - data) - 1;
    memcpy(type + 19, data + 1, n);
    room = malloc(size * 1023);
    body = with_long_lines(line_end + 1, data + size, room);
    step = data[0] % 64 + 1;
    parse(&whole, &a, slice_make(type, 19 + n), body, body.len ? body.len : 1);
    parse(&pieces, &b, slice_make(type, 19 + n), body, step);
    FUZZ_CHECK(a.digest == b.digest && a.parts == b.parts);
    FUZZ_CHECK(whole.flags == pieces.flags && whole.error == pieces.error);
    FUZZ_CHECK(whole.outside == pieces.outside);
    FUZZ_CHECK(whole.outside <= body.len);
    c.body = body;
    parse(&pieces, &c, slice_make(type, 19 + n), body, step);
    FUZZ_CHECK(c.parts == a.parts);
    free(room);
    return 0;
}
