/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rule_action.h: what becomes of a request that a rule speaks against: the
 * words of action=, the same at all rules.  Layer L0.
 *
 *   off                 the rule is not looked at
 *   log                 it goes on, and a line is logged
 *   class:NAME          it goes on as one of that class (RProxyClass)
 *   delay, delay:TIME   it goes on later, TIME later at most
 *   challenge[:N]       its browser has to work first, N bits of it
 *   refuse, refuse:429  it ends with that status
 *   ban, ban:TIME       likewise, and so do all of its client for that time */
#ifndef RPROXY_GUARD_RULE_ACTION_H
#define RPROXY_GUARD_RULE_ACTION_H

#include <stdint.h>

typedef enum {
    ACTION_UNSET, /* as RProxyGuard says */
    ACTION_OFF,
    ACTION_LOG,
    ACTION_CLASS,
    ACTION_DELAY,
    ACTION_CHALLENGE,
    ACTION_REFUSE,
    ACTION_BAN
} action_kind_e;

enum {
    ACTION_CLASS_MAX = 32,     /* letters of a class */
    ACTION_DELAY_MAX_S = 300,  /* of delay: */
    ACTION_DIFFICULTY_MAX = 30 /* bits of challenge: */
};

/* All 0: ACTION_UNSET. */
typedef struct {
    action_kind_e kind;
    int status;        /* of ACTION_REFUSE; 0: as the rule has it */
    int difficulty;    /* of ACTION_CHALLENGE; 0: the usual one */
    int64_t time_us;   /* of ACTION_DELAY and ACTION_BAN; 0: the usual one */
    const char *class; /* of ACTION_CLASS: the rest of text */
} rule_action_t;

#define ACTION_EXPECTED                                                    \
    "off, log, class:NAME, delay, delay:TIME, challenge, challenge:BITS, " \
    "refuse, refuse:STATUS, ban or ban:TIME (10s, 5min, 1h, 7d)"

/* Reads one; text is kept for as long as *action.
 * @return 1 and *action, or 0: it is none (ACTION_EXPECTED says what is) */
int rule_action_parse(rule_action_t *action, const char *text);

#endif
