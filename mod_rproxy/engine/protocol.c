/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* protocol.c: the table of schemes.  Layer L1. */
#include "protocol.h"

#include <string.h>

static const protocol_t *const protocols[] = {
    &protocol_http1,
};

const protocol_t *protocol_find(const char *scheme)
{
    size_t i;

    for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i]->scheme, scheme) == 0) {
            return protocols[i];
        }
    }
    return NULL;
}
