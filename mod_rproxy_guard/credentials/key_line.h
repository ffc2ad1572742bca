/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* key_line.h: a line of a file of API keys.  Layer L0.
 *
 *   LABEL SHA-256-IN-HEX [rate=10/s] [burst=20] [quota=1000/day]
 *       [expires=2027-01-31] [scopes=read,write]
 *
 * on one line; blank lines, and what follows a "#" at the begin of a word, are
 * for people.  The file has no keys, only their hashes: keys are random and
 * long, so that a hash cannot be turned back. */
#ifndef RPROXY_GUARD_KEY_LINE_H
#define RPROXY_GUARD_KEY_LINE_H

#include "http1/h1_slice.h"
#include "limits/rate.h"

enum {
    KEY_DIGEST = 32,   /* bytes of SHA-256 */
    KEY_LABEL_MAX = 40 /* letters, digits and "-_.@" */
};

typedef struct {
    slice_t label; /* len 0: nothing on this line */
    unsigned char digest[KEY_DIGEST];
    rate_rule_t rate;  /* count 0: none */
    uint64_t quota;    /* requests of a day (UTC); 0: any number */
    int64_t expires_s; /* Unix time; 0: never */
    slice_t scopes;    /* commas between them; len 0: none */
} key_line_t;

/* @param line  without its end; the slices of *out are parts of it
 * @return NULL, or what is wrong, a phrase */
const char *key_line_read(key_line_t *out, slice_t line);

#endif
