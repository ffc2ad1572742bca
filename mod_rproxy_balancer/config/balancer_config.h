/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_config.h: what the directives say.  Layer L2.
 *
 * Each directive fills one part.  Those in an <RProxyUpstream> are its own,
 * those outside hold for all upstreams that say nothing else.  An upstream with
 * no part at all is not balanced. */
#ifndef RPROXY_BALANCER_CONFIG_H
#define RPROXY_BALANCER_CONFIG_H

#include <httpd.h>
#include <http_config.h>
#include <ap_expr.h>

#include "../discovery/source.h"
#include "../methods/method.h"
#include "../probes/prober.h"
#include "../traffic/canary.h"

typedef enum {
    KEY_ADDRESS,
    KEY_URI,
    KEY_HEADER,
    KEY_COOKIE,
    KEY_EXPR
} key_kind_e;

/* RProxyBalancer */
typedef struct {
    int off;
    const method_t *method;
    key_kind_e key;
    const char *key_name; /* of the field or cookie */
    ap_expr_info_t *key_expr;
    int bound_percent;
    const char *zone; /* ours, or NULL */
    int panic_percent;
    int room; /* places for members; -1: some more than are configured */
} method_conf_t;

/* RProxyBalancerSticky */
typedef struct {
    int off;
    const char *cookie; /* ours, or NULL */
    const char *path, *domain;
    apr_interval_time_t max_age;   /* of ours; 0: of the browser's session */
    const char *route_cookie;      /* the application's, with ".route" behind */
    const char *route_parameter;   /* of the path likewise, or NULL */
    const char *learn;             /* the application's, or NULL */
    apr_interval_time_t learn_for; /* without use */
} sticky_conf_t;

/* RProxyBalancerProbe */
typedef struct {
    int off;
    probe_rules_t rules;
    int rise, fall, jitter_percent;
    apr_interval_time_t interval, fast;
} probe_conf_t;

/* RProxyBalancerEject */
typedef struct {
    int failures;     /* in a row; 0: do not eject for it */
    int rate_percent; /* of requests; 0: likewise */
    int min_requests; /* fewer say nothing */
    int max_percent;  /* of the members, at once */
    apr_interval_time_t time, time_max, trial;
} eject_conf_t;

/* RProxyCanary, of an upstream alone */
typedef struct {
    const char *upstream; /* with the new version */
    canary_rules_t rules;
    const char *sticky; /* as rproxy_canary_of_t has it */
    int start;          /* by itself */
} canary_conf_t;

/* RProxyBalancerQueue */
typedef struct {
    int off;
    int max; /* that wait */
    apr_interval_time_t timeout, aging;
    int aged_every; /* so many-th turn is for those that have aged */
    int spare; /* of 100 places so many are for all, the others not for those
                  that get what is left */
    const char *adaptive;
    int adaptive_least, adaptive_most; /* 0: members have fixed limits */
} queue_conf_t;

/* RProxyBalancerHedge */
typedef struct {
    int off;
    apr_interval_time_t after; /* 0: the 95th percentile, within: */
    apr_interval_time_t min, max;
    int budget_percent;
} hedge_conf_t;

typedef struct {
    const method_conf_t *method;
    const sticky_conf_t *sticky;
    const probe_conf_t *probe;
    const eject_conf_t *eject;
    const canary_conf_t *canary;  /* or NULL */
    apr_array_header_t *discover; /* of source_rules_t *; NULL: none */
    const queue_conf_t *queue;
    const hedge_conf_t *hedge;
} balancer_conf_t;

extern const command_rec balancer_directives[];

/* Fresh; in pre_config. */
void balancer_config_create(apr_pool_t *pconf);

/* Of an upstream, every part set.  @return 0: it is not balanced */
int balancer_config_of(const char *upstream, balancer_conf_t *conf);

#endif
