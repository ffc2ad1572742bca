/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* state.h: what was changed at run time, kept over a full stop where
 * RProxyBalancerState names a directory.  Layer L2.
 *
 * Read once, at a full start; a graceful restart has it in shared memory.
 * Written whole by whoever makes a change. */
#ifndef RPROXY_BALANCER_STATE_H
#define RPROXY_BALANCER_STATE_H

#include "balancer_private.h"
#include "routing/siphash.h"

/* RProxyBalancerState DIR */
const char *state_directive(cmd_parms *cmd, void *dir, const char *path);

/* In pre_config. */
void state_forget(void);

/* In post_config, before anything is made of the secret.
 * @param is_start  not a restart: what is kept takes the place of *secret, else
 *                  *secret is kept */
void state_open(server_rec *s, int is_start, siphash_key_t *secret,
                apr_pool_t *pool);

/* In post_config, balanced_list is set: makes members what they were when
 * is_start, and keeps what they are. */
void state_restore(server_rec *s, int is_start, apr_pool_t *pool);

/* Is a directory in use? */
int state_is_kept(void);

/* After a change; it waits for the disk.
 * @return NULL, or why nothing was kept, a sentence, which was logged */
const char *state_save(server_rec *s, apr_pool_t *pool);

#endif
