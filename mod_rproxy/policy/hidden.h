/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* hidden.h: response fields that are not for the client.  Layer L0. */
#ifndef RPROXY_HIDDEN_H
#define RPROXY_HIDDEN_H

#include "../http1/h1_slice.h"

/* Is the name one of count configured names (any case)?  What reveals the
 * origin's software (Server, X-Powered-By, X-AspNet-Version,
 * X-AspNetMvc-Version) is FIELD_KIND_REVEAL in field_names.h. */
int hidden_is_listed(slice_t name, const char *const *names, size_t count);

#endif
