/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* multipart_test.c: parts, flags and errors of multipart bodies; what is
 * expected is what mod_security2 2.9.7 says of them. */
#include "unit.h"

#define read_value read_disposition_value
#define read_name read_disposition_name
#include "waf/body/multipart_disposition.c"
#undef read_value
#undef read_name
#include "waf/body/multipart_head.c"
#include "waf/body/multipart_type.c"
#include "waf/body/multipart.c"

#define TYPE "multipart/form-data; boundary=B"
#define CD "Content-Disposition: form-data; "
#define HEAD "--B\r\n" CD "name=\"a\"\r\n"
#define PART HEAD "\r\nv\r\n"
#define END "--B--\r\n"

typedef struct {
    slice_t body;
    const char *expect;
} case_t;

/* Flags in the order of their bits. */
static const char flag_letters[] = "qwbafFpILCsu";

/* clang-format off */
/* Parts as name=content or name(file)=length, then flags, then the error. */
static const case_t bodies[] = {
    { SLICE_LIT(PART END), "a=v| C" },
    { SLICE_LIT(PART PART END), "a=v|a=v| C" },
    { SLICE_LIT(PART "--B--"), "a=v| C" },
    { SLICE_LIT(""), " " },
    { SLICE_LIT(PART), " C the last boundary is missing" },
    { SLICE_LIT(PART "--B-"), " C the last boundary is missing" },
    { SLICE_LIT(PART "--B"), " C the last boundary is missing" },
    { SLICE_LIT("hello"), "  there is no boundary in the body" },
    { SLICE_LIT("--B--"), "  there is no boundary in the body" },
    { SLICE_LIT("--B--\r\n"), " C" },
    /* before and behind */
    { SLICE_LIT("x\r\n" PART END), "a=v| bC" },
    { SLICE_LIT("\r\n" PART END), "a=v| bC" },
    { SLICE_LIT("\n" PART END), "a=v| bLC" },
    { SLICE_LIT("\n\r\n" PART END), "a=v| bC" },
    { SLICE_LIT(PART END "x"), "a=v| aC" },
    { SLICE_LIT(PART END END), "a=v| aC" },
    /* ends of lines */
    { SLICE_LIT("--B\n" CD "name=a\n\nv\n--B--\n"), "a=v| L" },
    { SLICE_LIT("--B\n" CD "name=a\r\n\r\nv\r\n" END), "a=v| LC" },
    { SLICE_LIT(HEAD "\r\nv\n" END), "a=v| LC" },
    { SLICE_LIT(HEAD "\r\nv\n--B--"), "a=v| LC" },
    { SLICE_LIT(HEAD "\r\nv\r" END), " Cu the last boundary is missing" },
    { SLICE_LIT(HEAD "\r\na\r\n\r\nb\nc\r\rd\r\n\r\n" END),
      "a=a\r\n\r\nb\nc\r\rd\r\n| C" },
    { SLICE_LIT(HEAD "\r\n\r\n" END), "a=| C" },
    /* boundaries that are none */
    { SLICE_LIT("--Bx\r\n" PART END), "  a boundary has something behind it" },
    { SLICE_LIT(PART "--B-- \r\n"),
      " C a boundary has something behind it" },
    { SLICE_LIT(PART "--B---\r\n"),
      " C a boundary has something behind it" },
    { SLICE_LIT(HEAD "\r\n--Bx\r\n" END), "a=--Bx| pC" },
    { SLICE_LIT(HEAD "\r\n" END), " pC the last boundary is missing" },
    { SLICE_LIT(HEAD "\r\n" END "\r\n" END), "a=--B--\r\n| pC" },
    { SLICE_LIT(HEAD "\r\n--B--"), "a=| pC" },
    { SLICE_LIT(HEAD "--B--"), " pC" },
    { SLICE_LIT(HEAD END),
      " pC a part has a field without name or colon" },
    { SLICE_LIT(HEAD "\r\nx--B\r\n" END), "a=x--B| Cu" },
    { SLICE_LIT(HEAD "\r\n --B\r\n" END), "a= --B| Cu" },
    { SLICE_LIT(HEAD "\r\n---B\r\n" END), "a=---B| Cu" },
    { SLICE_LIT(HEAD "\r\n--b\r\n" END), "a=--b| Cu" },
    { SLICE_LIT(HEAD "\r\n--\r\n" END), "a=--| Cu" },
    { SLICE_LIT(HEAD "\r\n--\n\r\n" END), "a=--\n| C" },
    { SLICE_LIT(HEAD "\r\n-- B\r\n" END), " C a boundary has space before it" },
    /* fields */
    { SLICE_LIT(HEAD "X:  y \r\n\r\nv\r\n" END), "a=v[X:  y ]| C" },
    { SLICE_LIT(HEAD "X: y\r\n  z\r\n\tq\r\n\r\nv\r\n" END),
      "a=v[X: y z q]| fC" },
    { SLICE_LIT("--B\r\nContent-Disposition: form-data;\r\n"
                "\vname=a\r\n\r\nv\r\n" END), "a=v| fFC" },
    { SLICE_LIT("--B\r\nContent-Disposition: \r\n form-data; name=a\r\n"
                "\r\n"),
      " fC a part has a malformed Content-Disposition" },
    { SLICE_LIT(HEAD "X:\r\n y\r\n\r\nv\r\n" END), "a=v[X: y]| fC" },
    { SLICE_LIT(HEAD " \r\n\r\nv\r\n" END), "a=v| fFC" },
    { SLICE_LIT("--B\r\n \r\n"),
      " fC a part begins with a continuation line" },
    { SLICE_LIT("--B\r\n X: y\r\n"),
      " fC a part begins with a continuation line" },
    { SLICE_LIT(HEAD "XY\r\n"),
      " C a part has a field without name or colon" },
    { SLICE_LIT(HEAD ": y\r\n"),
      " C a part has a field without name or colon" },
    { SLICE_LIT(HEAD "X: a\0b\r\n"), " C a part has a NUL in its fields" },
    { SLICE_LIT(HEAD "X: 1\r\nx: 2\r\n"), " C a part has a field twice" },
    { SLICE_LIT(HEAD "Content-Disposition : x\r\n\r\nv\r\n" END),
      "a=v[Content-Disposition : x]| C" },
    { SLICE_LIT("--B\r\nX: y\r\n\r\nv\r\n" END),
      " C a part has no Content-Disposition" },
    { SLICE_LIT("--B\r\n\r\nv\r\n" END),
      " C a part has no Content-Disposition" },
};

/* What is behind "form-data" of Content-Disposition. */
static const case_t dispositions[] = {
    { SLICE_LIT("; name=\"a\""), "a=v| C" },
    { SLICE_LIT(";name=a"), "a=v| C" },
    { SLICE_LIT(" \t ; name = \"a\" \t"), "a=v| C" },
    { SLICE_LIT("; name=\"a\";"), "a=v| C" },
    { SLICE_LIT("; name=\"\""), "=v| C" },
    { SLICE_LIT("; name='a'"), "a=v| IC" },
    { SLICE_LIT("; name='a\\'b'"), "a'b=v| IC" },
    { SLICE_LIT("; name=\"a'b\""), "a'b=v| C" },
    { SLICE_LIT("; name=a'b"), "a'b=v| IC" },
    { SLICE_LIT("; name=\"a\\\"b\\\\c\\d\""), "a\"b\\c\\d=v| C" },
    { SLICE_LIT("; name=\"f\"; filename=\"x.txt\""), "f(x.txt)=1| C" },
    { SLICE_LIT("; name=\"f\"; filename=\"\""), "f()=1| C" },
    { SLICE_LIT("; filename=\"c:\\dir\\x\"; name=f"), "f(c:\\dir\\x)=1| C" },
    { SLICE_LIT(""), " C a part has no name" },
    { SLICE_LIT("; filename=x"), " C a part has no name" },
#define BAD(text, flags)                                                      \
    { SLICE_LIT(text),                                                        \
      " " flags " a part has a malformed Content-Disposition" },
    BAD("; name=\"a\"; ", "C")
    BAD(" name=\"a\"", "C")
    BAD("x; name=\"a\"", "C")
    BAD("; name=\"a\" filename=\"x\"", "C")
    BAD("; name=\"a", "C")
    BAD("; name=\"a\\\"", "C")
    BAD("; name=\"a\"x", "IC")
    BAD("; name=\"a\"'", "IC")
    BAD("; name=a b", "C")
    BAD("; name=a/b", "C")
    BAD("; name=\xe4", "C")
    BAD("; name=", "C")
    BAD("; name", "C")
    BAD("; =a", "C")
    BAD("; NAME=a", "C")
    BAD(";; name=a", "C")
    BAD("; name=a; name=b", "C")
    BAD("; name=a; filename=x; filename=y", "C")
    BAD("; name=a; size=3", "C")
    BAD("; name=a; filename*=UTF-8''x", "C")
    BAD("; name=a; filename =x", "C")
#undef BAD
};

static const case_t types[] = {
    { SLICE_LIT("Multipart/Form-Data;\tboundary=B"), "a=v| C" },
    { SLICE_LIT("multipart/form-data; boundary=\"B\""), "a=v| qC" },
    { SLICE_LIT("multipart/form-data; boundary =B"), "a=v| wC" },
    { SLICE_LIT("multipart/form-data; boundary= B"),
      " wbu there is no boundary in the body" },
    { SLICE_LIT("multipart/form-data boundary=B"), "a=v| Cs" },
    { SLICE_LIT("multipart/mixed; boundary=B"),
      "  the Content-Type is not multipart/form-data" },
    { SLICE_LIT("multipart/form-data"), "  the Content-Type has no boundary" },
    { SLICE_LIT("multipart/form-data; BOUNDARY=B"),
      "  the Content-Type has a boundary in capitals" },
    { SLICE_LIT("multipart/form-data; boundary=B; Boundary=C"),
      "  the Content-Type has more than one boundary" },
#define BAD(text, flags)                                                      \
    { SLICE_LIT("multipart/form-data" text),                                  \
      " " flags " the boundary in the Content-Type is malformed" },
    BAD(";; boundary=B", "")
    BAD(", boundary=B", "")
    BAD("; charset=x; boundary=B", "")
    BAD("; boundary=B; charset=x", "")
    BAD("; boundary=\"B", "")
    BAD("; boundary=B\"", "")
    BAD("; boundary=\"B\"x", "")
    BAD("; boundary=", "")
    BAD("; boundary=\"\"", "q")
    BAD("; boundary", "")
    BAD("; boundaryx=B", "")
    BAD("; boundary=B\xe4", "")
#undef BAD
};
/* clang-format on */

typedef struct {
    unit_text_t out, content;
} heard_t;

static int hear_begin(void *ctx, const multipart_part_t *part)
{
    ((heard_t *)ctx)->content.len = 0;
    ((heard_t *)ctx)->content.text[0] = '\0';
    return 1;
}

static int hear_data(void *ctx, slice_t piece)
{
    unit_text_add(&((heard_t *)ctx)->content, "%.*s", (int)piece.len, piece.p);
    return 1;
}

static int hear_field(void *ctx, slice_t line)
{
    if (strncmp(line.p, CD, 20)) {
        unit_text_add(&((heard_t *)ctx)->content, "[%.*s]", (int)line.len,
                      line.p);
    }
    return 1;
}

static int hear_end(void *ctx, const multipart_part_t *part)
{
    heard_t *heard = ctx;

    unit_text_add(&heard->out, "%.*s", (int)part->name.len, part->name.p);
    if (part->filename.p) {
        unit_text_add(&heard->out, "(%.*s)=%d|", (int)part->filename.len,
                      part->filename.p, (int)part->length);
    }
    else {
        unit_text_add(&heard->out, "=%s|", heard->content.text);
    }
    return 1;
}

static const multipart_events_t hear = { hear_begin, hear_data, hear_field,
                                         hear_end };

/* In pieces of that size, each in memory of its own. */
static void parse(multipart_t *m, heard_t *heard, slice_t type, slice_t body,
                  size_t size)
{
    size_t from, i;

    heard->out.len = 0;
    heard->out.text[0] = '\0';
    multipart_init(m, type, &hear, heard);
    for (from = 0; from < body.len; from += size) {
        size_t n = body.len - from < size ? body.len - from : size;
        char *piece = malloc(n);

        memcpy(piece, body.p + from, n);
        multipart_add(m, slice_make(piece, n));
        free(piece);
    }
    multipart_end(m);
    unit_text_add(&heard->out, " ");
    for (i = 0; flag_letters[i]; i++) {
        if (m->flags & 1u << i) {
            unit_text_add(&heard->out, "%c", flag_letters[i]);
        }
    }
    if (m->error != MULTIPART_GOOD) {
        unit_text_add(&heard->out, " %s", multipart_error_text(m->error));
    }
}

static void check(slice_t type, slice_t body, const char *expect)
{
    multipart_t *m = malloc(sizeof(*m));
    heard_t heard = { { .len = 0 }, { .len = 0 } };
    size_t size;

    for (size = body.len ? body.len : 1; size; size--) {
        parse(m, &heard, type, body, size);
        assert_string_equal(heard.out.text, expect);
    }
    free(m);
}

static void check_body(void **state)
{
    const case_t *c = *state;

    check(SLICE_LIT(TYPE), c->body, c->expect);
}

static void check_disposition(void **state)
{
    const case_t *c = *state;
    unit_text_t body = { .len = 0 };

    unit_text_add(&body,
                  "--B\r\nContent-Disposition: form-data%s\r\n\r\nv\r\n" END,
                  c->body.p);
    check(SLICE_LIT(TYPE), slice_make(body.text, body.len), c->expect);
}

static void check_type(void **state)
{
    const case_t *c = *state;

    check(c->body, SLICE_LIT(PART END), c->expect);
}

static void check_no_type(void **state)
{
    check(slice_make(NULL, 0), SLICE_LIT(PART END),
          "  there is no Content-Type");
}

/* Lines around the length that is looked at together: CR and LF must not be
 * torn apart. */
static void check_long_lines(void **state)
{
    static const char head[] = HEAD "\r\n", end[] = "\r\n" END;
    multipart_t *m = malloc(sizeof(*m));
    char *body = malloc(10000);
    heard_t heard;
    size_t n, size;

    for (n = MULTIPART_LINE_MAX - 4; n < MULTIPART_LINE_MAX + 4; n++) {
        size_t length = 0;

        memcpy(body, head, sizeof(head) - 1);
        length = sizeof(head) - 1;
        memset(body + length, 'x', n);
        length += n;
        memcpy(body + length, end, sizeof(end) - 1);
        length += sizeof(end) - 1;
        for (size = 1; size < 14; size++) {
            multipart_events_t quiet = hear;

            quiet.data = NULL;
            multipart_init(m, SLICE_LIT(TYPE), &quiet, &heard);
            multipart_add(m, slice_make(body, length - size));
            multipart_add(m, slice_make(body + length - size, size));
            assert_true(multipart_end(m));
            assert_int_equal(m->flags, MULTIPART_CRLF_LINE);
        }
        heard.out.len = 0;
    }
    free(body);
    free(m);
}

static int refuse(void *ctx, const multipart_part_t *part)
{
    return 0;
}

static void check_enough(void **state)
{
    multipart_events_t events = hear;
    multipart_t *m = malloc(sizeof(*m));

    events.begin = refuse;
    multipart_init(m, SLICE_LIT(TYPE), &events, NULL);
    assert_false(multipart_add(m, SLICE_LIT(PART END)));
    assert_int_equal(m->error, MULTIPART_STOPPED);
    assert_false(multipart_end(m));
    free(m);
}

/* Fields are counted, and their bytes. */
static void check_limits(void **state)
{
    multipart_t *m = malloc(sizeof(*m));
    char line[MULTIPART_LINE_MAX + 8];
    heard_t heard;
    int i;

    multipart_init(m, SLICE_LIT(TYPE), &hear, &heard);
    multipart_add(m, SLICE_LIT(HEAD));
    for (i = 0; i < MULTIPART_FIELDS_MAX; i++) {
        snprintf(line, sizeof(line), "X%d: 1\r\n", i);
        multipart_add(m, slice_str(line));
    }
    assert_int_equal(m->error, MULTIPART_FIELDS_MANY);
    multipart_init(m, SLICE_LIT(TYPE), &hear, &heard);
    multipart_add(m, SLICE_LIT(HEAD));
    memset(line, 'x', sizeof(line));
    multipart_add(m, slice_make(line, sizeof(line)));
    assert_int_equal(m->error, MULTIPART_FIELD_LONG);
    free(m);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(bodies); i++) {
        unit_add(bodies[i].body.p, check_body, &bodies[i]);
    }
    for (i = 0; i < UNIT_COUNT(dispositions); i++) {
        unit_add(dispositions[i].body.p, check_disposition, &dispositions[i]);
    }
    for (i = 0; i < UNIT_COUNT(types); i++) {
        unit_add(types[i].body.p, check_type, &types[i]);
    }
    unit_add("no type", check_no_type, NULL);
    unit_add("long lines", check_long_lines, NULL);
    unit_add("enough", check_enough, NULL);
    unit_add("limits", check_limits, NULL);
    return unit_run("multipart");
}
