/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_lists.c: see guard_lists.h.  Layer L2. */
#include "guard_private.h"
#include "guard_lists.h"

#include <stdlib.h>

#include <http_main.h>

#include "config/guard_config.h"
#include "geo/geo_base.h"

static struct {
    named_list_t **list; /* by name: the number of its orders */
    int count;
} of_files;

/* ---- the start ---- */

static int has_content(const named_list_t *list)
{
    return list->path || list->entries->nelts || list->geo;
}

/* @return 0: a list is named and not there */
static int load(server_rec *s, named_list_t *list, apr_pool_t *ptemp)
{
    const char *wrong;

    if (!has_content(list)) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(4010) "there is no RProxyGuardList %s, which "
                                   "another directive names",
                     list->name);
        return 0;
    }
    if (list->geo && !geo_base_at(0)) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(4029) "country: and asn: at %s need a database: "
                                   "RProxyGuardGeo /path/to/file.mmdb",
                     list->geo_where);
        return 0;
    }
    wrong = named_list_load(list, ptemp);
    if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(4011) "RProxyGuardList %s at %s: %s", list->name,
                     list->where, wrong);
    }
    return !wrong;
}

static int load_all(server_rec *s, apr_pool_t *ptemp)
{
    apr_hash_index_t *i;
    int k, good = 1;

    for (k = 0; k < guard_global->anonymous->nelts; k++) {
        good &=
            load(s, APR_ARRAY_IDX(guard_global->anonymous, k, named_list_t *),
                 ptemp);
    }
    for (i = apr_hash_first(ptemp, guard_global->lists); i;
         i = apr_hash_next(i)) {
        good &= load(s, apr_hash_this_val(i), ptemp);
    }
    return good;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(named_list_t *const *)a)->name,
                  (*(named_list_t *const *)b)->name);
}

static void number(apr_pool_t *pconf)
{
    apr_hash_index_t *i;

    of_files.count = 0;
    of_files.list =
        apr_palloc(pconf, sizeof(*of_files.list)
                              * (apr_hash_count(guard_global->lists) + 1));
    for (i = apr_hash_first(pconf, guard_global->lists); i;
         i = apr_hash_next(i)) {
        named_list_t *list = apr_hash_this_val(i);

        if (list->path) {
            of_files.list[of_files.count++] = list;
        }
    }
    qsort(of_files.list, (size_t)of_files.count, sizeof(*of_files.list),
          by_name);
}

int guard_lists_open(server_rec *s, apr_pool_t *pconf, apr_pool_t *ptemp)
{
    number(pconf);
    return reload_orders_open(s, of_files.count, pconf) && load_all(s, ptemp);
}

/* ---- while the server runs ---- */

/* A file that stays wrong is told of once.  @return has it been read? */
static int load_again(named_list_t *list, int is_order, apr_pool_t *pool)
{
    named_list_state_t before, after;
    const char *wrong;

    named_list_state(list, &before);
    wrong = named_list_load(list, pool);
    named_list_state(list, &after);
    if (!wrong) {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf,
                     RPLOGNO(4013) "RProxyGuardList %s: %u networks of %s",
                     list->name, after.count, list->path);
    }
    else if (is_order || strcmp(before.fault, after.fault) != 0) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                     RPLOGNO(4012) "RProxyGuardList %s: %s; it stays as it was",
                     list->name, wrong);
    }
    return !wrong;
}

void guard_lists_look(apr_pool_t *pool)
{
    uint32_t order;
    int i;

    for (i = 0; i < of_files.count; i++) {
        named_list_t *list = of_files.list[i];

        if (reload_orders_is_due(i, &order)) {
            reload_orders_answer(i, order, load_again(list, 1, pool));
        }
        else if (named_list_changed(list, pool)) {
            load_again(list, 0, pool);
        }
    }
}

int guard_lists_of_files(named_list_t *const **lists)
{
    *lists = of_files.list;
    return of_files.count;
}
