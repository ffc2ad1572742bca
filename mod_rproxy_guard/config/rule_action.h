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
    GUARD_ACTION_UNSET, /* as RProxyGuard says */
    GUARD_ACTION_OFF,
    GUARD_ACTION_LOG,
    GUARD_ACTION_CLASS,
    GUARD_ACTION_DELAY,
    GUARD_ACTION_CHALLENGE,
    GUARD_ACTION_REFUSE,
    GUARD_ACTION_BAN
} action_kind_e;

enum {
    GUARD_ACTION_CLASS_MAX = 32,     /* letters of a class */
    GUARD_ACTION_DELAY_MAX_S = 300,  /* of delay: */
    GUARD_ACTION_DIFFICULTY_MAX = 30 /* bits of challenge: */
};

/* All 0: GUARD_ACTION_UNSET. */
typedef struct {
    action_kind_e kind;
    int status;        /* of GUARD_ACTION_REFUSE; 0: as the rule has it */
    int difficulty;    /* of GUARD_ACTION_CHALLENGE; 0: the usual one */
    int64_t time_us;   /* of GUARD_ACTION_DELAY, _BAN; 0: the usual one */
    const char *class; /* of GUARD_ACTION_CLASS: the rest of text */
} guard_action_t;

#define GUARD_ACTION_EXPECTED                                              \
    "off, log, class:NAME, delay, delay:TIME, challenge, challenge:BITS, " \
    "refuse, refuse:STATUS, ban or ban:TIME (10s, 5min, 1h, 7d)"

/* Reads one; text is kept for as long as *action.
 * @return 1 and *action, or 0: it is none (GUARD_ACTION_EXPECTED says which
 *         there are) */
int rule_action_parse(guard_action_t *action, const char *text);

#endif
