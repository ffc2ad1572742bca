/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_dns_answer.c: what a DNS server says, as members.  The first byte is the
 * type that was asked for and the limit of members, the rest the message.
 * Promises: no byte outside of it is read; records have what their type has, no
 * more of them than the message has room for; members are in order, each once,
 * no more than the limit, with tiers and weights that members may have. */
#include "fuzz.h"

#include <apr_general.h>

#include "discovery/dns_answer.c"
#include "discovery/dns_found.c"
#include "discovery/dns_name.c"
#include "discovery/found_list.c"
#include "discovery/found_member.c"
#include "discovery/srv_share.c"
#include "members/member_facts.h"

typedef struct {
    unsigned type;
    size_t count;
    apr_array_header_t *records;
    dns_host_t *host;
} taken_t;

static void take(void *ctx, const dns_record_t *record)
{
    taken_t *t = ctx;

    t->count++;
    if (t->type == DNS_TYPE_SRV) {
        FUZZ_CHECK(memchr(record->target, '\0', sizeof(record->target)));
        dns_found_service(t->records, record);
    }
    else {
        dns_found_address(t->host, record);
    }
}

static void check_members(const dns_found_t *found, const dns_rules_t *rules)
{
    int i;

    FUZZ_CHECK(found->members.count <= rules->limit);
    FUZZ_CHECK((found->verdict == DNS_FOUND) == (found->members.count > 0));
    for (i = 0; i < found->members.count; i++) {
        const found_member_t *m = &found->members.member[i];

        FUZZ_CHECK(m->tier >= 0 && m->tier < MEMBER_TIERS);
        FUZZ_CHECK(m->weight > 0 && m->weight <= MEMBER_WEIGHT_MAX);
        FUZZ_CHECK(i == 0 || found_member_order(m - 1, m) < 0);
        FUZZ_CHECK(m->url.len > 7 && !memcmp(m->url.p, "http://", 7));
    }
}

/* Each target has the addresses that its name says. */
static apr_array_header_t *targets(const taken_t *t, const dns_rules_t *rules,
                                   dns_found_t *found, apr_pool_t *pool)
{
    apr_array_header_t *hosts =
        dns_found_targets(t->records, rules, &found->odd, pool);
    dns_record_t record;
    int i;

    FUZZ_CHECK(hosts->nelts <= rules->limit);
    memset(&record, 0, sizeof(record));
    for (i = 0; i < hosts->nelts; i++) {
        dns_host_t *host = &APR_ARRAY_IDX(hosts, i, dns_host_t);

        FUZZ_CHECK(dns_name_is_host(host->name) && host->port);
        memcpy(record.address, host->name, strnlen(host->name, 4));
        dns_found_address(host, &record);
        host->verdict = DNS_FOUND;
    }
    return hosts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t types[] = { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_SRV };
    dns_rules_t rules = { .name = "n", .port = 80, .scheme = "http" };
    dns_found_t found = { .ttl_s = UINT32_MAX };
    apr_array_header_t *hosts;
    unsigned char *message;
    dns_answer_e answer;
    apr_pool_t *pool;
    taken_t t;

    if (size == 0) {
        return 0;
    }
    apr_initialize();
    apr_pool_create(&pool, NULL);
    rules.member.weight = 1;
    rules.limit = 1 + data[0] / 3 % 8;
    hosts = dns_found_host(&rules, pool);
    t.type = types[data[0] % 3];
    t.count = 0;
    t.records = apr_array_make(pool, 1, sizeof(dns_record_t));
    t.host = &APR_ARRAY_IDX(hosts, 0, dns_host_t);
    message = (unsigned char *)fuzz_copy(data + 1, size - 1);
    answer = dns_answer_read(message, size - 1, (uint16_t)t.type, take, &t,
                             &found.ttl_s);
    free(message);
    FUZZ_CHECK(t.count <= (size - 1) / 11);
    FUZZ_CHECK(answer != DNS_FOUND || (t.count && found.ttl_s <= INT32_MAX));
    t.host->verdict = answer;
    if (t.type == DNS_TYPE_SRV) {
        rules.want = DNS_WANT_SRV;
        hosts = targets(&t, &rules, &found, pool);
    }
    dns_found_finish(&found, hosts, NULL, &rules, pool);
    if (t.type == DNS_TYPE_SRV || !found.is_partial) {
        check_members(&found, &rules);
    }
    apr_pool_destroy(pool);
    return 0;
}
