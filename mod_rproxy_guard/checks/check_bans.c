/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* check_bans.c: clients that are banned.  Layer L2. */
#include "guard_private.h"
#include "checks.h"

#include <apr_strings.h>

#include "../bans/ban.h"
#include "../guard_request.h"

guard_verdict_t check_bans(request_rec *r, const guard_settings_t *settings,
                           guard_connection_t *known)
{
    uint64_t version = guard_ban_version();
    guard_verdict_t verdict = { 0 };
    char network[ADDRESS_TEXT_MAX + 4];
    guard_ban_t ban;

    if (known->not_banned == version) {
        return verdict;
    }
    if (!guard_ban_find(known->client, &ban)) {
        known->not_banned = version;
        return verdict;
    }
    network_format(network, ban.network);
    verdict.status = HTTP_FORBIDDEN;
    verdict.rule = "ban";
    verdict.why =
        apr_psprintf(r->pool, "%s is banned for %u more seconds by %s: %s",
                     network, guard_ban_left(&ban), ban.rule, ban.why);
    verdict.log_only = settings->mode == GUARD_DETECT;
    if (!verdict.log_only && !guard_request_of(r)->is_asked_about) {
        guard_ban_refused(&ban);
    }
    return verdict;
}
