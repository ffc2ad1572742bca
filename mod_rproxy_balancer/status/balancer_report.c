/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* balancer_report.c: see balancer_report.h.  Layer L2. */
#include "balancer_report.h"

#include <ap_provider.h>

#include "mod_rproxy.h"
#include "report_parts.h"

void balancer_report_register(apr_pool_t *pool)
{
    static const rproxy_status_section_t section = { "Balancer", report_html,
                                                     report_json,
                                                     report_prometheus };

    ap_register_provider(pool, RPROXY_STATUS_GROUP, "balancer",
                         RPROXY_STATUS_VERSION, &section);
}
