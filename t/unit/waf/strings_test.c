/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* strings_test.c: equal strings are one, transformations are made once, marks
 * are those of the words that stand in a string. */
#include "unit.h"

#include <apr_general.h>
#include <apr_strings.h>

#include "waf/match/word_search.c"
#include "waf/transform/transform.c"
#include "waf/transform/transform_chains.c"
#include "waf/transform/transform_code.c"
#include "waf/transform/transform_digest.c"
#include "waf/transform/transform_escape.c"
#include "waf/transform/transform_path.c"
#include "waf/transform/transform_space.c"
#include "waf/transform/transform_url.c"
#include "waf/value/known.c"
#include "waf/value/strings.c"

static apr_pool_t *pool;
static transform_chains_t *chains;
static int decoded, decoded_lower, lower;

static const slice_t words[] = { SLICE_LIT("select"), SLICE_LIT("union"),
                                 SLICE_LIT("script") };
static const uint32_t marks_from[] = { 0, 2, 3, 4 };
static const uint16_t marks[] = { 0, 70, 0, 1 };
static strings_plan_t plan = { .marks_from = marks_from,
                               .marks = marks,
                               .mark_count = 71 };

static strings_t *make(size_t bytes)
{
    return strings_make(&plan, bytes, pool);
}

static void check_equal(void **state)
{
    strings_t *strings = make(1000);
    char other[] = "abc";

    assert_int_equal(strings_add(strings, SLICE_LIT("abc")), 0);
    assert_int_equal(strings_add(strings, SLICE_LIT("abd")), 1);
    assert_int_equal(strings_add(strings, SLICE_LIT("")), 2);
    assert_int_equal(strings_add(strings, slice_str(other)), 0);
    assert_true(slice_eq(strings_text(strings, 1), SLICE_LIT("abd")));
}

static void check_transformed(void **state)
{
    strings_t *strings = make(1000);
    int coded = strings_add(strings, SLICE_LIT("A%42"));
    int plain = strings_add(strings, SLICE_LIT("ab"));
    int done = strings_transformed(strings, coded, decoded_lower);

    assert_int_equal(done, plain);
    assert_true(
        slice_eq(strings_text(strings,
                              strings_transformed(strings, coded, decoded)),
                 SLICE_LIT("AB")));
    assert_int_equal(strings_transformed(strings, plain, decoded_lower), plain);
    assert_int_equal(strings_transformed(strings, coded, 0), coded);
    assert_int_equal(strings->count, 3);
    assert_int_equal(strings_transformed(strings, coded, decoded_lower), done);
    assert_int_equal(strings->count, 3);
}

static void check_marks(void **state)
{
    strings_t *strings = make(1000);
    int attack = strings_add(strings, SLICE_LIT("UNION select"));
    int script = strings_add(strings, SLICE_LIT("<script>"));

    assert_true(strings_has_mark(strings, attack, 0));
    assert_false(strings_has_mark(strings, attack, 1));
    assert_true(strings_has_mark(strings, attack, 70));
    assert_false(strings_has_mark(strings, script, 0));
    assert_true(strings_has_mark(strings, script, 1));
}

/* Another case has the same words, and one search for them; many results of one
 * run do not lie in each other's memory. */
static void check_case_of(void **state)
{
    strings_t *strings = make(100000);
    int attack = strings_add(strings, SLICE_LIT("UNION select"));
    int low = strings_transformed(strings, attack, lower), i;

    assert_int_not_equal(low, attack);
    assert_true(strings_has_mark(strings, low, 70));
    assert_false(strings_has_mark(strings, low, 1));
    assert_ptr_equal(strings_marks(strings, low),
                     strings_marks(strings, attack));
    for (i = 0; i < 1000; i++) {
        const char *text = apr_psprintf(pool, "A%%41%d", i);
        int number = strings_add(strings, slice_str(text));

        strings_transformed(strings, number, decoded);
        strings_transformed(strings, number, decoded_lower);
    }
    for (i = 0; i < 1000; i++) {
        slice_t upper = slice_str(apr_psprintf(pool, "AA%d", i));
        slice_t small = slice_str(apr_psprintf(pool, "aa%d", i));
        int number =
            strings_add(strings, slice_str(apr_psprintf(pool, "A%%41%d", i)));

        assert_true(
            slice_eq(strings_text(strings, strings_transformed(strings, number,
                                                               decoded)),
                     upper));
        assert_true(
            slice_eq(strings_text(strings, strings_transformed(strings, number,
                                                               decoded_lower)),
                     small));
    }
}

/* Past its bound it says so, and what was there stays good. */
static void check_full(void **state)
{
    strings_t *strings = make(12);
    int number = strings_add(strings, SLICE_LIT("A%42%43"));

    assert_int_equal(strings_add(strings, SLICE_LIT("123456")), STRINGS_FULL);
    assert_int_equal(strings_transformed(strings, number, decoded),
                     STRINGS_FULL);
    assert_int_equal(strings_transformed(strings, number, decoded_lower),
                     STRINGS_FULL);
    assert_int_equal(strings_add(strings, SLICE_LIT("A%42%43")), number);
}

static void check_chains(void **state)
{
    transform_e both[] = { TRANSFORM_URL_DECODE, TRANSFORM_LOWERCASE };

    assert_int_equal(transform_chains_add(chains, both, 0), 0);
    assert_int_equal(transform_chains_add(chains, both, 1), decoded);
    assert_int_equal(transform_chains_add(chains, both, 2), decoded_lower);
    assert_int_equal(transform_chains_add(chains, both + 1, 1), lower);
    assert_int_equal(chains->nodes->nelts, 4);
}

static uint32_t seed = 2463534242;

static uint32_t any(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static slice_t any_text(apr_pool_t *of)
{
    static const char bytes[] =
        "%%uU++&#;x41aZ \t\n\\/..-*'\",(^\0\xa0\xc3\xb6\xff";
    size_t length = any(24), i;
    char *text = apr_palloc(of, length + 1);

    for (i = 0; i < length; i++) {
        text[i] = bytes[any(sizeof(bytes) - 1)];
    }
    return slice_make(text, length);
}

/* Bytes and length of what lists make of values are within what is said. */
static void check_reach(void **state)
{
    apr_pool_t *each;
    uint32_t round;
    int i;

    apr_pool_create(&each, pool);
    for (round = 0; round < 20000; round++, apr_pool_clear(each)) {
        transform_e list[3] = { any(TRANSFORM_COUNT), any(TRANSFORM_COUNT),
                                any(TRANSFORM_COUNT) };
        transform_chains_t *some = transform_chains_make(each);
        strings_plan_t with_list = plan;
        strings_t *strings;
        int last = transform_chains_add(some, list, 1 + (int)any(3)), number;
        slice_t text = any_text(each), made;
        transform_reach_t reach = { byte_set_of(text), text.len };
        byte_set_t bytes;

        reach =
            transform_chains_reach(some, last, reach, transform_ends_dot(text));
        with_list.chains = some;
        strings = strings_make(&with_list, 100000, each);
        number = strings_transformed(strings, strings_add(strings, text), last);
        assert_true(number >= 0);
        made = strings_text(strings, number);
        bytes = byte_set_of(made);
        assert_true(made.len <= reach.longest);
        for (i = 0; i < 4; i++) {
            if (bytes.word[i] & ~reach.bytes.word[i]) {
                fail_msg("%s: \"%.*s\"", transform_name(list[0]), (int)text.len,
                         text.p);
            }
        }
    }
}

/* How much is decoded is known before. */
static void check_base64_length(void **state)
{
    unsigned char out[32];
    int round;

    for (round = 0; round < 1000; round++) {
        slice_t text = any_text(pool);

        assert_int_equal(transform_base64_length(text),
                         transform_base64_decode(text, out));
    }
}

/* A request's strings that earlier ones had, under two plans that search for
 * other words: all is as if nothing were kept. */
static void check_known_from_before(void **state)
{
    static const slice_t texts[] = {
        SLICE_LIT("a SCRIPT of a union"),   SLICE_LIT("Mozilla/5.0 (X11)"),
        SLICE_LIT("selectSELECT,select %"), SLICE_LIT("script"),
        SLICE_LIT("a script of a union"),   SLICE_LIT("nothing to see here")
    };
    static const slice_t other_words[] = { SLICE_LIT("to see"),
                                           SLICE_LIT("zilla"),
                                           SLICE_LIT("of a") };
    strings_plan_t plans[3] = { plan, plan, plan };
    strings_t *strings, *plain;
    uint32_t round, i;
    int number;

    plans[0].number = 7;
    plans[1].number = 8;
    plans[1].words =
        word_search_make(apr_palloc(pool, word_search_room(3)), other_words, 3);
    for (round = 0; round < 20; round++) {
        plans[2].words = plans[round % 2].words;
        strings = strings_make(&plans[round % 2], 1000, pool);
        plain = strings_make(&plans[2], 1000, pool);
        for (i = 0; i < UNIT_COUNT(texts); i++) {
            number = strings_add(strings, texts[i]);
            assert_int_equal(strings_add(plain, texts[i]), number);
            if (round % 3) { /* asked for first */
                assert_memory_equal(strings_bytes(strings, number),
                                    strings_bytes(plain, number),
                                    sizeof(byte_set_t));
            }
            assert_memory_equal(strings_marks(strings, number),
                                strings_marks(plain, number),
                                strings_marks_room(plain) * sizeof(uint64_t));
        }
    }
}

int main(void)
{
    transform_e both[] = { TRANSFORM_URL_DECODE, TRANSFORM_LOWERCASE };
    uint32_t count = UNIT_COUNT(words);

    apr_initialize();
    apr_pool_create(&pool, NULL);
    chains = transform_chains_make(pool);
    decoded_lower = transform_chains_add(chains, both, 2);
    decoded = transform_chains_add(chains, both, 1);
    lower = transform_chains_add(chains, both + 1, 1);
    plan.chains = chains;
    plan.words = word_search_make(apr_palloc(pool, word_search_room(count)),
                                  words, count);
    unit_add("equal", check_equal, NULL);
    unit_add("transformed", check_transformed, NULL);
    unit_add("marks", check_marks, NULL);
    unit_add("another case", check_case_of, NULL);
    unit_add("full", check_full, NULL);
    unit_add("chains", check_chains, NULL);
    unit_add("reach", check_reach, NULL);
    unit_add("known from before", check_known_from_before, NULL);
    unit_add("length of base64", check_base64_length, NULL);
    return unit_run("strings");
}
