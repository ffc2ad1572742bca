/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* sql_injection.h: would a value change the statement of SQL that it is put
 * into?  Layer L0.
 *
 * The value is cut into tokens thrice: as if it stood free in a statement, in
 * 'a string' and in "a string".  The kinds of the first tokens, with what is
 * plain folded together, tell whether it is code. */
#ifndef RPROXY_GUARD_SQL_INJECTION_H
#define RPROXY_GUARD_SQL_INJECTION_H

#include "waf/byte_set.h"

/* @param fingerprint  kinds of the tokens that say so (see sql_tokens.h), with
 *                     a final 0; empty if nothing is found
 * @return 1: it would */
int sql_injection_found(slice_t value, char fingerprint[8]);

/* Without any of these bytes it would not: what has letters, digits and "_"
 * only is a number, a word, or numbers before a word. */
byte_set_t sql_injection_bytes(void);

#endif
