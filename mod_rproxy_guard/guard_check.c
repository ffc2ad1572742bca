/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_check.c: the order of the checks.  Layer L2. */
#include "guard_private.h"
#include "guard_check.h"

#include "checks/checks.h"
#include "guard_act.h"
#include "guard_connection.h"
#include "guard_delay.h"
#include "guard_request.h"
#include "limits/limit_key.h"

/* Does it go on to the next check? */
static int passed(request_rec *r, guard_verdict_t *verdict)
{
    if (verdict->status && guard_act_lets_pass(r, verdict)) {
        verdict->status = 0;
    }
    return !verdict->status;
}

/* It may go on, perhaps later. */
static guard_verdict_t checked(request_rec *r, guard_verdict_t verdict)
{
    const char *why = verdict.status ? NULL : guard_delay_begin(r);
    const guard_wait_t *wait;

    if (!why) {
        return verdict;
    }
    wait = &guard_request_of(r)->wait;
    return (guard_verdict_t){ .status = wait->limit->status,
                              .rule = wait->limit->name,
                              .why = why,
                              .where = wait->limit->where,
                              .retry_after_s = 1 + (int)apr_time_sec(wait->us),
                              .limit = wait->limit };
}

/* NULL: the client has no address of IP's. */
static guard_connection_t *client_of(request_rec *r)
{
    address_t address;

    return limit_key_client(r, &address)
               ? guard_connection_of(r->connection, address)
               : NULL;
}

static int count_of(const apr_array_header_t *list)
{
    return list ? list->nelts : 0;
}

/* before: settings that were looked at already; NULL: none were */
static guard_verdict_t check(request_rec *r, const guard_settings_t *settings,
                             const guard_settings_t *before)
{
    guard_verdict_t verdict = { 0 };
    guard_connection_t *known = client_of(r);
    int allowed = known && check_is_allowed(settings, known);

    guard_request_of(r)->is_allowed |= allowed;
    if (known && !allowed && !before) {
        verdict = check_bans(r, settings, known);
    }
    if (passed(r, &verdict) && known && !allowed) {
        verdict = check_networks(r, settings,
                                 before ? count_of(before->deny) : 0, known);
    }
    if (passed(r, &verdict) && !before) {
        verdict = check_head(r, settings);
    }
    if (passed(r, &verdict)) {
        verdict = check_bots(r, settings, before);
        verdict.status = allowed ? 0 : verdict.status;
    }
    if (passed(r, &verdict) && !allowed) {
        verdict =
            check_limits(r, settings, before ? count_of(before->limits) : 0, 0);
    }
    if (passed(r, &verdict) && !allowed) {
        verdict = check_login(r, settings);
        passed(r, &verdict);
    }
    return checked(r, verdict);
}

guard_verdict_t guard_check_head(request_rec *r,
                                 const guard_settings_t *settings)
{
    return check(r, settings, NULL);
}

guard_verdict_t guard_check_sections(request_rec *r,
                                     const guard_settings_t *of_host,
                                     const guard_settings_t *settings)
{
    return check(r, settings, of_host->mode < GUARD_DETECT ? NULL : of_host);
}

guard_verdict_t guard_check_inner(request_rec *r,
                                  const guard_settings_t *of_host,
                                  const guard_settings_t *settings)
{
    guard_verdict_t verdict = { 0 };
    guard_connection_t *known = client_of(r);
    int before = of_host->mode < GUARD_DETECT ? 0 : count_of(of_host->deny);

    if (known && !check_is_allowed(settings, known)) {
        verdict = check_networks(r, settings, before, known);
        passed(r, &verdict);
    }
    return verdict;
}

guard_verdict_t guard_check_found(request_rec *r,
                                  const guard_settings_t *settings)
{
    guard_verdict_t verdict = { 0 };

    if (guard_request_of(r)->is_allowed) {
        return verdict;
    }
    verdict = check_limits(r, settings, 0, 0);
    if (passed(r, &verdict)) {
        verdict = check_limits(r, settings, 0, 1);
    }
    return checked(r, verdict);
}

guard_verdict_t guard_check_late(request_rec *r,
                                 const guard_settings_t *settings)
{
    guard_verdict_t verdict = { 0 };

    return guard_request_of(r)->is_allowed
               ? verdict
               : checked(r, check_limits(r, settings, 0, 1));
}
