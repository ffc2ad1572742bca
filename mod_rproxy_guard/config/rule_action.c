/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_action.c: see rule_action.h.  Layer L0. */
#include "rule_action.h"

#include <stddef.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define YEAR_S 31536000

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* @return the first character behind the digits; *n to 10^9, more is that */
static const char *read_number(const char *text, int64_t *n)
{
    for (*n = 0; is_digit(*text); text++) {
        *n = *n * 10 + (*text - '0');
        *n = *n > 1000000000 ? 1000000000 : *n;
    }
    return text;
}

static int read_count(const char *text, int min, int max, int *count)
{
    int64_t n;
    const char *end = read_number(text, &n);

    *count = (int)n;
    return end != text && !*end && n >= min && n <= max;
}

static int read_time(const char *text, int64_t max_s, int64_t *us)
{
    static const struct {
        const char *word;
        int64_t us;
    } units[] = { { "", SECOND_US },         { "ms", 1000 },
                  { "s", SECOND_US },        { "min", 60 * SECOND_US },
                  { "h", 3600 * SECOND_US }, { "d", 86400 * SECOND_US } };
    int64_t n;
    const char *unit = read_number(text, &n);
    size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(unit, units[i].word) == 0) {
            *us = n <= max_s * SECOND_US / units[i].us ? n * units[i].us : 0;
            return unit != text && *us > 0;
        }
    }
    return 0;
}

static int read_class(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    return len && len <= GUARD_ACTION_CLASS_MAX && !text[len];
}

static int read_argument(guard_action_t *action, const char *text)
{
    switch (action->kind) {
    case GUARD_ACTION_CLASS:
        action->class = text;
        return read_class(text);
    case GUARD_ACTION_DELAY:
        return read_time(text, GUARD_ACTION_DELAY_MAX_S, &action->time_us);
    case GUARD_ACTION_CHALLENGE:
        return read_count(text, 1, GUARD_ACTION_DIFFICULTY_MAX,
                          &action->difficulty);
    case GUARD_ACTION_REFUSE:
        return read_count(text, 400, 599, &action->status);
    case GUARD_ACTION_BAN:
        return read_time(text, YEAR_S, &action->time_us);
    default:
        return 0;
    }
}

int rule_action_parse(guard_action_t *action, const char *text)
{
    static const struct {
        const char *word;
        action_kind_e kind;
    } words[] = {
        { "off", GUARD_ACTION_OFF },
        { "log", GUARD_ACTION_LOG },
        { "class", GUARD_ACTION_CLASS },
        { "delay", GUARD_ACTION_DELAY },
        { "refuse", GUARD_ACTION_REFUSE },
        { "challenge", GUARD_ACTION_CHALLENGE },
        { "ban", GUARD_ACTION_BAN },
    };
    size_t len = strcspn(text, ":"), i;

    memset(action, 0, sizeof(*action));
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i].word) == len
            && memcmp(words[i].word, text, len) == 0) {
            action->kind = words[i].kind;
            return text[len] ? read_argument(action, text + len + 1)
                             : action->kind != GUARD_ACTION_CLASS;
        }
    }
    return 0;
}
