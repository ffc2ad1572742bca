/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* guard_private.h: the module record and its log tags.  Layer L2. */
#ifndef RPROXY_GUARD_PRIVATE_H
#define RPROXY_GUARD_PRIVATE_H

#include <httpd.h>
#include <http_config.h>
#include <http_log.h>

#include "mod_rproxy.h"

/* AP_MODULE_DECLARE_DATA is empty on Linux: with hidden visibility the record
 * would not be found by LoadModule. */
extern module __attribute__((visibility("default"))) rproxy_guard_module;

#ifdef APLOG_USE_MODULE
APLOG_USE_MODULE(rproxy_guard);
#endif

/* Our log tags: RP4000-RP4999.  Each number stands once in the source. */
#define RPLOGNO(n) "RP" #n ": "

#endif
