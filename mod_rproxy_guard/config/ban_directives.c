/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_directives.c: RProxyGuardBans.  Layer L2. */
#include "guard_private.h"
#include "guard_config.h"

#include "config/config_option.h"

enum {
    SIZE_DEFAULT = 65536,
    TIME_DEFAULT_S = 600,
    LONGEST_DEFAULT_S = 86400,
    V6_BITS_DEFAULT = 64
};

typedef struct {
    int size, v6;
    apr_interval_time_t time, longest;
} words_t;

void ban_directives_default(guard_ban_rules_t *rules)
{
    *rules = (guard_ban_rules_t){ SIZE_DEFAULT, TIME_DEFAULT_S,
                                  LONGEST_DEFAULT_S, V6_BITS_DEFAULT };
}

const char *ban_directives_set(cmd_parms *cmd, void *dir, const char *argument)
{
    static const option_t options[] = {
        { "size", OPTION_INT, offsetof(words_t, size), 64, 10000000 },
        { "time", OPTION_TIME, offsetof(words_t, time), 1, OPTION_YEAR_S },
        { "longest", OPTION_TIME, offsetof(words_t, longest), 1,
          OPTION_YEAR_S },
        { "prefix", OPTION_INT, offsetof(words_t, v6), 32, 128 },
        { NULL, OPTION_INT, 0, 0, 0 }
    };
    guard_ban_rules_t *rules = &guard_global->bans;
    words_t words = { rules->size, rules->v6, apr_time_from_sec(rules->time),
                      apr_time_from_sec(rules->longest) };
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    error = error ? error : config_option_set(cmd, options, &words, argument);
    rules->size = words.size;
    rules->v6 = words.v6;
    rules->time = (int)apr_time_sec(words.time);
    rules->longest = (int)apr_time_sec(words.longest);
    return error;
}
