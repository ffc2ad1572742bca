/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* audit_log.c: see audit_log.h.  Layer L2. */
#include "guard_private.h"
#include "audit_log.h"

#include <unistd.h>

#include <apr_portable.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "../guard_path.h"
#include "../guard_request.h"
#include "../shared/shared_area.h"
#include "audit_line.h"
#include "config/config_option.h"

static struct {
    audit_counts_t *counts; /* shared */
    audit_queue_t *queue;   /* of this process */
    int fd;
} audit;

/* ---- opening ---- */

const char *audit_log_set(cmd_parms *cmd, void *dir, const char *target)
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    if (error) {
        return error;
    }
    guard_global->audit =
        *target == '|' ? target : ap_server_root_relative(cmd->pool, target);
    return guard_global->audit && target[*target == '|']
               ? NULL
               : config_option_expected(cmd, target,
                                        "a file's path or \"|program\"");
}

static int open_program(apr_pool_t *pool, server_rec *s, const char *program)
{
    piped_log *log = ap_open_piped_log(pool, program);

    if (!log) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(4280) "RProxyGuardAudit: '%s' cannot be started",
                     program);
        return 0;
    }
    return apr_os_file_get(&audit.fd, ap_piped_log_write_fd(log))
           == APR_SUCCESS;
}

static int open_file(apr_pool_t *pool, server_rec *s, const char *path)
{
    apr_file_t *file;
    apr_status_t rv =
        apr_file_open(&file, path,
                      APR_FOPEN_WRITE | APR_FOPEN_APPEND | APR_FOPEN_CREATE
                          | APR_FOPEN_LARGEFILE,
                      APR_FPROT_UREAD | APR_FPROT_UWRITE | APR_FPROT_GREAD,
                      pool);

    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, rv, s,
                     RPLOGNO(4281) "RProxyGuardAudit: %s cannot be opened",
                     path);
        return 0;
    }
    return apr_os_file_get(&audit.fd, file) == APR_SUCCESS;
}

static int open_logs(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp,
                     server_rec *s)
{
    const char *target = guard_global->audit;

    audit.counts = NULL;
    if (!target
        || ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) {
        return OK;
    }
    if (!(*target == '|' ? open_program(pconf, s, target + 1)
                         : open_file(pconf, s, target))) {
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    audit.counts = shared_area(s, "audit", sizeof(*audit.counts));
    return audit.counts ? OK : HTTP_INTERNAL_SERVER_ERROR;
}

static void failed(const char *target, int error)
{
    if (error) {
        ap_log_error(APLOG_MARK, APLOG_ERR, error, ap_server_conf,
                     RPLOGNO(4282) "RProxyGuardAudit: %s cannot be written: "
                                   "lines are lost",
                     target);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, ap_server_conf,
                     RPLOGNO(4283) "RProxyGuardAudit: %s is written again",
                     target);
    }
}

static void child_init(apr_pool_t *pchild, server_rec *s)
{
    if (audit.counts) {
        audit.queue = audit_queue_start(audit.fd, audit.counts, failed,
                                        guard_global->audit, pchild);
        if (!audit.queue) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, s,
                         RPLOGNO(4284) "RProxyGuardAudit: no thread that "
                                       "writes it");
        }
    }
}

void audit_log_register(void)
{
    ap_hook_open_logs(open_logs, NULL, NULL, APR_HOOK_MIDDLE);
    ap_hook_child_init(child_init, NULL, NULL, APR_HOOK_MIDDLE);
}

/* ---- lines ---- */

static slice_t time_text(char *out, size_t room, apr_time_t time)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, time);
    return slice_make(out,
                      (size_t)apr_snprintf(out, room,
                                           "%d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                           t.tm_year + 1900, t.tm_mon + 1,
                                           t.tm_mday, t.tm_hour, t.tm_min,
                                           t.tm_sec, t.tm_usec / 1000));
}

void audit_log_write(request_rec *r, const guard_verdict_t *v,
                     const char *action, const char *id)
{
    guard_request_t *known = guard_request_of(r);
    char line[AUDIT_LINE_MAX], time[40];
    audit_facts_t facts;

    if (!audit.queue) {
        return;
    }
    facts = (audit_facts_t){
        .time = time_text(time, sizeof(time), apr_time_now()),
        .action = slice_str(action),
        .client = slice_str(r->useragent_ip),
        .status = id ? v->status : 0,
        .ms = (uint64_t)apr_time_as_msec(v->slowed_us),
        .rule = slice_str(v->rule),
        .id = slice_str(id),
        .key = slice_str(verdict_key(r, v)),
        .why = slice_str(verdict_why(r, v)),
        .where = slice_str(v->where),
        .method = slice_str(r->method),
        .host = slice_str(r->hostname),
        .path = slice_str(guard_path(r)),
        .bot = slice_str(known->bot_class),
        .label = slice_str(known->label),
        .agent = slice_str(apr_table_get(r->headers_in, "User-Agent")),
    };
    audit_queue_put(audit.queue, line, audit_line_write(line, &facts));
}

int audit_log_counts(audit_counts_t *out)
{
    if (!audit.counts) {
        return 0;
    }
    out->written = __atomic_load_n(&audit.counts->written, __ATOMIC_RELAXED);
    out->lost = __atomic_load_n(&audit.counts->lost, __ATOMIC_RELAXED);
    return 1;
}
