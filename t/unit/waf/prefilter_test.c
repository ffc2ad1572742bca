/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* prefilter_test.c: what the search for words, the sets of bytes and the least
 * length let pass by is matched by no rule.  Each operator is run on each
 * string with and without them: answer and captures are the same.
 *
 * Rules are those of the Core Rule Set where it is (see rule_text.h), and some
 * of this file.  Strings are made of pieces of the rules, of what their
 * expressions would match, and of chance. */
#include "unit.h"

#include "program_parts.h"
#include "rule_text.h"

enum {
    EACH = 30, /* strings made of each rule */
    STRING_MAX = 600,
    BATCH = 400,
    MANY_PHRASES = 100
};

static apr_pool_t *pool;

int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    strcpy(fingerprint,
           value.len && memchr(value.p, '\'', value.len) ? "s&sos" : "");
    return *fingerprint != '\0';
}

int detector_script(slice_t value)
{
    return value.len && memchr(value.p, '<', value.len);
}

int detector_bytes(int is_script, byte_set_t *any)
{
    *any = byte_set_of(is_script ? SLICE_LIT("<") : SLICE_LIT("'"));
    return 1;
}

/* clang-format off */
static const char own_rules[] =
    "SecRule ARGS \"@rx (?i)(?:union\\s*(?:all|distinct)?\\s*select|insert\\s+into)\" id:1\n"
    "SecRule ARGS \"@rx (?i:<[^0-9<>A-Z_a-z]*(?:script|img|svg)\\b)\" id:2\n"
    "SecRule ARGS \"@rx (?:;|\\||`|\\$\\()\\s*(?:cat|ls|id)\\b\" id:3\n"
    "SecRule ARGS \"@rx [\\s\\S]on(?:load|error)\\s*=\" id:4\n"
    "SecRule ARGS \"@rx ^(?:https?|ftp)://(?:\\d{1,3}\\.){3}\\d{1,3}\" id:5\n"
    "SecRule ARGS \"@rx (?:\\.\\.[/\\x5c]){2,}\" id:6\n"
    "SecRule ARGS \"@rx (?x) ( a | b ) + [c-e]{2} \\# ? f\" id:7\n"
    "SecRule ARGS \"@rx (a)(b)?\\2c|d[^e]f\" id:8\n"
    "SecRule ARGS \"@rx \\d+[xX]|(?=a)a{2,3}b?|\\x41\\102\" id:9\n"
    "SecRule ARGS \"@rx ^[^=]{3}$|^.{0,2}$\" id:10\n"
    "SecRule ARGS \"@rx (?i)\\$\\{(?:jndi|env|sys):\" id:11\n"
    "SecRule ARGS \"@rx [()'<>]\" id:12\n"
    "SecRule ARGS \"@pm union select ' onload .. ../ <scr script> e\" id:13\n"
    "SecRule ARGS \"@pm |00|x |ff fe| jndi nd\" id:14\n"
    "SecRule ARGS \"@validateByteRange 32-36,38-126\" id:15\n"
    "SecRule ARGS \"@validateUrlEncoding\" id:16\n"
    "SecRule ARGS \"@validateUtf8Encoding\" id:17\n"
    "SecRule ARGS \"@within union select\" id:18\n"
    "SecRule ARGS \"@contains ../\" id:19\n"
    "SecRule ARGS @detectSQLi id:20\n"
    "SecRule ARGS @detectXSS id:21\n";
/* clang-format on */

/* ---- strings ---- */

static uint64_t seed = 88172645463325252;

static unsigned any(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

typedef struct {
    char text[STRING_MAX];
    size_t length;
} draft_t;

static void put_byte(draft_t *draft, char c)
{
    if (draft->length < STRING_MAX) {
        draft->text[draft->length++] = c;
    }
}

static void put_slice(draft_t *draft, slice_t text)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        put_byte(draft, text.p[i]);
    }
}

static void put_one_of(draft_t *draft, const byte_set_t *set)
{
    unsigned c = any(256), tries;

    for (tries = 0; tries < 256 && !byte_set_has(set, (unsigned char)c);
         tries++) {
        c = (c + 1) & 255;
    }
    put_byte(draft, (char)c);
}

static const pattern_node_t *one_child(const pattern_node_t *node)
{
    const pattern_node_t *child, *chosen = NULL;
    unsigned count = 0;

    for (child = node->child; child; child = child->next) {
        if (any(++count) == 0) {
            chosen = child;
        }
    }
    return chosen;
}

/* Something that the tree of an expression may match. */
static void put_node(draft_t *draft, const pattern_node_t *node)
{
    const pattern_node_t *child;
    int times;

    if (!node) {
        return;
    }
    switch (node->kind) {
    case PATTERN_BYTE:
        put_one_of(draft, &node->set);
        break;
    case PATTERN_ALL:
        for (child = node->child; child; child = child->next) {
            put_node(draft, child);
        }
        break;
    case PATTERN_ANY:
        put_node(draft, one_child(node));
        break;
    case PATTERN_REPEAT:
        times = node->min + (int)any(3);
        times = node->max >= 0 && times > node->max ? node->max : times;
        for (; times > 0 && draft->length < STRING_MAX; times--) {
            put_node(draft, node->child);
        }
        break;
    default:
        break;
    }
}

static void put_piece(draft_t *draft, slice_t text)
{
    size_t from = text.len ? any((unsigned)text.len) : 0;
    size_t length = 1 + any(6);

    put_slice(draft,
              slice_make(text.p + from,
                         length < text.len - from ? length : text.len - from));
}

static void put_of_rule(draft_t *draft, const matcher_t *matcher)
{
    slice_t text = matcher->op.argument;

    if (matcher->phrases && matcher->phrases->all->nelts && any(4)) {
        put_slice(draft,
                  APR_ARRAY_IDX(matcher->phrases->all,
                                any((unsigned)matcher->phrases->all->nelts),
                                slice_t));
    }
    else if (matcher->op.kind == OPERATOR_RX && any(5)) {
        put_node(draft, pattern_tree(text, pool));
    }
    else if (text.len) {
        put_piece(draft, text);
    }
}

static void put_noise(draft_t *draft)
{
    static const char common[] = " =&;'\"<>()/.-aeitnos01%\\\n";
    unsigned count = any(8);

    while (count-- > 0) {
        put_byte(draft,
                 any(6) ? common[any(sizeof(common) - 1)] : (char)any(256));
    }
}

/* Now and then another case, a byte changed or lost. */
static void spoil(draft_t *draft)
{
    size_t i;

    for (i = 0; any(3) == 0 && i < draft->length; i++) {
        char c = draft->text[i];

        if (any(2) && (c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
            draft->text[i] = (char)(c ^ 0x20);
        }
    }
    if (any(4) == 0 && draft->length) {
        draft->text[any((unsigned)draft->length)] = (char)any(256);
    }
    if (any(6) == 0 && draft->length) {
        draft->length--;
    }
}

static slice_t make_string(const apr_array_header_t *matchers, int of)
{
    draft_t draft = { .length = 0 };
    int other = (int)any((unsigned)matchers->nelts);

    if (any(2)) {
        put_noise(&draft);
    }
    put_of_rule(&draft, APR_ARRAY_IDX(matchers, of, const matcher_t *));
    if (any(3) == 0) {
        put_noise(&draft);
        put_of_rule(&draft, APR_ARRAY_IDX(matchers, other, const matcher_t *));
    }
    if (any(2)) {
        put_noise(&draft);
    }
    spoil(&draft);
    return slice_make(apr_pstrmemdup(pool, draft.text, draft.length),
                      draft.length);
}

/* ---- comparing ---- */

static void show(unit_text_t *out, match_e found, const captures_t *captures)
{
    int i;

    unit_text_add(out, "%d", (int)found);
    for (i = 0; found == MATCH_YES && i < captures->count; i++) {
        slice_t group = captures->group[i];

        unit_text_add(out, " %p %.*s", (const void *)(group.len ? group.p : 0),
                      group.len < 20 ? (int)group.len : 20, group.p);
    }
}

static int same(const captures_t *a, const captures_t *b)
{
    int i;

    for (i = 0; i < a->count && a->count == b->count; i++) {
        if (!slice_eq(a->group[i], b->group[i])) {
            return 0;
        }
    }
    return a->count == b->count;
}

static match_e compare_runs(const matcher_t *matcher, strings_t *strings,
                            int number)
{
    slice_t none = { NULL, 0 }, value = strings_text(strings, number);
    work_time_t any_time = { .window = 1 + (size_t)any(9) };
    captures_t with = { .count = 0 }, without = { .count = 0 };
    match_e a = matcher_run(matcher, strings, number, none, &any_time, &with);
    match_e b = matcher_run_plain(matcher, strings, number, none, &without);

    if (a != b || !same(&with, &without)) {
        unit_text_t out = { .len = 0 };

        show(&out, a, &with);
        unit_text_add(&out, " is not ");
        show(&out, b, &without);
        fail_msg("@%s %.*s on \"%s\": %s", rule_operator_name(matcher->op.kind),
                 (int)matcher->op.argument.len, matcher->op.argument.p,
                 waf_line_escape(value, pool), out.text);
    }
    if (a == MATCH_YES && match_union_asks(matcher)) {
        transform_reach_t reach = { *strings_bytes(strings, number),
                                    value.len };

        assert_true(match_union_could(&reach, matcher));
    }
    return a;
}

/* Looking for thousands of phrases one by one takes long: seldom. */
static int is_slow(const matcher_t *matcher)
{
    return matcher->phrases && matcher->phrases->all->nelts > MANY_PHRASES;
}

static slice_t in_other_case(slice_t text)
{
    char *copy = apr_pstrmemdup(pool, text.p, text.len);
    size_t i;

    for (i = 0; i < text.len; i++) {
        if ((copy[i] | 0x20) >= 'a' && (copy[i] | 0x20) <= 'z') {
            copy[i] = (char)(copy[i] ^ 0x20);
        }
    }
    return slice_make(copy, text.len);
}

/* What all together have not, none has, in the other case neither. */
static void check_none(const matcher_t *matcher, strings_t *strings,
                       const int *number)
{
    slice_t none = { NULL, 0 };
    int k;

    assert_true(match_union_asks(matcher));
    for (k = 0; k < EACH; k++) {
        slice_t text = in_other_case(strings_text(strings, number[k]));
        int other = strings_add(strings, text);

        assert_true(matcher_run(matcher, strings, number[k], none, NULL, NULL)
                    != MATCH_YES);
        assert_true(matcher_run(matcher, strings, other, none, NULL, NULL)
                    != MATCH_YES);
    }
}

/* Where something may match, its mark is there. */
static void check_mark(const match_union_t *sum, int mark)
{
    assert_true(mark < 0 || sum->marks[mark >> 6] >> (mark & 63) & 1);
}

/* The strings of one rule: on each alone, and what all together tell.
 * @param matched  [matchers]: how often */
static void compare_group(strings_t *strings,
                          const apr_array_header_t *matchers, int of,
                          int *matched)
{
    match_union_t sum = { .longest = 0 };
    int number[EACH], i, k;

    for (k = 0; k < EACH; k++) {
        number[k] = strings_add(strings, make_string(matchers, of));
        assert_true(number[k] >= 0);
        match_union_add(&sum, strings, number[k]);
    }
    match_union_fold(&sum);
    for (i = 0; i < matchers->nelts; i++) {
        const matcher_t *matcher =
            APR_ARRAY_IDX(matchers, i, const matcher_t *);

        for (k = 0; k < EACH; k++) {
            if (i == of || !is_slow(matcher) || any(100) == 0) {
                matched[i] +=
                    compare_runs(matcher, strings, number[k]) == MATCH_YES;
            }
        }
        if (!match_union_may(&sum, matcher)) {
            check_none(matcher, strings, number);
        }
        else {
            check_mark(&sum, match_union_mark(matcher));
        }
    }
}

static void compare_batch(const program_t *program,
                          const apr_array_header_t *matchers, int from,
                          int *matched)
{
    apr_pool_t *outer = pool;
    strings_t *strings;
    int of;

    apr_pool_create(&pool, outer);
    strings = strings_make(&program->plan, 2 * BATCH * STRING_MAX, pool);
    for (of = from; of < matchers->nelts && of < from + BATCH / EACH; of++) {
        compare_group(strings, matchers, of, matched);
    }
    apr_pool_destroy(pool);
    pool = outer;
}

/* Each once; not those that wait for variables. */
static apr_array_header_t *all_matchers(const program_t *program)
{
    apr_array_header_t *all =
        apr_array_make(pool, 400, sizeof(const matcher_t *));
    int phase, i, k;

    for (phase = 0; phase < RULE_PHASES; phase++) {
        for (i = 0; i < program->phase_count[phase]; i++) {
            const program_rule_t *rule = program->phase[phase][i];

            for (; rule; rule = rule->link) {
                for (k = 0; k < all->nelts
                            && APR_ARRAY_IDX(all, k, const matcher_t *)
                                   != rule->matcher;
                     k++) {
                }
                if (rule->matcher && k == all->nelts
                    && !matcher_argument(rule->matcher)) {
                    APR_ARRAY_PUSH(all, const matcher_t *) = rule->matcher;
                }
            }
        }
    }
    return all;
}

/* @param least  of a hundred expressions and lists of phrases so many match
 *               something, or the strings are no test of them */
static void check(const rule_list_t *list, int least)
{
    const program_t *program;
    apr_array_header_t *matchers;
    int i, *matched, count = 0, some = 0;

    assert_null(program_make(list, NULL, 0, &program, pool));
    matchers = all_matchers(program);
    matched = apr_pcalloc(pool, sizeof(int) * (size_t)matchers->nelts);
    for (i = 0; i < matchers->nelts; i += BATCH / EACH) {
        compare_batch(program, matchers, i, matched);
    }
    for (i = 0; i < matchers->nelts; i++) {
        const matcher_t *matcher =
            APR_ARRAY_IDX(matchers, i, const matcher_t *);

        if (matcher->op.kind == OPERATOR_RX || matcher->phrases) {
            count++;
            some += matched[i] > 0;
        }
    }
    print_message("# %d of %d expressions and lists match\n", some, count);
    assert_true(some * 100 >= count * least);
}

static void check_own(void **state)
{
    rule_text_file_t file;

    rule_text_begin(&file, pool);
    assert_null(rule_text_read(&file, own_rules, "own"));
    check(file.list, 100);
}

static void check_crs(void **state)
{
    const char *folder = rule_text_crs();
    rule_text_file_t file;

    if (!folder) {
        print_message("# no Core Rule Set: t/waf/packages fetches it\n");
        return;
    }
    rule_text_begin(&file, pool);
    assert_null(rule_text_folder(&file, folder));
    check(file.list, 95);
}

int main(void)
{
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    unit_add("own rules", check_own, NULL);
    unit_add("the Core Rule Set", check_crs, NULL);
    failed = unit_run("prefilter");
    apr_pool_destroy(pool);
    return failed;
}
