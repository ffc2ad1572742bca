/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack_mode.h: is the server under attack?  Layer L0.
 *
 *            a value has reached its bound
 *   normal ---------------------------------> attack
 *          <---------------------------------
 *            for the whole calm time all values were
 *            below three quarters of their bounds
 *
 * Somebody's order, on or off, holds until he says auto. */
#ifndef RPROXY_GUARD_ATTACK_MODE_H
#define RPROXY_GUARD_ATTACK_MODE_H

#include <stdint.h>

/* clang-format off */
#define ATTACK_GAUGES(X)                                                      \
    X(ATTACK_ERRORS,   "errors",   "percent of responses are 5xx")            \
    X(ATTACK_LAG,      "lag",      "us is what event loops lag behind")       \
    X(ATTACK_QUEUE,    "queue",    "requests wait for a member with room")    \
    X(ATTACK_REQUESTS, "requests", "requests are under way")
/* clang-format on */

typedef enum {
#define X(id, name, text) id,
    ATTACK_GAUGES(X)
#undef X
    ATTACK_GAUGE_COUNT /* also: no gauge, an order */
} attack_gauge_e;

typedef enum {
    ATTACK_AUTO, /* as the gauges say */
    ATTACK_ALWAYS,
    ATTACK_NEVER
} attack_order_e;

typedef struct {
    int64_t bound[ATTACK_GAUGE_COUNT]; /* 0: it is not looked at */
    int64_t calm_us;
} attack_rules_t;

typedef struct {
    int64_t value[ATTACK_GAUGE_COUNT]; /* 0 where it is not known */
} attack_sample_t;

/* All 0 at first.  Any values are valid. */
typedef struct {
    attack_order_e order;
    int active;
    attack_gauge_e reason; /* of the attack that is, or was last */
    int64_t since_us;      /* when that began */
    int64_t restless_us;   /* last time that it was not calm */
} attack_state_t;

typedef enum {
    ATTACK_AS_BEFORE,
    ATTACK_BEGUN,
    ATTACK_OVER
} attack_change_e;

/* Some time has passed: about a second, as a rule. */
attack_change_e attack_mode_step(attack_state_t *state,
                                 const attack_rules_t *rules,
                                 const attack_sample_t *sample, int64_t now_us);

/* "errors" ..., and the words that follow the value in a sentence. */
const char *attack_gauge_name(attack_gauge_e gauge);
const char *attack_gauge_text(attack_gauge_e gauge);

#endif
