/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher.c: see matcher.h.  Layer L1. */
#include "matcher_private.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdatomic.h>

#include "operators.h"
#include "waf/request/waf_line.h"
#include "waf/transform/char_kind.h"

enum {
    MARKS_MAX = 65000,
    FILE_MAX = 16 * 1024 * 1024,
    LOG_MOST = 252
};

matcher_maker_t *matcher_maker_make(uint32_t limit, apr_pool_t *pool)
{
    matcher_maker_t *maker = apr_pcalloc(pool, sizeof(*maker));

    maker->pool = pool;
    maker->limit = limit;
    maker->made = apr_hash_make(pool);
    maker->word = apr_hash_make(pool);
    maker->words = apr_array_make(pool, 4096, sizeof(slice_t));
    maker->plan = apr_pcalloc(pool, sizeof(*maker->plan));
    return maker;
}

/* ---- words and marks ---- */

/* Of the bytes that are no letters and digits the one that fewest values have.
 * @return -1: there is none */
static int rarest_byte(slice_t word)
{
    static const char common[] = " .-_/=:,"; /* the commonest first */
    int rarest = -1;
    size_t i, rank, best = 0;

    for (i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.p[i];
        const char *at = c ? strchr(common, c) : NULL;

        rank = at ? (size_t)(at - common) + 1 : sizeof(common);
        if (!char_is_alnum(c) && rank > best) {
            best = rank;
            rarest = c;
        }
    }
    return rarest;
}

static void need_for(matcher_t *matcher, slice_t word)
{
    int byte = rarest_byte(word);

    if (byte < 0) {
        matcher->needs_none = 1;
    }
    else {
        byte_set_add(&matcher->needs, (unsigned char)byte);
    }
}

void matcher_maker_word(matcher_maker_t *maker, matcher_t *matcher,
                        slice_t lower_case)
{
    apr_array_header_t *marks =
        apr_hash_get(maker->word, lower_case.p, (apr_ssize_t)lower_case.len);

    if (matcher->mark == MATCHER_NO_MARK) {
        matcher->mark = maker->mark_count++;
    }
    need_for(matcher, lower_case);
    if (!marks) {
        marks = apr_array_make(maker->pool, 2, sizeof(int));
        apr_hash_set(maker->word, lower_case.p, (apr_ssize_t)lower_case.len,
                     marks);
        APR_ARRAY_PUSH(maker->words, slice_t) = lower_case;
    }
    if (!marks->nelts
        || APR_ARRAY_IDX(marks, marks->nelts - 1, int) != matcher->mark) {
        APR_ARRAY_PUSH(marks, int) = matcher->mark;
    }
}

/* The marks of all words, one word's behind the other's. */
static void lay_marks(matcher_maker_t *maker, strings_plan_t *plan)
{
    int count = maker->words->nelts, i, k;
    uint32_t *from =
        apr_palloc(maker->pool, sizeof(*from) * ((size_t)count + 1));
    apr_array_header_t *all =
        apr_array_make(maker->pool, count + 1, sizeof(uint16_t));

    for (i = 0; i < count; i++) {
        slice_t word = APR_ARRAY_IDX(maker->words, i, slice_t);
        const apr_array_header_t *marks =
            apr_hash_get(maker->word, word.p, (apr_ssize_t)word.len);

        from[i] = (uint32_t)all->nelts;
        for (k = 0; k < marks->nelts; k++) {
            APR_ARRAY_PUSH(all, uint16_t) =
                (uint16_t)APR_ARRAY_IDX(marks, k, int);
        }
    }
    from[count] = (uint32_t)all->nelts;
    plan->marks_from = from;
    plan->marks = (const uint16_t *)all->elts;
    plan->mark_count = (uint32_t)maker->mark_count;
    plan->question_count = (uint32_t)maker->question_count;
}

/* So many have been made in this process, or before it was forked. */
static atomic_uint plans;

const char *matcher_maker_plan(matcher_maker_t *maker,
                               const transform_chains_t *chains,
                               strings_plan_t *plan)
{
    uint32_t count = (uint32_t)maker->words->nelts;

    if (count > WORD_SEARCH_MAX || maker->mark_count > MARKS_MAX) {
        return apr_psprintf(maker->pool,
                            "the rules look for %u different words in %d "
                            "lists: up to %d words can be looked for",
                            count, maker->mark_count, WORD_SEARCH_MAX);
    }
    lay_marks(maker, maker->plan);
    maker->plan->chains = chains;
    maker->plan->number = atomic_fetch_add(&plans, 1) + 1;
    maker->plan->words =
        word_search_make(apr_palloc(maker->pool, word_search_room(count)),
                         (const slice_t *)maker->words->elts, count);
    *plan = *maker->plan;
    return NULL;
}

/* ---- making ---- */

/* Of "FILE:LINE". */
static const char *folder_of(const char *where, apr_pool_t *pool)
{
    const char *slash = where ? strrchr(where, '/') : NULL;

    return slash ? apr_pstrmemdup(pool, where, (apr_size_t)(slash - where))
                 : ".";
}

static const char *make_kind(matcher_maker_t *maker, matcher_t *matcher,
                             const char *folder)
{
    switch (matcher->op.kind) {
    case OPERATOR_RX:
        return matcher_expression_make(maker, matcher);
    case OPERATOR_PM:
    case OPERATOR_PM_F:
    case OPERATOR_PM_FROM_FILE:
        return matcher_phrases_make(maker, matcher, folder);
    case OPERATOR_IP_MATCH:
    case OPERATOR_IP_MATCH_F:
    case OPERATOR_IP_MATCH_FROM_FILE:
        return matcher_address_make(maker, matcher, folder);
    case OPERATOR_VALIDATE_BYTE_RANGE:
    case OPERATOR_VALIDATE_URL_ENCODING:
    case OPERATOR_VALIDATE_UTF8_ENCODING:
        return matcher_bytes_make(maker, matcher);
    case OPERATOR_DETECT_SQLI:
    case OPERATOR_DETECT_XSS:
        return matcher_detect_make(maker, matcher);
    default:
        break;
    }
    if (operator_is_text(matcher->op.kind)) {
        return matcher_text_make(maker, matcher);
    }
    return apr_psprintf(maker->pool, "@%s is not supported",
                        rule_operator_name(matcher->op.kind));
}

/* Is it worth remembering what it did not match? */
static int is_remembered(const matcher_t *matcher)
{
    return matcher->expression || matcher->op.kind == OPERATOR_DETECT_SQLI
           || matcher->op.kind == OPERATOR_DETECT_XSS;
}

int matcher_supports(rule_operator_e kind)
{
    return kind != OPERATOR_GEO_LOOKUP && kind != OPERATOR_RBL;
}

const char *matcher_make(matcher_maker_t *maker, const rule_operator_t *op,
                         const char *where, const matcher_t **made)
{
    const char *folder = folder_of(where, maker->pool), *wrong;
    const char *key = apr_psprintf(maker->pool, "%d %s\n%.*s", (int)op->kind,
                                   folder, (int)op->argument.len,
                                   op->argument.p ? op->argument.p : "");
    matcher_t *matcher = apr_hash_get(maker->made, key, APR_HASH_KEY_STRING);

    if (!matcher) {
        matcher = apr_pcalloc(maker->pool, sizeof(*matcher));
        matcher->op = *op;
        matcher->mark = MATCHER_NO_MARK;
        matcher->plan = maker->plan;
        wrong = make_kind(maker, matcher, folder);
        if (wrong) {
            return wrong;
        }
        matcher->question = MATCHER_NO_QUESTION;
        if (is_remembered(matcher)) {
            matcher->question = maker->question_count++;
        }
        apr_hash_set(maker->made, key, APR_HASH_KEY_STRING, matcher);
    }
    *made = matcher;
    return NULL;
}

void matcher_take_text(matcher_maker_t *maker, matcher_t *matcher)
{
    int i;

    matcher->text = rule_text_parse(matcher->op.argument, maker->pool);
    for (i = 0; i < matcher->text.count; i++) {
        matcher->expands |= matcher->text.part[i].variable >= 0;
    }
}

static const char *read_all(apr_file_t *file, const char *path, slice_t *text,
                            apr_pool_t *pool)
{
    apr_finfo_t info;
    apr_size_t length;
    char *bytes;

    if (apr_file_info_get(&info, APR_FINFO_SIZE, file) != APR_SUCCESS
        || info.size > FILE_MAX) {
        return apr_psprintf(pool, "%s is no file of up to 16 MB", path);
    }
    length = (apr_size_t)info.size;
    bytes = apr_palloc(pool, length + 1);
    if (apr_file_read_full(file, bytes, length, &length) != APR_SUCCESS
        && length != (apr_size_t)info.size) {
        return apr_psprintf(pool, "%s cannot be read", path);
    }
    *text = slice_make(bytes, length);
    return NULL;
}

const char *matcher_read_file(const char *folder, slice_t name, slice_t *text,
                              apr_pool_t *pool)
{
    char *path = apr_pstrmemdup(pool, name.p, name.len);
    const char *wrong;
    apr_file_t *file;
    apr_status_t status;
    char why[128];

    if (*path != '/') {
        path = apr_pstrcat(pool, folder, "/", path, NULL);
    }
    status = apr_file_open(&file, path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                           APR_FPROT_OS_DEFAULT, pool);
    if (status != APR_SUCCESS) {
        return apr_psprintf(pool, "%s: %s", path,
                            apr_strerror(status, why, sizeof(why)));
    }
    wrong = read_all(file, path, text, pool);
    apr_file_close(file);
    return wrong;
}

/* ---- running ---- */

const rule_text_t *matcher_argument(const matcher_t *matcher)
{
    return matcher->expands ? &matcher->text : NULL;
}

int matcher_may_meet_limit(const matcher_t *matcher)
{
    return matcher->expression
           || (matcher->op.kind == OPERATOR_RX && matcher->expands);
}

static int passes(const matcher_t *matcher, strings_t *strings, int number)
{
    if (matcher->mark != MATCHER_NO_MARK
        && !byte_set_meets(&matcher->condition.bytes,
                           strings_bytes(strings, number))
        && !strings_has_mark(strings, number, (uint32_t)matcher->mark)) {
        return 0;
    }
    return !matcher->condition.gate_count
           || pattern_passes_gates(&matcher->condition,
                                   strings_bytes(strings, number));
}

/* The same value comes under several names: what was not matched is not looked
 * at again. */
static match_e run_remembered(const matcher_t *matcher, const matcher_run_t *on)
{
    uint64_t *answer =
        strings_answers(on->strings, on->number) + (matcher->question >> 6);
    uint64_t bit = UINT64_C(1) << (matcher->question & 63);
    match_e found;

    if (*answer & bit) {
        return MATCH_NO;
    }
    found = matcher->kind->run(matcher, on);
    *answer |= found == MATCH_NO ? bit : 0;
    return found;
}

match_e matcher_run(const matcher_t *matcher, strings_t *strings, int number,
                    slice_t argument, work_time_t *time, captures_t *captures)
{
    matcher_run_t on = { .strings = strings,
                         .time = time,
                         .number = number,
                         .value = strings_text(strings, number),
                         .argument = argument,
                         .captures = captures };

    if (on.value.len < matcher->length_min
        || (!matcher->phrases && !passes(matcher, strings, number))) {
        return MATCH_NO;
    }
    if (!matcher->expands) {
        on.argument = matcher->op.argument;
    }
    on.pool = strings_pool(strings);
    return matcher->question == MATCHER_NO_QUESTION
               ? matcher->kind->run(matcher, &on)
               : run_remembered(matcher, &on);
}

match_e matcher_run_plain(const matcher_t *matcher, strings_t *strings,
                          int number, slice_t argument, captures_t *captures)
{
    matcher_run_t on = { .value = strings_text(strings, number),
                         .argument =
                             matcher->expands ? argument : matcher->op.argument,
                         .captures = captures,
                         .pool = strings_pool(strings) };

    return matcher->kind->run(matcher, &on);
}

/* ---- telling ---- */

/* No byte gets shorter by escaping: what is behind is cut for sure. */
const char *matcher_log_cut(slice_t text, apr_pool_t *pool)
{
    size_t most = text.len <= LOG_MOST ? text.len : LOG_MOST + 1;
    const char *escaped = waf_line_escape(slice_make(text.p, most), pool);

    return strlen(escaped) <= LOG_MOST
               ? escaped
               : apr_pstrcat(pool, apr_pstrmemdup(pool, escaped, LOG_MOST),
                             " ...", NULL);
}

const char *matcher_tell(const matcher_t *matcher, int negated, slice_t value,
                         slice_t argument, slice_t target, apr_pool_t *pool)
{
    if (!matcher->expands) {
        argument = matcher->op.argument;
    }
    if (!negated) {
        return matcher->kind->tell(matcher, value, argument, target, pool);
    }
    return apr_psprintf(pool, "Match of \"%s %s\" against \"%.*s\" required.",
                        rule_operator_name(matcher->op.kind),
                        waf_line_escape(matcher->op.argument, pool),
                        (int)target.len, target.p);
}
