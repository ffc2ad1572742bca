/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* transform_test.c: what each transformation makes of a value. */
#include "unit.h"

#include "waf/transform/transform.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"

typedef struct {
    const char *name;
    slice_t in, out;
} case_t;

#define CASE(name, in, out)                   \
    {                                         \
        (name), SLICE_LIT(in), SLICE_LIT(out) \
    }

/* clang-format off */
static const case_t cases[] = {
    CASE("urlDecode", "a%41%2fb+c", "aA/b c"),
    CASE("urlDecode", "%", "%"),
    CASE("urlDecode", "%4", "%4"),
    CASE("urlDecode", "%4g%zz", "%4g%zz"),
    CASE("urlDecode", "%00x", "\0x"),
    CASE("urlDecode", "%u0041", "%u0041"),
    CASE("urlDecodeUni", "%u0041%u002f", "A/"),
    CASE("urlDecodeUni", "%uff1cscript%uFF1E", "<script>"),
    CASE("urlDecodeUni", "%u01zz", "%u01zz"),
    CASE("urlDecodeUni", "%u", "%u"),
    CASE("urlDecodeUni", "%u004", "%u004"),
    CASE("urlDecodeUni", "%U0041", "A"),
    CASE("urlDecodeUni", "a%2Bb+%20", "a+b  "),
    CASE("urlEncode", "a b*c/\xff", "a+b*c%2f%ff"),
    CASE("htmlEntityDecode", "&lt;b&GT;&amp;amp;", "<b>&amp;"),
    CASE("htmlEntityDecode", "&#60;&#x3c;&#X3C;&#060", "<<<<"),
    CASE("htmlEntityDecode", "&#x3cscript", "<script"),
    CASE("htmlEntityDecode", "&quot;&nbsp;", "\"\xa0"),
    CASE("htmlEntityDecode", "&&#;&#x;&#xg&unknown;&", "&&#;&#x;&#xg&unknown;&"),
    CASE("htmlEntityDecode", "&#99999999999999999999;&#256;", "\xff\0"),
    CASE("jsDecode", "\\u0041\\x42\\103\\n\\q\\\\", "ABC\nq\\"),
    CASE("jsDecode", "\\uff1c\\777\\8", "<\?7" "8"),
    CASE("jsDecode", "\\u00g1\\x4\\", "u00g1x4\\"),
    CASE("escapeSeqDecode", "\\x41\\101\\a\\?\\'\\q\\xZ\\", "AA\a?'qxZ\\"),
    CASE("escapeSeqDecode", "\\0\\18", "\0\1" "8"),
    CASE("cssDecode", "\\6a\\61 \\vascript", "javascript"),
    CASE("cssDecode", "\\ff1c\\00ff1c\\123456", "<<\x56"),
    CASE("cssDecode", "a\\\nb\\", "ab"),
    CASE("cssDecode", "\\zb\\(", "zb("),
    CASE("compressWhitespace", " \t a\xa0\n b ", " a b "),
    CASE("removeWhitespace", " \ta\v\f\r\n\xa0 b", "ab"),
    CASE("trim", "\t a b \n", "a b"),
    CASE("trimLeft", " a ", "a "),
    CASE("trimRight", " a ", " a"),
    CASE("trim", " ", ""),
    CASE("removeNulls", "a\0b\0", "ab"),
    CASE("replaceNulls", "a\0b", "a b"),
    CASE("replaceComments", "a/*x*/b/**/c", "a b c"),
    CASE("replaceComments", "a/*open", "a "),
    CASE("replaceComments", "a*/b/", "a*/b/"),
    CASE("removeCommentsChar", "a/*b*/c<!--d-->e--f#g", "abcdefg"),
    CASE("removeCommentsChar", "a-b<!-", "a-b<!-"),
    CASE("cmdLine", "C^a\\t /\"etc\"/'passwd'", "cat/etc/passwd"),
    CASE("cmdLine", "a ,;\t\r\n b(", "a b("),
    CASE("cmdLine", "a (b) /c", "a(b)/c"),
    CASE("cmdLine", "a\0b", "a"),
    CASE("normalizePath", "/a/./b//c/../d/", "/a/b/d/"),
    CASE("normalizePath", "/../../etc", "/etc"),
    CASE("normalizePath", "../a/b/../c", "../a/c"),
    CASE("normalizePath", "../a/../../b", "b"),
    CASE("normalizePath", "/x/ab../c", "/x/c"),
    CASE("normalizePath", "/a/../", "/"),
    CASE("normalizePath", "/a/..", ""),
    CASE("normalizePath", "/.", ""),
    CASE("normalizePath", "a/b", "a/b"),
    CASE("normalizePath", "./a", "a"),
    CASE("normalizePath", "", ""),
    CASE("normalizePath", "\\a\\..\\b", "\\a\\..\\b"),
    CASE("normalizePathWin", "\\a\\..\\b", "/b"),
    CASE("normalizePathWin", "a/.\\\\b", "a\\b"),
    CASE("base64Decode", "SGVsbG8=", "Hello"),
    CASE("base64Decode", "SGVs!bG8", "Hel"),
    CASE("base64Decode", "S", ""),
    CASE("base64Encode", "Hello", "SGVsbG8="),
    CASE("base64Encode", "", ""),
    CASE("hexDecode", "48656c6C6f7", "Hello"),
    CASE("hexDecode", "g0 4", "\0\x04"),
    CASE("hexEncode", "\x01\xab", "01ab"),
    CASE("length", "", "0"),
    CASE("length", "abc", "3"),
    CASE("lowercase", "AbZ@[\xc4", "abz@[\xc4"),
    CASE("uppercase", "aZz`{", "AZZ`{"),
    CASE("md5", "", "\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e"),
    CASE("sha1", "abc", "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d"),
    CASE("utf8toUnicode", "a\xc3\xa4\xe2\x82\xac", "a%u00e4%u20ac"),
    CASE("utf8toUnicode", "\xf0\x9f\x98\x80", "%u1f600"),
    CASE("utf8toUnicode", "\xc3(\xff\xc0\xaf\xe2\x82\0", "(\xff%u002f\xc0\x82"),
    CASE("utf8toUnicode", "\xed\xa0\x80\xf4\x90\x80\x80\xf5", "%ud800\xed%u110000\xf5"),
};
/* clang-format on */

static slice_t run(transform_e transform, slice_t in)
{
    static char out[512];
    size_t room = transform_room(transform, in.len);
    /* The end of what may be read and written is seen by the sanitizer. */
    char *copy = malloc(in.len ? in.len : 1), *to = malloc(room);
    size_t n;

    memcpy(copy, in.p, in.len);
    n = transform_run(transform, slice_make(copy, in.len), to, NULL);
    assert_true(n <= room && n <= sizeof(out));
    memcpy(out, to, n);
    free(copy);
    free(to);
    return slice_make(out, n);
}

static void check_case(void **state)
{
    const case_t *c = *state;
    int transform = transform_find(slice_str(c->name));
    slice_t out;

    assert_true(transform >= 0);
    out = run(transform, c->in);
    assert_int_equal(out.len, c->out.len);
    assert_memory_equal(out.p, c->out.p, out.len);
}

static void check_stays(transform_e transform, slice_t in)
{
    byte_set_t bytes = byte_set_of(in), trigger;

    if (transform_trigger(transform, transform_ends_dot(in), &trigger)
        && !byte_set_meets(&trigger, &bytes)) {
        assert_true(slice_eq(in, run(transform, in)));
    }
}

/* Without the bytes that transform_trigger tells, a value stays as it is. */
static void check_untouched(void **state)
{
    char text[3];
    int t, a, b;

    for (t = 0; t < TRANSFORM_COUNT; t++) {
        for (a = 0; a < 256; a++) {
            for (b = 0; b < 256; b++) {
                text[0] = (char)a;
                text[1] = (char)b;
                text[2] = (char)a;
                check_stays(t, slice_make(text, 3));
                text[2] = (char)b;
                check_stays(t, slice_make(text, 3));
                check_stays(t, slice_make(text, 2));
            }
        }
    }
}

/* Each byte at each place of a value that is longer than a word. */
static void check_case_of_all(void **state)
{
    char in[19], out[32];
    int c, at;

    for (c = 0; c < 256; c++) {
        char lower = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        char upper = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);

        for (at = 0; at < (int)sizeof(in); at++) {
            memset(in, 'Z' + at, sizeof(in));
            in[at] = (char)c;
            transform_run(TRANSFORM_LOWERCASE, slice_make(in, sizeof(in)), out,
                          NULL);
            assert_int_equal(out[at], lower);
            transform_run(TRANSFORM_UPPERCASE, slice_make(in, sizeof(in)), out,
                          NULL);
            assert_int_equal(out[at], upper);
        }
    }
}

static void check_names(void **state)
{
    int t;

    for (t = 0; t < TRANSFORM_COUNT; t++) {
        assert_int_equal(transform_find(slice_str(transform_name(t))), t);
    }
    assert_int_equal(transform_find(SLICE_LIT("URLDECODEUNI")),
                     TRANSFORM_URL_DECODE_UNI);
    assert_int_equal(transform_find(SLICE_LIT("nothing")), -1);
}

static void check_unicode_map(void **state)
{
    static unsigned char bytes[65536];
    unicode_map_t map = { bytes };
    char out[16];
    size_t n;

    bytes[0x0131] = 'i';
    n = transform_run(TRANSFORM_URL_DECODE_UNI, SLICE_LIT("%u0131%u0141"), out,
                      &map);
    assert_int_equal(n, 2);
    assert_memory_equal(out, "iA", 2);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("untouched values", check_untouched, NULL);
    unit_add("case of all bytes", check_case_of_all, NULL);
    unit_add("names", check_names, NULL);
    unit_add("unicode map", check_unicode_map, NULL);
    return unit_run("transform");
}
