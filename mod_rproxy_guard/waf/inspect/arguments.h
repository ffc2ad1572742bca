/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* arguments.h: what a query and a body say by name and value: ARGS and all that
 * is drawn from it.  Layer L1. */
#ifndef RPROXY_GUARD_ARGUMENTS_H
#define RPROXY_GUARD_ARGUMENTS_H

#include "waf/value/values.h"

enum {
    ARGUMENTS_MOST = 1000 /* SecArgumentsLimit, when nothing is said */
};

typedef enum {
    ARGUMENTS_GET,
    ARGUMENTS_POST,
    ARGUMENTS_OTHER /* of JSON: ARGS and ARGS_NAMES only */
} arguments_e;

typedef struct {
    values_t *values;
    arguments_e from;
    int most;    /* of all origins together */
    int is_over; /* more came: an error of the body, even in a query */
    int is_full; /* the values are */
} arguments_t;

arguments_t arguments_of(values_t *values, arguments_e from, int most);

/* A pair_fn: name and value outlive the values.  @return 0: no more fit */
int arguments_add(void *arguments, slice_t name, slice_t value);

/* A form or query, its pairs decoded in memory of the pool. */
void arguments_add_form(arguments_t *arguments, slice_t text, char separator);

/* Says ARGS_COMBINED_SIZE, and the error where there were too many.
 * @return 0: full */
int arguments_end(const arguments_t *arguments);

/* A number as a value without a name, in place of the one before.
 * @return 0: full */
int arguments_say_number(values_t *values, rule_variable_e variable,
                         int64_t number);

/* REQBODY_ERROR and what goes with it; the first message stays.
 * @return 0: full */
int arguments_say_error(values_t *values, slice_t message);

#endif
