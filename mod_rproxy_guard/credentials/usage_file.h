/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* usage_file.h: what labels have used, as the text of a file.  Layer L0.
 *
 *   mod_rproxy_guard usage 1
 *   alice 20778 1000 3 524288
 *   end 1
 *
 * A line is a label, a day since 1970-01-01, and its requests, refusals and
 * bytes.  Nothing is believed before all of it was looked at. */
#ifndef RPROXY_GUARD_USAGE_FILE_H
#define RPROXY_GUARD_USAGE_FILE_H

#include "usage_table.h"

#define USAGE_FILE_FIRST "mod_rproxy_guard usage 1\n"

/* Bytes of the whole text, with some more labels than there are now. */
size_t usage_file_room(const usage_table_t *table);

/* The days up to this one that have anything, as many as fit into room.
 * @return its length */
size_t usage_file_write(char *out, size_t room, const usage_table_t *table,
                        uint32_t day);

/* @param table  where it is added; NULL: it is only looked at
 * @return 0, or the line that is wrong */
uint32_t usage_file_read(slice_t text, const usage_table_t *table);

#endif
