/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* unicode_file_test.c: code pages of SecUnicodeMapFile. */
#include "unit.h"

#include <apr_general.h>

#include "waf/unicode_file.c"

static apr_pool_t *pool;

typedef struct {
    const char *name, *text;
    int page;
    const char *expect; /* bytes of 00c0, 00e9 and ffff; or what is wrong */
} case_t;

#define FILE_TEXT                                \
    "(a name)\n\n\n1250  (a page)\n00c0:42 \n\n" \
    "20127 (ASCII)\r\n00c0:41 00E9:65 ffff:7a \r\n"
#define MISSING(page)           \
    "it has no code page " page \
    " with a line of code points as 00c0:41 behind it"

/* clang-format off */
static const case_t cases[] = {
    { "the page", FILE_TEXT, 20127, "41 65 7a" },
    { "another", FILE_TEXT, 1250, "42 00 00" },
    { "not the beginning of another", FILE_TEXT, 2012, MISSING("2012") },
    { "a number of a line of code points", "41:42\n00c0:41\n", 41,
      MISSING("41") },
    { "nothing behind it", "20127", 20127, "00 00 00" },
    { "an empty file", "", 20127, MISSING("20127") },
    { "no colon", "1\n00c0 41", 1, MISSING("1") },
    { "no byte", "1\n00c0:", 1, MISSING("1") },
    { "no code point", "1\n:41", 1, MISSING("1") },
    { "more than a byte", "1\n00c0:141", 1, MISSING("1") },
    { "five digits", "1\n100c0:41", 1, MISSING("1") },
};
/* clang-format on */

static void check(void **state)
{
    const case_t *c = *state;
    unicode_map_t map = { NULL };
    char bytes[16];
    size_t len = strlen(c->text);
    char *text = malloc(len + 1);
    const char *wrong;

    memcpy(text, c->text, len);
    wrong = unicode_file_parse(slice_make(text, len), c->page, &map, pool);
    free(text);
    if (!wrong) {
        snprintf(bytes, sizeof(bytes), "%02x %02x %02x", map.byte[0xc0],
                 map.byte[0xe9], map.byte[0xffff]);
    }
    assert_string_equal(wrong ? wrong : bytes, c->expect);
}

/* RFC 3490 section 3.1: what stands between labels as a dot does. */
static void dots_of_names(void **state)
{
    static const char text[] = "1\n3002:41", more[] = "1\n00c0:41";
    unicode_map_t map = { NULL };

    assert_null(unicode_file_parse(slice_str(more), 1, &map, pool));
    assert_int_equal(map.byte[0x3002], '.');
    assert_int_equal(map.byte[0xff0e], '.');
    assert_int_equal(map.byte[0xff61], '.');
    assert_int_equal(map.byte[0x2e], '.');
    assert_null(unicode_file_parse(slice_str(text), 1, &map, pool));
    assert_int_equal(map.byte[0x3002], 'A');
}

static void a_file_that_is_not_there(void **state)
{
    unicode_map_t map = { NULL };

    assert_string_equal(unicode_file_read("/does/not/exist", 1, &map, pool),
                        "No such file or directory");
}

int main(void)
{
    enum {
        COUNT = sizeof(cases) / sizeof(*cases)
    };
    struct CMUnitTest tests[COUNT + 2] = {
        cmocka_unit_test(a_file_that_is_not_there),
        cmocka_unit_test(dots_of_names),
    };
    int failed;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < COUNT; i++) {
        tests[i + 2] = (struct CMUnitTest){
            cases[i].name, check, NULL, NULL, (void *)&cases[i],
        };
    }
    failed = cmocka_run_group_tests_name("unicode_file", tests, NULL, NULL);
    apr_pool_destroy(pool);
    return failed;
}
