/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_check.h: whether a request may go on.  Layer L2.
 *
 * Decides; guard_refuse.c acts.  The order is: allowed networks (bans,
 * denied networks and limits say nothing of those), bans, denied networks, the
 * head, limits. */
#ifndef RPROXY_GUARD_CHECK_H
#define RPROXY_GUARD_CHECK_H

#include "checks/verdict.h"

/* As soon as the head is there: what virtual hosts say. */
guard_verdict_t guard_check_head(request_rec *r,
                                 const guard_settings_t *settings);

/* Later: what sections add to it. */
guard_verdict_t guard_check_sections(request_rec *r,
                                     const guard_settings_t *of_host,
                                     const guard_settings_t *settings);

/* Of one that httpd makes of a client's request, by an internal redirect or for
 * a part of the response: the networks that its place denies. */
guard_verdict_t guard_check_inner(request_rec *r,
                                  const guard_settings_t *of_host,
                                  const guard_settings_t *settings);

/* Of one that httpd has found another place for: its limits.
 * @param settings  with those limits alone that were not looked at before */
guard_verdict_t guard_check_found(request_rec *r,
                                  const guard_settings_t *settings);

/* When access control has found out who asks: limits that count by that. */
guard_verdict_t guard_check_late(request_rec *r,
                                 const guard_settings_t *settings);

#endif
