/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* acceptor.h: the loops accept connections themselves.  Layer L2.
 *
 * A connection that the MPM accepts crosses two threads before a loop has it,
 * which costs several times the request when each has a connection of its own.
 * So in child_init, before the MPM starts to listen, the loops take those
 * listening sockets over whose virtual hosts they serve: the MPM's descriptor
 * is pointed at an eventfd that never becomes ready, and stays the MPM's to
 * close.  TLS listeners stay with the MPM, since the handshake is a worker's.
 */
#ifndef RPROXY_ACCEPTOR_H
#define RPROXY_ACCEPTOR_H

#include "client.h"

/* In post_config: which virtual hosts do TLS, by the directives that switch it
 * on. */
void acceptor_configure(apr_pool_t *pool, server_rec *main_server);

/* In child_init of an MPM that listens itself (event): takes the sockets over.
 * @return how many */
int acceptor_take_listeners(apr_pool_t *pchild, server_rec *main_server);

/* For each loop, before its thread starts: accepts from the sockets taken as
 * soon as the MPM's threads are there. */
void acceptor_start(loop_t *loop, apr_pool_t *pchild);

/* On the loop's thread: accepts no more for now. */
void acceptor_stop(loop_t *loop);

/* The same for good.  The last loop closes the sockets: this child may have
 * work to do for long, and nobody should be able to connect in vain. */
void acceptor_close(loop_t *loop);

/* On the loop's thread: a connection of ours is over, its pool serves again. */
void acceptor_recycle(loop_t *loop, apr_pool_t *pool);

#endif
