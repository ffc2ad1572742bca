/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* verdict.c: see verdict.h.  Layer L2. */
#include "guard_private.h"
#include "verdict.h"

#include <apr_strings.h>

#include "../limits/limit_key.h"

const char *verdict_key(request_rec *r, const guard_verdict_t *verdict)
{
    return verdict->key || !verdict->limit ? verdict->key
                                           : limit_key_text(r, verdict->limit);
}

const char *verdict_why(request_rec *r, const guard_verdict_t *verdict)
{
    return verdict->why ? verdict->why
                        : apr_pstrcat(r->pool, verdict->limit->excess, ", of ",
                                      limit_key_text(r, verdict->limit), NULL);
}
