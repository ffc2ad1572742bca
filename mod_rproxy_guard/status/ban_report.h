/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* ban_report.h: bans on the status page, in its JSON and metrics.  Layer L2. */
#ifndef RPROXY_GUARD_BAN_REPORT_H
#define RPROXY_GUARD_BAN_REPORT_H

#include "status/status_write.h"

void ban_report_html(writer_t *w);

/* A member of an object that has some: ,"bans":{...} */
void ban_report_json(writer_t *w);

void ban_report_metrics(writer_t *w);

#endif
