/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* list_lines.h: the text of a file with networks.  Layer L0.
 *
 * One network a line, what follows it after a blank, "#", ";" or "," is for
 * people (published lists have names there).  Empty lines and those that begin
 * with "#" or ";" are left out.  One wrong line makes the file wrong: half of a
 * list may be worse than that of yesterday. */
#ifndef RPROXY_GUARD_LIST_LINES_H
#define RPROXY_GUARD_LIST_LINES_H

#include "network_list.h"

typedef struct {
    uint32_t line;      /* from 1, of the first one that is wrong; 0: none */
    const char *reason; /* a phrase */
    slice_t text;       /* of it, at most 64 bytes */
} list_fault_t;

/* At most so many networks are in text. */
uint32_t list_lines_count(slice_t text);

/* @param entries  [list_lines_count]; their value is the number of the line
 * @return how many there are; with a fault, those before it */
uint32_t list_lines_read(slice_t text, network_entry_t *entries,
                         list_fault_t *fault);

#endif
