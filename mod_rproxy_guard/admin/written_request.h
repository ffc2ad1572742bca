/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* written_request.h: a request that somebody wrote down for one of the verbs
 * that explain: {"request": "GET / ...", "host": ...}.  Layer L2. */
#ifndef RPROXY_GUARD_WRITTEN_REQUEST_H
#define RPROXY_GUARD_WRITTEN_REQUEST_H

#include "admin/stand_in.h"
#include "guard_verbs.h"
#include "waf/inspect/request_text.h"

enum {
    WRITTEN_FIELDS_MAX = 200
};

typedef struct {
    const char *plain, *base64; /* one of them */
    const char *host, *client;  /* NULL: as the text says; who asks */
    const char *path;           /* in the place of the text's; or NULL */
    int64_t port;               /* 0: not said */
    request_text_t request;
    h1_field_t field[WRITTEN_FIELDS_MAX];
} written_request_t;

/* @param q  all 0; what is read points into it and the question
 * @return NULL, or what is wrong with the question */
const char *written_request_read(const rproxy_admin_request_t *request,
                                 written_request_t *q, apr_pool_t *pool);

/* To send a stand-in on its way.  @return likewise */
const char *written_request_order(written_request_t *q, stand_in_order_t *order,
                                  apr_pool_t *pool);

#endif
