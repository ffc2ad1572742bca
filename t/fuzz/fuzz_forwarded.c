/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_forwarded.c: what tells the origin about the client, from values of the
 * client.  Three lines: address, host, request id (also read as traceparent
 * and as a name of a field).  Promises: a Forwarded element stays one element
 * whose host reads back as it was, in the room that was said to do; a valid
 * id or traceparent has only characters that may stand in a log. */
#include "fuzz.h"

#include "http1/h1_fields.c"
#include "policy/field_names.c"
#include "policy/forwarded.c"
#include "policy/nominated.c"
#include "policy/trace_id.c"

static slice_t take_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size ? memchr(*data, '\n', *size) : NULL;
    size_t len = end ? (size_t)(end - *data) : *size;
    slice_t line = slice_make(fuzz_copy(*data, len), len);

    *data += len + (end != NULL);
    *size -= len + (end != NULL);
    return line;
}

/* Takes host="..." or host=token off the front of s, unquoted into buf. */
static slice_t read_host(slice_t s, char *buf)
{
    slice_t key = SLICE_LIT(";host=");
    size_t i = key.len, n = 0;
    int quoted;

    FUZZ_CHECK(s.len > key.len && memcmp(s.p, key.p, key.len) == 0);
    quoted = s.p[i] == '"';
    for (i += quoted; i < s.len; i++) {
        if (s.p[i] == (quoted ? '"' : ';')) {
            break;
        }
        if (quoted && s.p[i] == '\\') {
            i++;
        }
        buf[n++] = s.p[i];
    }
    return slice_make(buf, n);
}

static void check_element(slice_t client, slice_t host)
{
    size_t cap = FORWARDED_ELEMENT_MAX(client.len, host.len, 5);
    char *buf = malloc(cap), *copy = malloc(cap);
    text_t out = text_make(buf, cap);
    slice_t rest, element, tail;

    forwarded_element(&out, client, host, SLICE_LIT("https"));
    FUZZ_CHECK(!out.overflow);
    rest = text_slice(&out);
    FUZZ_CHECK(h1_list_next(&rest, &element) && rest.len == 0);
    tail = slice_make(memchr(buf, ';', out.len), 0);
    tail.len = (size_t)(buf + out.len - tail.p);
    if (host.len) {
        FUZZ_CHECK(slice_eq(read_host(tail, copy), host));
    }
    free(buf);
    free(copy);
}

static void check_ids(slice_t id)
{
    size_t i;

    if (!request_id_is_valid(id) && !traceparent_is_valid(id)) {
        return;
    }
    for (i = 0; i < id.len; i++) {
        /* what follows in a later version of traceparent is not looked at */
        FUZZ_CHECK(i >= TRACEPARENT_LEN || (id.p[i] > ' ' && id.p[i] < 127));
    }
}

static void check_name(slice_t name)
{
    nominated_t nominated = { .count = 0 };
    int folded;
    field_id_e id = field_names_find(name, &folded);
    const char *text = field_names_text(id);

    FUZZ_CHECK((unsigned)id < FIELD_ID_COUNT);
    FUZZ_CHECK(!text || strlen(text) == name.len);
    FUZZ_CHECK(!text || folded || slice_eq_nocase(name, slice_str(text)));
    if (nominated_add(&nominated, name) == 0
        && field_names_kind(id) == FIELD_KIND_FORWARD && !folded
        && id != FIELD_TRACESTATE) {
        FUZZ_CHECK(!nominated_has(&nominated, name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t client = take_line(&data, &size);
    slice_t host = take_line(&data, &size);
    slice_t id = take_line(&data, &size);

    check_element(client, host);
    check_ids(id);
    check_name(id);
    free((char *)client.p);
    free((char *)host.p);
    free((char *)id.p);
    return 0;
}
