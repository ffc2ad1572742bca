/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_hostile_test.c: values that expressions look at for long: whatever is
 * sent, the inspection of one request ends soon after its time, refused; and
 * long texts of no evil are looked at to their end.  Rules are those of the
 * Core Rule Set where it is (see rule_text.h), and some of this file. */
#include "unit.h"

#include <inttypes.h>
#include <time.h>

#include "crs_request.h"

enum {
    LENGTH = 120000,
    PROSE = 200000,
    RULES = 100,
    ARGUMENTS = 990,
    LONGEST_MS = 250 /* 100, and what was begun before */
};

static apr_pool_t *pool;
static const program_t *own, *crs[5];

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = '\0';
    return 0;
}

int detector_script(slice_t value)
{
    return 0;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    (void)is_script, (void)any;
    return 0;
}

/* clang-format off */
static const char own_rules[] =
    "SecRule ARGS \"@rx (?:a+)+$\" id:1,phase:2,pass\n"
    "SecRule ARGS \"@rx \\s*\\s*\\s*[^\\s!]\" id:2,phase:2,pass\n"
    "SecRule ARGS \"@rx ^(?:.*=)+[^=]*[^!=]$\" id:3,phase:2,pass\n"
    "SecRule ARGS \"@rx (?:'[^']*)+[^'!\\s]$\" id:4,phase:2,pass\n";

static const char *const hostile[] = {
    "( <", "(' <", "<", "< ", " ", "a", "=", "'", "\" ", "1 ", "a=", "a ", "or ",
    "<a ", "<!", "%u00", "\\x3c", "&#x", "select ", "union ", "--", "/*", "(", "[",
    "{{", "${", "$(", "`", ";a ", "|", "a|", "\\", "../", "a.", "0,", "http://",
    "style=", "on=", "javascript", "x:", "j a", "\n", "\r\n", "\t", "sel ect",
    "'or'", "\"+\"", "`a`", "cat ", "=\"", "<s ", "exec(", "concat(", "'='",
};
/* clang-format on */

static double spent_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

typedef struct {
    double took_ms;
    inspect_over_e over;
    uint64_t unfinished;
} outcome_t;

static char *make_hostile(const char *piece, apr_pool_t *each)
{
    size_t length = strlen(piece), i;
    char *text = apr_palloc(each, LENGTH + 2);

    for (i = 0; i < LENGTH; i++) {
        text[i] = piece[i % length];
    }
    text[LENGTH] = '!';
    text[LENGTH + 1] = '\0';
    return text;
}

/* Words and sentences. */
static char *make_prose(size_t most, apr_pool_t *each)
{
    static const char *const words[] = {
        "the",  "garden", "was",    "quiet",   "and",   "nobody", "had",
        "seen", "a",      "letter", "which",   "came",  "from",   "town",
        "it's", "all",    "10",     "o'clock", "where", "to",     "order",
        "by",   "or",     "users",  "1,200",   "then",  "into",   "table",
    };
    char *text = apr_palloc(each, most + 20), *p = text;
    uint32_t any = 1;

    while (p < text + most) {
        any = any * 1664525 + 1013904223;
        p = apr_cpystrn(p, words[(any >> 16) % UNIT_COUNT(words)], 20);
        if (any % 11 == 0) {
            *p++ = any % 3 ? ',' : '.';
        }
        *p++ = any % 97 ? ' ' : '\n';
    }
    *p = '\0';
    return text;
}

/* A form with the text in one field. */
static const char *request_of(const char *text, apr_pool_t *each)
{
    static const char hex[] = "0123456789abcdef";
    char *body = apr_palloc(each, strlen(text) * 3 + 3), *p = body + 2;

    memcpy(body, "a=", 2);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        *p++ = '%';
        *p++ = hex[c >> 4];
        *p++ = hex[c & 15];
    }
    *p = '\0';
    return apr_psprintf(each,
                        "POST /f HTTP/1.1\r\nHost: a.example\r\n"
                        "User-Agent: x\r\nAccept: */*\r\nContent-Type: "
                        "application/x-www-form-urlencoded\r\n"
                        "Content-Length: %lu\r\n\r\n%s",
                        (unsigned long)strlen(body), body);
}

static outcome_t inspect_whole(const program_t *program, const char *text,
                               apr_pool_t *each)
{
    slice_t request = slice_str(text);
    outcome_t outcome = { .took_ms = -spent_ms() };
    inspect_verdict_t verdict;
    inspect_t *inspect =
        crs_inspect(program, WAF_DETECT, request, &verdict, each);

    outcome.took_ms += spent_ms();
    assert_non_null(inspect);
    outcome.over = inspect->over;
    outcome.unfinished = inspect->unfinished;
    return outcome;
}

static outcome_t inspect_text(const program_t *program, const char *text,
                              apr_pool_t *each)
{
    return inspect_whole(program, request_of(text, each), each);
}

/* @param least  so many meet a limit, or they are no test */
static void check_hostile(const program_t *program, int least)
{
    apr_pool_t *each;
    outcome_t outcome;
    double longest_ms = 0;
    int met = 0;
    size_t i;

    apr_pool_create(&each, pool);
    for (i = 0; i < UNIT_COUNT(hostile); i++) {
        apr_pool_clear(each);
        outcome = inspect_text(program, make_hostile(hostile[i], each), each);
        met += outcome.over != INSPECT_OVER_NONE;
        if (outcome.took_ms > longest_ms) {
            longest_ms = outcome.took_ms;
        }
        if (outcome.took_ms > LONGEST_MS) {
            fail_msg("\"%s\": %.1f ms, rule %" PRIu64, hostile[i],
                     outcome.took_ms, outcome.unfinished);
        }
    }
    apr_pool_destroy(each);
    print_message("# %d of %d meet a limit, up to %.1f ms\n", met,
                  (int)UNIT_COUNT(hostile), longest_ms);
    assert_true(met >= least);
}

static void check_prose(const program_t *program)
{
    outcome_t outcome;
    apr_pool_t *each;

    apr_pool_create(&each, pool);
    outcome = inspect_text(program, make_prose(PROSE, each), each);
    print_message("# prose: %.1f ms\n", outcome.took_ms);
    apr_pool_destroy(each);
    assert_int_equal(outcome.unfinished, 0);
    assert_int_equal(outcome.over, INSPECT_OVER_NONE);
}

static void check_own(void **state)
{
    check_hostile(own, 3);
}

static void check_crs(void **state)
{
    int level = *(const int *)*state;
    const program_t *program = crs[level];

    if (!program) {
        print_message("# no Core Rule Set: t/waf/packages fetches it\n");
        return;
    }
    check_hostile(program, 5);
    if (level == 1) {
        check_prose(program);
    }
}

/* One value meets the limit of steps; behind it, each expression has a little
 * to do for each of many values. */
static void check_many(void **state)
{
    const program_t *program = NULL;
    apr_pool_t *each;
    rule_text_file_t file;
    outcome_t outcome;
    const char *rules = "", *line = "GET /?a=aaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    int i;

    apr_pool_create(&each, pool);
    for (i = 1; i <= RULES; i++) {
        rules = apr_psprintf(each, "%sSecRule ARGS \"@rx (?:a+)+$\" id:%d\n",
                             rules, i);
    }
    for (i = 0; i < ARGUMENTS; i++) {
        line = apr_psprintf(each, "%s&a=aaaaaaaaaaaaaaaab%d", line, i);
    }
    rule_text_begin(&file, each);
    assert_null(rule_text_read(&file, rules, "many"));
    assert_null(program_make(file.list, NULL, 0, &program, each));
    outcome =
        inspect_whole(program,
                      apr_pstrcat(each, line, " HTTP/1.1\r\n\r\n", NULL), each);
    print_message("# many: %.1f ms\n", outcome.took_ms);
    apr_pool_destroy(each);
    assert_int_equal(outcome.over, INSPECT_OVER_MATCH);
    assert_true(outcome.took_ms <= LONGEST_MS);
}

int main(void)
{
    static const int levels[] = { 1, 4 };
    const char *folder, *wrong = NULL;
    rule_text_file_t file;
    int failed, i;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    rule_text_begin(&file, pool);
    wrong = rule_text_read(&file, own_rules, "own");
    if (!wrong) {
        wrong = program_make(file.list, NULL, 0, &own, pool);
    }
    folder = rule_text_crs();
    for (i = 0; folder && !wrong && i < 2; i++) {
        wrong = crs_program(folder, levels[i], &crs[levels[i]], pool);
    }
    if (wrong) {
        fprintf(stderr, "%s\n", wrong);
        return 1;
    }
    unit_add("own rules", check_own, NULL);
    unit_add("many values behind one that meets a limit", check_many, NULL);
    unit_add("the Core Rule Set", check_crs, &levels[0]);
    unit_add("the Core Rule Set, level 4", check_crs, &levels[1]);
    failed = unit_run("inspect_hostile");
    apr_terminate();
    return failed;
}
