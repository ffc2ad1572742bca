/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* path_normalize_test.c: one spelling, or the reason for none.  Every case is
 * run into a buffer of its own and in place, and its result once more. */
#include "unit.h"
#include "guard_page.h"

#include "routing/path_normalize.c"

#define SLASHES PATH_ALLOW_ESCAPED_SLASH
#define MERGE PATH_MERGE_SLASHES

typedef struct {
    const char *name;
    unsigned flags;
    const char *input;
    const char *expect; /* the path, or the name of the refusal */
} normalize_case_t;

static const normalize_case_t cases[] = {
    { "root", 0, "/", "/" },
    { "plain", 0, "/a/b.html", "/a/b.html" },
    { "all bytes of a segment", 0, "/-._~!$&'()*+,;=:@09azAZ",
      "/-._~!$&'()*+,;=:@09azAZ" },
    { "empty segments stay", 0, "//a//b//", "//a//b//" },
    { "merged: empty segments go", MERGE, "//a///b//", "/a/b/" },
    { "merged: only slashes", MERGE, "///", "/" },
    { "merged: what dots leave", MERGE, "/a/.//./b/..//", "/a/" },

    { "3986 6.2.2.2: unreserved", 0, "/%61%5A%39%2D%2e%5f%7ex", "/aZ9-._~x" },
    { "3986 6.2.2.1: upper case", 0, "/%c3%a9%3a", "/%C3%A9%3A" },
    { "3986 2.2: reserved stays escaped", 0, "/%21%24%26%3d%40",
      "/%21%24%26%3D%40" },
    { "escaped delimiters stay", 0, "/a%3Fb%23c%25d", "/a%3Fb%23c%25d" },
    { "escaped space stays", 0, "/a%20b", "/a%20b" },
    { "unescaped once, not twice", 0, "/%252e%252e/x", "/%252e%252e/x" },
    { "an escape made of escapes is none", 0, "/%25%36%31", "/%2561" },

    { "3986 5.2.4: example 1", 0, "/a/b/c/./../../g", "/a/g" },
    { "3986 5.2.4: dot", 0, "/a/./b", "/a/b" },
    { "3986 5.2.4: dot at the end", 0, "/a/.", "/a/" },
    { "3986 5.2.4: two dots", 0, "/a/../b", "/b" },
    { "3986 5.2.4: two dots at the end", 0, "/a/b/..", "/a/" },
    { "3986 5.2.4: two dots to the root", 0, "/a/..", "/" },
    { "3986 5.2.4: a single dot", 0, "/.", "/" },
    { "3986 5.2.4: over an empty segment", 0, "/a//../b", "/a/b" },
    { "escaped dots are dots", 0, "/a/%2e%2E/b/%2e/c", "/b/c" },
    { "half escaped dots", 0, "/a/.%2e/b", "/b" },
    { "three dots are a name", 0, "/.../a", "/.../a" },
    { "dots in a name", 0, "/..a/b../.c/d.", "/..a/b../.c/d." },

    { "above the root", 0, "/..", "PATH_ABOVE_ROOT" },
    { "above the root, deeper", 0, "/a/../../b", "PATH_ABOVE_ROOT" },
    { "above the root by escapes", 0, "/%2e%2e/a", "PATH_ABOVE_ROOT" },
    { "above the root after a dot", 0, "/./..", "PATH_ABOVE_ROOT" },

    { "empty", 0, "", "PATH_NOT_ABSOLUTE" },
    { "asterisk", 0, "*", "PATH_NOT_ABSOLUTE" },
    { "relative", 0, "a/b", "PATH_NOT_ABSOLUTE" },
    { "absolute form", 0, "http://a/", "PATH_NOT_ABSOLUTE" },

    { "escaped NUL", 0, "/a%00b", "PATH_CONTROL" },
    { "escaped line end", 0, "/a%0d%0aX", "PATH_CONTROL" },
    { "escaped DEL", 0, "/a%7Fb", "PATH_CONTROL" },
    { "control byte", 0, "/a\tb", "PATH_CONTROL" },
    { "DEL", 0, "/a\x7f", "PATH_CONTROL" },

    { "space", 0, "/a b", "PATH_BAD_BYTE" },
    { "question mark", 0, "/a?b", "PATH_BAD_BYTE" },
    { "number sign", 0, "/a#b", "PATH_BAD_BYTE" },
    { "backslash", 0, "/a\\b", "PATH_BAD_BYTE" },
    { "backslash behind dots", SLASHES, "/..\\b", "PATH_BAD_BYTE" },
    { "byte above 0x7f", 0, "/\xc3\xa9", "PATH_BAD_BYTE" },
    { "bar", 0, "/a|b", "PATH_BAD_BYTE" },

    { "escape cut to nothing", 0, "/a%", "PATH_BAD_ESCAPE" },
    { "escape cut to one digit", 0, "/a%4", "PATH_BAD_ESCAPE" },
    { "escape cut by a slash", 0, "/a%4/1", "PATH_BAD_ESCAPE" },
    { "escape with a bad first digit", 0, "/%g0", "PATH_BAD_ESCAPE" },
    { "escape with a bad second digit", 0, "/%0g", "PATH_BAD_ESCAPE" },
    { "escape of IIS", 0, "/%u0041", "PATH_BAD_ESCAPE" },
    { "two percent signs", 0, "/%%41", "PATH_BAD_ESCAPE" },

    { "escaped slash", 0, "/a%2fb", "PATH_ESCAPED_SLASH" },
    { "escaped backslash", 0, "/a%5cb", "PATH_ESCAPED_SLASH" },
    { "escaped slash, allowed", SLASHES, "/a%2fb", "/a%2Fb" },
    { "escaped backslash, allowed", SLASHES, "/a%5cb", "/a%5Cb" },
    { "names and dots around an escaped slash", SLASHES, "/a.%2f.b%2F...",
      "/a.%2F.b%2F..." },
    { "dots before an escaped slash", SLASHES, "/a/..%2fb", "PATH_DOT_TRICK" },
    { "dots behind an escaped slash", SLASHES, "/a%2f..", "PATH_DOT_TRICK" },
    { "dots between escaped slashes", SLASHES, "/a%2f%2e%2E%2fb",
      "PATH_DOT_TRICK" },
    { "one dot between escaped slashes", SLASHES, "/a%2f.%2fb",
      "PATH_DOT_TRICK" },
    { "dots before an escaped backslash", SLASHES, "/a/..%5Cb",
      "PATH_DOT_TRICK" },
    { "dots behind an escaped backslash", SLASHES, "/a%5c..%2fb",
      "PATH_DOT_TRICK" },

    { "a parameter", 0, "/a;v=1.2/b;.", "/a;v=1.2/b;." },
    { "dots with a parameter", 0, "/a/..;/b", "PATH_DOT_TRICK" },
    { "dots with a named parameter", 0, "/a/..;x=1/b", "PATH_DOT_TRICK" },
    { "one dot with a parameter", 0, "/a/.;x/b", "PATH_DOT_TRICK" },
    { "dots with an escaped parameter", 0, "/a/..%3bx/b", "PATH_DOT_TRICK" },
    { "escaped dots with a parameter", 0, "/a/%2e%2e;/b", "PATH_DOT_TRICK" },
    { "dots with a parameter at the end", 0, "/..;", "PATH_DOT_TRICK" },
    { "dots in a parameter", 0, "/a;b=..;c=./d", "/a;b=..;c=./d" },
    { "a slash in a parameter, then dots", SLASHES, "/a;b%2f..",
      "PATH_DOT_TRICK" },
    { "dots behind a slash with a parameter", SLASHES, "/a%2f..;b",
      "PATH_DOT_TRICK" },
};

static const char *result_name(path_e result)
{
    static const char *const names[] = {
#define X(id, text) #id,
        PATH_RESULTS(X)
#undef X
    };

    return names[result];
}

static void assert_path(path_e status, slice_t got, const char *expect)
{
    char text[256];

    if (status != PATH_OK) {
        assert_string_equal(result_name(status), expect);
        return;
    }
    assert_true(got.len < sizeof(text));
    memcpy(text, got.p, got.len);
    text[got.len] = '\0';
    assert_string_equal(text, expect);
}

static void check_case(void **state)
{
    const normalize_case_t *row = *state;
    size_t len = strlen(row->input);
    guard_page_t input, output;
    slice_t result = { NULL, 0 };
    char *in, *out;
    path_e status;

    guard_page_open(&input, len);
    guard_page_open(&output, len);
    in = guard_page_put(&input, row->input, len);
    out = guard_page_room(&output, len);
    status = path_normalize(slice_make(in, len), row->flags, out, len, &result);
    assert_path(status, result, row->expect);
    assert_memory_equal(in, row->input, len);
    if (status == PATH_OK) {
        slice_t again;

        assert_true(result.len <= len);
        assert_int_equal(path_normalize(result, row->flags, in, len, &again),
                         PATH_OK);
        assert_path(PATH_OK, again, row->expect);
    }
    memcpy(in, row->input, len);
    status = path_normalize(slice_make(in, len), row->flags, in, len, &result);
    assert_path(status, result, row->expect);
    guard_page_close(&input);
    guard_page_close(&output);
}

static void check_no_room(void **state)
{
    char out[4];
    slice_t result;

    (void)state;
    assert_int_equal(path_normalize(SLICE_LIT("/abc"), 0, out, 3, &result),
                     PATH_NO_ROOM);
    assert_int_equal(path_normalize(SLICE_LIT("/abc"), 0, out, 4, &result),
                     PATH_OK);
}

static void check_texts(void **state)
{
    (void)state;
    assert_string_equal(path_result_text(PATH_OK), "the path is good");
    assert_string_equal(path_result_text(PATH_ABOVE_ROOT),
                        "more \"..\" segments than the path is deep");
    assert_string_equal(path_result_text((path_e)99), "unknown");
}

/* ---- path_encode ---- */

typedef struct {
    const char *name;
    const char *input;
    const char *expect;
} encode_case_t;

static const encode_case_t encode_cases[] = {
    { "encode: nothing to do", "/a%2fb;c=1", "/a%2fb;c=1" },
    { "encode: UTF-8", "/caf\xc3\xa9", "/caf%C3%A9" },
    { "encode: what browsers leave", "/a b\"<>^`{|}",
      "/a%20b%22%3C%3E%5E%60%7B%7C%7D" },
    { "encode: not what is never good", "/\\#?\x01%", "/\\#?\x01%" },
    { "encode: the highest byte", "/\xff", "/%FF" },
    { "encode: nothing", "", "" },
};

static void check_encode(void **state)
{
    const encode_case_t *row = *state;
    size_t len = strlen(row->input);
    char out[PATH_ENCODE_ROOM(64)];
    slice_t input = slice_make(row->input, len), result;

    assert_path(path_encode(input, out, PATH_ENCODE_ROOM(len), &result), result,
                row->expect);
    if (strcmp(row->input, row->expect) == 0) {
        assert_ptr_equal(result.p, row->input);
    }
    else {
        assert_int_equal(path_encode(input, out, PATH_ENCODE_ROOM(len) - 1,
                                     &result),
                         PATH_NO_ROOM);
    }
}

/* ---- path_split_target ---- */

typedef struct {
    const char *name;
    const char *target;
    const char *expect; /* "path [query]", or the refusal */
} split_case_t;

static const split_case_t split_cases[] = {
    { "split: no query", "/a/b", "/a/b []" },
    { "split: query", "/a?b=c", "/a [?b=c]" },
    { "split: empty query", "/a?", "/a [?]" },
    { "split: two marks", "/?a?b", "/ [?a?b]" },
    { "split: query with anything else", "/a?/../%00\xff|\"",
      "/a [?/../%00\xff|\"]" },
    { "split: empty", "", "PATH_NOT_ABSOLUTE" },
    { "split: asterisk", "*", "PATH_NOT_ABSOLUTE" },
    { "split: query alone", "?a", "PATH_NOT_ABSOLUTE" },
    { "split: fragment", "/a#b", "PATH_BAD_BYTE" },
    { "split: fragment in the query", "/a?b#c", "PATH_BAD_BYTE" },
    { "split: space in the query", "/a?b c", "PATH_BAD_BYTE" },
    { "split: line end in the query", "/a?b\r\nX: y", "PATH_CONTROL" },
    { "split: DEL in the path", "/a\x7f?b", "PATH_CONTROL" },
};

static void check_split(void **state)
{
    const split_case_t *row = *state;
    slice_t path = { NULL, 0 }, query = { NULL, 0 };
    path_e status = path_split_target(slice_str(row->target), &path, &query);
    unit_text_t got = { .len = 0 };

    if (status != PATH_OK) {
        assert_null(path.p);
        assert_null(query.p);
    }
    unit_text_add(&got, "%.*s [%.*s]", (int)path.len, path.p ? path.p : "",
                  (int)query.len, query.p ? query.p : "");
    assert_string_equal(status == PATH_OK ? got.text : result_name(status),
                        row->expect);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(encode_cases); i++) {
        unit_add(encode_cases[i].name, check_encode, &encode_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(split_cases); i++) {
        unit_add(split_cases[i].name, check_split, &split_cases[i]);
    }
    unit_add("no room", check_no_room, NULL);
    unit_add("texts", check_texts, NULL);
    return unit_run("path_normalize");
}
