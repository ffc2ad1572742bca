/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_found.h: from records to members.  Layer L1.
 *
 * A host is a name whose addresses become members: the name that was asked for,
 * or the target of an SRV record.  Nobody is asked here (dns_lookup.h). */
#ifndef RPROXY_BALANCER_DNS_FOUND_H
#define RPROXY_BALANCER_DNS_FOUND_H

#include <apr_tables.h>
#include <apr_time.h>

#include "found_list.h"
#include "srv_share.h"

typedef enum {
    DNS_WANT_ANY, /* A, or AAAA where there is none */
    DNS_WANT_A,
    DNS_WANT_AAAA,
    DNS_WANT_BOTH,
    DNS_WANT_SRV
} dns_want_e;

typedef struct {
    const char *name;
    dns_want_e want;
    int port;            /* of addresses */
    const char *scheme;  /* "http" */
    const char *servers; /* "address:port,..."; NULL: the system's */
    apr_interval_time_t timeout;
    int tries;             /* with each server */
    int limit;             /* of members */
    found_member_t member; /* what each has but for URL, and SRV's own */
} dns_rules_t;

typedef struct {
    unsigned char bytes[16];
    int is_v6;
} dns_address_t;

typedef struct {
    const char *name;
    uint16_t port, weight;
    uint8_t tier;
    /* what was found */
    dns_answer_e verdict;
    const char *fault;             /* why there is no answer, or NULL */
    apr_array_header_t *addresses; /* of dns_address_t */
} dns_host_t;

/* Records that became no members. */
typedef struct {
    srv_odd_t srv;
    int no_address; /* of nobody, of everybody, of a group */
    int beyond;     /* addresses more than the limit */
} dns_odd_t;

/* Of an answer. */
typedef struct {
    dns_answer_e verdict; /* DNS_FOUND: take these members */
    const char *fault;    /* what went wrong, if anything, of all or a part */
    int is_partial; /* a target could not be looked up and was not known */
    found_list_t members;
    uint32_t ttl_s;
    dns_odd_t odd;
    const apr_array_header_t *hosts; /* of dns_host_t */
} dns_found_t;

/* dns_take_fn's: into a dns_host_t, into an array of dns_record_t. */
void dns_found_address(void *host, const dns_record_t *record);
void dns_found_service(void *records, const dns_record_t *record);

/* The targets of SRV records, as hosts to look up. */
apr_array_header_t *dns_found_targets(const apr_array_header_t *records,
                                      const dns_rules_t *rules, dns_odd_t *odd,
                                      apr_pool_t *pool);

/* One host for the name itself. */
apr_array_header_t *dns_found_host(const dns_rules_t *rules, apr_pool_t *pool);

/* All were looked up: sets verdict, fault, is_partial, members and what is odd.
 * @param before  hosts of the last answer, or NULL: targets of SRV records that
 *                could not be looked up now are where they were */
void dns_found_finish(dns_found_t *found, apr_array_header_t *hosts,
                      const apr_array_header_t *before,
                      const dns_rules_t *rules, apr_pool_t *pool);

/* Does it say nothing of the name (as no name and no records do)? */
int dns_found_is_failure(dns_answer_e verdict);

/* What is odd, for people; NULL: nothing. */
const char *dns_found_oddities(const dns_odd_t *odd, apr_pool_t *pool);

#endif
