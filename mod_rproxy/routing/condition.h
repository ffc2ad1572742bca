/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* condition.h: what a request must be like for a route to serve it.  Layer L0.
 *
 *   method=GET|HEAD          the method is one of these
 *   header=X-Beta            there is such a field
 *   header=X-Beta:1|2        one such field has one of these values
 *   cookie=beta:yes          the same for a cookie of any Cookie field
 *   query=preview:1          the same for an argument of the query
 *   !cookie=beta             "!" turns any of them round
 *
 * In a value, and in the name of a cookie or argument, "*" at the end stands
 * for any bytes that follow and "*" at the beginning for any that go before:
 * header=User-Agent:*Mobile*, cookie=wordpress_logged_in_*.  Case counts but in
 * names of header fields.  Fields are not split at commas, cookies are not
 * decoded (cookie.h).  Names and values of the query are compared decoded,
 * "%41" is "A" and "+" is a space, as an origin will read them.
 *
 * The conditions of a route must all hold. */
#ifndef RPROXY_CONDITION_H
#define RPROXY_CONDITION_H

#include "../http1/h1_fields.h"

typedef enum {
    CONDITION_METHOD,
    CONDITION_HEADER,
    CONDITION_COOKIE,
    CONDITION_QUERY
} condition_kind_e;

typedef struct {
    condition_kind_e kind;
    int negated;
    slice_t name;   /* empty for a method */
    slice_t values; /* separated by "|"; empty: the name is enough */
} condition_t;

/* The request, as far as conditions look at it. */
typedef struct {
    slice_t method;
    const h1_field_t *fields;
    size_t field_count;
    slice_t query; /* as received, with its "?"; or empty */
} condition_input_t;

#define CONDITION_ERROR_ROOM 256

/* @param text   one condition; *condition points into it from then on
 * @param error  room for an error text, cut to fit; CONDITION_ERROR_ROOM
 *               bytes are plenty
 * @return NULL and *condition, or error with what is wrong and what would be
 *         right */
const char *condition_parse(slice_t text, condition_t *condition, char *error,
                            size_t error_room);

int condition_holds(const condition_t *condition,
                    const condition_input_t *input);

/* Do all of them hold?  None always do. */
int condition_all_hold(const condition_t *conditions, size_t count,
                       const condition_input_t *input);

#endif
