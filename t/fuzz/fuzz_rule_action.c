/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_rule_action.c: the words of action=.  Promises: what is taken is within
 * its bounds, and only what its kind has is set. */
#include "fuzz.h"

#include "config/rule_action.c"

static void check_bounds(const guard_action_t *a)
{
    int64_t most =
        a->kind == GUARD_ACTION_DELAY ? GUARD_ACTION_DELAY_MAX_S : YEAR_S;

    FUZZ_CHECK(a->kind > GUARD_ACTION_UNSET && a->kind <= GUARD_ACTION_BAN);
    FUZZ_CHECK(a->time_us >= 0 && a->time_us <= most * SECOND_US);
    FUZZ_CHECK(!a->time_us || a->kind == GUARD_ACTION_DELAY
               || a->kind == GUARD_ACTION_BAN);
    FUZZ_CHECK(!a->status || a->kind == GUARD_ACTION_REFUSE);
    FUZZ_CHECK(a->status == 0 || (a->status >= 400 && a->status <= 599));
    FUZZ_CHECK(!a->difficulty || a->kind == GUARD_ACTION_CHALLENGE);
    FUZZ_CHECK(a->difficulty >= 0
               && a->difficulty <= GUARD_ACTION_DIFFICULTY_MAX);
    FUZZ_CHECK(!a->class == (a->kind != GUARD_ACTION_CLASS));
    FUZZ_CHECK(!a->class || strlen(a->class) <= GUARD_ACTION_CLASS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    guard_action_t action;

    memcpy(text, data, size);
    text[size] = '\0';
    if (rule_action_parse(&action, text)) {
        check_bounds(&action);
    }
    free(text);
    return 0;
}
