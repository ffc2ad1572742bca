/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* client_claim.h: the client as proxies tell it: the text of X-Forwarded-For,
 * CF-Connecting-IP and their like.  Layer L0.
 *
 * Addresses with commas between them, each as its proxy saw it, the nearest
 * proxy's last.  What trusted proxies say is believed from the right: the
 * client is the first address that is no trusted proxy's, or the leftmost.
 * What stands further left anybody may have written, and is not looked at. */
#ifndef RPROXY_GUARD_CLIENT_CLAIM_H
#define RPROXY_GUARD_CLIENT_CLAIM_H

#include "address.h"

typedef enum {
    CLIENT_CLAIM_NONE,  /* nothing is said */
    CLIENT_CLAIM_FOUND, /* and *client */
    CLIENT_CLAIM_BROKEN /* what should be an address is none */
} client_claim_e;

enum {
    CLIENT_CLAIM_HOPS_MAX = 32 /* more are broken */
};

/* Is it a proxy that tells the truth? */
typedef int client_claim_trust_fn(void *ctx, address_t address);

/* Each address may have a port: 192.0.2.1:80, [2001:db8::1]:80. */
client_claim_e client_claim_find(slice_t text, client_claim_trust_fn *trusted,
                                 void *ctx, address_t *client);

#endif
