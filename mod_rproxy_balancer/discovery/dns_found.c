/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_found.c: see dns_found.h.  Layer L1. */
#include "dns_found.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include <apr_strings.h>

/* ---- records ---- */

void dns_found_address(void *ctx, const dns_record_t *record)
{
    dns_host_t *host = ctx;
    dns_address_t *address = apr_array_push(host->addresses);

    memcpy(address->bytes, record->address, sizeof(address->bytes));
    address->is_v6 = 0;
}

void dns_found_service(void *records, const dns_record_t *record)
{
    *(dns_record_t *)apr_array_push(records) = *record;
}

static int by_target(const void *a, const void *b)
{
    return srv_share_by_target(((const srv_share_t *)a)->record,
                               ((const srv_share_t *)b)->record);
}

static int by_priority(const void *a, const void *b)
{
    return srv_share_by_priority(((const srv_share_t *)a)->record,
                                 ((const srv_share_t *)b)->record);
}

static void add_host(apr_array_header_t *hosts, const char *name, int port,
                     int tier, int weight)
{
    dns_host_t *host = apr_array_push(hosts);

    host->name = name;
    host->port = (uint16_t)port;
    host->tier = (uint8_t)tier;
    host->weight = (uint16_t)weight;
    host->verdict = DNS_EMPTY;
    host->fault = NULL;
    host->addresses = apr_array_make(hosts->pool, 1, sizeof(dns_address_t));
}

apr_array_header_t *dns_found_targets(const apr_array_header_t *records,
                                      const dns_rules_t *rules, dns_odd_t *odd,
                                      apr_pool_t *pool)
{
    int i, n = records->nelts;
    srv_share_t *shares = apr_palloc(pool, sizeof(*shares) * (size_t)(n + 1));
    apr_array_header_t *hosts = apr_array_make(pool, 4, sizeof(dns_host_t));

    for (i = 0; i < n; i++) {
        shares[i].record = &APR_ARRAY_IDX(records, i, dns_record_t);
    }
    qsort(shares, (size_t)n, sizeof(*shares), by_target);
    n = srv_share_clean(shares, n, &odd->srv);
    qsort(shares, (size_t)n, sizeof(*shares), by_priority);
    n = srv_share_set(shares, n, rules->limit, rules->member.tier, &odd->srv);
    for (i = 0; i < n; i++) {
        add_host(hosts, apr_pstrdup(pool, shares[i].record->target),
                 shares[i].record->port, shares[i].tier, shares[i].weight);
    }
    return hosts;
}

apr_array_header_t *dns_found_host(const dns_rules_t *rules, apr_pool_t *pool)
{
    apr_array_header_t *hosts = apr_array_make(pool, 1, sizeof(dns_host_t));

    add_host(hosts, rules->name, rules->port, rules->member.tier,
             rules->member.weight);
    return hosts;
}

/* ---- members ---- */

/* Nobody's, everybody's and groups' addresses are no members. */
static int is_of_host(const dns_address_t *a)
{
    static const unsigned char none[16];

    if (!a->is_v6) {
        return a->bytes[0] > 0 && a->bytes[0] < 224;
    }
    return a->bytes[0] != 0xff && memcmp(a->bytes, none, sizeof(none)) != 0;
}

static slice_t url_of(const dns_address_t *a, const char *scheme, int port,
                      apr_pool_t *pool)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(a->is_v6 ? AF_INET6 : AF_INET, a->bytes, text, sizeof(text));
    return slice_str(apr_psprintf(pool,
                                  a->is_v6 ? "%s://[%s]:%d" : "%s://%s:%d",
                                  scheme, text, port));
}

static void add_members(const dns_host_t *host, const dns_rules_t *rules,
                        apr_array_header_t *members, dns_odd_t *odd)
{
    int i;

    for (i = 0; i < host->addresses->nelts; i++) {
        const dns_address_t *a =
            &APR_ARRAY_IDX(host->addresses, i, dns_address_t);
        found_member_t *m;

        if (!is_of_host(a)) {
            odd->no_address++;
            continue;
        }
        m = apr_array_push(members);
        *m = rules->member;
        m->url = url_of(a, rules->scheme, host->port, members->pool);
        m->tier = host->tier;
        m->weight = host->weight;
    }
}

static const dns_host_t *find_host(const apr_array_header_t *hosts,
                                   const char *name)
{
    int i;

    for (i = 0; hosts && i < hosts->nelts; i++) {
        const dns_host_t *host = &APR_ARRAY_IDX(hosts, i, dns_host_t);

        if (strcmp(host->name, name) == 0) {
            return host;
        }
    }
    return NULL;
}

int dns_found_is_failure(dns_answer_e verdict)
{
    return verdict != DNS_FOUND && verdict != DNS_EMPTY
           && verdict != DNS_NO_NAME;
}

static const char *fault_of(const dns_host_t *host, apr_pool_t *pool)
{
    return apr_psprintf(pool, "%s: %s", host->name,
                        host->fault ? host->fault
                                    : dns_answer_text(host->verdict));
}

/* What could not be looked up has the addresses of before.  @return 0: it had
 * none */
static int recall(dns_host_t *host, const apr_array_header_t *before,
                  apr_pool_t *pool)
{
    const dns_host_t *known = find_host(before, host->name);

    if (!known || !known->addresses->nelts) {
        return 0;
    }
    host->addresses = apr_array_copy(pool, known->addresses);
    return 1;
}

void dns_found_finish(dns_found_t *found, apr_array_header_t *hosts,
                      const apr_array_header_t *before,
                      const dns_rules_t *rules, apr_pool_t *pool)
{
    apr_array_header_t *members =
        apr_array_make(pool, hosts->nelts + 1, sizeof(found_member_t));
    int is_srv = rules->want == DNS_WANT_SRV, i;

    for (i = 0; i < hosts->nelts; i++) {
        dns_host_t *host = &APR_ARRAY_IDX(hosts, i, dns_host_t);

        if (host->verdict != DNS_FOUND && !found->fault) {
            found->fault = fault_of(host, pool);
        }
        if (dns_found_is_failure(host->verdict)
            && !(is_srv && recall(host, before, pool))) {
            found->is_partial = 1;
            found->verdict = host->verdict;
        }
        add_members(host, rules, members, &found->odd);
    }
    found->members.member = (found_member_t *)members->elts;
    found->members.count = members->nelts;
    found->odd.beyond = found_list_settle(&found->members, rules->limit);
    found->hosts = hosts;
    if (found->members.count && (is_srv || !found->is_partial)) {
        found->verdict = DNS_FOUND;
    }
    else if (!found->is_partial) {
        found->verdict = DNS_EMPTY;
        found->fault =
            found->fault
                ? found->fault
                : apr_pstrcat(pool, rules->name,
                              ": no record that could be a member", NULL);
    }
}

/* ---- what is odd ---- */

static const char *say(const char *before, int n, const char *what,
                       apr_pool_t *pool)
{
    return n ? apr_psprintf(pool, "%s%s%d %s", before ? before : "",
                            before ? ", " : "", n, what)
             : before;
}

const char *dns_found_oddities(const dns_odd_t *odd, apr_pool_t *pool)
{
    const char *text = NULL;

    text = say(text, odd->srv.no_target, "without a target", pool);
    text = say(text, odd->srv.no_port, "with port 0", pool);
    text = say(text, odd->srv.twice, "there twice", pool);
    text = say(text, odd->srv.beyond + odd->beyond, "more than limit=", pool);
    text = say(text, odd->no_address, "with an address of no host", pool);
    return say(text, odd->srv.low_tiers,
               "priorities more than there are tiers (they share the last)",
               pool);
}
