/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* member_file.h: files of members: a line for each, or a JSON list.  Layer L1.
 *
 *   # comment                            [
 *   http://10.0.0.1:8080 weight=2          {"url": "http://10.0.0.1:8080",
 *   http://10.0.0.2:8080 zone=b             "weight": 2},
 *                                          "http://10.0.0.2:8080" ]
 *
 * A file is taken as a whole or not at all: an unknown key, a URL that is none
 * or stands there twice, or more members than the limit, and nothing is. */
#ifndef RPROXY_BALANCER_MEMBER_FILE_H
#define RPROXY_BALANCER_MEMBER_FILE_H

#include "found_list.h"

/* @param text   the file; list refers to it
 * @param usual  what a member is unless the file says something else
 * @return NULL and *list, in order; or what is wrong, with the line where it is
 *         known */
const char *member_file_parse(slice_t text, const found_member_t *usual,
                              int limit, found_list_t *list, apr_pool_t *pool);

/* The same of the file at path.  What it says lives in pool.
 * @return as member_file_parse; also why it cannot be read */
const char *member_file_read(const char *path, const found_member_t *usual,
                             int limit, found_list_t *list, apr_pool_t *pool);

#endif
