/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_audit_file.h: the files and programs that SecAuditLog names, each with
 * one writer in a process (audit/audit_queue.h).  Layer L2. */
#ifndef RPROXY_GUARD_WAF_AUDIT_FILE_H
#define RPROXY_GUARD_WAF_AUDIT_FILE_H

#include "http1/h1_slice.h"

/* @param target  of a SecAuditLog
 * @param line    with its end */
void waf_audit_file_put(const char *target, slice_t line);

void waf_audit_file_register(void);

#endif
