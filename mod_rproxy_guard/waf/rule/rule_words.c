/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_words.c: see rule_words.h.  Layer L0. */
#include "rule_words.h"

static const struct {
    slice_t name;
    int has_parts;
} variables[] = {
#define X(name, parts) { SLICE_LIT(#name), parts },
    RULE_VARIABLES(X)
#undef X
};

static const struct {
    slice_t name;
} operators[] = {
#define X(id, name) { SLICE_LIT(name) },
    RULE_OPERATORS(X)
#undef X
};

static const struct {
    slice_t name;
    int argument;
} actions[] = {
#define X(id, name, argument) { SLICE_LIT(name), argument },
    RULE_ACTIONS(X)
#undef X
};

/* American spellings of actions. */
static slice_t in_british(slice_t name, char *room, size_t size)
{
    if (name.len >= 8 && name.len < size
        && slice_eq_nocase(slice_make(name.p, 8), SLICE_LIT("sanitize"))) {
        memcpy(room, name.p, name.len);
        room[6] = 's';
        return slice_make(room, name.len);
    }
    return name;
}

int rule_variable_find(slice_t name)
{
    int i;

    for (i = 0; i < VARIABLE_COUNT; i++) {
        if (slice_eq_nocase(name, variables[i].name)) {
            return i;
        }
    }
    return -1;
}

int rule_operator_find(slice_t name)
{
    int i;

    for (i = 0; i < OPERATOR_COUNT; i++) {
        if (slice_eq_nocase(name, operators[i].name)) {
            return i;
        }
    }
    return -1;
}

int rule_action_find(slice_t name)
{
    char room[32];
    int i;

    name = in_british(name, room, sizeof(room));
    for (i = 0; i < ACTION_COUNT; i++) {
        if (slice_eq_nocase(name, actions[i].name)) {
            return i;
        }
    }
    return -1;
}

const char *rule_variable_name(rule_variable_e variable)
{
    return variables[variable].name.p;
}

const char *rule_operator_name(rule_operator_e op)
{
    return operators[op].name.p;
}

const char *rule_action_name(rule_action_e action)
{
    return actions[action].name.p;
}

int rule_variable_has_parts(rule_variable_e variable)
{
    return variables[variable].has_parts;
}

int rule_action_argument(rule_action_e action)
{
    return actions[action].argument;
}
