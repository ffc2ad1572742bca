/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reload_orders.h: orders to all children to read something anew, and what has
 * become of them.  Layer L2.
 *
 *   | generation | orders [things] | generations [slots] |
 *   | answers [slots][things] |
 *
 * An order is a number, one more each time; a child's answer is the last order
 * that it has carried out, and whether well.  Each child writes in its own
 * places only.  Things are numbered by a configuration: children of an older
 * one have another generation, do not look, and are not counted. */
#ifndef RPROXY_GUARD_RELOAD_ORDERS_H
#define RPROXY_GUARD_RELOAD_ORDERS_H

#include <stdint.h>

#include <httpd.h>

/* What children have made of an order. */
typedef struct {
    int children;    /* of this configuration */
    int well, badly; /* who have carried it out; the others have not yet */
} reload_count_t;

/* In post_config, when child_slots_open was called and before the things are
 * read: orders of before are theirs no more.
 * @param things  how many there are
 * @return 0: no memory, and the log says so */
int reload_orders_open(server_rec *s, int things, apr_pool_t *pconf);

/* In child_init, when child_slots_claim was called. */
void reload_orders_start(void);

/* Is this child one of before a restart?  Those of now hear no orders from
 * it. */
int reload_orders_is_past(void);

/* To all children.  @return the order's number, for reload_orders_count */
uint32_t reload_orders_give(int thing);

/* Of this child, on the one thread that carries orders out.
 * @return 1 and *order: it has not been yet */
int reload_orders_is_due(int thing, uint32_t *order);
void reload_orders_answer(int thing, uint32_t order, int is_well);

/* Any thread. */
reload_count_t reload_orders_count(int thing, uint32_t order);

#endif
