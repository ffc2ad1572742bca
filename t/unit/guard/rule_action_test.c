/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_action_test.c: the words of action=. */
#include "unit.h"

#include "config/rule_action.c"

#define S INT64_C(1000000)

typedef struct {
    const char *text;
    guard_action_t right; /* GUARD_ACTION_UNSET: it is wrong */
} action_case_t;

/* clang-format off */
static const action_case_t cases[] = {
    { "off", { .kind = GUARD_ACTION_OFF } },
    { "log", { .kind = GUARD_ACTION_LOG } },
    { "refuse", { .kind = GUARD_ACTION_REFUSE } },
    { "refuse:503", { .kind = GUARD_ACTION_REFUSE, .status = 503 } },
    { "delay", { .kind = GUARD_ACTION_DELAY } },
    { "delay:5", { .kind = GUARD_ACTION_DELAY, .time_us = 5 * S } },
    { "delay:250ms", { .kind = GUARD_ACTION_DELAY, .time_us = S / 4 } },
    { "ban", { .kind = GUARD_ACTION_BAN } },
    { "ban:1h", { .kind = GUARD_ACTION_BAN, .time_us = 3600 * S } },
    { "ban:365d", { .kind = GUARD_ACTION_BAN, .time_us = 365 * 86400 * S } },
    { "challenge", { .kind = GUARD_ACTION_CHALLENGE } },
    { "challenge:20", { .kind = GUARD_ACTION_CHALLENGE, .difficulty = 20 } },
    { "class:bots", { .kind = GUARD_ACTION_CLASS, .class = "bots" } },
    { "", { 0 } },
    { "Refuse", { 0 } },
    { "refuse:", { 0 } },
    { "refuse:200", { 0 } },
    { "refuse:4x9", { 0 } },
    { "refused", { 0 } },
    { "log:1", { 0 } },
    { "off:", { 0 } },
    { "delay:0", { 0 } },
    { "delay:1h", { 0 } },
    { "delay:s", { 0 } },
    { "delay:-1s", { 0 } },
    { "ban:1 h", { 0 } },
    { "ban:366d", { 0 } },
    { "ban:99999999999999999999d", { 0 } },
    { "delay:255555555555d", { 0 } },
    { "challenge:31", { 0 } },
    { "class", { 0 } },
    { "class:", { 0 } },
    { "class:a b", { 0 } },
    { "class:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", { 0 } },
};
/* clang-format on */

static void check(void **state)
{
    const action_case_t *row = *state;
    guard_action_t action;
    int good = rule_action_parse(&action, row->text);

    assert_int_equal(good, row->right.kind != GUARD_ACTION_UNSET);
    if (good) {
        assert_int_equal(action.kind, row->right.kind);
        assert_int_equal(action.status, row->right.status);
        assert_int_equal(action.difficulty, row->right.difficulty);
        assert_true(action.time_us == row->right.time_us);
        assert_true(!action.class == !row->right.class);
        assert_true(
            !action.class || strcmp(action.class, row->right.class) == 0);
    }
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].text[0] ? cases[i].text : "nothing", check,
                 &cases[i]);
    }
    return unit_run("actions of rules");
}
