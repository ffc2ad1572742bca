/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* health.h: what probes and requests say of a member: the next state.
 * Layer L0.
 *
 *              fall probes fail                rise probes pass
 *     UP ------------------------> DOWN ------------------------> UP
 *     |  requests fail                                            ^
 *     +-------> EJECTED --its time is over--> TRIAL --one passed--+
 *                  ^                            |
 *                  +------- it failed, longer --+
 *
 * Probes that fail put a member DOWN from anywhere.  The caller keeps the
 * state in shared memory and sees to it that one at a time changes it.  For
 * the one event of each good request ask health_unmoved first, without a
 * lock. */
#ifndef RPROXY_BALANCER_HEALTH_H
#define RPROXY_BALANCER_HEALTH_H

#include "../members/member_facts.h"

/* clang-format off */
#define HEALTH_STATES(X)                                                      \
    X(HEALTH_UP,      "up")                                                   \
    X(HEALTH_DOWN,    "down")                                                 \
    X(HEALTH_EJECTED, "ejected")                                              \
    X(HEALTH_TRIAL,   "trial")

#define HEALTH_REASONS(X)                                                     \
    X(HEALTH_AT_START,       "nothing known")                                 \
    X(HEALTH_PROBES_FAILED,  "probes failed")                                 \
    X(HEALTH_PROBES_PASSED,  "probes passed")                                 \
    X(HEALTH_IN_A_ROW,       "requests failed in a row")                      \
    X(HEALTH_OUTLIER,        "more requests failed than at others")           \
    X(HEALTH_TIME_OVER,      "ejected for long enough")                       \
    X(HEALTH_TRIAL_FAILED,   "the trial failed")                              \
    X(HEALTH_TRIAL_PASSED,   "the trial passed")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    HEALTH_STATES(X)
#undef X
} health_state_e;

typedef enum {
#define X(id, text) id,
    HEALTH_REASONS(X)
#undef X
} health_reason_e;

typedef enum {
    HEALTH_PROBE_PASSED,
    HEALTH_PROBE_FAILED,
    HEALTH_REQUEST_PASSED,
    HEALTH_REQUEST_FAILED,
    HEALTH_IS_OUTLIER,     /* outlier.h found so */
    HEALTH_TRIAL_TAKEN,    /* a request goes there to find out */
    HEALTH_TRIAL_ANSWERED, /* and was answered */
    HEALTH_TRIAL_LOST,     /* and was not */
    HEALTH_TRIAL_UNKNOWN,  /* the client went away: somebody else may try */
    HEALTH_TIME_PASSED     /* now and then, each second or more often */
} health_event_e;

typedef struct {
    uint16_t rise, fall;       /* probes in a row; at least 1 */
    uint16_t failures;         /* requests in a row; 0: do not eject */
    uint32_t interval_ms;      /* of probes */
    uint32_t fast_interval_ms; /* while changing; 0: as interval_ms */
    uint16_t jitter_percent;   /* of the interval, either way */
    uint32_t eject_ms;         /* the first time; then twice as long ... */
    uint32_t eject_max_ms;     /* up to this */
    uint32_t trial_ms;         /* without a verdict: the next may try */
    uint32_t slow_start_ms;    /* 0: the whole weight at once */
} health_rules_t;

typedef struct {
    int64_t since_us;  /* in this state */
    int64_t until_us;  /* ejected: till then; trial taken: till then; 0: free */
    uint16_t streak;   /* probes in a row that speak against the state */
    uint16_t failed;   /* requests in a row */
    uint8_t state;     /* health_state_e */
    uint8_t reason;    /* health_reason_e: of the last change */
    uint8_t ejections; /* lately; each doubles the next one's time */
    uint8_t came_back; /* it was not up before: slow start */
} health_t;

/* A member at the start: up until something says otherwise. */
health_t health_start(int64_t now_us);

/* Can this be what one of these functions made?  For memory that somebody may
 * have died over. */
int health_sane(const health_t *health);

/* @param may_eject  the pool can spare one more (outlier_may_eject) */
health_t health_next(health_t health, const health_rules_t *rules,
                     health_event_e event, int may_eject, int64_t now_us);

/* Would a passed request change nothing?  health may be read unlocked. */
static inline int health_unmoved(const health_t *health)
{
    return __atomic_load_n(&health->failed, __ATOMIC_RELAXED) == 0;
}

/* May a request be sent for a trial now? */
int health_trial_free(const health_t *health, int64_t now_us);

/* Till the next probe.  random: a new one for each call */
uint32_t health_probe_after_ms(const health_t *health,
                               const health_rules_t *rules, uint32_t random);

/* How much of its weight a member that came back gets: 10 to 100. */
uint8_t health_ramp_percent(const health_t *health, const health_rules_t *rules,
                            int64_t now_us);

/* What plans are made of.
 * @param wanted  what was said of the member: MEMBER_UP, MEMBER_DRAIN,
 *                MEMBER_MAINTENANCE or MEMBER_NONE */
member_state_e health_member_state(const health_t *health,
                                   member_state_e wanted, int64_t now_us);

const char *health_state_text(health_state_e state);
const char *health_reason_text(health_reason_e reason);

#endif
