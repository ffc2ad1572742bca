/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_variant_head.c: heads of origins made into heads of forms.  Byte 0: the
 * codings of master and form.  Promises: never longer than told; made of the
 * result again, it is the same but for the tag; the tag is where it is said to
 * be, valid, and recognised; no field that is about other bytes is left. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/http_date.c"
#include "policy/validators.c"
#include "variants/variant_etag.c"
#include "variants/variant_head.c"

static const unsigned codings[] = { CODING_IDENTITY, CODING_GZIP,
                                    CODING_BROTLI };

static variant_head_t write_head(char **out, slice_t head, unsigned master,
                                 unsigned coding)
{
    variant_head_in_t in = { head, master, coding, 12345 };
    variant_head_t made;

    *out = malloc(head.len + VARIANT_HEAD_ROOM);
    made = variant_head_write(*out, &in);
    FUZZ_CHECK(made.len <= head.len + VARIANT_HEAD_ROOM);
    FUZZ_CHECK(made.etag_at + made.etag_len <= made.len);
    return made;
}

static size_t count_kind(slice_t head, line_e kind)
{
    size_t count = 0;

    while (head.len) {
        count += next_line(&head).kind == kind;
    }
    return count;
}

static slice_t first_tag(slice_t head)
{
    while (head.len) {
        line_t line = next_line(&head);

        if (line.kind == LINE_TAG && etag_is_valid(line.value)) {
            return line.value;
        }
    }
    return slice_make(NULL, 0);
}

static void check_form(slice_t head, unsigned master, unsigned coding)
{
    char *out;
    variant_head_t made = write_head(&out, head, master, coding);
    slice_t form = slice_make(out, made.len);
    slice_t tag = slice_make(out + made.etag_at, made.etag_len);
    slice_t etag = first_tag(head);

    FUZZ_CHECK(count_kind(form, LINE_DIGEST) == 0);
    FUZZ_CHECK(count_kind(form, LINE_LENGTH) <= 1);
    FUZZ_CHECK(count_kind(form, LINE_CODING) == (coding != CODING_IDENTITY));
    FUZZ_CHECK(count_kind(form, LINE_TAG) == (etag.len > 0));
    FUZZ_CHECK((tag.len > 0) == (etag.len > 0));
    if (tag.len) {
        FUZZ_CHECK(etag_is_valid(tag) && !etag_matches(tag, etag, 0));
        FUZZ_CHECK(etag_is_weak(tag) == etag_is_weak(etag));
        FUZZ_CHECK(variant_etag_form(tag, etag, master) == coding);
    }
    free(out);
}

/* A head for a response of several forms stays as it is. */
static void check_master(slice_t head, unsigned master)
{
    char *first, *second;
    variant_head_t made = write_head(&first, head, master, master), again;

    FUZZ_CHECK(varies_already(slice_make(first, made.len)));
    again = write_head(&second, slice_make(first, made.len), master, master);
    FUZZ_CHECK(again.len == made.len && again.etag_at == made.etag_at);
    FUZZ_CHECK(memcmp(first, second, made.len) == 0);
    free(first);
    free(second);
}

/* Heads that are stored have been checked: whole lines, each with CRLF. */
static int is_stored_so(const uint8_t *data, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++) {
        if ((data[i] == '\n') != (i > 0 && data[i - 1] == '\r')) {
            return 0;
        }
    }
    return !size || data[size - 1] == '\n';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned master, coding;
    char *text;

    if (size < 1 || !is_stored_so(data + 1, size - 1)) {
        return 0;
    }
    master = codings[data[0] % 3];
    coding = codings[data[0] / 3 % 3];
    text = fuzz_copy(data + 1, size - 1);
    if (coding == master) {
        check_master(slice_make(text, size - 1), master);
    }
    else {
        check_form(slice_make(text, size - 1), master, coding);
    }
    free(text);
    return 0;
}
