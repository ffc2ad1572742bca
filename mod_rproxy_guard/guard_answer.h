/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_answer.h: the page of a refusal, without httpd's way of errors.
 * Layer L2.
 *
 * A flood is refused in the quick handler: there nothing of the request has
 * been begun that ap_die would have to clear away. */
#ifndef RPROXY_GUARD_ANSWER_H
#define RPROXY_GUARD_ANSWER_H

#include <httpd.h>

#include "guard_page.h"

/* Is it so: in the quick handler, 403 or 429, no request body, no ErrorDocument
 * for it? */
int guard_answer_may(request_rec *r, int status);

/* Sends it; fields of r->err_headers_out go with it.
 * @return what the quick handler returns */
int guard_answer(request_rec *r, int status, const guard_page_t *page);

#endif
