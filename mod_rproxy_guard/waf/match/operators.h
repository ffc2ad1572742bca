/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* operators.h: the operators of rules that compare texts and numbers, and look
 * for bytes that should not be there.  Layer L0.
 *
 * As ModSecurity 2.9 has them; "@rx", "@pm" and their like are elsewhere. */
#ifndef RPROXY_GUARD_OPERATORS_H
#define RPROXY_GUARD_OPERATORS_H

#include "waf/byte_set.h"
#include "waf/rule/rule_words.h"

/* Is it one of those that operator_text knows? */
int operator_is_text(rule_operator_e kind);

/* @param argument  with its variables replaced
 * @return 1: it matches */
int operator_text(rule_operator_e kind, slice_t value, slice_t argument);

/* What atoi makes of a text; bounded where it has no number for it. */
int operator_number(slice_t text);

/* "10,13,32-126".  @return 0: it is wrong */
int operator_byte_range(slice_t text, byte_set_t *allowed);

/* All three: 1 where the value is not as it should be. */
int operator_outside(slice_t value, const byte_set_t *allowed);
int operator_bad_url_encoding(slice_t value);
int operator_bad_utf8(slice_t value);

#endif
