/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* trace_id_test.c: request ids and traceparent, made and judged. */
#include "unit.h"
#include "guard_page.h"

#include "policy/trace_id.c"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define ZEROS_16 "0000000000000000"
#define A_32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct {
    const char *name;
    const char *value;
    int expect;
} valid_case_t;

/* clang-format off */
static const valid_case_t trace_cases[] = {
    { "3.2: sampled", "00-" TRACE "-b7ad6b7169203331-01", 1 },
    { "3.2: not sampled", "00-" TRACE "-b7ad6b7169203331-00", 1 },
    { "3.2.2: unknown flags", "00-" TRACE "-b7ad6b7169203331-ff", 1 },
    { "3.2.2: trace-id of zeros",
      "00-" ZEROS_16 ZEROS_16 "-b7ad6b7169203331-01", 0 },
    { "3.2.2: parent-id of zeros", "00-" TRACE "-" ZEROS_16 "-01", 0 },
    { "3.2: upper case",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", 0 },
    { "3.2: not hexadecimal",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", 0 },
    { "3.2: too short", "00-" TRACE "-b7ad6b7169203331-0", 0 },
    { "3.2: too long for version 00", "00-" TRACE "-b7ad6b7169203331-011", 0 },
    { "3.2: more parts in version 00",
      "00-" TRACE "-b7ad6b7169203331-01-x", 0 },
    { "4.3: a later version", "01-" TRACE "-b7ad6b7169203331-01", 1 },
    { "4.3: a later version with more parts",
      "cc-" TRACE "-b7ad6b7169203331-01-what", 1 },
    { "4.3: a later version, no dash",
      "cc-" TRACE "-b7ad6b7169203331-01.what", 0 },
    { "3.2.2: version ff", "ff-" TRACE "-b7ad6b7169203331-01", 0 },
    { "3.2: version not hexadecimal",
      ".0-" TRACE "-b7ad6b7169203331-01", 0 },
    { "3.2: first dash", "00+" TRACE "-b7ad6b7169203331-01", 0 },
    { "3.2: second dash", "00-" TRACE "+b7ad6b7169203331-01", 0 },
    { "3.2: third dash", "00-" TRACE "-b7ad6b7169203331+01", 0 },
    { "3.2: flags not hexadecimal", "00-" TRACE "-b7ad6b7169203331-0x", 0 },
    { "3.2: empty", "", 0 },
};

static const valid_case_t id_cases[] = {
    { "id: hexadecimal", "7f3a", 1 },
    { "id: UUID", "123e4567-e89b-12d3-a456-426614174000", 1 },
    { "id: base64", "Zm9vYmFy+/==", 1 },
    { "id: every sign", "-_.:+/=@~", 1 },
    { "id: longest", A_32 A_32 A_32 A_32, 1 },
    { "id: too long", A_32 A_32 A_32 A_32 "a", 0 },
    { "id: empty", "", 0 },
    { "id: space", "a b", 0 },
    { "id: quote", "a\"b", 0 },
    { "id: comma", "a,b", 0 },
    { "id: line end", "a\r\nb", 0 },
    { "id: angle bracket", "<a>", 0 },
    { "id: not ASCII", "a\xc3\xa4", 0 },
};
/* clang-format on */

static void check_trace(void **state)
{
    const valid_case_t *c = *state;
    guard_page_t g;
    char *p;

    guard_page_open(&g, 256);
    p = guard_page_put(&g, c->value, strlen(c->value));
    assert_int_equal(traceparent_is_valid(slice_make(p, strlen(c->value))),
                     c->expect);
    guard_page_close(&g);
}

static void check_id(void **state)
{
    const valid_case_t *c = *state;

    assert_int_equal(request_id_is_valid(slice_str(c->value)), c->expect);
}

static void check_id_nul(void **state)
{
    assert_false(request_id_is_valid(slice_make("a\0b", 3)));
}

static void check_make_id(void **state)
{
    unsigned char random[REQUEST_ID_RANDOM];
    guard_page_t g;
    char *p;
    int i;

    for (i = 0; i < REQUEST_ID_RANDOM; i++) {
        random[i] = (unsigned char)(i * 17);
    }
    guard_page_open(&g, REQUEST_ID_LEN);
    p = guard_page_room(&g, REQUEST_ID_LEN);
    request_id_make(p, random);
    assert_memory_equal(p, "00112233445566778899aabbccddeeff", REQUEST_ID_LEN);
    assert_true(request_id_is_valid(slice_make(p, REQUEST_ID_LEN)));
    guard_page_close(&g);
}

static void check_make_trace(void **state)
{
    unsigned char random[TRACEPARENT_RANDOM];
    guard_page_t g;
    char *p;

    guard_page_open(&g, TRACEPARENT_LEN);
    memset(random, 0xab, sizeof(random));
    random[23] = 0x01;
    p = guard_page_room(&g, TRACEPARENT_LEN);
    traceparent_make(p, random);
    assert_memory_equal(p,
                        "00-abababababababababababababababab-ababababababab01-"
                        "01",
                        TRACEPARENT_LEN);

    memset(random, 0, sizeof(random));
    p = guard_page_room(&g, TRACEPARENT_LEN);
    traceparent_make(p, random);
    assert_memory_equal(p,
                        "00-00000000000000000000000000000001-0000000000000001-"
                        "01",
                        TRACEPARENT_LEN);
    assert_true(traceparent_is_valid(slice_make(p, TRACEPARENT_LEN)));
    guard_page_close(&g);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(trace_cases); i++) {
        unit_add(trace_cases[i].name, check_trace, &trace_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(id_cases); i++) {
        unit_add(id_cases[i].name, check_id, &id_cases[i]);
    }
    unit_add("id: NUL", check_id_nul, NULL);
    unit_add("id: made of 128 bits", check_make_id, NULL);
    unit_add("3.2: made, never of zeros", check_make_trace, NULL);
    return unit_run("trace_id");
}
