/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_act.c: see guard_act.h.  Layer L2. */
#include "guard_private.h"
#include "guard_act.h"

#include "audit/audit_log.h"
#include "bans/ban.h"
#include "challenge/challenge.h"
#include "guard_refuse.h"
#include "limits/limit_key.h"
#include "seen/seen.h"

static action_kind_e kind_of(const guard_verdict_t *verdict)
{
    return verdict->log_only  ? GUARD_ACTION_LOG
           : !verdict->action ? GUARD_ACTION_REFUSE
                              : verdict->action->kind;
}

int guard_act_lets_pass(request_rec *r, const guard_verdict_t *verdict)
{
    switch (kind_of(verdict)) {
    case GUARD_ACTION_OFF:
        return 1;
    case GUARD_ACTION_LOG:
        guard_refuse_log(r, verdict, NULL);
        return 1;
    case GUARD_ACTION_CLASS:
        audit_log_write(r, verdict, seen_add(r, verdict, 0), NULL);
        apr_table_setn(r->notes, RPROXY_NOTE_CLASS, verdict->action->class);
        return 1;
    case GUARD_ACTION_CHALLENGE:
        return challenge_is_passed(r, verdict->action->difficulty);
    default:
        return 0;
    }
}

/* Its client comes no more for a time. */
static void ban(request_rec *r, const guard_verdict_t *verdict)
{
    address_t client;

    if (limit_key_client(r, &client)) {
        guard_ban_add(client, GUARD_BAN_PREFIX,
                      apr_time_sec(verdict->action->time_us), verdict->rule,
                      verdict_why(r, verdict));
    }
}

int guard_act(request_rec *r, const guard_verdict_t *verdict)
{
    switch (kind_of(verdict)) {
    case GUARD_ACTION_CHALLENGE:
        return challenge_answer(r, verdict->action->difficulty, verdict);
    case GUARD_ACTION_BAN:
        ban(r, verdict);
        return guard_refuse(r, verdict);
    default:
        return guard_refuse(r, verdict);
    }
}
