/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_name.h: names in DNS messages.  Layer L0.  RFC 1035, sections 3.1 and
 * 4.1.4. */
#ifndef RPROXY_BALANCER_DNS_NAME_H
#define RPROXY_BALANCER_DNS_NAME_H

#include <stddef.h>

enum {
    DNS_NAME_ROOM = 254 /* of a name as text, with its NUL: RFC 1035, 2.3.4 */
};

/* Reads the name at *at and moves *at behind it.
 * @param name  its text: lower case, no dot at the end, "" for the root; what
 *              does not belong into the name of a host is a '?'
 * @return 1; 0: it is longer than a name may be, leaves the message, or points
 *         anywhere but back */
int dns_name_read(const unsigned char *message, size_t len, size_t *at,
                  char name[DNS_NAME_ROOM]);

/* Is it the name of a host that can be looked up: letters, digits, '-' and '_',
 * not the root? */
int dns_name_is_host(const char *name);

#endif
