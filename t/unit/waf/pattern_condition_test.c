/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_condition_test.c: the words that expressions need, and that none is
 * asked for that a match does not have: PCRE2 is the judge. */
#include "unit.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "waf/pattern/pattern_class.c"
#include "waf/pattern/pattern_condition.c"
#include "waf/pattern/pattern_tree.c"

static apr_pool_t *pool;

typedef struct {
    const char *pattern, *words; /* joined by " "; "" without any */
} words_case_t;

/* clang-format off */
static const words_case_t words_cases[] = {
    { "union", "union" },
    { "(?i)UnIoN", "union" },
    { "union\\s+select", "select" },
    { "a|b", "" },
    { "ab|cd", "ab cd" },
    { "(?:un|re)do", "undo redo" },
    { "colou?r", "colour color" },
    { "x*foo.*barbar", "barbar" },
    { "foo{2}", "fooo" },
    { "fo+bar", "obar" },
    { "x(?:ab){6}", "xabababab" },
    { "(?:foo){2}", "foofoo" },
    { "(?:foo)*", "" },
    { "foo|", "" },
    { "foo|x*", "" },
    { "[ab]c", "ac bc" },
    { "[a-z]c", "" },
    { "[a-z]cd", "cd" },
    { "\\bon\\w+=", "on" },
    { "\\x3cscript", "<script" },
    { "a(?=bc)d", "ad" },
    { "(?<!x)eval", "eval" },
    { "(ab)\\1cde", "cde" },
    { "\\.\\./", "../" },
    { "[[:digit:]]{2}px", "px" },
    { "(?x) a b # c\n d", "abd" },
    { "(?x: a b)c d", "abc d" },
    { "(?x)a\x85" "b", "ab" }, /* in any encoding (PCRE2) */
    { "(?#note)ab", "ab" },
    { "foo(?#c)?bar", "foobar fobar" },
    { "foo (?#a)(?#b){2}bar", "foo  bar" },
    { "(?x)foo (?#a) # b\n (?#c) ? bar", "foobar fobar" },
    { "(?:(?#a)|(?#b)ab)cd", "cd abcd" },
    { "ab(?#c", "" },
    { "(?P<n>ab)c", "abc" },
    { "a{b}c", "a{b}c" },
    { "(?xix) ab c", "abc" },
    { "ab{0}c", "" },
    { "[]]x", "]x" },
    { "[^a]bc", "bc" },
    { "['[=<>]bc", "bc" },
    { "a\\/b", "a/b" },
    { "averylongwordindeedlonger", "averylongwordind" },
    /* Not understood. */
    { "\\Qab\\E", "" },
    { "abc{,2}d", "" },
    { "a{,2}b", "" },
    { "abc{ 1,3 }d", "" },
    { "abc{1 }d", "" },
    { "abc{1 ,3}d", "" },
    { "abc{1,\t3}d", "" },
    { "abc{1,3 }d", "" },
    { "(?xx)[a - c]zz", "" },
    { "(?xx:[a - c])zz", "" },
    { "['\"]\\s*!|select|\\sor\\s", "select or !" },
    { "cat|;\\s*l", "cat ;" },
    { "cat|a\\s*l", "" },
    { "cat|\\s+|=", "" },
    { "[=;]", "" },
    { "(?R)?ab", "" },
    { "(?(1)ab|cd)", "" },
    { "(*UTF)ab", "" },
    { "\\pLab", "" },
    { "\\x{99999999}ab", "" },
    { "ab\\", "" },
    { "ab)", "" },
    { "(ab", "" },
    { "[ab", "" },
};
/* clang-format on */

static void check_words(void **state)
{
    const words_case_t *c = *state;
    pattern_condition_t condition =
        pattern_condition(slice_str(c->pattern), pool);
    unit_text_t text = { .len = 0 };
    int i;

    for (i = 0; i < condition.word_count; i++) {
        unit_text_add(&text, "%s%.*s", i ? " " : "",
                      (int)condition.words[i].len, condition.words[i].p);
    }
    for (i = 0; i < 256; i++) {
        if (byte_set_has(&condition.bytes, (unsigned char)i)) {
            unit_text_add(&text, " %c", i);
        }
    }
    text.text[text.len] = '\0';
    assert_string_equal(text.text, c->words);
}

/* ---- the judge ---- */

static const char *const patterns[] = {
    "(?i)(?:union\\s*(?:all|distinct)?\\s*select|insert\\s+into)",
    "(?i:<[^0-9<>A-Z_a-z]*(?:script|img|svg)\\b)",
    "(?:;|\\||`|\\$\\()\\s*(?:cat|ls|id)\\b",
    "[\\s\\S]on(?:load|error)\\s*=",
    "^(?:https?|ftp)://(?:\\d{1,3}\\.){3}\\d{1,3}",
    "(?:\\.\\.[/\\\\]){2,}",
    "(?x) ( a | b ) + [c-e]{2} \\# ? f",
    "(a)(b)?\\2c|d[^e]f",
    "\\d+[xX]|(?=a)a{2,3}b?|\\x41\\102",
    "(?:a|b|)(?i)cD(?-i)E",
    "[\\w.-]+@[[:alpha:]]+\\.(?:com|org)",
    "(?:(?:ab)+c?){2}d*",
    "(?i)x?[[:lower:]][[:upper:]]#",
    "(?i)[^[:lower:]][^[:upper:]]#",
    "a(?#note)?b(?#)+c",
};

static uint64_t seed = 88172645463325252;

static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

/* Pieces of the expression, and what expressions speak of. */
static size_t make_value(const char *pattern, char *value, size_t room)
{
    /* clang-format off */
    static const char *const pieces[] = {
        "union", "SELECT", " ", "<", "script", ";", "cat", "onload", "=",
        "1", "2", ".", "../", "..\\", "a", "b", "ab", "c", "d", "e", "cDE",
        "CDE", "@", "com", "http://1.2.3.4", "A", "B", "x", "f", "#",
        "insert into ", "org", "1.2.3.4", "\n", "acd#f", "a@b.com"
    };
    /* clang-format on */
    size_t n = 0, length;
    unsigned count = any(8);

    while (count-- > 0) {
        if (any(4) == 0) {
            size_t from = any((unsigned)strlen(pattern));

            length = 1 + any(4);
            if (from + length > strlen(pattern)) {
                length = strlen(pattern) - from;
            }
            memcpy(value + n, pattern + from, length);
            n += length;
        }
        else {
            const char *piece = pieces[any(UNIT_COUNT(pieces))];

            memcpy(value + n, piece, strlen(piece));
            n += strlen(piece);
        }
        if (n + 32 > room) {
            break;
        }
    }
    return n;
}

static int has_word(const pattern_condition_t *condition, slice_t value)
{
    byte_set_t bytes;
    size_t at;
    int i;

    for (i = 0; i < condition->word_count; i++) {
        slice_t word = condition->words[i];

        for (at = 0; at + word.len <= value.len; at++) {
            if (slice_eq_nocase(word, slice_make(value.p + at, word.len))) {
                return 1;
            }
        }
    }
    bytes = byte_set_of(value);
    return condition->word_count == 0
           || byte_set_meets(&condition->bytes, &bytes);
}

static void check_against_pcre(void **state)
{
    const char *pattern = *(const char *const *)*state;
    pattern_condition_t condition = pattern_condition(slice_str(pattern), pool);
    int error, i, matches = 0;
    size_t at;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                      PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY, &error, &at, NULL);
    pcre2_match_data *data = pcre2_match_data_create(32, NULL);

    assert_non_null(code);
    for (i = 0; i < 20000; i++) {
        char text[256];
        slice_t value = slice_make(text, make_value(pattern, text, 256));
        byte_set_t bytes = byte_set_of(value);

        if (pcre2_match(code, (PCRE2_SPTR)value.p, value.len, 0, 0, data, NULL)
            >= 0) {
            matches++;
            assert_true(has_word(&condition, value));
            assert_true(pattern_passes_gates(&condition, &bytes));
        }
    }
    assert_true(matches > 10);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
}

static void check_gates(void **state)
{
    pattern_condition_t condition =
        pattern_condition(SLICE_LIT("[;|`]\\s*[a-z]"), pool);
    byte_set_t good = byte_set_of(SLICE_LIT("a ; b")),
               bad = byte_set_of(SLICE_LIT("a b")),
               digits = byte_set_of(SLICE_LIT("1 ; 2"));

    assert_int_equal(condition.word_count, 0);
    assert_true(pattern_passes_gates(&condition, &good));
    assert_false(pattern_passes_gates(&condition, &bad));
    assert_false(pattern_passes_gates(&condition, &digits));
}

/* With (?i), PCRE2 takes [:lower:] and [:upper:] for [:alpha:]. */
static void check_gates_of_case(void **state)
{
    const byte_set_t lower = byte_set_of(SLICE_LIT("abc")),
                     upper = byte_set_of(SLICE_LIT("ABC"));
    pattern_condition_t any_lower =
        pattern_condition(SLICE_LIT("(?i)[[:lower:]]"), pool);
    pattern_condition_t any_upper =
        pattern_condition(SLICE_LIT("(?i)[[:upper:]]"), pool);
    pattern_condition_t one_lower =
        pattern_condition(SLICE_LIT("[[:lower:]]"), pool);

    assert_true(pattern_passes_gates(&any_lower, &lower));
    assert_true(pattern_passes_gates(&any_lower, &upper));
    assert_true(pattern_passes_gates(&any_upper, &lower));
    assert_true(pattern_passes_gates(&any_upper, &upper));
    assert_true(pattern_passes_gates(&one_lower, &lower));
    assert_false(pattern_passes_gates(&one_lower, &upper));
}

/* Deep and wide ones end, too. */
static void check_bounds(void **state)
{
    static char text[20000];
    size_t i;

    memset(text, '(', sizeof(text));
    assert_int_equal(pattern_condition(slice_make(text, sizeof(text)), pool)
                         .word_count,
                     0);
    for (i = 0; i + 4 <= sizeof(text); i += 4) {
        memcpy(text + i, "[ab]", 4);
    }
    pattern_condition(slice_make(text, sizeof(text)), pool);
    for (i = 0; i + 4 <= sizeof(text); i += 4) {
        text[i] = (char)('a' + i / 4 % 26);
        text[i + 1] = (char)('a' + i / 104 % 26);
        text[i + 2] = (char)('a' + i / 2704 % 26);
        text[i + 3] = '|';
    }
    assert_int_equal(pattern_condition(slice_make(text, 8000), pool).word_count,
                     0);
}

int main(void)
{
    size_t i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    for (i = 0; i < UNIT_COUNT(words_cases); i++) {
        unit_add(words_cases[i].pattern, check_words, &words_cases[i]);
    }
    for (i = 0; i < UNIT_COUNT(patterns); i++) {
        unit_add(patterns[i], check_against_pcre, &patterns[i]);
    }
    unit_add("gates", check_gates, NULL);
    unit_add("gates of case", check_gates_of_case, NULL);
    unit_add("bounds", check_bounds, NULL);
    return unit_run("pattern_condition");
}
