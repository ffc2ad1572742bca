/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* bots.c: see bots.h.  Layer L2. */
#include "../guard_private.h"
#include "bots.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_main.h>

#include "../config/guard_config.h"
#include "../guard_connection.h"
#include "../guard_request.h"
#include "../limits/limit_key.h"
#include "../shared/shared_area.h"
#include "bot_dns.h"
#include "bot_proofs.h"

enum {
    REAL_S = 86400,
    UNREAL_S = 3600,
    UNKNOWN_S = 60, /* DNS did not answer: it is asked again */
    ASKED_S = 16
};

typedef struct {
    uint64_t seen[BOT_CLASS_COUNT]; /* atomics */
    bot_proofs_t proofs;
} shared_t;

static shared_t *shared;

const uint64_t *bots_seen(void)
{
    return shared->seen;
}

/* ---- the server's life ---- */

int bots_open(server_rec *s, apr_pool_t *ptemp)
{
    const bots_config_t *config = &guard_global->bots;
    const char *wrong;

    shared = shared_area(s, "rproxy-guard-bots", sizeof(*shared));
    if (!shared || !config->agents) {
        return shared != NULL;
    }
    wrong = agent_list_load(config->agents, ptemp);
    if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_EMERG, 0, s,
                     RPLOGNO(4130) "RProxyGuardBots: %s", wrong);
    }
    return !wrong;
}

static void answered(const bot_question_t *question, bot_proof_e proof)
{
    bot_proofs_put(&shared->proofs, question->hash,
                   apr_time_sec(apr_time_now()), proof,
                   proof == BOT_REAL     ? REAL_S
                   : proof == BOT_UNREAL ? UNREAL_S
                                         : UNKNOWN_S);
}

void bots_start(server_rec *s, apr_pool_t *pchild)
{
    const bots_config_t *config = &guard_global->bots;
    apr_status_t rv;

    if (!config->agents || config->verify != BOTS_VERIFY_DNS
        || bot_dns_missing()) {
        return;
    }
    rv = bot_dns_start(config->servers, answered, pchild);
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, s,
                     RPLOGNO(4131) "no thread that asks DNS for search bots: "
                                   "they are not verified");
    }
}

void bots_look(apr_pool_t *pool)
{
    agent_list_t *agents = guard_global->bots.agents;
    const char *wrong;

    if (!agents || !agent_list_changed(agents, pool)) {
        return;
    }
    wrong = agent_list_load(agents, pool);
    if (wrong) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf,
                     RPLOGNO(4132) "RProxyGuardBots: %s; it stays as it was",
                     wrong);
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_INFO, 0, ap_server_conf,
                     RPLOGNO(4133) "RProxyGuardBots: %u user agents of %s",
                     agent_list_count(agents), agent_list_path(agents));
    }
}

/* ---- who says it is a search bot ---- */

static named_list_t *list_of(const agent_t *agent)
{
    named_list_t *list = *agent->list
                             ? apr_hash_get(guard_global->lists, agent->list,
                                            APR_HASH_KEY_STRING)
                             : NULL;

    return list;
}

/* The address and what it shall be proved by. */
static uint64_t hash_of(address_t address, const char *domains)
{
    siphash_key_t key = guard_global->secret;

    key.low ^= siphash(key, slice_str(domains));
    return siphash(key, slice_make((const char *)&address, sizeof(address)));
}

static bot_proof_e by_dns(request_rec *r, const agent_t *agent,
                          address_t address)
{
    bot_question_t question = { .address = address,
                                .hash = hash_of(address, agent->domains) };
    int64_t now_s = apr_time_sec(r->request_time);
    bot_proof_e proof;

    if (bot_proofs_find(&shared->proofs, question.hash, now_s, &proof)) {
        return proof;
    }
    if (guard_request_of(r)->is_asked_about) {
        guard_request_of(r)->would_ask_dns = 1;
        return BOT_ASKED;
    }
    apr_cpystrn(question.domains, agent->domains, sizeof(question.domains));
    if (bot_dns_ask(&question)) {
        bot_proofs_put(&shared->proofs, question.hash, now_s, BOT_ASKED,
                       ASKED_S);
    }
    return BOT_ASKED;
}

static bot_proof_e proof_of(request_rec *r, const agent_t *agent)
{
    bots_verify_e verify = guard_global->bots.verify;
    named_list_t *list = list_of(agent);
    address_t address;

    if (verify == BOTS_VERIFY_OFF || !limit_key_client(r, &address)) {
        return BOT_UNKNOWN;
    }
    if (list && named_list_find(list, address) != NETWORK_LIST_NONE) {
        return BOT_REAL;
    }
    if (bot_proofs_is_private(address)) {
        return BOT_UNKNOWN; /* perhaps a proxy that is not known as one */
    }
    if (verify == BOTS_VERIFY_DNS && *agent->domains) {
        return by_dns(r, agent, address);
    }
    return list ? BOT_UNREAL : BOT_UNKNOWN;
}

/* ---- what a connection's last request was ---- */

/* Clients say the same in all requests of a connection.  Who says that it is a
 * search bot is asked anew each time. */
static int knows(const guard_connection_t *known, slice_t text,
                 uint32_t version)
{
    return known->agent.len && known->agent.version == version
           && slice_eq(slice_make(known->agent.text, known->agent.len), text);
}

static void keep(guard_connection_t *known, slice_t text, uint32_t version,
                 bot_class_e class)
{
    if (text.len && text.len <= CONNECTION_AGENT) {
        memcpy(known->agent.text, text.p, text.len);
        known->agent.len = text.len;
        known->agent.version = version;
        known->agent.class = class;
    }
}

/* ---- all ---- */

static bot_class_e find_out(request_rec *r)
{
    slice_t text = slice_str(apr_table_get(r->headers_in, "User-Agent"));
    uint32_t version = agent_list_version(guard_global->bots.agents);
    guard_connection_t *known = guard_connection_get(r->connection);
    bot_class_e class;
    agent_t agent;

    if (knows(known, text, version)) {
        return known->agent.class;
    }
    agent_list_find(guard_global->bots.agents, text, &agent);
    if (agent.class == BOT_SEARCH) {
        return bot_class_decide(BOT_SEARCH, text, proof_of(r, &agent));
    }
    class = bot_class_decide(agent.class, text, BOT_UNKNOWN);
    keep(known, text, version, class);
    return class;
}

bot_class_e bots_class_of(request_rec *r)
{
    guard_request_t *known = guard_request_of(r);
    bot_class_e class;

    if (!guard_global->bots.agents) {
        return BOT_CLASS_COUNT;
    }
    if (known->bot_class) {
        return bot_class_named(slice_str(known->bot_class));
    }
    class = find_out(r);
    known->bot_class = bot_class_name(class);
    apr_table_setn(r->notes, RPROXY_NOTE_BOT, known->bot_class);
    apr_table_setn(r->subprocess_env, "RPROXY_BOT", known->bot_class);
    if (!known->is_asked_about) {
        __atomic_fetch_add(&shared->seen[class], 1, __ATOMIC_RELAXED);
    }
    return class;
}
