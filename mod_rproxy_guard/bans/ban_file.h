/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_file.h: bans as the text of a file.  Layer L1.
 *
 *   mod_rproxy_guard bans 1 1790000000
 *   192.0.2.7<TAB>540<TAB>...<TAB>login<TAB>six failures
 *   end 1
 *
 * The fields of a line are: network; seconds since it began, until it ends,
 * until it is forgotten; how many bans it is; requests refused; "rule" or
 * "order"; the rule's name; why.  Times count from the moment in the first
 * line, Unix time.  Nothing is believed before all of it was looked at. */
#ifndef RPROXY_GUARD_BAN_FILE_H
#define RPROXY_GUARD_BAN_FILE_H

#include <apr_pools.h>

#include "ban_table.h"

enum {
    BAN_FILE_LINE_MAX = 320 /* bytes, with a NUL */
};

/* The lines; each returns its length without the NUL behind it. */
size_t ban_file_first(char *line, int64_t unix_time);
size_t ban_file_line(char *line, const ban_t *ban, uint32_t now);
size_t ban_file_last(char *line, uint32_t bans);

/* A file being read. */
typedef struct {
    slice_t rest;
    int64_t written; /* Unix time */
    uint32_t line, bans;
    const char *fault; /* a phrase; NULL: none so far */
} ban_file_t;

/* @return its fault */
const char *ban_file_open(ban_file_t *file, slice_t text);

/* The next ban, as it is after passed more seconds, which has not been
 * forgotten; its times are those of a clock that says now.
 * @return 0: there is none, or fault is set */
int ban_file_next(ban_file_t *file, uint32_t passed, uint32_t now, ban_t *ban);

#endif
