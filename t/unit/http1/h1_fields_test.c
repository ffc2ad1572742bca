/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_fields_test.c: lists, sets of names, character classes, lengths. */
#include "unit.h"
#include "guard_page.h"

#include "http1/h1_fields.c"

/* ---- lists --------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *value;
    const char *expect; /* each element in brackets */
} list_case_t;

static const list_case_t list_cases[] = {
    { "9110 5.6.1: empty value", "", "" },
    { "9110 5.6.1: one element", "a", "[a]" },
    { "9110 5.6.1: two elements", "a,b", "[a][b]" },
    { "9110 5.6.1: OWS around elements", " \ta \t,\t b ", "[a][b]" },
    { "9110 5.6.1.2: empty elements are skipped", ",a,, ,b,", "[a][b]" },
    { "9110 5.6.1.2: nothing but commas", " , ,,", "" },
    { "9110 5.6.4: comma in a quoted string", "a=\"x,y\", b",
      "[a=\"x,y\"][b]" },
    { "9110 5.6.4: escaped quote", "\"x\\\",y\",b", "[\"x\\\",y\"][b]" },
    { "9110 5.6.4: escaped backslash", "\"x\\\\\",b", "[\"x\\\\\"][b]" },
    { "9110 5.6.4: backslash outside quotes", "x\\,b", "[x\\][b]" },
    { "9110 5.6.4: quote without end", "\"a,b", "[\"a,b]" },
    { "9110 5.6.4: backslash at the end", "\"a\\", "[\"a\\]" },
};

static void check_list(void **state)
{
    const list_case_t *c = *state;
    unit_text_t got = { "", 0 };
    guard_page_t g;
    slice_t rest, element;

    guard_page_open(&g, 64);
    rest.len = strlen(c->value);
    rest.p = guard_page_put(&g, c->value, rest.len);
    while (h1_list_next(&rest, &element)) {
        unit_text_add(&got, "[%.*s]", (int)element.len, element.p);
    }
    assert_string_equal(got.text, c->expect);
    assert_int_equal(rest.len, 0);
    guard_page_close(&g);
}

typedef struct {
    const char *name;
    const char *value;
    const char *token;
    int expect;
} has_case_t;

static const has_case_t has_cases[] = {
    { "9110 7.6.1: the only option", "close", "close", 1 },
    { "9110 7.6.1: without case", "Keep-ALIVE", "keep-alive", 1 },
    { "9110 7.6.1: behind others", "a , b,\tclose", "close", 1 },
    { "9110 7.6.1: longer token", "closed", "close", 0 },
    { "9110 7.6.1: shorter token", "clos", "close", 0 },
    { "9110 7.6.1: words in one element", "not close", "close", 0 },
    { "9110 7.6.1: quoted", "\"close\"", "close", 0 },
    { "9110 7.6.1: absent from an empty list", "", "close", 0 },
    { "9110 10.1.4: parameter is no part of it", "trailers ;q=1", "trailers",
      1 },
    { "9110 10.1.4: token in a parameter", "x;trailers", "trailers", 0 },
    { "9110 10.1.4: parameter alone", ";close", "close", 0 },
};

static void check_has(void **state)
{
    const has_case_t *c = *state;

    assert_int_equal(h1_list_has(slice_str(c->value), slice_str(c->token)),
                     c->expect);
}

/* ---- names --------------------------------------------------------------- */

/* Which sets a name is in: bit 0 hop-by-hop, bit 1 not to be nominated, bit 2
 * not in a trailer section, which follows from the others. */
enum {
    HOP = 1 | 4,
    FIXED = 2 | 4,
    HEAD_ONLY = 4
};

static const struct {
    const char *name;
    int sets;
} names[] = {
    { "Connection", HOP },
    { "Keep-Alive", HOP },
    { "Proxy-Connection", HOP },
    { "Proxy-Authenticate", HOP },
    { "Proxy-Authorization", HOP },
    { "Proxy-Authentication-Info", HOP },
    { "TE", HOP },
    { "Trailer", HOP },
    { "Transfer-Encoding", HOP | FIXED },
    { "Upgrade", HOP },
    { "Host", FIXED },
    { "Content-Length", FIXED },
    { "Via", FIXED },
    { "Forwarded", FIXED },
    { "X-Forwarded-For", FIXED },
    { "X-Forwarded-Proto", FIXED },
    { "X-Forwarded-Scheme", FIXED },
    { "X-Forwarded-X", FIXED },
    { "X-Forwarded-By", FIXED },    /* as long as Content-Length */
    { "X-Forwarded-12345", FIXED }, /* as long as Transfer-Encoding */
    { "X-Real-IP", FIXED },
    { "X-Request-ID", FIXED },
    { "Traceparent", FIXED },
    { "Authorization", HEAD_ONLY },
    { "WWW-Authenticate", HEAD_ONLY },
    { "Cookie", HEAD_ONLY },
    { "Set-Cookie", HEAD_ONLY },
    { "Content-Encoding", HEAD_ONLY },
    { "Content-Type", HEAD_ONLY },
    { "Content-Range", HEAD_ONLY },
    { "Cache-Control", HEAD_ONLY },
    { "Expect", HEAD_ONLY },
    { "Max-Forwards", HEAD_ONLY },
    { "Pragma", HEAD_ONLY },
    { "Range", HEAD_ONLY },
    { "If-Match", HEAD_ONLY },
    { "If-None-Match", HEAD_ONLY },
    { "If-Modified-Since", HEAD_ONLY },
    { "If-Unmodified-Since", HEAD_ONLY },
    { "If-Range", HEAD_ONLY },
    { "Age", HEAD_ONLY },
    { "Date", HEAD_ONLY },
    { "Expires", HEAD_ONLY },
    { "Location", HEAD_ONLY },
    { "Retry-After", HEAD_ONLY },
    { "Vary", HEAD_ONLY },
    { "Warning", HEAD_ONLY },
    { "ETag", 0 },
    { "Digest", 0 },
    { "Grpc-Status", 0 },
    { "Server-Timing", 0 },
    { "X-Forwarded-", 0 },
    { "X-Forwarded", 0 },
    { "X-Real-IPs", 0 },
    { "X", 0 },
};

static int sets_of(slice_t name)
{
    return (h1_is_hop_by_hop(name) ? 1 : 0)
           | (h1_may_be_nominated(name) ? 0 : 2)
           | (h1_may_be_trailer(name) ? 0 : 4);
}

static void assert_sets(const char *name, size_t len, int expect)
{
    int got = sets_of(slice_make(name, len));

    if (got != expect) {
        fail_msg("%.*s is in sets %d, not %d", (int)len, name, got, expect);
    }
}

static void check_names(void **state)
{
    guard_page_t g;
    size_t i, j;

    guard_page_open(&g, 64);
    for (i = 0; i < UNIT_COUNT(names); i++) {
        size_t len = strlen(names[i].name);
        char *name = guard_page_put(&g, names[i].name, len);

        assert_sets(name, len, names[i].sets);
        for (j = 0; j < len; j++) {
            if (name[j] >= 'a' && name[j] <= 'z') {
                name[j] = (char)(name[j] - 32);
            }
        }
        assert_sets(name, len, names[i].sets);
    }
    guard_page_close(&g);
}

/* One byte changed, one more, one less: such names are in no set. */
static void check_near_names(void **state)
{
    size_t i, j;

    for (i = 0; i < UNIT_COUNT(names); i++) {
        char near[64];
        size_t len = strlen(names[i].name);

        if (!names[i].sets || !strncmp(names[i].name, "X-Forwarded-", 12)) {
            continue;
        }
        for (j = 0; j < len; j++) {
            memcpy(near, names[i].name, len);
            near[j] = '#';
            assert_sets(near, len, 0);
        }
        memcpy(near, names[i].name, len);
        near[len] = '#';
        assert_sets(near, len + 1, 0);
        assert_sets(near, len - 1, 0);
    }
    assert_sets("", 0, 0);
}

/* ---- bytes --------------------------------------------------------------- */

static int may_be_token(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
           || (c >= 'A' && c <= 'Z')
           || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static int may_be_value(int c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

static void check_token_bytes(void **state)
{
    int c;

    assert_false(h1_is_token(slice_make("", 0)));
    for (c = 0; c < 256; c++) {
        char text[3] = { 'a', 'b', 'c' };
        size_t at;

        for (at = 0; at < 3; at++) {
            text[at] = (char)c;
            assert_int_equal(h1_is_token(slice_make(text, 3)), may_be_token(c));
            text[at] = 'x';
        }
        assert_int_equal(h1_char_is((char)c, H1_CHAR_TARGET) != 0,
                         c > 0x20 && c != 0x7f);
    }
}

/* Every byte at every place of values of every length up to three words, so
 * that both the words and what is left behind them are met. */
static void check_value_bytes(void **state)
{
    static const char fillers[] = { 'v', '\t', ' ', (char)0xff, (char)0x80 };
    guard_page_t g;
    size_t len, at, f;
    int c;

    guard_page_open(&g, 32);
    for (f = 0; f < UNIT_COUNT(fillers); f++) {
        for (len = 0; len <= 24; len++) {
            char *text = guard_page_room(&g, len);

            memset(text, fillers[f], len);
            assert_true(h1_is_field_value(slice_make(text, len)));
            for (at = 0; at < len; at++) {
                for (c = 0; c < 256; c++) {
                    text[at] = (char)c;
                    assert_int_equal(h1_is_field_value(slice_make(text, len)),
                                     may_be_value(c));
                }
                text[at] = fillers[f];
            }
        }
    }
    guard_page_close(&g);
}

/* ---- lengths ------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *text;
    int64_t expect; /* -1: refused */
} length_case_t;

static const length_case_t length_cases[] = {
    { "9110 8.6: length 0", "0", 0 },
    { "9110 8.6: length 1234567890", "1234567890", 1234567890 },
    { "9110 8.6: leading zeros", "0000000000000000000000042", 42 },
    { "9110 8.6: the largest length", "9223372036854775807", INT64_MAX },
    { "9110 8.6: one above the largest", "9223372036854775808", -1 },
    { "9110 8.6: above the largest by a digit", "92233720368547758070", -1 },
    { "9110 8.6: wraps to 1 in 64 bits", "18446744073709551617", -1 },
    { "9110 8.6: forty digits", "1000000000000000000000000000000000000000",
      -1 },
    { "9110 8.6: empty length", "", -1 },
    { "9110 8.6: plus sign", "+5", -1 },
    { "9110 8.6: minus sign", "-5", -1 },
    { "9110 8.6: minus zero", "-0", -1 },
    { "9110 8.6: hexadecimal", "0x5", -1 },
    { "9110 8.6: letter behind", "5a", -1 },
    { "9110 8.6: space before", " 5", -1 },
    { "9110 8.6: space behind", "5 ", -1 },
    { "9110 8.6: space within", "1 5", -1 },
    { "9110 8.6: fraction", "5.0", -1 },
    { "9110 8.6: list", "5,5", -1 },
    { "9110 8.6: digit of another script", "\xd9\xa5", -1 },
    { "9110 8.6: byte before the digits", "/", -1 },
    { "9110 8.6: byte behind the digits", ":", -1 },
};

static void check_length(void **state)
{
    const length_case_t *c = *state;
    size_t len = strlen(c->text);
    int64_t got = -77;
    guard_page_t g;
    int result;

    guard_page_open(&g, 64);
    result = h1_parse_length(slice_make(guard_page_put(&g, c->text, len), len),
                             &got);
    assert_int_equal(result, c->expect < 0 ? -1 : 0);
    assert_true(got == (c->expect < 0 ? -77 : c->expect));
    guard_page_close(&g);
}

/* ---- slices -------------------------------------------------------------- */

static void check_slices(void **state)
{
    slice_t none = slice_str(NULL);

    assert_true(slice_eq(none, SLICE_LIT("")));
    assert_true(slice_eq_nocase(none, SLICE_LIT("")));
    assert_false(slice_eq(SLICE_LIT("a"), SLICE_LIT("A")));
    assert_true(slice_eq_nocase(SLICE_LIT("a-Z"), SLICE_LIT("A-z")));
    assert_false(slice_eq_nocase(SLICE_LIT("@["), SLICE_LIT("`{")));
    assert_int_equal(slice_trim(SLICE_LIT(" \t \t")).len, 0);
    assert_true(slice_eq(slice_trim(SLICE_LIT(" a b\t")), SLICE_LIT("a b")));
    assert_true(slice_eq(slice_trim(SLICE_LIT("\r a\n")), SLICE_LIT("\r a\n")));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(list_cases); i++) {
        unit_add(list_cases[i].name, check_list, &list_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(has_cases); i++) {
        unit_add(has_cases[i].name, check_has, &has_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(length_cases); i++) {
        unit_add(length_cases[i].name, check_length, &length_cases[i]);
    }
    unit_add("9110 6.5.1, 7.6.1: sets of names", check_names, NULL);
    unit_add("9110 6.5.1, 7.6.1: similar names", check_near_names, NULL);
    unit_add("9110 5.6.2: bytes of a token", check_token_bytes, NULL);
    unit_add("9110 5.5: bytes of a field value", check_value_bytes, NULL);
    unit_add("9110 5.1, 5.6.3: slices compared and trimmed", check_slices,
             NULL);
    return unit_run("h1_fields");
}
