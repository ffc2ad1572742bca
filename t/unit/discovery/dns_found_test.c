/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_found_test.c: hosts and their addresses as members, with what is odd and
 * what could not be looked up. */
#include "unit.h"

#include <apr_general.h>

#include "discovery/dns_answer.c"
#include "discovery/dns_found.c"
#include "discovery/dns_name.c"
#include "discovery/found_list.c"
#include "discovery/found_member.c"
#include "discovery/srv_share.c"

static apr_pool_t *pool;

static const dns_rules_t rules = {
    .name = "app.test",
    .port = 8080,
    .scheme = "http",
    .limit = 3,
    .member = { .weight = 4, .tier = 1, .zone = SLICE_LIT("z") },
};

static const dns_rules_t srv_rules = {
    .name = "_http._tcp.app.test",
    .want = DNS_WANT_SRV,
    .scheme = "http",
    .limit = 3,
    .member = { .weight = 4, .tier = 1, .zone = SLICE_LIT("z") },
};

static void add_address(dns_host_t *host, const char *text)
{
    dns_address_t *a = apr_array_push(host->addresses);

    a->is_v6 = strchr(text, ':') != NULL;
    assert_int_equal(inet_pton(a->is_v6 ? AF_INET6 : AF_INET, text, a->bytes),
                     1);
    host->verdict = DNS_FOUND;
}

static const char *show(const dns_found_t *found)
{
    static unit_text_t seen;
    int i;

    seen.len = 0;
    seen.text[0] = '\0';
    unit_text_add(&seen, "%d%s", found->verdict,
                  found->is_partial ? " partial" : "");
    for (i = 0; i < found->members.count; i++) {
        const found_member_t *m = &found->members.member[i];

        unit_text_add(&seen, " %.*s/%d/%d%.*s", (int)m->url.len, m->url.p,
                      m->tier, m->weight, (int)m->zone.len, m->zone.p);
    }
    if (found->fault) {
        unit_text_add(&seen, " (%s)", found->fault);
    }
    return seen.text;
}

static void check_addresses(void **state)
{
    apr_array_header_t *hosts = dns_found_host(&rules, pool);
    dns_host_t *host = &APR_ARRAY_IDX(hosts, 0, dns_host_t);
    dns_found_t found = { 0 };

    add_address(host, "10.0.0.2");
    add_address(host, "10.0.0.1");
    add_address(host, "2001:db8::1");
    add_address(host, "10.0.0.2");
    dns_found_finish(&found, hosts, NULL, &rules, pool);
    assert_string_equal(show(&found), "0 http://10.0.0.1:8080/1/4z "
                                      "http://10.0.0.2:8080/1/4z "
                                      "http://[2001:db8::1]:8080/1/4z");
    assert_null(dns_found_oddities(&found.odd, pool));
}

static void check_limit(void **state)
{
    static const char *const orders[2][4] = {
        { "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4" },
        { "10.0.0.4", "10.0.0.3", "10.0.0.1", "10.0.0.2" },
    };
    int i, k;

    for (i = 0; i < 2; i++) {
        apr_array_header_t *hosts = dns_found_host(&rules, pool);
        dns_found_t found = { 0 };

        for (k = 0; k < 4; k++) {
            add_address(&APR_ARRAY_IDX(hosts, 0, dns_host_t), orders[i][k]);
        }
        dns_found_finish(&found, hosts, NULL, &rules, pool);
        assert_string_equal(show(&found), "0 http://10.0.0.1:8080/1/4z "
                                          "http://10.0.0.2:8080/1/4z "
                                          "http://10.0.0.3:8080/1/4z");
        assert_string_equal(dns_found_oddities(&found.odd, pool),
                            "1 more than limit=");
    }
}

static void check_absurd_addresses(void **state)
{
    apr_array_header_t *hosts = dns_found_host(&rules, pool);
    dns_host_t *host = &APR_ARRAY_IDX(hosts, 0, dns_host_t);
    dns_found_t found = { 0 };

    add_address(host, "0.0.0.0");
    add_address(host, "0.1.2.3");
    add_address(host, "224.0.0.1");
    add_address(host, "255.255.255.255");
    add_address(host, "::");
    add_address(host, "ff02::1");
    dns_found_finish(&found, hosts, NULL, &rules, pool);
    assert_string_equal(show(&found),
                        "1 (app.test: no record that could be a member)");
    assert_string_equal(dns_found_oddities(&found.odd, pool),
                        "6 with an address of no host");
}

/* "priority weight port target" */
static void add_service(apr_array_header_t *records, unsigned priority,
                        unsigned weight, unsigned port, const char *target)
{
    dns_record_t record = { .priority = (uint16_t)priority,
                            .weight = (uint16_t)weight,
                            .port = (uint16_t)port };

    apr_cpystrn(record.target, target, sizeof(record.target));
    dns_found_service(records, &record);
}

static void check_services(void **state)
{
    apr_array_header_t *records = apr_array_make(pool, 4, sizeof(dns_record_t));
    dns_found_t found = { 0 };
    apr_array_header_t *hosts;

    add_service(records, 20, 1, 81, "b");
    add_service(records, 10, 5, 80, "a");
    add_service(records, 10, 5, 80, "a");
    add_service(records, 10, 5, 0, "a");
    add_service(records, 10, 5, 80, "");
    hosts = dns_found_targets(records, &srv_rules, &found.odd, pool);
    assert_int_equal(hosts->nelts, 2);
    add_address(&APR_ARRAY_IDX(hosts, 0, dns_host_t), "10.0.0.1");
    add_address(&APR_ARRAY_IDX(hosts, 1, dns_host_t), "10.0.0.2");
    dns_found_finish(&found, hosts, NULL, &srv_rules, pool);
    assert_string_equal(show(&found),
                        "0 http://10.0.0.1:80/1/5z http://10.0.0.2:81/2/1z");
    assert_string_equal(dns_found_oddities(&found.odd, pool),
                        "1 without a target, 1 with port 0, 1 there twice");
}

/* Two targets of which one cannot be looked up: with and without knowing. */
static void check_recall(void **state)
{
    apr_array_header_t *records = apr_array_make(pool, 4, sizeof(dns_record_t));
    dns_found_t found = { 0 }, next = { 0 };
    apr_array_header_t *hosts, *before;

    add_service(records, 1, 1, 80, "a");
    add_service(records, 1, 1, 80, "b");
    before = hosts = dns_found_targets(records, &srv_rules, &found.odd, pool);
    add_address(&APR_ARRAY_IDX(hosts, 0, dns_host_t), "10.0.0.1");
    APR_ARRAY_IDX(hosts, 1, dns_host_t).verdict = DNS_REFUSED;
    APR_ARRAY_IDX(hosts, 1, dns_host_t).fault = "it took too long";
    dns_found_finish(&found, hosts, NULL, &srv_rules, pool);
    assert_string_equal(show(&found), "0 partial http://10.0.0.1:80/1/1z "
                                      "(b: it took too long)");

    hosts = dns_found_targets(records, &srv_rules, &next.odd, pool);
    APR_ARRAY_IDX(hosts, 0, dns_host_t).verdict = DNS_REFUSED;
    add_address(&APR_ARRAY_IDX(hosts, 1, dns_host_t), "10.0.0.2");
    dns_found_finish(&next, hosts, before, &srv_rules, pool);
    assert_string_equal(show(&next),
                        "0 http://10.0.0.1:80/1/1z http://10.0.0.2:80/1/1z "
                        "(a: the DNS server could not or would not answer)");
}

/* A name of which one type could not be looked up: all or nothing. */
static void check_half(void **state)
{
    apr_array_header_t *before = dns_found_host(&rules, pool);
    apr_array_header_t *hosts = dns_found_host(&rules, pool);
    dns_found_t found = { 0 };

    add_address(&APR_ARRAY_IDX(before, 0, dns_host_t), "10.0.0.1");
    add_address(&APR_ARRAY_IDX(hosts, 0, dns_host_t), "10.0.0.2");
    APR_ARRAY_IDX(hosts, 0, dns_host_t).verdict = DNS_BROKEN;
    dns_found_finish(&found, hosts, before, &rules, pool);
    assert_int_equal(found.verdict, DNS_BROKEN);
    assert_string_equal(found.fault, "app.test: the answer is malformed");
}

static void check_nothing(void **state)
{
    static const struct {
        dns_answer_e verdict;
        const char *expect;
    } rows[] = {
        { DNS_EMPTY, "1 (app.test: the name has no such records)" },
        { DNS_NO_NAME, "1 (app.test: there is no such name)" },
        { DNS_REFUSED, "3 partial (app.test: the DNS server could not or would "
                       "not answer)" },
        { DNS_BROKEN, "5 partial (app.test: the answer is malformed)" },
    };
    size_t i;

    for (i = 0; i < UNIT_COUNT(rows); i++) {
        apr_array_header_t *hosts = dns_found_host(&rules, pool);
        dns_found_t found = { 0 };

        APR_ARRAY_IDX(hosts, 0, dns_host_t).verdict = rows[i].verdict;
        dns_found_finish(&found, hosts, NULL, &rules, pool);
        assert_string_equal(show(&found), rows[i].expect);
    }
}

int main(void)
{
    int failed;

    apr_initialize();
    apr_pool_create(&pool, NULL);
    unit_add("addresses", check_addresses, NULL);
    unit_add("the limit", check_limit, NULL);
    unit_add("absurd addresses", check_absurd_addresses, NULL);
    unit_add("services", check_services, NULL);
    unit_add("a target that cannot be looked up", check_recall, NULL);
    unit_add("a type that cannot be looked up", check_half, NULL);
    unit_add("nothing found", check_nothing, NULL);
    failed = unit_run("dns_found");
    apr_pool_destroy(pool);
    apr_terminate();
    return failed;
}
