/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_injection_test.c: values that are code, and values that look like some.
 */
#include "unit.h"

#include "waf/detect/sql_words.c"
#include "waf/detect/sql_tokens.c"
#include "waf/detect/sql_fold.c"
#include "waf/detect/sql_injection.c"

typedef struct {
    slice_t value;
    const char *fingerprint;
} case_t;

/* clang-format off */
static const case_t attacks[] = {
    /* conditions */
    { SLICE_LIT("1 or 1=1"), "1&1o1" },
    { SLICE_LIT("1 OR 1=1-- -"), "1&1o1c" },
    { SLICE_LIT("1/**/or/**/1=1"), "1&1o1" },
    { SLICE_LIT("1\nor\t1=1"), "1&1o1" },
    { SLICE_LIT("1e0or 1=1"), "1&1o1" },
    { SLICE_LIT("0x31 || 1=1"), "1&1o1" },
    { SLICE_LIT("{`x` 1} or 1=1"), "1&1o1" },
    { SLICE_LIT("1 or not 1"), "1&1" },
    { SLICE_LIT("1) or (1=1"), "1)&(1o1" },
    { SLICE_LIT("(1)or(1)=(1)"), "1&1o1" },
    { SLICE_LIT("' or '1'='1"), "s&sos" },
    { SLICE_LIT("x\" or \"a\"=\"a"), "s&sos" },
    { SLICE_LIT("x') or ('a'='a"), "s)&(sos" },
    { SLICE_LIT("x' or name like '%"), "s&nos" },
    { SLICE_LIT("\\\\' or 1=1#"), "s&1o1o" },
    { SLICE_LIT("1 and sleep(5)"), "1&f(1)" },
    { SLICE_LIT("1 and if(1=1,sleep(5),0)"), "1&f(1o1" },
    { SLICE_LIT("'='"), "sos" },
    { SLICE_LIT("'-'"), "sos" },
    /* queries */
    { SLICE_LIT("1 union select 1,2,3"), "1UE1" },
    { SLICE_LIT("-1 UnIoN/**/aLl SeLeCt null"), "1UEv" },
    { SLICE_LIT("1 union -- x\nselect 1"), "1UE1" },
    { SLICE_LIT("1'union(select 1)#"), "sU(E1)o" },
    { SLICE_LIT("1 = (select 1)"), "1o(E1)" },
    { SLICE_LIT("case when 1=1 then 1 end"), "Ek1o1k1" },
    /* statements, clauses */
    { SLICE_LIT("1; drop table users"), "1;Tkn" },
    { SLICE_LIT("x'; exec xp_cmdshell 'dir'--"), "s;Ensc" },
    { SLICE_LIT("1 order by 10--"), "1B1c" },
    { SLICE_LIT("1' group by x having 1=1"), "sBnB1o1" },
    { SLICE_LIT("1 into outfile '/x'"), "1ks" },
    { SLICE_LIT("1 procedure analyse(1)"), "1Bn(1)" },
    /* ends */
    { SLICE_LIT("admin'--"), "sc" },
    { SLICE_LIT("admin'#"), "sc" },
    { SLICE_LIT("1/*"), "1c" },
    { SLICE_LIT("1/*!or*/1=1"), "1X1o1" },
    /* functions, strings of dialects */
    { SLICE_LIT("sleep(5)"), "f(1)" },
    { SLICE_LIT("dbms_pipe.receive_message('a',1)"), "f(s)" },
    { SLICE_LIT("q'[it's]' or 1=1"), "s&1o1" },
    { SLICE_LIT("$a$x$a$ or 1=1"), "s&1o1" },
    { SLICE_LIT("N'a' or 1=1"), "s&1o1" },
    { SLICE_LIT("@@version or 1=1"), "v&1o1" },
};

static const slice_t benign[] = {
    SLICE_LIT(""), SLICE_LIT("a"), SLICE_LIT("1"), SLICE_LIT("'"),
    SLICE_LIT("\""), SLICE_LIT("\\"), SLICE_LIT("--"), SLICE_LIT("q'"),
    SLICE_LIT("$a$"), SLICE_LIT("/*"), SLICE_LIT("@"), SLICE_LIT("["),
    SLICE_LIT("O'Brien"), SLICE_LIT("rock 'n' roll"),
    SLICE_LIT("O'Brien and Sons, the 'best' in town"),
    SLICE_LIT("It's a lovely day, isn't it? I don't think we'll go; really"),
    SLICE_LIT("She said \"yes\" and he said \"no\""),
    SLICE_LIT("You can select from the list and order by phone."),
    SLICE_LIT("Union Station"), SLICE_LIT("the union of two sets; or more"),
    SLICE_LIT("Insert the card into the slot, then enter your PIN -- now"),
    SLICE_LIT("drop table x"), SLICE_LIT("5 or 6 people"),
    SLICE_LIT("1 or more items"), SLICE_LIT("x = 5 or y = 6"),
    SLICE_LIT("1 + 1 = 2, and 2 + 2 = 4"),
    SLICE_LIT("My phone is +49 (0)30 123456-78, or (555) 123-4567"),
    SLICE_LIT("foo(bar) and baz(1)"), SLICE_LIT("if (a == b) { c(); }"),
    SLICE_LIT("2024-01-02T03:04:05+00:00"), SLICE_LIT("10.0.0.1"),
    SLICE_LIT("550e8400-e29b-41d4-a716-446655440000"),
    SLICE_LIT("https://example.com/?a=1&b=2#c"),
    SLICE_LIT("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML)"),
    SLICE_LIT("text/html,application/xml;q=0.9,*/*;q=0.8"),
    SLICE_LIT("{\"name\":\"O'Brien\",\"note\":\"it's 1 or 2\"}"),
    SLICE_LIT("a:3:{i:0;s:1:\"a\";i:1;s:1:\"b\";}"),
    SLICE_LIT("<!-- wp:paragraph --><p>Hello 'you' -- it's me</p>"),
};
/* clang-format on */

/* Where reading too far is seen. */
static int found(slice_t value, char *fingerprint)
{
    char *copy = malloc(value.len ? value.len : 1);
    int is_found;

    memcpy(copy, value.p, value.len);
    is_found = sql_injection_found(slice_make(copy, value.len), fingerprint);
    free(copy);
    return is_found;
}

static void check_attacks(void **state)
{
    char fingerprint[8];
    size_t i;

    for (i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
        if (!found(attacks[i].value, fingerprint)
            || strcmp(fingerprint, attacks[i].fingerprint)) {
            fail_msg("%s: \"%s\"", attacks[i].value.p, fingerprint);
        }
    }
}

static void check_benign(void **state)
{
    char fingerprint[8];
    size_t i;

    for (i = 0; i < sizeof(benign) / sizeof(*benign); i++) {
        if (found(benign[i], fingerprint)) {
            fail_msg("%s: \"%s\"", benign[i].p, fingerprint);
        }
        assert_string_equal(fingerprint, "");
    }
}

/* Cut off anywhere, they are read without harm. */
static void check_prefixes(void **state)
{
    char fingerprint[8];
    size_t i, len;

    for (i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
        for (len = 0; len < attacks[i].value.len; len++) {
            found(slice_make(attacks[i].value.p, len), fingerprint);
            assert_true(strlen(fingerprint) < sizeof(fingerprint));
        }
    }
}

/* Nothing is found in what has only bytes that sql_injection_bytes lacks:
 * numbers and words of all kinds, in a row. */
static void check_bytes(void **state)
{
    static const char *const numbers[] = { "",    "1",   "0b1", "0b12", "0x1f",
                                           "0xg", "2e5", "2e",  "0b",   "00" };
    char fingerprint[8], text[120];
    byte_set_t needs = sql_injection_bytes(), bytes;
    size_t i, k, n;

    for (i = 0; i < UNIT_COUNT(numbers); i++) {
        for (k = 0; k < UNIT_COUNT(numbers); k++) {
            for (n = 0; n < UNIT_COUNT(words); n++) {
                snprintf(text, sizeof(text), "%s%s%.40s", numbers[i],
                         numbers[k], words[n].text);
                bytes = byte_set_of(slice_str(text));
                assert_false(byte_set_meets(&needs, &bytes));
                assert_false(found(slice_str(text), fingerprint));
            }
        }
    }
    for (i = 0; i < UNIT_COUNT(attacks); i++) {
        bytes = byte_set_of(attacks[i].value);
        assert_true(byte_set_meets(&needs, &bytes));
    }
}

static int has_any(const char *word, int is_shorter, const group_t *group,
                   size_t count)
{
    size_t i;

    for (; count--; group++) {
        for (i = 0; i < group->count; i++) {
            if (has_shape(word, is_shorter, group->shapes[i])) {
                return 1;
            }
        }
    }
    return 0;
}

/* The groups of shapes leave none out: all words of up to four kinds. */
static void check_groups(void **state)
{
    static const char kinds[] = "1svnfo&UkEBT(),;c.X";
    const size_t n = sizeof(kinds); /* with the 0, which ends words */
    size_t i, shorter;

    for (i = 0; i < n * n * n * n * 2; i++) {
        const char word[SQL_FOLD_MAX + 1] = { kinds[i / 2 % n],
                                              kinds[i / 2 / n % n],
                                              kinds[i / 2 / n / n % n],
                                              kinds[i / 2 / n / n / n] };

        shorter = i % 2;
        assert_int_equal(is_free_code(word, shorter),
                         has_any(word, shorter, free_groups,
                                 UNIT_COUNT(free_groups)));
        if (*word == SQL_STRING && word[1]) {
            assert_int_equal(is_code(word, shorter, 1),
                             has_any(word, shorter, quoted_groups,
                                     UNIT_COUNT(quoted_groups)));
        }
    }
}

/* Does one of the kinds that are not plain stand in the shape? */
static int wants_other_kind(const char *shape)
{
    static const char plain[] = "n1.,:k?";
    int wants = 0;
    size_t i;

    for (shape += *shape == '+'; *shape && *shape != '$'; shape++) {
        for (i = 0; plain[i] && !is_kind(plain[i], *shape); i++) {
        }
        wants |= !plain[i];
    }
    return wants;
}

/* What has plain kinds only is no code. */
static void check_plain(void **state)
{
    size_t i, k, kind;

    for (i = 0; i < UNIT_COUNT(free_groups); i++) {
        for (k = 0; k < free_groups[i].count; k++) {
            if (!wants_other_kind(free_groups[i].shapes[k])) {
                fail_msg("%s", free_groups[i].shapes[k]);
            }
        }
    }
    for (kind = 0; kind < 256; kind++) {
        assert_int_equal(is_plain_kind((char)kind),
                         kind && strchr("n1.,:k?", (int)kind));
    }
    assert_true(is_plain(SLICE_LIT("json.item12.label: 12, on Friday")));
    assert_false(is_plain(SLICE_LIT("1 like 1")));
    assert_false(is_plain(SLICE_LIT("a#b")));
}

static void check_words_in_order(void **state)
{
    size_t i;

    for (i = 1; i < sizeof(words) / sizeof(*words); i++) {
        if (strcmp(words[i - 1].text, words[i].text) >= 0) {
            fail_msg("%s behind %s", words[i].text, words[i - 1].text);
        }
    }
    for (i = 0; i < UNIT_COUNT(words); i++) {
        assert_int_equal(sql_word_kind(slice_str(words[i].text)),
                         words[i].kind);
    }
    assert_int_equal(sql_word_kind(SLICE_LIT("UNION")), SQL_UNION);
    assert_int_equal(sql_word_kind(SLICE_LIT("unions")), SQL_NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_attacks),        cmocka_unit_test(check_benign),
        cmocka_unit_test(check_prefixes),       cmocka_unit_test(check_bytes),
        cmocka_unit_test(check_groups),         cmocka_unit_test(check_plain),
        cmocka_unit_test(check_words_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
