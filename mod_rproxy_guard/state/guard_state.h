/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_state.h: the directory of what is kept over a full stop and start.
 * Layer L2.
 *
 *   DIR/bans        bans/ban_file.h
 *   DIR/challenge   challenge/challenge_secret.h
 *
 * Each part has files of its own, written as state/state_dir.h says. */
#ifndef RPROXY_GUARD_STATE_H
#define RPROXY_GUARD_STATE_H

#include "guard_private.h"
#include "state/state_dir.h"

/* RProxyGuardState DIR */
const char *guard_state_directive(cmd_parms *cmd, void *dir, const char *path);

/* In pre_config. */
void guard_state_forget(void);

/* In post_config, before anything is read from it. */
void guard_state_open(server_rec *s, apr_pool_t *pool);

/* NULL: nothing is kept. */
const state_dir_t *guard_state_dir(void);

#endif
