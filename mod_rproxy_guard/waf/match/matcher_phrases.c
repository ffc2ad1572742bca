/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_phrases.c: @pm, @pmf and @pmFromFile.  Layer L1.
 *
 * The search for the words of all matchers answers whether a phrase is there.
 * Which one ends first, in case someone wants to know, a second look tells. */
#include "matcher_private.h"

#include <apr_strings.h>

#include "waf/transform/char_kind.h"

/* ---- finding ---- */

typedef struct {
    const matcher_t *matcher;
    size_t first_end; /* SIZE_MAX: none yet */
} first_t;

static void note_end(void *ctx, uint32_t word, size_t end)
{
    first_t *first = ctx;
    const strings_plan_t *plan = first->matcher->plan;
    uint32_t i;

    if (end >= first->first_end) {
        return;
    }
    for (i = plan->marks_from[word]; i < plan->marks_from[word + 1]; i++) {
        if (plan->marks[i] == first->matcher->mark) {
            first->first_end = end;
        }
    }
}

/* What ModSecurity calls the phrase it found. */
static slice_t found_phrase(const matcher_t *matcher, slice_t value)
{
    first_t first = { matcher, SIZE_MAX };
    size_t i;

    if (matcher->mark != MATCHER_NO_MARK) {
        word_search_scan(matcher->plan->words, value, note_end, &first);
    }
    for (i = 0; i < value.len && i + 1 < first.first_end; i++) {
        if (byte_set_has(&matcher->bytes, (unsigned char)value.p[i])) {
            first.first_end = i + 1;
        }
    }
    if (first.first_end > value.len) {
        return slice_make("", 0);
    }
    return phrases_ending(matcher->phrases,
                          slice_make(value.p, first.first_end));
}

static int has_phrase(const matcher_t *matcher, const matcher_run_t *on)
{
    if (!on->strings) {
        return phrases_find_plain(matcher->phrases, on->value) > 0;
    }
    return (matcher->mark != MATCHER_NO_MARK
            && strings_has_mark(on->strings, on->number,
                                (uint32_t)matcher->mark))
           || byte_set_meets(&matcher->bytes,
                             strings_bytes(on->strings, on->number));
}

static slice_t plain_phrase(const matcher_t *matcher, slice_t value)
{
    size_t end = phrases_find_plain(matcher->phrases, value);

    return phrases_ending(matcher->phrases, slice_make(value.p, end));
}

static match_e phrases_run(const matcher_t *matcher, const matcher_run_t *on)
{
    if (!has_phrase(matcher, on)) {
        return MATCH_NO;
    }
    if (on->captures) {
        matcher_capture(on, on->strings ? found_phrase(matcher, on->value)
                                        : plain_phrase(matcher, on->value));
    }
    return MATCH_YES;
}

static const char *phrases_tell(const matcher_t *matcher, slice_t value,
                                slice_t argument, slice_t target,
                                apr_pool_t *pool)
{
    (void)argument;
    return apr_pstrcat(pool, "Matched phrase \"",
                       matcher_log_cut(found_phrase(matcher, value), pool),
                       "\" at ", apr_pstrmemdup(pool, target.p, target.len),
                       ".", NULL);
}

static const matcher_kind_t phrases_kind = { phrases_run, phrases_tell };

/* ---- making ---- */

static void add_phrase_word(matcher_maker_t *maker, matcher_t *matcher,
                            slice_t phrase)
{
    char *lower = apr_pstrmemdup(maker->pool, phrase.p, phrase.len);
    size_t i;

    for (i = 0; i < phrase.len; i++) {
        lower[i] = (char)slice_lower((unsigned char)phrase.p[i]);
    }
    matcher_maker_word(maker, matcher, slice_make(lower, phrase.len));
}

/* Of several files, parted by blanks. */
static const char *read_files(phrases_t *phrases, slice_t names,
                              const char *folder, apr_pool_t *pool)
{
    const char *p = names.p, *end = p + names.len, *from, *wrong;
    slice_t name, text;

    while (p < end) {
        for (from = p; p < end && !char_is_space((unsigned char)*p); p++) {
        }
        name = slice_make(from, (size_t)(p - from));
        p += p < end;
        if (!name.len) {
            continue;
        }
        if (name.len > 8 && memcmp(name.p, "https://", 8) == 0) {
            return apr_psprintf(pool,
                                "%.*s: phrases are read from files of this "
                                "machine only",
                                (int)name.len, name.p);
        }
        wrong = matcher_read_file(folder, name, &text, pool);
        if (wrong) {
            return wrong;
        }
        phrases_add_lines(phrases, text, pool);
    }
    return NULL;
}

const char *matcher_phrases_make(matcher_maker_t *maker, matcher_t *matcher,
                                 const char *folder)
{
    phrases_t *phrases = phrases_make(maker->pool);
    const char *wrong = NULL;
    int i;

    matcher->kind = &phrases_kind;
    matcher->phrases = phrases;
    if (matcher->op.kind == OPERATOR_PM) {
        phrases_add_words(phrases, matcher->op.argument, maker->pool);
    }
    else {
        wrong = read_files(phrases, matcher->op.argument, folder, maker->pool);
    }
    matcher->bytes = phrases->bytes;
    matcher->length_min = phrases_shortest(phrases);
    for (i = 0; !wrong && i < phrases->all->nelts; i++) {
        slice_t phrase = APR_ARRAY_IDX(phrases->all, i, slice_t);

        if (phrase.len > UINT16_MAX - 1000) {
            wrong = "a phrase is longer than 64,000 bytes";
        }
        else if (phrase.len > 1) {
            add_phrase_word(maker, matcher, phrase);
        }
    }
    return wrong;
}
