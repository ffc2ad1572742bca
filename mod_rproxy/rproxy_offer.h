/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_offer.h: what mod_rproxy.h says about virtual hosts and responses.
 * Layer L2. */
#ifndef RPROXY_OFFER_H
#define RPROXY_OFFER_H

/* With the hooks: the optional functions. */
void offer_register(void);

#endif
