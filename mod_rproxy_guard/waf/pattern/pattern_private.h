/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* pattern_private.h: what the two halves of the parser share.  Layer L1. */
#ifndef RPROXY_GUARD_PATTERN_PRIVATE_H
#define RPROXY_GUARD_PATTERN_PRIVATE_H

#include "pattern_tree.h"

typedef struct {
    const char *p, *end;
    apr_pool_t *pool;
    int depth;
    int wrong;       /* not understood */
    int ignore_case; /* (?i) */
    int extended;    /* (?x): spaces and comments mean nothing */
} pattern_parser_t;

/* Behind a "[".  @return its set */
byte_set_t pattern_class(pattern_parser_t *parser);

/* The classes \d \D \w \W \s \S \h \H \v \V.  @return 0: none of them */
int pattern_class_escape(char letter, byte_set_t *set);

/* A byte that stands for itself, be it as \n, \x0a or \012; p behind the "\".
 * @return -1: something else, and p is as it was */
int pattern_byte_escape(pattern_parser_t *parser);

/* With both cases where case is ignored. */
void pattern_add_byte(const pattern_parser_t *parser, byte_set_t *set,
                      unsigned char byte);

#endif
