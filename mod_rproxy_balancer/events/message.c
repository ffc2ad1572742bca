/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message.c: RProxyMessageCmd, what is posted, and pools in panic.
 * Layer L2. */
#include "message_private.h"

#include <apr_strings.h>
#include <http_log.h>
#include <http_main.h>

#include "../balanced.h"
#include "config/config_option.h"

#define KEPT "rproxy-messages"

message_conf_t message_conf;
message_board_t *message_board;

/* ---- RProxyMessageCmd ---- */

static const char *set_kinds(cmd_parms *cmd, const char *list)
{
    char *rest,
        *word = apr_strtok(apr_pstrdup(cmd->temp_pool, list), ",", &rest);

    message_conf.kinds = 0;
    for (; word; word = apr_strtok(NULL, ",", &rest)) {
        message_kind_e kind = message_kind_find(word);

        if (kind == MESSAGE_COUNT) {
            return config_option_expected(cmd, word,
                                          "events such as member-down, "
                                          "member-up, member-ejected, "
                                          "pool-panic, pool-recovered, "
                                          "roll-done, roll-failed, "
                                          "canary-step, attack-begun, "
                                          "attack-over");
        }
        message_conf.kinds |= 1u << kind;
    }
    return NULL;
}

static const char *set_option(cmd_parms *cmd, const char *argument)
{
    static const option_t options[] = {
        { "timeout", OPTION_TIME, offsetof(message_conf_t, timeout), 1, 3600 },
        { "events", OPTION_TEXT, 0, 0, 0 }, /* below */
        { NULL, OPTION_INT, 0, 0, 0 },
    };
    const char *key, *value;

    if (config_option_split(cmd->temp_pool, argument, &key, &value)
        && strcmp(key, "events") == 0) {
        return set_kinds(cmd, value);
    }
    return config_option_set(cmd, options, &message_conf, argument);
}

static const char *check_command(cmd_parms *cmd, const char *path)
{
    apr_finfo_t info;

    if (apr_stat(&info, path, APR_FINFO_TYPE | APR_FINFO_PROT, cmd->temp_pool)
            != APR_SUCCESS
        || info.filetype != APR_REG
        || !(info.protection & (APR_UEXECUTE | APR_GEXECUTE | APR_WEXECUTE))) {
        return config_option_expected(cmd, path,
                                      "the path of a file that can be run");
    }
    return NULL;
}

const char *message_directive(cmd_parms *cmd, void *dir, int argc,
                              char *const argv[])
{
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    int i;

    message_forget();
    for (i = 0; i < argc && argv[i][0] != '/' && !error; i++) {
        error = set_option(cmd, argv[i]);
    }
    if (!error && i == argc) {
        error = "RProxyMessageCmd: expected [timeout=] [events=] and the "
                "command, a path that begins with '/'";
    }
    if (!error) {
        error = check_command(cmd, argv[i]);
    }
    if (!error) {
        message_conf.argc = argc - i;
        message_conf.argv = apr_pmemdup(cmd->pool, argv + i,
                                        sizeof(char *) * (size_t)(argc - i));
    }
    return error;
}

void message_forget(void)
{
    static const message_conf_t none = { .timeout = apr_time_from_sec(10),
                                         .kinds = (1u << MESSAGE_COUNT) - 1 };

    message_conf = none;
}

/* What waits to be told is told after a restart. */
apr_status_t message_configure(apr_pool_t *pconf, server_rec *s)
{
    message_board_t **kept = ap_retained_data_get(KEPT);

    if (!kept) {
        kept = ap_retained_data_create(KEPT, sizeof(*kept));
    }
    if (!*kept) {
        *kept = message_board_make(s->process->pool);
    }
    message_board = *kept;
    return message_board ? APR_SUCCESS : APR_ENOMEM;
}

/* ---- posting ---- */

void message_post(message_kind_e kind, const char *upstream, const char *member,
                  const char *reason)
{
    message_t *m;

    if (!message_board || !message_conf.argc
        || !(message_conf.kinds & 1u << kind)) {
        return;
    }
    message_board_lock(message_board);
    m = message_queue_place(&message_board->queue);
    if (m) {
        m->time_s = apr_time_sec(apr_time_now());
        m->kind = kind;
        message_copy(m->upstream, MESSAGE_UPSTREAM, upstream);
        message_copy(m->member, MESSAGE_MEMBER, member);
        message_copy(m->reason, MESSAGE_REASON, reason);
        message_queue_pushed(&message_board->queue);
    }
    message_board_unlock(message_board);
}

static void rproxy_message(const char *event, const char *reason)
{
    message_kind_e kind = message_kind_find(event);

    if (kind != MESSAGE_COUNT) {
        message_post(kind, NULL, NULL, reason);
    }
}

void message_register(void)
{
    APR_REGISTER_OPTIONAL_FN(rproxy_message);
}

/* ---- panic ---- */

static void tell_panic(const balanced_t *of, int panic)
{
    const char *name = of->balance.name;

    ap_log_error(APLOG_MARK, panic ? APLOG_WARNING : APLOG_NOTICE, 0,
                 ap_server_conf, RPLOGNO(3075) "upstream %s: %s", name,
                 panic ? "too few members are left, those ejected are asked "
                         "as well"
                       : "enough members are left again");
    message_post(panic ? MESSAGE_POOL_PANIC : MESSAGE_POOL_RECOVERED, name,
                 NULL, panic ? "too few members are left" : "enough are left");
}

static void look_for_panic(int number)
{
    balanced_t *of = APR_ARRAY_IDX(balanced_list, number, balanced_t *);
    uint64_t *told = &message_board->panic[number];
    uint64_t id = siphash(balanced_secret, slice_str(of->balance.name)) | 1;
    int panic = balance_panic(&of->balance);

    if (panic != (*told == id)) {
        *told = panic ? id : 0;
        tell_panic(of, panic);
    }
}

void message_tick(int64_t now_us)
{
    int i;

    if (!message_board) {
        return;
    }
    for (i = 0; balanced_list && i < balanced_list->nelts && i < MESSAGE_POOLS;
         i++) {
        look_for_panic(i);
    }
    message_run(now_us);
}
