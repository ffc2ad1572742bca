/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* outlier.c: rates compared without dividing.  Layer L0. */
#include "outlier.h"

int outlier_found(outlier_count_t member, outlier_count_t pool,
                  const outlier_rules_t *rules)
{
    uint64_t requests = member.requests, failed = member.failed;
    uint64_t others, others_failed;

    if (rules->failure_percent == 0 || requests == 0
        || requests < rules->min_requests
        || failed * 100 < requests * rules->failure_percent) {
        return 0;
    }
    others = pool.requests > requests ? pool.requests - requests : 0;
    others_failed = pool.failed > failed ? pool.failed - failed : 0;
    return failed * others >= 2 * others_failed * requests;
}

int outlier_may_eject(uint32_t members, uint32_t ejected,
                      const outlier_rules_t *rules)
{
    uint64_t allowed = (uint64_t)members * rules->max_percent / 100;

    allowed = allowed ? allowed : 1;
    return rules->max_percent > 0 && ejected + (uint64_t)1 < members
           && ejected < allowed;
}
