/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_test.c: operators, what they capture and what they tell of a match;
 * expected is what ModSecurity 2.9.7 does and logs. */
#include "unit.h"

#include "match_parts.h"

static apr_pool_t *pool;
static transform_chains_t *chains;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    strcpy(fingerprint, memchr(value.p, '\'', value.len) ? "s&sos" : "");
    return *fingerprint != '\0';
}

int detector_script(slice_t value)
{
    return memchr(value.p, '<', value.len) != NULL;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    *any = byte_set_of(is_script ? SLICE_LIT("<") : SLICE_LIT("'"));
    return 1;
}

/* A matcher alone with its words. */
typedef struct {
    matcher_maker_t *maker;
    rule_operator_t op;
    const matcher_t *matcher;
    strings_plan_t plan;
} alone_t;

static const char *make(const char *text, alone_t *alone)
{
    const char *wrong = rule_operator_parse(text, &alone->op, pool);

    alone->maker = matcher_maker_make(0, pool);
    if (!wrong) {
        wrong = matcher_make(alone->maker, &alone->op, "/nowhere/x.conf:1",
                             &alone->matcher);
    }
    return wrong ? wrong
                 : matcher_maker_plan(alone->maker, chains, &alone->plan);
}

/* ---- one value each ---- */

typedef struct {
    const char *op; /* behind a NUL: what its variables are expanded to */
    const char *value;
    const char *expect; /* what is told, and captures; "": no match */
} case_t;

/* clang-format off */
static const case_t cases[] = {
    { "@rx ^a(x)?(b)", "ab!", "Pattern match \"^a(x)?(b)\" at ARGS:a. [ab] [] [b]" },
    { "@rx (a)(b)(c)(d)(e)(f)(g)(h)(i)(j)", "abcdefghijk", "Pattern match \"(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\" at ARGS:a. [abcdefghij] [a] [b] [c] [d] [e] [f] [g] [h] [i]" },
    { "^a.c$", "a\nc", "Pattern match \"^a.c$\" at ARGS:a. [a\nc]" },
    { "@rx a$", "a\n", "" },
    { "@rx select", "SELECT", "" },
    { "@rx (?i)select", "xSELECT", "Pattern match \"(?i)select\" at ARGS:a. [SELECT]" },
    { "@rx ^", "", "Pattern match \"^\" at ARGS:a. []" },
    { "@rx q\\x22\"b", "q\"\"b", "Pattern match \"q\\\\x22\\\"b\" at ARGS:a. [q\"\"b]" },
    { "@rx ^%{tx.x}$\0^a.c|d*$", "a.c", "Pattern match \"^a\\\\.c|d*$\" at ARGS:a. [a.c]" },
    { "@rx ^%{tx.x}$\0^a.c$", "abc", "" },
    { "@rx %{tx.x}\0a*{", "aa{", "Pattern match \"a*{\" at ARGS:a. [aa{]" },
    { "@rx %{tx.x}\0a**", "a", "" },
    { "!@rx ^a", "b", "Match of \"rx ^a\" against \"ARGS:a\" required." },
    { "!@rx ^a", "a", "" },
    { "!@pm foo", "b", "Match of \"pm foo\" against \"ARGS:a\" required." },
    { "!@streq %{tx.x}\0y", "b", "Match of \"streq %{tx.x}\" against \"ARGS:a\" required." },
    { "@pm abcd bc xbc q", "zxbc", "Matched phrase \"xbc\" at ARGS:a. [xbc]" },
    { "@pm abcd bc xbc q", "ABCD", "Matched phrase \"abc\" at ARGS:a. [abc]" },
    { "@pm abcd bc xbc q", "yq", "Matched phrase \"q\" at ARGS:a. [q]" },
    { "@pm abcd bc xbc q", "yQxbc", "Matched phrase \"q\" at ARGS:a. [q]" },
    { "@pm abcd bc xbc q", "ab", "" },
    { "@pm abcd bcx", "abcx", "Matched phrase \"bcx\" at ARGS:a. [bcx]" },
    { "@pm Foo |41 42|c", "xxabcc", "Matched phrase \"ABc\" at ARGS:a. [ABc]" },
    { "@pm '|22|d \"", "x'\"d", "Matched phrase \"'\\\"\" at ARGS:a. ['\"]" },
    { "@pm a\\:b c\\\\d e\\qf", "a:b", "Matched phrase \"a:b\" at ARGS:a. [a:b]" },
    { "@pm a\\:b c\\\\d e\\qf", "c\\d", "Matched phrase \"c\\\\d\" at ARGS:a. [c\\d]" },
    { "@pm a\\:b c\\\\d e\\qf", "e\\qf", "Matched phrase \"e\\\\qf\" at ARGS:a. [e\\qf]" },
    { "@pm %{tx.x} \xc3\xa4" "b", "\xc3\xa4" "b", "Matched phrase \"\\xc3\\xa4" "b\" at ARGS:a. [\xc3\xa4" "b]" },
    { "@pm %{tx.x} b", "%{TX.x}", "Matched phrase \"%{tx.x}\" at ARGS:a. [%{tx.x}]" },
    { "@beginsWith foo", "foo bar", "String match \"foo\" at ARGS:a." },
    { "@contains oo", "foo bar", "String match \"oo\" at ARGS:a." },
    { "@containsWord foo", "foo bar", "String match \"foo\" at ARGS:a." },
    { "@endsWith bar", "foo bar", "String match \"bar\" at ARGS:a." },
    { "@streq foo bar", "foo bar", "String match \"foo bar\" at ARGS:a." },
    { "@strmatch oo b", "foo bar", "Pattern match \"oo b\" at ARGS:a." },
    { "@within xfoo barx", "foo bar", "String match within \"xfoo barx\" at ARGS:a." },
    { "@within %{tx.x}\0", "", "String match within \"\" at ARGS:a." },
    { "@within %{tx.x}\0", "x", "" },
    { "@eq 5", "5x", "Operator EQ matched 5 at ARGS:a." },
    { "@ge %{tx.x}\0a.c", "5", "Operator GE matched 0 at ARGS:a." },
    { "@lt 6", "5", "Operator LT matched 6 at ARGS:a." },
    { "@unconditionalMatch", "x", "Unconditional match in SecAction." },
    { "@noMatch", "x", "" },
    { "!@noMatch", "x", "Match of \"noMatch \" against \"ARGS:a\" required." },
    { "@validateByteRange 98-255", "foo bar", "Found 2 byte(s) in ARGS:a outside range: 98-255." },
    { "@validateByteRange 32-126", "foo bar", "" },
    { "@validateUrlEncoding", "a%41", "" },
    { "@validateUrlEncoding", "%41%zz", "Invalid URL Encoding: Non-hexadecimal digits used at ARGS:a." },
    { "@validateUrlEncoding", "%41%a", "Invalid URL Encoding: Not enough characters at the end of input at ARGS:a." },
    { "@validateUtf8Encoding", "\xc3\xa4", "" },
    { "@validateUtf8Encoding", "\xff", "Invalid UTF-8 encoding: invalid byte value in character at ARGS:a. [offset \"0\"]" },
    { "@validateUtf8Encoding", "a\xc3", "Invalid UTF-8 encoding: not enough bytes in character at ARGS:a. [offset \"1\"]" },
    { "@validateUtf8Encoding", "\xc0\x80", "Invalid UTF-8 encoding: overlong character detected at ARGS:a. [offset \"0\"]" },
    { "@validateUtf8Encoding", "\xed\xa0\x80", "Invalid UTF-8 encoding: use of restricted character at ARGS:a. [offset \"0\"]" },
    { "@ipMatch 10.1.2.3/8,192.168.0.1,::1", "10.9.9.9", "IPmatch: \"10.9.9.9\" matched at ARGS:a." },
    { "@ipMatch 10.1.2.3/8,192.168.0.1,::1", "::1", "IPmatch: \"::1\" matched at ARGS:a." },
    { "@ipMatch 10.1.2.3/8, 192.168.0.1", "192.168.0.2", "" },
    { "@ipMatch 2001:db8::/32", "2001:db8::1", "IPmatch: \"2001:db8::1\" matched at ARGS:a." },
    { "@ipMatch ::/0", "192.168.0.2", "" },
    { "@ipMatch 10.0.0.0/8", "x", "" },
    { "@detectSQLi", "1' or '1'='1", "detected SQLi using libinjection with fingerprint 's&sos' [s&sos]" },
    { "@detectSQLi", "1", "" },
    { "@detectXSS", "<script>", "detected XSS using libinjection. [<script>]" },
};
/* clang-format on */

static void show(unit_text_t *out, const captures_t *captures)
{
    int i;

    for (i = 0; i < captures->count; i++) {
        unit_text_add(out, " [%.*s]", (int)captures->group[i].len,
                      captures->group[i].p);
    }
}

static void check_case(void **state)
{
    const case_t *c = *state;
    slice_t value = slice_str(c->value), argument = { NULL, 0 };
    unit_text_t out = { .len = 0 };
    alone_t a;
    int plain;

    assert_null(make(c->op, &a));
    if (matcher_argument(a.matcher)) {
        argument = slice_str(c->op + strlen(c->op) + 1);
    }
    for (plain = 0; plain < 2; plain++) {
        strings_t *strings = strings_make(&a.plan, 10000, pool);
        captures_t captures = { .count = 0 };
        int number = strings_add(strings, value), found;

        found = (plain ? matcher_run_plain(a.matcher, strings, number, argument,
                                           &captures)
                       : matcher_run(a.matcher, strings, number, argument, NULL,
                                     &captures))
                == MATCH_YES;
        out.len = 0;
        out.text[0] = '\0';
        if (found != a.op.negated) {
            unit_text_add(&out, "%s",
                          matcher_tell(a.matcher, a.op.negated, value, argument,
                                       SLICE_LIT("ARGS:a"), pool));
            show(&out, &captures);
        }
        assert_string_equal(out.text, c->expect);
    }
}

/* ---- what is wrong ---- */

static const case_t wrong_cases[] = {
    { "@rx (a", NULL,
      "\"(a\" is no expression: missing closing parenthesis, at byte 2" },
    { "@pmFromFile none.data", NULL,
      "/nowhere/none.data: No such file or directory" },
    { "@pmFromFile https://example.com/x", NULL,
      "https://example.com/x: phrases are read from files of this machine "
      "only" },
    { "@ipMatch 10.0.0.0/33", NULL,
      "\"10.0.0.0/33\" is neither an address nor a network as 192.0.2.0/24" },
    { "@ipMatch 10.0.0.1,x", NULL,
      "\"x\" is neither an address nor a network as 192.0.2.0/24" },
    { "@validateByteRange 1-256", NULL,
      "\"1-256\" are no bytes: wants some as 9,10,13,32-126" },
    { "@geoLookup", NULL, "@geoLookup is not supported" },
    { "@rbl example.com", NULL, "@rbl is not supported" },
};

static void check_wrong(void **state)
{
    const case_t *c = *state;
    alone_t a;

    assert_string_equal(make(c->op, &a), c->expect);
}

/* ---- files ---- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static match_e run_once(const alone_t *a, const char *value)
{
    strings_t *strings = strings_make(&a->plan, 10000, pool);
    work_time_t time = { .window = 0 };

    return matcher_run(a->matcher, strings,
                       strings_add(strings, slice_str(value)),
                       slice_make(NULL, 0), &time, NULL);
}

static void check_files(void **state)
{
    char folder[] = "/tmp/matcher.XXXXXX";
    const char *phrases, *networks;
    alone_t a;

    assert_non_null(mkdtemp(folder));
    phrases = apr_psprintf(pool, "%s/phrases", folder);
    networks = apr_psprintf(pool, "%s/networks", folder);
    write_file(phrases, "# no\n\n Foo bar \r\n  #no\nlast");
    write_file(networks, "# 192.0.2.9\n10.0.0.0/8\n\n127.0.0.1 # here\n");

    assert_null(make(apr_psprintf(pool, "@pmFromFile %s", phrases), &a));
    assert_int_equal(run_once(&a, "xFOO BARx"), MATCH_YES);
    assert_int_equal(run_once(&a, "at last"), MATCH_YES);
    assert_int_equal(run_once(&a, "foo"), MATCH_NO);
    assert_int_equal(run_once(&a, "#no"), MATCH_NO);

    assert_null(make(apr_psprintf(pool, "@ipMatchFromFile %s", networks), &a));
    assert_int_equal(run_once(&a, "10.2.3.4"), MATCH_YES);
    assert_int_equal(run_once(&a, "127.0.0.1"), MATCH_YES);
    assert_int_equal(run_once(&a, "192.0.2.9"), MATCH_NO);
    remove(phrases);
    remove(networks);
    remove(folder);
}

/* ---- many ---- */

/* Equal operators are one, and words of several are each one's own. */
static void check_shared(void **state)
{
    static const char *const texts[] = { "@rx union", "@rx union", "@pm union",
                                         "@rx x" };
    matcher_maker_t *maker = matcher_maker_make(0, pool);
    const matcher_t *made[4];
    rule_operator_t op;
    strings_plan_t plan;
    strings_t *strings;
    int i, number;

    for (i = 0; i < 4; i++) {
        assert_null(rule_operator_parse(texts[i], &op, pool));
        assert_null(matcher_make(maker, &op, "x:1", &made[i]));
    }
    assert_null(matcher_maker_plan(maker, chains, &plan));
    assert_ptr_equal(made[0], made[1]);
    assert_ptr_not_equal(made[0], made[2]);
    assert_int_equal(plan.mark_count, 2);
    strings = strings_make(&plan, 1000, pool);
    number = strings_add(strings, SLICE_LIT("a UNION b"));
    assert_int_equal(matcher_run(made[0], strings, number, slice_make(NULL, 0),
                                 NULL, NULL),
                     MATCH_NO);
    assert_int_equal(matcher_run(made[2], strings, number, slice_make(NULL, 0),
                                 NULL, NULL),
                     MATCH_YES);
}

/* What would take for ever ends. */
static void check_limit(void **state)
{
    alone_t a;

    assert_null(make("@rx ^(?:a+)+$", &a));
    assert_int_equal(run_once(&a, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
                     MATCH_LIMIT);
    assert_int_equal(run_once(&a, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                     MATCH_YES);
}

/* More expressions of run time than a thread keeps, again and again. */
static void check_late(void **state)
{
    strings_t *strings;
    alone_t a;
    int i, number;

    assert_null(make("@rx ^%{tx.x}$", &a));
    strings = strings_make(&a.plan, 10000, pool);
    for (i = 0; i < 100; i++) {
        const char *text = apr_psprintf(pool, "^v%d$", i % 20);

        number =
            strings_add(strings, slice_str(apr_psprintf(pool, "v%d", i % 20)));
        assert_int_equal(matcher_run(a.matcher, strings, number,
                                     slice_str(text), NULL, NULL),
                         MATCH_YES);
        number = strings_add(strings, SLICE_LIT("w"));
        assert_int_equal(matcher_run(a.matcher, strings, number,
                                     slice_str(text), NULL, NULL),
                         MATCH_NO);
    }
}

int main(void)
{
    int failed;
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    chains = transform_chains_make(pool);
    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].op, check_case, &cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(wrong_cases); i++) {
        unit_add(wrong_cases[i].op, check_wrong, &wrong_cases[i]);
    }
    unit_add("files", check_files, NULL);
    unit_add("shared", check_shared, NULL);
    unit_add("limit", check_limit, NULL);
    unit_add("late", check_late, NULL);
    failed = unit_run("matcher");
    apr_pool_destroy(pool);
    return failed;
}
