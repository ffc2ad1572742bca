/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* checks.h: the checks, each in a file of its own.  Layer L2.
 *
 * from: so many entries of the settings' list were looked at before. */
#ifndef RPROXY_GUARD_CHECKS_H
#define RPROXY_GUARD_CHECKS_H

#include "../guard_connection.h"
#include "verdict.h"

/* Is the client in a network that RProxyGuardAllow names? */
int check_is_allowed(const guard_settings_t *settings,
                     guard_connection_t *known);

guard_verdict_t check_bans(request_rec *r, const guard_settings_t *settings,
                           guard_connection_t *known);

guard_verdict_t check_networks(request_rec *r, const guard_settings_t *settings,
                               int from, guard_connection_t *known);

/* Finds out what kind of client it is, and what is said of it.
 * @param before  settings that were looked at already, or NULL */
guard_verdict_t check_bots(request_rec *r, const guard_settings_t *settings,
                           const guard_settings_t *before);

guard_verdict_t check_head(request_rec *r, const guard_settings_t *settings);

/* Charges all that apply, or none.  late: those that count by user or label,
 * which are known when access control is done; 0: the others. */
guard_verdict_t check_limits(request_rec *r, const guard_settings_t *settings,
                             int from, int late);

/* Finds the rule that a request to a login form is for; its body and response
 * are then looked at (login/).  Refuses where its address has nothing left. */
guard_verdict_t check_login(request_rec *r, const guard_settings_t *settings);

#endif
