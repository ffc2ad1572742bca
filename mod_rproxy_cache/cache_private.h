/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* cache_private.h: the module record, its log tags, and what all files of this
 * folder know of the running server.  Layer L2. */
#ifndef RPROXY_CACHE_PRIVATE_H
#define RPROXY_CACHE_PRIVATE_H

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>

#include "mod_rproxy.h"
#include "store/store.h"
#include "variants/jobs.h"

/* AP_MODULE_DECLARE_DATA is empty on Linux: with hidden visibility the record
 * would not be found by LoadModule. */
extern module __attribute__((visibility("default"))) rproxy_cache_module;

#ifdef APLOG_USE_MODULE
APLOG_USE_MODULE(rproxy_cache);
#endif

/* Our log tags: RP2000-RP2999.  Each number stands once in the source. */
#define RPLOGNO(n) "RP" #n ": "

/* What mod_rproxy offers; NULL without it. */
typedef struct {
    APR_OPTIONAL_FN_TYPE(rproxy_can_park) * can_park;
    APR_OPTIONAL_FN_TYPE(rproxy_park) * park;
    APR_OPTIONAL_FN_TYPE(rproxy_wake) * wake;
    APR_OPTIONAL_FN_TYPE(rproxy_output_full) * output_full;
    APR_OPTIONAL_FN_TYPE(rproxy_on_loop) * on_loop;
    APR_OPTIONAL_FN_TYPE(rproxy_finish_alone) * finish_alone;
    APR_OPTIONAL_FN_TYPE(rproxy_outcome) * outcome;
    APR_OPTIONAL_FN_TYPE(rproxy_use_loop) * use_loop;
    APR_OPTIONAL_FN_TYPE(rproxy_change_query) * change_query;
} cache_peers_t;

typedef struct {
    store_t *store;  /* NULL: there is no cache, every hook declines */
    jobs_t *jobs;    /* of this child: packing; NULL until child_init */
    jobs_t *fetches; /* in the background; others than those that pack */
    cache_peers_t peers;
    int threaded; /* the MPM has threads: so may we */
} cache_t;

extern cache_t cache;

#endif
