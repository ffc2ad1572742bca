/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_slowed.h: what limits made wait, or would have, told when the request
 * ends (action=delay, bandwidth=).  Layer L2. */
#ifndef RPROXY_GUARD_SLOWED_H
#define RPROXY_GUARD_SLOWED_H

void guard_slowed_register(void);

#endif
