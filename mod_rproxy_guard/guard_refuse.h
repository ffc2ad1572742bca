/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_refuse.h: what becomes of a request that is refused.  Layer L2. */
#ifndef RPROXY_GUARD_REFUSE_H
#define RPROXY_GUARD_REFUSE_H

#include "checks/verdict.h"

/* Sets fields and page of the response, and logs it.
 * @return what the hook returns: the status */
int guard_refuse(request_rec *r, const guard_verdict_t *verdict);

/* The same when its response is under way: the caller has httpd answer with
 * the status that it returns. */
int guard_refuse_response(request_rec *r, const guard_verdict_t *verdict);

/* What both they and challenge pages do: logs it as a refusal.
 * @return the id that the page shall have */
const char *guard_refuse_tell(request_rec *r, const guard_verdict_t *verdict);

/* One line; a flood gives so many a second, and then how many more there were.
 * @param id  on the page, or NULL: it goes on */
void guard_refuse_log(request_rec *r, const guard_verdict_t *verdict,
                      const char *id);

/* Of those lines, for others that write such: @return 0: there are enough */
int guard_refuse_has_line(request_rec *r);

#endif
