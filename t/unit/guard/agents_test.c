/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agents_test.c: words within words, in any order; files of agents; what
 * class a client is of. */
#include "unit.h"

#include "bots/agent_lines.c"
#include "bots/agent_match.c"
#include "bots/bot_class.c"

/* ---- words ---- */

typedef struct {
    const char *name;
    const char *words; /* with blanks between */
    const char *text;
    uint32_t found;
} match_case_t;

/* clang-format off */
static const match_case_t matches[] = {
    { "nothing in nothing", "", "", AGENT_MATCH_NONE },
    { "no words", "", "abc", AGENT_MATCH_NONE },
    { "no text", "a", "", AGENT_MATCH_NONE },
    { "all of it", "curl", "curl", 0 },
    { "in the middle", "bot", "Mozilla (googlebot/2)", 0 },
    { "the other case", "GoogleBot", "xgOOGLEbOTx", 0 },
    { "almost", "googlebot", "googlebo googlebat", AGENT_MATCH_NONE },
    { "the first of two", "bot googlebot", "googlebot", 0 },
    { "the first of two, the longer", "googlebot bot", "googlebot", 0 },
    { "the second", "googlebot bot", "otherbot", 1 },
    { "an end of another", "she hers he", "ushers", 0 },
    { "an end of another alone", "xshe he", "she", 1 },
    { "a step back", "abcd bce", "abce", 1 },
    { "many steps back", "aaab", "aaaaaaaab", 0 },
    { "the same twice", "x x", "x", 0 },
    { "bytes that no word has", "ab", "a\xff" "b", AGENT_MATCH_NONE },
    { "bytes above 127", "\xc3\xa9", "caf\xc3\xa9", 0 },
};
/* clang-format on */

static uint32_t split_words(const char *text, slice_t *words)
{
    uint32_t n = 0;

    while (*text) {
        size_t len = strcspn(text, " ");

        words[n++] = slice_make(text, len);
        text += len + (text[len] == ' ');
    }
    return n;
}

static uint32_t find_in(const char *words_text, slice_t text)
{
    slice_t words[16];
    uint32_t n = split_words(words_text, words), found;
    void *memory = malloc(agent_match_room(words, n));

    found = agent_match_find(agent_match_make(memory, words, n), text);
    free(memory);
    return found;
}

static void check_match(void **state)
{
    const match_case_t *row = *state;

    assert_int_equal(find_in(row->words, slice_str(row->text)), row->found);
}

static void check_too_many(void **state)
{
    static char letters[AGENT_MATCH_LETTERS_MAX];
    slice_t word = slice_make(letters, sizeof(letters) - 1);

    (void)state;
    memset(letters, 'a', sizeof(letters));
    assert_true(agent_match_room(&word, 1) > 0);
    word.len++;
    assert_int_equal(agent_match_room(&word, 1), 0);
}

/* ---- files ---- */

typedef struct {
    const char *name, *text;
    uint32_t count, fault_line;
} file_case_t;

/* clang-format off */
static const file_case_t files[] = {
    { "nothing", "", 0, 0 },
    { "some", "search Googlebot domains=googlebot.com list=google\n"
      "# a comment\n\n ai\tGPTBot # more\r\ntool \"Go http\"", 3, 0 },
    { "a class that is none", "bot a1\nbots b2\n", 1, 2 },
    { "a class that is found out", "browser Mozilla\n", 0, 1 },
    { "no word", "bot\n", 0, 1 },
    { "a comment for a word", "bot # none\n", 0, 1 },
    { "a word of one letter", "bot x\n", 0, 1 },
    { "an empty word", "bot \"\"\n", 0, 1 },
    { "a quote too few", "bot \"x y\n", 0, 1 },
    { "a word too many", "bot Yandex Bot\n", 0, 1 },
    { "proof of a tool", "tool curl domains=a.example\n", 0, 1 },
    { "HTML", "<html>\n", 0, 1 },
};
/* clang-format on */

static void check_file(void **state)
{
    const file_case_t *row = *state;
    slice_t text = slice_str(row->text);
    agent_line_t lines[8];
    agent_fault_t fault;

    assert_true(agent_lines_count(text) < UNIT_COUNT(lines));
    assert_int_equal(agent_lines_read(text, lines, &fault), row->count);
    assert_int_equal(fault.line, row->fault_line);
    assert_true((fault.reason != NULL) == (row->fault_line != 0));
}

static void check_line(void **state)
{
    agent_line_t lines[4];
    agent_fault_t fault;
    slice_t text = SLICE_LIT("search \"Goo gle\" list=g domains=a.b,c.d # x\n"
                             "tool curl\n");

    (void)state;
    assert_int_equal(agent_lines_read(text, lines, &fault), 2);
    assert_int_equal(lines[0].class, BOT_SEARCH);
    assert_true(slice_eq(lines[0].word, SLICE_LIT("Goo gle")));
    assert_true(slice_eq(lines[0].domains, SLICE_LIT("a.b,c.d")));
    assert_true(slice_eq(lines[0].list, SLICE_LIT("g")));
    assert_int_equal(lines[1].class, BOT_TOOL);
    assert_int_equal(lines[1].domains.len + lines[1].list.len, 0);
}

/* ---- classes ---- */

typedef struct {
    const char *name, *agent;
    bot_class_e listed;
    bot_proof_e proof;
    bot_class_e class;
} class_case_t;

/* clang-format off */
static const class_case_t classes_of[] = {
    { "a browser", "Mozilla/5.0 (X11)", BOT_CLASS_COUNT, 0, BOT_BROWSER },
    { "an old one", "Opera/9.80", BOT_CLASS_COUNT, 0, BOT_BROWSER },
    { "what nobody has listed", "thing/1", BOT_CLASS_COUNT, 0, BOT_TOOL },
    { "no agent", "", BOT_CLASS_COUNT, 0, BOT_TOOL },
    { "the beginning of one", "Mozilla", BOT_CLASS_COUNT, 0, BOT_TOOL },
    { "a listed one", "Mozilla/5.0 GPTBot", BOT_AI, BOT_UNREAL, BOT_AI },
    { "a search bot", "Googlebot", BOT_SEARCH, BOT_REAL, BOT_SEARCH },
    { "a fake", "Googlebot", BOT_SEARCH, BOT_UNREAL, BOT_FAKE },
    { "nobody knows", "Googlebot", BOT_SEARCH, BOT_UNKNOWN, BOT_CLAIM },
    { "nobody knows yet", "Googlebot", BOT_SEARCH, BOT_ASKED, BOT_CLAIM },
};
/* clang-format on */

static void check_class(void **state)
{
    const class_case_t *row = *state;

    assert_int_equal(bot_class_decide(row->listed, slice_str(row->agent),
                                      row->proof),
                     row->class);
}

static void check_names(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < BOT_CLASS_COUNT; i++) {
        const char *name = bot_class_name((bot_class_e)i);

        assert_int_equal(bot_class_named(slice_str(name)), i);
    }
    assert_int_equal(bot_class_named(SLICE_LIT("robot")), BOT_CLASS_COUNT);
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(matches); i++) {
        unit_add(matches[i].name, check_match, &matches[i]);
    }
    unit_add("too many letters", check_too_many, NULL);
    for (i = 0; i < UNIT_COUNT(files); i++) {
        unit_add(files[i].name, check_file, &files[i]);
    }
    unit_add("a line's parts", check_line, NULL);
    for (i = 0; i < UNIT_COUNT(classes_of); i++) {
        unit_add(classes_of[i].name, check_class, &classes_of[i]);
    }
    unit_add("names", check_names, NULL);
    return unit_run("agents");
}
