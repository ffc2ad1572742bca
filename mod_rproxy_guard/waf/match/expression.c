/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* expression.c: see expression.h.  Layer L1.
 *
 * A thread's stack, match data and context are made at its first run and freed
 * when it ends. */
#include "expression.h"

#include <apr_strings.h>

#ifdef HAVE_PCRE2

#include <pthread.h>
#include <stdlib.h>

#include "expression_private.h"

enum {
    STACK_FIRST = 32 * 1024,
    STACK_MOST = 1024 * 1024,
    LATE_COUNT = 8,
    COMPILE_OPTIONS =
        PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_USE_OFFSET_LIMIT
};

/* Compiled at run time; text is memory of its own. */
typedef struct {
    char *text;
    size_t length;
    expression_t expression; /* code NULL: the text is wrong */
} late_t;

typedef struct {
    expression_tools_t tools;
    pcre2_jit_stack *stack;
    late_t late[LATE_COUNT];
    unsigned late_next;
} thread_t;

/* ---- what a thread has ---- */

static __thread thread_t *mine;
static pthread_key_t thread_key;
static pthread_once_t thread_once = PTHREAD_ONCE_INIT;

static void late_clear(late_t *late)
{
    pcre2_code_free(late->expression.code);
    free(late->text);
    memset(late, 0, sizeof(*late));
}

static void thread_free(void *memory)
{
    thread_t *thread = memory;
    int i;

    for (i = 0; i < LATE_COUNT; i++) {
        late_clear(&thread->late[i]);
    }
    pcre2_match_context_free(thread->tools.context);
    pcre2_match_data_free(thread->tools.data);
    pcre2_jit_stack_free(thread->stack);
    free(thread);
}

static void make_key(void)
{
    pthread_key_create(&thread_key, thread_free);
}

static thread_t *thread_make(void)
{
    thread_t *thread = calloc(1, sizeof(*thread));

    if (!thread) {
        return NULL;
    }
    thread->tools.data = pcre2_match_data_create(CAPTURES_MAX, NULL);
    thread->tools.context = pcre2_match_context_create(NULL);
    thread->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL);
    if (!thread->tools.data || !thread->tools.context || !thread->stack) {
        thread_free(thread);
        return NULL;
    }
    pcre2_jit_stack_assign(thread->tools.context, NULL, thread->stack);
    pthread_once(&thread_once, make_key);
    pthread_setspecific(thread_key, thread);
    return thread;
}

/* NULL: no memory. */
static thread_t *this_thread(void)
{
    if (!mine) {
        mine = thread_make();
    }
    return mine;
}

/* ---- making ---- */

static int has_text(slice_t text, const char *part)
{
    size_t length = strlen(part), i;

    for (i = 0; i + length <= text.len; i++) {
        if (memcmp(text.p + i, part, length) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Anchored, with \G, or with verbs, which end a run wherever it began. */
static int begins_once(const pcre2_code *code, slice_t text)
{
    uint32_t options = 0;

    pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    return (options & PCRE2_ANCHORED) || has_text(text, "\\G")
           || has_text(text, "(*");
}

static int expression_compile(expression_t *expression, slice_t text,
                              uint32_t options, uint32_t limit,
                              size_t *wrong_at)
{
    int error = 0;

    expression->code =
        pcre2_compile((PCRE2_SPTR)(text.p ? text.p : ""), text.len,
                      COMPILE_OPTIONS | options, &error, wrong_at, NULL);
    if (!expression->code) {
        return error;
    }
    expression->limit = limit ? limit : EXPRESSION_LIMIT_DEFAULT;
    expression->has_jit =
        pcre2_jit_compile(expression->code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_pattern_info(expression->code, PCRE2_INFO_MINLENGTH,
                       &expression->length_min);
    expression->is_whole = begins_once(expression->code, text);
    return 0;
}

static apr_status_t expression_free(void *memory)
{
    expression_t *expression = memory;

    pcre2_code_free(expression->code);
    return APR_SUCCESS;
}

const char *expression_make(slice_t text, int ignores_case, uint32_t limit,
                            const expression_t **made, apr_pool_t *pool)
{
    expression_t *expression = apr_pcalloc(pool, sizeof(*expression));
    size_t at = 0;
    int error =
        expression_compile(expression, text, ignores_case ? PCRE2_CASELESS : 0,
                           limit, &at);
    unsigned char why[128] = "";

    if (error) {
        pcre2_get_error_message(error, why, sizeof(why));
        return apr_psprintf(pool, "\"%.*s\" is no expression: %s, at byte %lu",
                            (int)text.len, text.p ? text.p : "", why,
                            (unsigned long)at);
    }
    apr_pool_cleanup_register(pool, expression, expression_free,
                              apr_pool_cleanup_null);
    *made = expression;
    return NULL;
}

size_t expression_length_min(const expression_t *expression)
{
    return expression->length_min;
}

/* ---- running ---- */

/* @param found  groups up to the last that took part; 0: more than there is
 *               room for */
static void fill_captures(const pcre2_match_data *data, slice_t value,
                          int found, captures_t *captures)
{
    const size_t *at =
        pcre2_get_ovector_pointer((pcre2_match_data *)(uintptr_t)data);
    int i;

    captures->count = found ? found : CAPTURES_MAX;
    for (i = 0; i < captures->count; i++, at += 2) {
        captures->group[i] = at[0] == PCRE2_UNSET || at[1] < at[0]
                                 ? slice_make("", 0)
                                 : slice_make(value.p + at[0], at[1] - at[0]);
    }
}

static match_e expression_run_on(thread_t *thread,
                                 const expression_t *expression, slice_t value,
                                 work_time_t *time, captures_t *captures)
{
    int found = expression_scan(expression, &thread->tools, value, time);

    if (found == PCRE2_ERROR_NOMATCH) {
        return MATCH_NO;
    }
    if (found < 0) {
        return MATCH_LIMIT;
    }
    if (captures) {
        fill_captures(thread->tools.data,
                      slice_make(value.p ? value.p : "", value.len), found,
                      captures);
    }
    return MATCH_YES;
}

match_e expression_run(const expression_t *expression, slice_t value,
                       work_time_t *time, captures_t *captures)
{
    thread_t *thread = this_thread();

    return thread ? expression_run_on(thread, expression, value, time, captures)
                  : MATCH_LIMIT;
}

/* ---- known at run time only ---- */

static late_t *late_find(thread_t *thread, slice_t text, uint32_t limit)
{
    int i;

    for (i = 0; i < LATE_COUNT; i++) {
        late_t *late = &thread->late[i];

        if (late->text && late->expression.limit == limit
            && slice_eq(slice_make(late->text, late->length), text)) {
            return late;
        }
    }
    return NULL;
}

/* In the place of the one made longest ago. */
static late_t *late_make(thread_t *thread, slice_t text, uint32_t limit)
{
    late_t *late = &thread->late[thread->late_next++ % LATE_COUNT];
    size_t at;

    late_clear(late);
    late->text = malloc(text.len + 1);
    if (!late->text) {
        return NULL;
    }
    if (text.len) {
        memcpy(late->text, text.p, text.len);
    }
    late->length = text.len;
    expression_compile(&late->expression, text, 0, limit, &at);
    late->expression.limit = limit;
    return late;
}

match_e expression_run_text(slice_t text, uint32_t limit, slice_t value,
                            work_time_t *time, captures_t *captures)
{
    thread_t *thread = this_thread();
    late_t *late;

    if (!thread) {
        return MATCH_LIMIT;
    }
    limit = limit ? limit : EXPRESSION_LIMIT_DEFAULT;
    late = late_find(thread, text, limit);
    if (!late) {
        late = late_make(thread, text, limit);
    }
    if (!late) {
        return MATCH_LIMIT;
    }
    return late->expression.code ? expression_run_on(thread, &late->expression,
                                                     value, time, captures)
                                 : MATCH_NO;
}

#else

const char *expression_make(slice_t text, int ignores_case, uint32_t limit,
                            const expression_t **made, apr_pool_t *pool)
{
    (void)text, (void)ignores_case, (void)limit, (void)made, (void)pool;
    return "expressions need PCRE2, which this module was built without: "
           "install its development files (libpcre2-dev) and build again";
}

size_t expression_length_min(const expression_t *expression)
{
    (void)expression;
    return 0;
}

match_e expression_run(const expression_t *expression, slice_t value,
                       work_time_t *time, captures_t *captures)
{
    (void)expression, (void)value, (void)time, (void)captures;
    return MATCH_LIMIT;
}

match_e expression_run_text(slice_t text, uint32_t limit, slice_t value,
                            work_time_t *time, captures_t *captures)
{
    (void)text, (void)limit, (void)value, (void)time, (void)captures;
    return MATCH_LIMIT;
}

#endif
