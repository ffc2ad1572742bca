/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_waf_pattern.c: an expression and a value, parted by a NUL.  Promise:
 * where PCRE2 finds a match, the value has what pattern_condition asks for. */
#include "fuzz.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "waf/pattern/pattern_class.c"
#include "waf/pattern/pattern_condition.c"
#include "waf/pattern/pattern_tree.c"

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

static int matches(slice_t pattern, slice_t value)
{
    int error, found;
    size_t at;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.len,
                      PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY, &error, &at, NULL);

    if (!code) {
        return 0;
    }
    data = pcre2_match_data_create(8, NULL);
    context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(context, 10000);
    found =
        pcre2_match(code, (PCRE2_SPTR)value.p, value.len, 0, 0, data, context)
        >= 0;
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t length = nul ? (size_t)(nul - data) : size;
    slice_t pattern = slice_make((const char *)data, length);
    slice_t value =
        nul ? slice_make((const char *)nul + 1, size - length - 1) : pattern;
    byte_set_t bytes = byte_set_of(value);
    pattern_condition_t condition;
    static apr_pool_t *pool;

    if (!pool) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    condition = pattern_condition(pattern, pool);
    if (matches(pattern, value)) {
        FUZZ_CHECK(has_word(&condition, value));
        FUZZ_CHECK(pattern_passes_gates(&condition, &bytes));
    }
    apr_pool_clear(pool);
    return 0;
}
