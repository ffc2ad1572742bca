/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_line.h: a line of a file of members: "URL [key=value] ...", with
 * comments from a '#' at the beginning of a word on.  Layer L0. */
#ifndef RPROXY_BALANCER_MEMBER_LINE_H
#define RPROXY_BALANCER_MEMBER_LINE_H

#include "found_member.h"

typedef enum {
    MEMBER_LINE_EMPTY,
    MEMBER_LINE_GOOD,
    MEMBER_LINE_WRONG
} member_line_e;

/* What is wrong with a line. */
typedef struct {
    slice_t word;
    const char *expected;
} member_fault_t;

/* @param line    without its end
 * @param member  what it is without a key; then what the line says (slices of
 *                it).  The URL is not looked at, but for characters that belong
 *                to none */
member_line_e member_line_read(slice_t line, found_member_t *member,
                               member_fault_t *fault);

/* Takes the first line off text, without "\n" or "\r\n".  @return 0: none is
 * left */
int member_line_next(slice_t *text, slice_t *line);

#endif
