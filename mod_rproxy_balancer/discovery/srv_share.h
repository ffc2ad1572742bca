/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* srv_share.h: what SRV records mean for members.  Layer L0.  RFC 2782.
 *
 * Priorities in their order are tiers; what is beyond the last tier goes into
 * it.  Weights stay as they are while the largest of a priority is no more than
 * a member may have, else all are made smaller by the same factor.  A weight of
 * 0 among others is "a very small chance": the others are made as large as they
 * may be, and it is 1.  Where all are 0, all are alike. */
#ifndef RPROXY_BALANCER_SRV_SHARE_H
#define RPROXY_BALANCER_SRV_SHARE_H

#include "dns_answer.h"

typedef struct {
    const dns_record_t *record;
    uint8_t tier;
    uint16_t weight;
} srv_share_t;

/* Records that are no members. */
typedef struct {
    int no_port;   /* 0 */
    int no_target; /* "." (the service is not to be had), or no host's name */
    int twice;     /* the same target and port: the better one holds */
    int beyond;    /* more than were asked for: the last ones */
    int low_tiers; /* priorities beyond the last tier */
} srv_odd_t;

/* By target and port, the smaller priority and then the larger weight first:
 * < 0, 0 or > 0. */
int srv_share_by_target(const dns_record_t *a, const dns_record_t *b);

/* Takes out what is no member.
 * @param shares  their records, in the order of srv_share_by_target
 * @return how many are left */
int srv_share_clean(srv_share_t *shares, int count, srv_odd_t *odd);

/* The smaller priority first, then as srv_share_by_target. */
int srv_share_by_priority(const dns_record_t *a, const dns_record_t *b);

/* Fills in tiers and weights.
 * @param shares  in the order of srv_share_by_priority
 * @param limit   the first so many are taken
 * @return how many are left */
int srv_share_set(srv_share_t *shares, int count, int limit, int first_tier,
                  srv_odd_t *odd);

#endif
