/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* match_union.c: see match_union.h.  Layer L1. */
#include "match_union.h"

#include <apr_strings.h>

#include "matcher_private.h"

static void add(match_union_t *sum, strings_t *strings, const byte_set_t *bytes,
                const uint64_t *marks, size_t longest)
{
    size_t words = strings_marks_room(strings), i;

    if (!sum->marks) {
        sum->marks =
            apr_pmemdup(strings_pool(strings), marks, words * sizeof(*marks));
    }
    else {
        for (i = 0; i < words; i++) {
            sum->marks[i] |= marks[i];
        }
    }
    byte_set_join(&sum->bytes, bytes);
    sum->longest = longest > sum->longest ? longest : sum->longest;
}

void match_union_add(match_union_t *sum, strings_t *strings, int number)
{
    add(sum, strings, strings_bytes(strings, number),
        strings_marks(strings, number), strings_text(strings, number).len);
}

void match_union_join(match_union_t *sum, const match_union_t *other,
                      strings_t *strings)
{
    if (other->marks) {
        add(sum, strings, &other->bytes, other->marks, other->longest);
    }
}

void match_union_fold(match_union_t *sum)
{
    byte_set_fold(&sum->bytes);
}

static int has_mark(const match_union_t *sum, int mark)
{
    return mark != MATCHER_NO_MARK && sum->marks[mark >> 6] >> (mark & 63) & 1;
}

/* May one of its words be there, or a byte that is as good as one? */
static int could_have_word(const matcher_t *matcher, const byte_set_t *bytes)
{
    return matcher->mark == MATCHER_NO_MARK || matcher->needs_none
           || byte_set_meets(&matcher->needs, bytes)
           || byte_set_meets(&matcher->bytes, bytes)
           || byte_set_meets(&matcher->condition.bytes, bytes);
}

static int is_range(const matcher_t *matcher)
{
    return matcher->op.kind == OPERATOR_VALIDATE_BYTE_RANGE;
}

static int has_other_bytes(const byte_set_t *bytes, const byte_set_t *allowed)
{
    int i;

    for (i = 0; i < 4; i++) {
        if (bytes->word[i] & ~allowed->word[i]) {
            return 1;
        }
    }
    return 0;
}

int match_union_asks(const matcher_t *matcher)
{
    return matcher->phrases || is_range(matcher)
           || matcher->mark != MATCHER_NO_MARK || matcher->length_min
           || matcher->condition.gate_count;
}

static int has_bytes(const byte_set_t *set)
{
    return set->word[0] || set->word[1] || set->word[2] || set->word[3];
}

int match_union_mark(const matcher_t *matcher)
{
    return is_range(matcher) || has_bytes(&matcher->bytes)
                   || has_bytes(&matcher->condition.bytes)
               ? MATCHER_NO_MARK
               : matcher->mark;
}

int match_union_may(const match_union_t *sum, const matcher_t *matcher)
{
    if (!sum->marks || matcher->length_min > sum->longest) {
        return 0;
    }
    if (matcher->phrases) {
        return has_mark(sum, matcher->mark)
               || byte_set_meets(&matcher->bytes, &sum->bytes);
    }
    if (is_range(matcher)) {
        return has_other_bytes(&sum->bytes, &matcher->bytes);
    }
    return (matcher->mark == MATCHER_NO_MARK || has_mark(sum, matcher->mark)
            || byte_set_meets(&matcher->condition.bytes, &sum->bytes))
           && pattern_passes_gates(&matcher->condition, &sum->bytes);
}

int match_union_could(const transform_reach_t *strings,
                      const matcher_t *matcher)
{
    if (matcher->length_min > strings->longest) {
        return 0;
    }
    if (is_range(matcher)) {
        return has_other_bytes(&strings->bytes, &matcher->bytes);
    }
    return could_have_word(matcher, &strings->bytes)
           && pattern_passes_gates(&matcher->condition, &strings->bytes);
}
