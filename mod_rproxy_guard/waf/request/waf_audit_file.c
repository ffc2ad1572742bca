/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* waf_audit_file.c: see waf_audit_file.h.  Layer L2. */
#include "guard_private.h"
#include "waf_audit_file.h"

#include <apr_portable.h>
#include <http_core.h>
#include <http_main.h>

#include "audit/audit_queue.h"
#include "waf/waf_settings.h"

enum {
    FILES_MAX = 64
};

typedef struct {
    const char *target;
    int fd;
    audit_queue_t *queue; /* of this process */
    audit_counts_t counts;
} audit_file_t;

static struct {
    audit_file_t file[FILES_MAX];
    int count;
} audit;

static audit_file_t *find(const char *target)
{
    int i;

    for (i = 0; i < audit.count; i++) {
        if (strcmp(audit.file[i].target, target) == 0) {
            return &audit.file[i];
        }
    }
    return NULL;
}

void waf_audit_file_put(const char *target, slice_t line)
{
    const audit_file_t *file = find(target);

    if (file && file->queue) {
        audit_queue_put(file->queue, line.p, line.len);
    }
}

/* ---- opening ---- */

static apr_status_t open_target(apr_pool_t *pool, const char *target, int *fd)
{
    apr_file_t *file = NULL;
    apr_status_t rv = APR_EGENERAL;

    if (*target == '|') {
        piped_log *log = ap_open_piped_log(pool, target + 1);

        file = log ? ap_piped_log_write_fd(log) : NULL;
    }
    else {
        rv = apr_file_open(&file, target,
                           APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_CREATE
                               | APR_FOPEN_LARGEFILE,
                           APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD,
                           pool);
    }
    return file ? apr_os_file_get(fd, file) : rv;
}

static int add(apr_pool_t *pool, server_rec *s, const char *target)
{
    audit_file_t *file = &audit.file[audit.count];
    apr_status_t rv;

    if (find(target)) {
        return 1;
    }
    rv = audit.count < FILES_MAX ? open_target(pool, target, &file->fd)
                                 : APR_ENOSPC;
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     RPLOGNO(4362) "SecAuditLog %s cannot be opened (there may "
                                   "be %d of them)",
                     target, FILES_MAX);
        return 0;
    }
    file->target = target;
    file->queue = NULL;
    audit.count++;
    return 1;
}

static int open_logs(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                     server_rec *main_server)
{
    const apr_array_header_t *all = waf_global->audit_logs;
    int i;

    audit.count = 0;
    if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    for (i = 0; i < all->nelts; i++) {
        if (!add(pconf, main_server, APR_ARRAY_IDX(all, i, const char *))) {
            return HTTP_INTERNAL_SERVER_ERROR;
        }
    }
    return OK;
}

static void failed(const char *target, int error)
{
    if (error) {
        ap_log_error(APLOG_MARK, APLOG_ERR, error, ap_server_conf,
                     RPLOGNO(4363) "SecAuditLog %s cannot be written: lines "
                                   "are lost",
                     target);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(4364) "SecAuditLog %s is written again", target);
    }
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    int i;

    for (i = 0; i < audit.count; i++) {
        audit_file_t *file = &audit.file[i];

        file->queue = audit_queue_start(file->fd, &file->counts, failed,
                                        file->target, pchild);
        if (!file->queue) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                         RPLOGNO(4365) "SecAuditLog %s: no thread that writes "
                                       "it",
                         file->target);
        }
    }
}

void waf_audit_file_register(void)
{
    ap_hook_open_logs(open_logs, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
}
