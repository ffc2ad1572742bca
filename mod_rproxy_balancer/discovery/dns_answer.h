/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_answer.h: the records of an answer that belong to its question.
 * Layer L0.  RFC 1035, section 4; RFC 2782 (SRV); RFC 3596 (AAAA).
 *
 * Aliases (CNAME) are followed within the answer, DNS_ALIASES_MAX of them; what
 * has another owner than the name they lead to is passed over. */
#ifndef RPROXY_BALANCER_DNS_ANSWER_H
#define RPROXY_BALANCER_DNS_ANSWER_H

#include <stdint.h>

#include "dns_name.h"

enum {
    DNS_TYPE_A = 1,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_SRV = 33,
    DNS_ALIASES_MAX = 8
};

/* clang-format off */
#define DNS_ANSWERS(X)                                                        \
    X(DNS_FOUND,   "an answer")                                               \
    X(DNS_EMPTY,   "the name has no such records")                            \
    X(DNS_NO_NAME, "there is no such name")                                   \
    X(DNS_REFUSED, "the DNS server could not or would not answer")            \
    X(DNS_LOOP,    "the name is an alias of aliases without an end")          \
    X(DNS_BROKEN,  "the answer is malformed")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    DNS_ANSWERS(X)
#undef X
} dns_answer_e;

/* One of the type asked for. */
typedef struct {
    unsigned char address[16];       /* of A: the first 4 bytes */
    uint16_t priority, weight, port; /* of SRV, and: */
    char target[DNS_NAME_ROOM];
} dns_record_t;

typedef void dns_take_fn(void *ctx, const dns_record_t *record);

/* @param take   called for each record, of a malformed answer for some
 * @param ttl_s  the least of all that was used; as it was without any */
dns_answer_e dns_answer_read(const unsigned char *message, size_t len,
                             uint16_t type, dns_take_fn *take, void *ctx,
                             uint32_t *ttl_s);

const char *dns_answer_text(dns_answer_e answer);

#endif
