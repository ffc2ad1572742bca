/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* rproxy_pause.h: rproxy_pause and rproxy_go_on of mod_rproxy.h.  Layer L2. */
#ifndef RPROXY_PAUSE_H
#define RPROXY_PAUSE_H

void pause_register(void);

#endif
