/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* probe_protocol.h: what a probe says on a connection where it does not speak
 * HTTP.  Layer L1. */
#ifndef RPROXY_BALANCER_PROBE_PROTOCOL_H
#define RPROXY_BALANCER_PROBE_PROTOCOL_H

#include "engine/protocol.h"

/* Nothing: an exchange ends with OUTCOME_REFUSED once it is connected. */
extern const protocol_t probe_protocol_tcp;

/* A ClientHello; the message ends with the ServerHello that answers it.
 * RFC 8446 section 4.1. */
extern const protocol_t probe_protocol_tls;

#endif
