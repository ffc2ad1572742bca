/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain_step.c: see explain_step.h.  Layer L2. */
#include "guard_private.h"
#include "explain_step.h"

#include "../challenge/challenge.h"

static const char *word_of_action(const explain_t *x,
                                  const guard_action_t *action)
{
    switch (action ? action->kind : GUARD_ACTION_REFUSE) {
    case GUARD_ACTION_OFF:
        return "pass";
    case GUARD_ACTION_LOG:
        return "log";
    case GUARD_ACTION_CLASS:
        return "class";
    case GUARD_ACTION_BAN:
        return "ban";
    case GUARD_ACTION_CHALLENGE:
        return challenge_is_passed(x->r, action->difficulty) ? "passed"
                                                             : "challenge";
    default:
        return "refuse";
    }
}

const char *explain_word(const explain_t *x, const guard_verdict_t *verdict)
{
    return !verdict->status    ? "pass"
           : verdict->log_only ? "log"
                               : word_of_action(x, verdict->action);
}

static int ends_request(const char *word)
{
    return strcmp(word, "refuse") == 0 || strcmp(word, "ban") == 0
           || strcmp(word, "challenge") == 0;
}

void explain_begin(explain_t *x, const char *check, const char *word)
{
    write_text(x->w, x->count ? ", {\"stage\": " : "{\"stage\": ");
    write_json(x->w, x->stage);
    explain_member(x, "check", check);
    explain_member(x, "verdict", word);
}

void explain_member(explain_t *x, const char *name, const char *text)
{
    if (text) {
        write_format(x->w, ", \"%s\": ", name);
        write_json(x->w, text);
    }
}

void explain_end(explain_t *x, const char *word, const guard_verdict_t *verdict)
{
    write_text(x->w, "}");
    if (ends_request(word) && !x->has_first) {
        x->has_first = 1;
        x->first = x->count;
        x->decision = word;
        x->by = *verdict;
    }
    x->count++;
}

void explain_step(explain_t *x, const char *check,
                  const guard_verdict_t *verdict)
{
    const char *word = explain_word(x, verdict);

    explain_begin(x, check, word);
    if (verdict->status) {
        explain_member(x, "rule", verdict->rule);
        explain_member(x, "why", verdict_why(x->r, verdict));
        explain_member(x, "key", verdict_key(x->r, verdict));
        explain_member(x, "where", verdict->where);
        write_format(x->w, ", \"status\": %d", verdict->status);
    }
    explain_end(x, word, verdict);
}

void explain_say(explain_t *x, const char *check, const char *word,
                 const char *rule, const char *why, const char *where)
{
    static const guard_verdict_t none;

    explain_begin(x, check, word);
    explain_member(x, "rule", rule);
    explain_member(x, "why", why);
    explain_member(x, "where", where);
    explain_end(x, word, &none);
}
