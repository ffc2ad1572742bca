/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_engine.h: what SecRuleEngine says.  Layer L0. */
#ifndef RPROXY_GUARD_WAF_ENGINE_H
#define RPROXY_GUARD_WAF_ENGINE_H

typedef enum {
    WAF_OFF,
    WAF_DETECT, /* rules run, nothing is refused */
    WAF_ON
} waf_engine_e;

#endif
