/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* flood_report.h: connections and attack mode, in each format.  Layer L2. */
#ifndef RPROXY_GUARD_FLOOD_REPORT_H
#define RPROXY_GUARD_FLOOD_REPORT_H

#include "../attack/attack.h"
#include "status/status_write.h"

/* Nothing where neither is configured. */
void flood_report_html(writer_t *w);

/* ',"connections":{...},"attack":{...}' */
void flood_report_json(writer_t *w);
void flood_report_metrics(writer_t *w);

/* An object of its own. */
void flood_report_attack_json(writer_t *w);

/* "auto", "on" or "off" */
const char *flood_report_order(attack_order_e order);

#endif
