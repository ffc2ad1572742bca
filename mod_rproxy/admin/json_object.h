/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_object.h: a whole JSON object that somebody else has written, by a table
 * of its members.  Layer L1.  Modules that read JSON so compile it in. */
#ifndef RPROXY_JSON_OBJECT_H
#define RPROXY_JSON_OBJECT_H

#ifdef HAVE_JANSSON

#include <stdint.h>

#include <apr_pools.h>

/* A member that an object may have; of text, number and flag one is set. */
typedef struct {
    const char *name; /* NULL: the end of all */
    const char **text;
    int64_t *number; /* from least to most; digits in a text will do, as the
                        query of a GET has them */
    int *flag;
    int64_t least, most;
} json_member_t;

/* A member that is not there leaves a number as it is; a text is NULL then, a
 * flag 0.  Texts are copies in pool, not empty, without NUL.
 * @param members  16 at most
 * @return NULL, or a sentence that says what is wrong: a member that the table
 *         does not have, too; some members may have been read then */
const char *json_object_read(const char *json, size_t len,
                             const json_member_t *members, apr_pool_t *pool);

#endif

#endif
