/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_purge.c: purges, of command_reader.h.  Layer L1. */
#include "command_reader.h"

#include "admin/command_json.h"

#ifdef HAVE_JANSSON

#include <apr_strings.h>

#define SCHEME_AND_PORT 16 /* "https://" and ":65535", and some */
#define PREFIX_MAX 512     /* of the store: STORE_PREFIX_MAX */

typedef struct {
    const char *url, *prefix, *tag, *host;
    int all, soft;
} purge_words_t;

static const char *read_purge_words(const json_t *object, purge_words_t *w,
                                    apr_pool_t *pool)
{
    static const char *const names[] = { "host", "url",  "prefix", "tag",
                                         "all",  "soft", NULL };
    const char *fault = json_read_names(object, names, pool);

    fault = fault ? fault : json_read_text(object, "host", &w->host, pool);
    fault = fault ? fault : json_read_text(object, "url", &w->url, pool);
    fault = fault ? fault : json_read_text(object, "prefix", &w->prefix, pool);
    fault = fault ? fault : json_read_text(object, "tag", &w->tag, pool);
    fault = fault ? fault : json_read_flag(object, "all", &w->all, pool);
    return fault ? fault : json_read_flag(object, "soft", &w->soft, pool);
}

/* A path with "host", or a whole URL. */
static const char *read_place(const char *name, const char *text,
                              const char *host, purge_order_t *order,
                              apr_pool_t *pool)
{
    const char *fault;

    if (text[0] != '/') {
        fault = host ? apr_psprintf(pool,
                                    "\"host\" goes with a path: \"%s\" must "
                                    "begin with \"/\", or stand without it",
                                    name)
                     : command_json_url(name, text, &order->uri, pool);
        text = fault ? NULL : command_json_target(&order->uri, pool);
    }
    else if (!host) {
        fault = apr_psprintf(pool,
                             "\"%s\": '%.200s' of which host? Add \"host\", "
                             "or write http://host%.200s",
                             name, text, text);
    }
    else {
        fault = command_json_about(name, text, url_check_path(slice_str(text)),
                                   pool);
        fault = fault ? fault : command_json_host(host, &order->uri, pool);
    }
    order->command.text = slice_str(text);
    return fault;
}

static const char *read_prefix(const purge_words_t *w, purge_order_t *order,
                               apr_pool_t *pool)
{
    const char *fault = read_place("prefix", w->prefix, w->host, order, pool);

    order->command.kind = PURGE_PREFIX;
    return !fault
                   && order->command.text.len + order->uri.host.len
                              + SCHEME_AND_PORT
                          > PREFIX_MAX
               ? "\"prefix\" is too long: 496 characters with its host at most"
               : fault;
}

static const char *read_tag(const purge_words_t *w, purge_order_t *order,
                            apr_pool_t *pool)
{
    order->command.kind = PURGE_TAG;
    order->command.text = slice_str(w->tag);
    return w->host ? command_json_host(w->host, &order->uri, pool)
                   : "\"tag\" needs \"host\": the tags of one host mean "
                     "nothing on another";
}

static const char *read_order(const json_t *object, purge_order_t *order,
                              apr_pool_t *pool)
{
    purge_words_t w = { 0 };
    const char *fault = read_purge_words(object, &w, pool);

    memset(order, 0, sizeof(*order));
    order->command.soft = w.soft;
    if (fault) {
        return fault;
    }
    if (!!w.url + !!w.prefix + !!w.tag + w.all > 1) {
        return "only one of \"url\", \"prefix\", \"tag\" and \"all\" may be "
               "there: send a list of objects for several";
    }
    if (w.url) {
        order->command.kind = PURGE_URL;
        return read_place("url", w.url, w.host, order, pool);
    }
    if (w.prefix) {
        return read_prefix(&w, order, pool);
    }
    if (w.tag) {
        return read_tag(&w, order, pool);
    }
    if (w.all) {
        order->command.kind = PURGE_ALL;
        return w.host ? "\"all\" means every host: leave out \"host\", or, "
                        "for all of one host, \"all\""
                      : NULL;
    }
    if (!w.host) {
        return "nothing says what to purge: \"url\", \"prefix\", \"tag\" with "
               "\"host\", \"host\" alone, or \"all\": true";
    }
    order->command.kind = PURGE_HOST;
    fault = command_json_host(w.host, &order->uri, pool);
    order->command.text = order->uri.host;
    return fault;
}

static const char *read_orders(const json_t *value, purge_order_t *orders,
                               int count, apr_pool_t *pool)
{
    const char *fault = NULL;
    int i;

    for (i = 0; i < count && !fault; i++) {
        fault =
            read_order(json_is_array(value) ? json_array_get(value, (size_t)i)
                                            : value,
                       &orders[i], pool);
    }
    return fault && json_is_array(value)
               ? apr_psprintf(pool, "number %d of the list: %s", i, fault)
               : fault;
}

const char *command_read_purge(const char *json, size_t len,
                               const purge_order_t **orders, int *count,
                               apr_pool_t *pool)
{
    const char *fault;
    json_t *value = json_read_load(json, len, &fault, pool);
    purge_order_t *read;

    if (!value) {
        return fault;
    }
    *count = json_is_array(value) ? (int)json_array_size(value) : 1;
    read = apr_palloc(pool, (apr_size_t)(*count + 1) * sizeof(*read));
    fault = *count ? read_orders(value, read, *count, pool)
                   : "the list is empty: nothing to purge";
    *orders = read;
    json_decref(value);
    return fault;
}

#else

const char *command_read_purge(const char *json, size_t len,
                               const purge_order_t **orders, int *count,
                               apr_pool_t *pool)
{
    return "mod_rproxy_cache was built without jansson";
}

#endif
