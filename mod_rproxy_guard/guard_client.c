/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_client.c: see guard_client.h.  Layer L2. */
#include "guard_private.h"
#include "guard_client.h"

#include <arpa/inet.h>
#include <endian.h>

#include <apr_strings.h>
#include <http_protocol.h>

#include "address/client_claim.h"
#include "config/config_option.h"
#include "config/guard_config.h"
#include "limits/limit_key.h"
#include "shared/shared_area.h"
#include "status/log_pace.h"

enum {
    LINES_A_SECOND = 5
};

static guard_client_counts_t *counts;
static log_pace_t pace; /* of this process */

static void count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* ---- the directive ---- */

static const char *set_trust(cmd_parms *cmd, guard_client_rule_t *rule,
                             const char *names)
{
    while (*names) {
        const char *name = ap_getword(cmd->pool, &names, ',');

        if (!*name) {
            return config_option_expected(cmd,
                                          "trust=", "names of RProxyGuardList");
        }
        APR_ARRAY_PUSH(rule->trust, named_list_t *) =
            guard_list_named(cmd, name);
    }
    return NULL;
}

static const char *set_option(cmd_parms *cmd, guard_client_rule_t *rule,
                              const char *argument)
{
    static const char *const keys[] = { "header", "trust", NULL };
    const char *key, *value;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    switch (config_option_find(keys, key)) {
    case 0:
        rule->header = value;
        return *value && ap_scan_http_token(value)[0] == '\0'
                   ? NULL
                   : config_option_expected(cmd, argument,
                                            "the name of a field, as "
                                            "header=X-Forwarded-For");
    case 1:
        return set_trust(cmd, rule, value);
    default:
        return config_option_unknown(cmd, "key", key, keys);
    }
}

const char *guard_client_directive(cmd_parms *cmd, void *dir, int argc,
                                   char *const argv[])
{
    guard_settings_t *settings = dir;
    guard_client_rule_t rule = { .where = config_option_where(cmd) };
    const char *error = NULL;
    int i;

    rule.trust = apr_array_make(cmd->pool, 2, sizeof(named_list_t *));
    for (i = 0; i < argc && !error; i++) {
        error = set_option(cmd, &rule, apr_pstrdup(cmd->pool, argv[i]));
    }
    if (error) {
        return error;
    }
    if (!rule.header || !rule.trust->nelts) {
        return config_option_expected(cmd, argc ? argv[0] : "",
                                      "both: header=CF-Connecting-IP "
                                      "trust=LIST");
    }
    if (!settings->clients) {
        settings->clients =
            apr_array_make(cmd->pool, 2, sizeof(guard_client_rule_t));
    }
    APR_ARRAY_PUSH(settings->clients, guard_client_rule_t) = rule;
    return NULL;
}

/* ---- requests ---- */

static int is_trusted(void *ctx, address_t address)
{
    const apr_array_header_t *lists = ctx;
    int i;

    for (i = 0; i < lists->nelts; i++) {
        if (named_list_find(APR_ARRAY_IDX(lists, i, named_list_t *), address)
            != NETWORK_LIST_NONE) {
            return 1;
        }
    }
    return 0;
}

static void set_v4(apr_sockaddr_t *out, address_t client)
{
    out->family = out->sa.sin.sin_family = APR_INET;
    out->sa.sin.sin_port = htons(out->port);
    out->sa.sin.sin_addr.s_addr = htonl((uint32_t)client.low);
    out->salen = sizeof(out->sa.sin);
    out->ipaddr_ptr = &out->sa.sin.sin_addr;
    out->ipaddr_len = sizeof(out->sa.sin.sin_addr);
    out->addr_str_len = INET_ADDRSTRLEN;
}

static void set_v6(apr_sockaddr_t *out, address_t client)
{
    const uint64_t words[2] = { htobe64(client.high), htobe64(client.low) };

    out->family = out->sa.sin6.sin6_family = APR_INET6;
    out->sa.sin6.sin6_port = htons(out->port);
    memcpy(&out->sa.sin6.sin6_addr, words, sizeof(words));
    out->salen = sizeof(out->sa.sin6);
    out->ipaddr_ptr = &out->sa.sin6.sin6_addr;
    out->ipaddr_len = sizeof(out->sa.sin6.sin6_addr);
    out->addr_str_len = INET6_ADDRSTRLEN;
}

/* As apr_sockaddr_info_get makes one, which asks the kernel for the addresses
 * of this host first: five system calls. */
static void set_client(request_rec *r, address_t client)
{
    apr_sockaddr_t *address = apr_pcalloc(r->pool, sizeof(*address));
    char text[ADDRESS_TEXT_MAX];

    address_format(text, client);
    address->pool = r->pool;
    address->hostname = apr_pstrdup(r->pool, text);
    address->port = r->useragent_addr->port;
    (address_is_v4(client) ? set_v4 : set_v6)(address, client);
    r->useragent_addr = address;
    r->useragent_ip = address->hostname;
    count(&counts->taken);
}

static void complain(request_rec *r, const char *header, const char *value)
{
    uint32_t more;

    count(&counts->broken);
    if (log_pace_take(&pace, (uint32_t)apr_time_sec(r->request_time),
                      LINES_A_SECOND, &more)) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r,
                      RPLOGNO(4030) "trusted proxy %s: %s: %.100s: is no "
                                    "client's address; the proxy's is used",
                      r->useragent_ip, header,
                      ap_escape_logitem(r->pool, value));
    }
}

static void ask_proxy(request_rec *r, const guard_client_rule_t *rule)
{
    const char *value = apr_table_get(r->headers_in, rule->header);
    address_t client;

    switch (
        client_claim_find(slice_str(value), is_trusted, rule->trust, &client)) {
    case CLIENT_CLAIM_FOUND:
        set_client(r, client);
        break;
    case CLIENT_CLAIM_BROKEN:
        complain(r, rule->header, value);
        break;
    default:
        count(&counts->missing);
        break;
    }
}

static void refuse_to_believe(request_rec *r, const char *header)
{
    uint32_t more;

    count(&counts->untrusted);
    if (log_pace_take(&pace, (uint32_t)apr_time_sec(r->request_time),
                      LINES_A_SECOND, &more)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                      RPLOGNO(4031) "%s is no trusted proxy: its %s is not "
                                    "believed",
                      r->useragent_ip, header);
    }
}

static int post_read_request(request_rec *r)
{
    const guard_settings_t *settings =
        guard_settings_of(r->server->lookup_defaults);
    const guard_client_rule_t *rule;
    const char *claimed = NULL;
    address_t peer;
    int i;

    if (!settings->clients || r->main || r->prev
        || !limit_key_client(r, &peer)) {
        return DECLINED;
    }
    for (i = 0; i < settings->clients->nelts; i++) {
        rule = &APR_ARRAY_IDX(settings->clients, i, guard_client_rule_t);
        if (is_trusted(rule->trust, peer)) {
            ask_proxy(r, rule);
            return DECLINED;
        }
        if (apr_table_get(r->headers_in, rule->header)) {
            claimed = rule->header;
        }
    }
    if (claimed) {
        refuse_to_believe(r, claimed);
    }
    return DECLINED;
}

int guard_client_open(server_rec *s)
{
    counts = shared_area(s, "client", sizeof(*counts));
    return counts != NULL;
}

void guard_client_register(void)
{
    static const char *const behind[] = { "mod_remoteip.c", NULL };

    ap_hook_post_read_request(post_read_request, behind, NULL, APR_HOOK_FIRST);
}

const guard_client_counts_t *guard_client_counts(void)
{
    return counts;
}
