/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* user_name.h: the names that applications take for one user.  Layer L0.
 *
 * WordPress drops tags, entities and "%41" from a name, and its database knows
 * neither case nor accents: who guesses for one user must not be able to spread
 * that over many spellings.  Two users may so become one (they are counted
 * together), one user never two. */
#ifndef RPROXY_GUARD_USER_NAME_H
#define RPROXY_GUARD_USER_NAME_H

#include "http1/h1_slice.h"

/* @param out  [name.len]
 * @return bytes of out */
size_t user_name_fold(char *out, slice_t name);

#endif
