/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* attack_verbs.c: the verb guard/attack.  Layer L2. */
#include "guard_verbs.h"

#include "../attack/attack.h"
#include "../status/flood_report.h"
#include "admin/json_object.h"
#include "config/config_option.h"
#include "status/status_write.h"

static int answer(apr_bucket_brigade *bb)
{
    writer_t w = writer_make(bb);

    flood_report_attack_json(&w);
    writer_end(&w);
    return HTTP_OK;
}

#ifdef HAVE_JANSSON

/* @return NULL and *order, or what is wrong */
static const char *read_order(const rproxy_admin_request_t *request,
                              apr_pool_t *pool, attack_order_e *order)
{
    static const char *const words[] = { "auto", "on", "off", NULL };
    const char *word = NULL;
    const json_member_t members[] = { { .name = "order", .text = &word },
                                      { NULL } };
    const char *fault =
        json_object_read(request->json, request->len, members, pool);
    int i;

    i = word ? config_option_find(words, word) : -1;
    *order = (attack_order_e)i;
    return fault   ? fault
           : i < 0 ? "\"order\" is \"on\", \"off\" or \"auto\""
                   : NULL;
}

static int attack_verb(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    attack_order_e order;
    const char *fault;

    if (strcmp(request->method, "POST") != 0) {
        return answer(bb);
    }
    fault = read_order(request, r->pool, &order);
    if (fault) {
        return guard_verbs_refuse(bb, HTTP_BAD_REQUEST, fault);
    }
    attack_give_order(order);
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                  RPLOGNO(4192) "attack mode by the admin handler: %s",
                  flood_report_order(order));
    return answer(bb);
}

#else

static int attack_verb(request_rec *r, const rproxy_admin_request_t *request,
                       apr_bucket_brigade *bb)
{
    return strcmp(request->method, "POST") == 0
               ? guard_verbs_refuse(bb, HTTP_NOT_IMPLEMENTED,
                                    "built without libjansson")
               : answer(bb);
}

#endif

const rproxy_admin_verb_t attack_verbs[] = {
    { "attack", RPROXY_ADMIN_GET | RPROXY_ADMIN_POST,
      "is the server under attack; {\"order\": \"on\"}, \"off\" or \"auto\"",
      attack_verb },
    { NULL }
};
