/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_private.h: what the files of client/ share.  Layer L2. */
#ifndef RPROXY_CLIENT_PRIVATE_H
#define RPROXY_CLIENT_PRIVATE_H

#include "../rproxy_private.h"

#include <apr_strings.h>

#include <util_filter.h>

#include "client.h"
#include "loop.h"

/* mod_logio's counters: NULL where it is not loaded. */
extern void (*rproxy_logio_add_bytes_in)(conn_rec *c, apr_off_t bytes);
extern void (*rproxy_logio_add_bytes_out)(conn_rec *c, apr_off_t bytes);

extern ap_filter_rec_t *client_in_handle, *client_net_in_handle;

/* Before a worker thread gets the client: its buffers leave the loop's cache,
 * which no other thread may touch. */
void client_input_detach(client_t *client);

/* What waits for the client must have moved on by then (Timeout), and fast
 * enough (RProxySendRate).  Something waits. */
apr_time_t client_output_deadline(client_t *client, apr_time_t now);

/* The MPM's number of this child, known from the first adoption on. */
int client_scoreboard_child(void);

/* Of a request just read: takes away an offer to change to HTTP/2. */
void client_keep_protocol(request_rec *r);

/* Out of the loop's list, before it is freed. */
void client_unlink(client_t *client);

void client_input_register(void);
void client_output_register(void);
void client_body_register(void);
void client_head_register(void);
void park_register(void);
void pace_register(void);

/* ---- pace.c ---- */

/* So many bytes may be sent now.  0: not before a time that is waited for, on
 * the loop by a timer. */
size_t pace_room(client_t *client);
void pace_sent(client_t *client, size_t len);

/* Is it a time that is waited for, not the client? */
int pace_waits(const client_t *client);

/* A part of that time, on a worker thread. */
void pace_sleep(const client_t *client);

#endif
