/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canary.h: shall a new version get more of the traffic, or none?  Layer L0.
 *
 * The canary's share goes up in steps.  At each step it is compared with the
 * control, which serves the rest at the same time: errors by a test of two
 * proportions, so that chance alone rarely ends a rollout and a bad version
 * ends it as soon as it shows; latency by its 95th percentile. */
#ifndef RPROXY_BALANCER_CANARY_H
#define RPROXY_BALANCER_CANARY_H

#include <stdint.h>

enum {
    CANARY_STEPS_MAX = 16
};

/* clang-format off */
#define CANARY_REASONS(X)                                                     \
    X(CANARY_NEW,        "at its first step")                                 \
    X(CANARY_TIME,       "this step has not lasted long enough")              \
    X(CANARY_REQUESTS,   "too few requests to compare")                       \
    X(CANARY_GOOD,       "as good as the control")                            \
    X(CANARY_ERRORS,     "more errors than the control")                      \
    X(CANARY_LATENCY,    "slower than the control")                           \
    X(CANARY_ENDED,      "it has ended")                                      \
    X(CANARY_WAITS,      "not started")                                       \
    X(CANARY_STARTED,    "started by hand")                                   \
    X(CANARY_PROMOTED,   "promoted by hand")                                  \
    X(CANARY_STOPPED,    "rolled back by hand")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    CANARY_REASONS(X)
#undef X
} canary_reason_e;

typedef enum {
    CANARY_HOLD,
    CANARY_STEP_UP,
    CANARY_FINISH, /* the last step was good */
    CANARY_ROLL_BACK
} canary_verdict_e;

typedef struct {
    uint8_t percent[CANARY_STEPS_MAX]; /* of the traffic, ascending */
    uint8_t steps;
    uint32_t step_ms;            /* each lasts at least so long */
    uint32_t min_requests;       /* of the canary before a step up */
    uint32_t min_failed;         /* fewer errors never end it; at least 1 */
    uint16_t tolerance_permille; /* more errors than the control that are
                                    borne: 5 is half a percent */
    uint16_t latency_percent;    /* of the control's that is borne; 0: any */
} canary_rules_t;

/* Counted since the step began. */
typedef struct {
    uint32_t requests;
    uint32_t failed;
    uint32_t p95_us; /* 0: unknown */
} canary_count_t;

typedef struct {
    int64_t since_us; /* the step began */
    uint8_t step;     /* of rules->percent */
    uint8_t ended;    /* finished or rolled back */
    uint8_t percent;  /* of the traffic, now */
    uint8_t reason;   /* canary_reason_e: of the last verdict */
} canary_t;

canary_t canary_start(const canary_rules_t *rules, int64_t now_us);

/* Ended with none of the traffic, or with all of it. */
canary_t canary_end(canary_t canary, uint8_t percent, canary_reason_e reason,
                    int64_t now_us);

/* Could it have been made of these rules?  (It lay in shared memory.) */
int canary_sane(const canary_t *canary, const canary_rules_t *rules);

/* What shall be done; asked each second or so. */
canary_verdict_e canary_decide(const canary_t *canary,
                               const canary_rules_t *rules,
                               const canary_count_t *test,
                               const canary_count_t *control, int64_t now_us,
                               canary_reason_e *reason);

/* The state after a verdict; the counts begin anew where it is not
 * CANARY_HOLD. */
canary_t canary_next(canary_t canary, const canary_rules_t *rules,
                     canary_verdict_e verdict, canary_reason_e reason,
                     int64_t now_us);

const char *canary_reason_text(canary_reason_e reason);

#endif
