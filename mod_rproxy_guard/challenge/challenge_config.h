/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* challenge_config.h: what RProxyGuardChallenge says.  Layer L1. */
#ifndef RPROXY_GUARD_CHALLENGE_CONFIG_H
#define RPROXY_GUARD_CHALLENGE_CONFIG_H

#include <apr_time.h>

/* 0: the usual */
typedef struct {
    int difficulty;           /* bits, where a rule says nothing of it */
    apr_interval_time_t time; /* for which a cookie is good */
} challenge_config_t;

#endif
