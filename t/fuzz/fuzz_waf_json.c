/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_json.c: any text as JSON, and as a form.  Promises: what jansson
 * takes is taken here, with as many values; names and values lie where they may
 * (the sanitizer sees it); a form's pairs are as many as its parts. */
#include "fuzz.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#include "waf/body/json_values.c"
#include "waf/body/pairs.c"

static int count(void *ctx, slice_t name, slice_t value)
{
    size_t *seen = ctx, i;
    unsigned char sum = 0;

    for (i = 0; i < name.len; i++) {
        sum ^= (unsigned char)name.p[i];
    }
    for (i = 0; i < value.len; i++) {
        sum ^= (unsigned char)value.p[i];
    }
    seen[0]++;
    seen[1] += sum;
    return 1;
}

#ifdef HAVE_JANSSON
/* Values of a text without keys that come twice. */
static size_t values_of(json_t *json)
{
    size_t sum = 0, i;
    const char *key;
    json_t *value;

    if (json_is_object(json)) {
        json_object_foreach(json, key, value) sum += values_of(value);
        return sum;
    }
    if (json_is_array(json)) {
        json_array_foreach(json, i, value) sum += values_of(value);
        return sum;
    }
    return 1;
}

static void check_against_jansson(slice_t text, json_values_e status,
                                  size_t seen)
{
    json_t *json =
        json_loadb(text.p, text.len,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY,
                   NULL);

    /* It takes a NUL behind a number for the end. */
    if (json && !memchr(text.p, 0, text.len)) {
        FUZZ_CHECK(status == JSON_VALUES_GOOD || status == JSON_VALUES_DEEP);
        FUZZ_CHECK(status == JSON_VALUES_DEEP || seen == values_of(json));
    }
    json_decref(json);
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t text = slice_make((const char *)data, size);
    char *room = malloc(size + 1);
    size_t seen[2] = { 0 }, parts = size > 0, at, i;
    json_values_e status = json_values(text, 64, room, count, seen, &at);

    FUZZ_CHECK(at <= size);
#ifdef HAVE_JANSSON
    check_against_jansson(text, status, seen[0]);
#else
    FUZZ_CHECK(status <= JSON_VALUES_STOPPED);
#endif
    for (i = 0; i + 1 < size; i++) {
        parts += data[i] == '&';
    }
    seen[0] = 0;
    pairs_form(text, '&', room, count, seen);
    FUZZ_CHECK(seen[0] == parts);
    pairs_cookies(text, count, seen);
    free(room);
    return 0;
}
