/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* canaries.h: the canaries of the running server: configuration and shared
 * memory together.  Layer L2. */
#ifndef RPROXY_BALANCER_CANARIES_H
#define RPROXY_BALANCER_CANARIES_H

#include "../balancer_private.h"
#include "../config/balancer_config.h"
#include "canary_board.h"
#include "status/status_write.h"

typedef struct {
    const char *control, *test; /* upstreams */
    const canary_conf_t *conf;
    canary_place_t *place;
    uint64_t id; /* of it; another one's when it was given away */
} canaried_t;

extern apr_array_header_t *canaries_list; /* of canaried_t *; or NULL */

/* Before the configuration is read. */
void canaries_forget(void);

/* In the elected process, each second. */
void canaries_tick(int64_t now_us);

/* @return NULL, or a sentence why nothing was done */
const char *canaries_order(const canaried_t *canary, canary_order_e order);

/* Of that upstream, or NULL. */
const canaried_t *canaries_find(const char *control);

/* "running", "paused", "waiting", "done", "rolled back" */
const char *canaries_state(const canary_view_t *view);

void canaries_register(apr_pool_t *pool);

/* canary_report.c: status page, JSON, metrics; canary_admin.c: verbs. */
void canary_report_register(apr_pool_t *pool);
void canary_admin_register(apr_pool_t *pool);
/* One JSON object with all that is known. */
void canary_report_json(writer_t *w, const canaried_t *canary);

#endif
