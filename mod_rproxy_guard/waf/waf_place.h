/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_place.h: places of the configuration (a host, a section within it, an
 * .htaccess file below) and their programs.  Layer L1.
 *
 * Each host, and each section that has a word on rules, is compiled when the
 * server starts; what only takes rules or targets away shares the program of
 * the place around it but for those rules.  Sections that meet in a request
 * only (a <Directory> and a <Location> that both add rules) are compiled at
 * that request, once in a child.  Exceptions of .htaccess files, which are read
 * with each request, live as long as it. */
#ifndef RPROXY_GUARD_WAF_PLACE_H
#define RPROXY_GUARD_WAF_PLACE_H

#include "program/program.h"
#include "rule/rule_list.h"

typedef struct waf_place_t {
    const rule_list_t *list;  /* all of it, with its changes */
    const program_t *program; /* NULL: no rules */
    /* of one that lives as long as a request: */
    const struct waf_place_t *stem; /* that it has exceptions from */
    const rule_list_t *exceptions;
} waf_place_t;

/* Before the configuration is read: no place is open. */
void waf_place_forget(void);

/* When it is read: from now on places are made.
 * @param pool   of programs
 * @param map    of %uHHHH, or NULL
 * @param limit  of steps of expressions; 0: the default */
void waf_place_begin(apr_pool_t *pool, const unicode_map_t *map,
                     uint32_t limit);
int waf_place_has_begun(void);

/* The place of the inner list within the outer place, made where it is not
 * there yet.  Any thread.
 * @param outer  NULL: none, or its rules do not count
 * @param pool   of a place that lives as long as outer, which does not live
 *               as long as the configuration
 * @return NULL, or what is wrong */
const char *waf_place_within(const waf_place_t *outer, const rule_list_t *inner,
                             const waf_place_t **made, apr_pool_t *pool);

/* Exceptions of an .htaccess file.
 * @param inner  rule_list_is_exceptions
 * @return NULL, or what is wrong */
const char *waf_place_except(const waf_place_t *outer, const rule_list_t *inner,
                             const waf_place_t **made, apr_pool_t *pool);

#endif
