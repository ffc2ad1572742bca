/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* flood_report.h: attack mode for who reports it elsewhere.  Layer L2. */
#ifndef RPROXY_GUARD_FLOOD_REPORT_H
#define RPROXY_GUARD_FLOOD_REPORT_H

#include "../attack/attack.h"
#include "status/status_write.h"

/* An object. */
void flood_report_attack_json(writer_t *w);

/* "auto", "on" or "off" */
const char *flood_report_order(attack_order_e order);

#endif
