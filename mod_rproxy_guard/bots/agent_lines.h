/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_lines.h: the text of a file with user agents.  Layer L0.
 *
 *   search  Googlebot  domains=googlebot.com,google.com  list=googlebot
 *   tool    "Apache-HttpClient"                          # a comment
 *
 * A class (search, bot, ai, tool), what stands in the User-Agent field, and for
 * search bots what proves them: a domain that the name of the address lies in,
 * a RProxyGuardList that the address lies in.  Of lines that fit the first one
 * counts.  One wrong line makes the file wrong. */
#ifndef RPROXY_GUARD_AGENT_LINES_H
#define RPROXY_GUARD_AGENT_LINES_H

#include "bot_class.h"

enum {
    AGENT_LINES_MAX = 10000,
    AGENT_DOMAINS_MAX = 256, /* with the NUL behind them */
    AGENT_LIST_MAX = 64      /* likewise */
};

typedef struct {
    bot_class_e class;
    slice_t word;    /* of the User-Agent field */
    slice_t domains; /* with commas between; empty: none */
    slice_t list;    /* a name; empty: none */
} agent_line_t;

typedef struct {
    uint32_t line;      /* from 1, of the first one that is wrong; 0: none */
    const char *reason; /* a phrase */
    slice_t text;       /* of it, at most 64 bytes */
} agent_fault_t;

/* At most so many are in text. */
uint32_t agent_lines_count(slice_t text);

/* @param lines  [agent_lines_count]; slices of text
 * @return how many there are; with a fault, those before it */
uint32_t agent_lines_read(slice_t text, agent_line_t *lines,
                          agent_fault_t *fault);

#endif
