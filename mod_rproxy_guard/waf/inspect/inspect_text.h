/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* inspect_text.h: a request that somebody wrote down, under the rules of a
 * program.  Layer L1. */
#ifndef RPROXY_GUARD_INSPECT_TEXT_H
#define RPROXY_GUARD_INSPECT_TEXT_H

#include "inspect.h"
#include "request_text.h"
#include "waf/body/body_values.h"

/* Phases 1 and 2, up to a refusal.  What was found is in
 * inspect->detections.
 * @param reads_body  0: rules do not look at it, unless one says so
 * @param phase       the one that the verdict is of
 * @return that of WAF_DETECT is what would have been */
inspect_verdict_t inspect_text_run(inspect_t *inspect,
                                   const request_text_t *request,
                                   int reads_body, const body_limits_t *limits,
                                   int *phase);

#endif
