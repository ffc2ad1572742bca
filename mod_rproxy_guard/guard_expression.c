/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_expression.c: see guard_expression.h.  Layer L2. */
#include "guard_private.h"
#include "guard_expression.h"

#include <ap_expr.h>
#include <http_core.h>
#include <apr_strings.h>

#include "attack/attack.h"
#include "bans/ban.h"
#include "bots/bots.h"
#include "config/guard_config.h"
#include "geo/geo_base.h"
#include "limits/limit_key.h"

static int client_of(const ap_expr_eval_ctx_t *ctx, address_t *address)
{
    return ctx->r && limit_key_client(ctx->r, address);
}

/* ---- lists ---- */

static named_list_t *known_list(const char *name)
{
    return apr_hash_get(guard_global->lists, name, APR_HASH_KEY_STRING);
}

/* While the configuration is read a list may be named before it is defined;
 * one that never is stops httpd at its start. */
static named_list_t *list_to_come(const char *name)
{
    apr_hash_t *lists = guard_global->lists;
    apr_pool_t *pool = apr_hash_pool_get(lists);
    named_list_t *list = named_list_create(pool, apr_pstrdup(pool, name), NULL);

    apr_hash_set(lists, list->name, APR_HASH_KEY_STRING, list);
    return list;
}

/* data: the list, or NULL where its name is only known now */
static int is_in_list(ap_expr_eval_ctx_t *ctx, const void *data,
                      const char *name)
{
    named_list_t *list = data ? (named_list_t *)data : known_list(name);
    address_t address;

    return list && client_of(ctx, &address)
           && named_list_find(list, address) != NETWORK_LIST_NONE;
}

static const char *call_list(ap_expr_eval_ctx_t *ctx, const void *data,
                             const char *name)
{
    return is_in_list(ctx, data, name) ? "1" : "";
}

static int is_reading_configuration(void)
{
    int state = ap_state_query(AP_SQ_MAIN_STATE);

    return state == AP_SQ_MS_CREATE_PRE_CONFIG
           || state == AP_SQ_MS_CREATE_CONFIG;
}

/* @return OK, or !OK and *parms->err */
static int find_list(ap_expr_lookup_parms *parms)
{
    named_list_t *list = parms->arg ? known_list(parms->arg) : NULL;

    if (!list && parms->arg && is_reading_configuration()) {
        list = list_to_come(parms->arg);
    }
    if (!list && parms->arg) {
        *parms->err =
            apr_psprintf(parms->ptemp, "there is no RProxyGuardList %s",
                         parms->arg);
        return !OK;
    }
    *parms->data = list;
    return OK;
}

/* ---- bots ---- */

/* @return whether the class of a client is that of guard_bot('class') */
static const char *call_bot(ap_expr_eval_ctx_t *ctx, const void *data,
                            const char *name)
{
    bot_class_e class = ctx->r ? bots_class_of(ctx->r) : BOT_CLASS_COUNT;

    return class != BOT_CLASS_COUNT && strcmp(bot_class_name(class), name) == 0
               ? "1"
               : "";
}

/* @return OK, or !OK and *parms->err: no class has that name */
static int find_class(ap_expr_lookup_parms *parms)
{
    if (parms->arg
        && bot_class_named(slice_str(parms->arg)) == BOT_CLASS_COUNT) {
        *parms->err =
            apr_psprintf(parms->ptemp,
                         "guard_bot('%s'): no class of bots, but "
                         "browser, search, claim, fake, bot, ai, tool "
                         "are",
                         parms->arg);
        return !OK;
    }
    *parms->func = (const void *)call_bot;
    return OK;
}

/* ---- variables ---- */

static const char *country(ap_expr_eval_ctx_t *ctx, const void *data)
{
    address_t address;
    geo_t geo;

    if (!client_of(ctx, &address)) {
        return "";
    }
    geo_find(address, &geo);
    return apr_pstrdup(ctx->p, geo.country);
}

static const char *asn(ap_expr_eval_ctx_t *ctx, const void *data)
{
    address_t address;
    geo_t geo = { "", 0 };

    if (client_of(ctx, &address)) {
        geo_find(address, &geo);
    }
    return geo.asn ? apr_psprintf(ctx->p, "%u", geo.asn) : "";
}

static const char *banned(ap_expr_eval_ctx_t *ctx, const void *data)
{
    address_t address;
    guard_ban_t ban;

    return client_of(ctx, &address) && guard_ban_find(address, &ban)
               ? apr_pstrdup(ctx->p, ban.rule)
               : "";
}

static const char *attack(ap_expr_eval_ctx_t *ctx, const void *data)
{
    return attack_is_on() ? "1" : "";
}

static const struct {
    const char *name;
    ap_expr_var_func_t *call;
} variables[] = {
    { "RPROXY_COUNTRY", country },
    { "RPROXY_ASN", asn },
    { "RPROXY_BANNED", banned },
    { "RPROXY_ATTACK", attack },
};

static int find_variable(ap_expr_lookup_parms *parms)
{
    size_t i;

    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (strcasecmp(parms->name, variables[i].name) == 0) {
            *parms->func = (const void *)variables[i].call;
            return OK;
        }
    }
    return DECLINED;
}

static int look_up(ap_expr_lookup_parms *parms)
{
    switch (parms->type) {
    case AP_EXPR_FUNC_VAR:
        return find_variable(parms);
    case AP_EXPR_FUNC_STRING:
        if (strcasecmp(parms->name, "guard_bot") == 0) {
            return find_class(parms);
        }
        if (strcasecmp(parms->name, "guard_list") != 0) {
            return DECLINED;
        }
        *parms->func = (const void *)call_list;
        return find_list(parms);
    case AP_EXPR_FUNC_OP_UNARY:
        if (strcmp(parms->name, "G") != 0) {
            return DECLINED;
        }
        *parms->func = (const void *)is_in_list;
        return find_list(parms);
    default:
        return DECLINED;
    }
}

void guard_expression_register(void)
{
    ap_hook_expr_lookup(look_up, NULL, NULL, APR_HOOK_MIDDLE);
}
