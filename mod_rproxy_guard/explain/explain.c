/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* explain.c: see explain.h.  Layer L2. */
#include "guard_private.h"
#include "explain.h"

#include <apr_strings.h>
#include <http_core.h>

#include "../challenge/challenge.h"
#include "../checks/checks.h"
#include "../guard_request.h"
#include "../limits/limit_key.h"
#include "admin/host_find.h"

static int count_of(const apr_array_header_t *list)
{
    return list ? list->nelts : 0;
}

/* ---- its connection ---- */

static const char *word_of(const connections_look_t *look)
{
    return look->reason == CONNECTIONS_REASONS ? "pass"
           : look->log_only                    ? "log"
                                               : "refuse";
}

/* A new one, whatever port it comes to. */
static void explain_connection(explain_t *x, const guard_settings_t *settings)
{
    guard_verdict_t verdict = { .rule = "connections",
                                .where = guard_global->connections.where };
    connections_look_t look;
    address_t address;

    if (!limit_key_client(x->r, &address)) {
        return;
    }
    look = connections_look(settings, address);
    if (!look.is_looked_at) {
        return;
    }
    x->stage = "connection";
    explain_begin(x, "connections", word_of(&look));
    explain_member(x, "rule", verdict.rule);
    explain_member(x, "where", verdict.where);
    if (look.reason != CONNECTIONS_REASONS) {
        explain_member(x, "why", connections_reason_text(look.reason));
    }
    write_format(x->w, ", \"open\": %u, \"open_of_network\": %u",
                 look.of_address, look.of_network);
    explain_end(x, word_of(&look), &verdict);
}

/* ---- the checks of guard_check.c ---- */

static void explain_bots(explain_t *x, const guard_verdict_t *verdict)
{
    if (guard_request_of(x->r)->would_ask_dns) {
        explain_say(x, "bots", "later", NULL,
                    "DNS would be asked whether it is the bot that it says, "
                    "and was not",
                    NULL);
    }
    explain_step(x, "bots", verdict);
}

/* @return is the client's network allowed? */
static int explain_client(explain_t *x, const guard_settings_t *settings,
                          const guard_settings_t *before)
{
    guard_connection_t *known;
    guard_verdict_t verdict;
    address_t address;
    int allowed;

    if (!limit_key_client(x->r, &address)) {
        return 0;
    }
    known = guard_connection_of(x->r->connection, address);
    allowed = check_is_allowed(settings, known);
    guard_request_of(x->r)->is_allowed |= allowed;
    explain_say(x, "allowed", allowed ? "allowed" : "pass", NULL,
                allowed ? "bans, denied networks, bots, limits and logins say "
                          "nothing of it"
                        : NULL,
                NULL);
    if (allowed) {
        return 1;
    }
    if (!before) {
        verdict = check_bans(x->r, settings, known);
        explain_step(x, "bans", &verdict);
    }
    verdict = check_networks(x->r, settings,
                             before ? count_of(before->deny) : 0, known);
    explain_step(x, "denied", &verdict);
    return 0;
}

static void explain_checks(explain_t *x, const guard_settings_t *settings,
                           const guard_settings_t *before)
{
    int allowed = explain_client(x, settings, before);
    guard_verdict_t verdict;

    if (!before) {
        verdict = check_head(x->r, settings);
        explain_step(x, "head", &verdict);
    }
    verdict = check_bots(x->r, settings, before);
    if (!allowed) {
        explain_bots(x, &verdict);
        explain_limits(x, settings, before ? count_of(before->limits) : 0, 0);
        verdict = check_login(x->r, settings);
        explain_step(x, "login", &verdict);
    }
}

/* ---- credentials ---- */

static void explain_credentials(explain_t *x, const guard_settings_t *settings)
{
    const credential_settings_t *s = &settings->credentials;
    guard_request_t *known = guard_request_of(x->r);
    credential_result_t result;
    guard_verdict_t verdict = { 0 };
    const char *name;

    if (!s->rule || !s->rule->kinds) {
        return;
    }
    x->stage = "credentials";
    result = credentials_ask(x->r, s, &name);
    if (result.answer == CREDENTIAL_LATER) {
        explain_say(x, "credential", "later", name,
                    "the service would be asked, and was not", s->rule->where);
        return;
    }
    verdict.rule = name;
    verdict.why = result.why;
    verdict.where = s->rule->where;
    verdict.log_only = s->rule->log_only;
    if (result.answer != CREDENTIAL_GOOD) {
        verdict.status = result.status;
        explain_step(x, "credential", &verdict);
        return;
    }
    known->label = result.label;
    explain_say(x, "credential", "pass", name, result.label, s->rule->where);
}

/* ---- all ---- */

static int is_on(const guard_settings_t *settings)
{
    return settings->mode >= GUARD_DETECT;
}

static void explain_all(explain_t *x, stand_in_t *s)
{
    const guard_settings_t *host = guard_settings_of(s->r->per_dir_config);
    const guard_settings_t *place;

    explain_connection(x, host);
    x->stage = "host";
    challenge_take_cookie(s->r);
    if (is_on(host)) {
        explain_checks(x, host, NULL);
    }
    stand_in_walk(s);
    place = guard_settings_of(s->r->per_dir_config);
    explain_credentials(x, place);
    x->stage = "section";
    if (is_on(place) && place != host) {
        explain_checks(x, place, is_on(host) ? host : NULL);
    }
    x->stage = "late";
    if (is_on(place) && !guard_request_of(s->r)->is_allowed) {
        explain_limits(x, place, 0, 1);
    }
}

static const char *mode_name(const guard_settings_t *settings)
{
    return settings->mode == GUARD_ON       ? "On"
           : settings->mode == GUARD_DETECT ? "DetectOnly"
                                            : "Off";
}

static void write_member(writer_t *w, const char *name, const char *text)
{
    write_format(w, ", \"%s\": ", name);
    write_json(w, text);
}

static void write_begin(writer_t *w, const stand_in_t *s)
{
    const char *where = host_where(w->pool, s->r->server);

    write_text(w, "{\"request\": ");
    write_json(w, s->r->the_request);
    write_member(w, "host", host_name(w->pool, s->r->server));
    write_member(w, "defined_at", where ? where : "the main server");
    write_member(w, "client", s->r->useragent_ip);
    write_member(w, "guard",
                 mode_name(guard_settings_of(s->r->per_dir_config)));
    write_text(w, ", \"checks\": [");
}

static void write_end(writer_t *w, const explain_t *x, const stand_in_t *s)
{
    const guard_request_t *known = guard_request_of(s->r);

    write_text(w, "], \"decision\": ");
    write_json(w, x->decision);
    if (x->has_first) {
        write_format(w, ", \"first\": %d", x->first);
        write_member(w, "rule", x->by.rule ? x->by.rule : "");
        write_member(w, "where", x->by.where ? x->by.where : "RProxyGuard");
        if (x->by.status) { /* a connection has none */
            write_format(w, ", \"status\": %d", x->by.status);
        }
    }
    if (known->bot_class) {
        write_member(w, "bot", known->bot_class);
    }
    write_member(w, "section_guard",
                 mode_name(guard_settings_of(s->r->per_dir_config)));
    if (s->status != OK) {
        write_format(w, ", \"way_ends_with\": %d", s->status);
    }
    write_text(w, "}");
}

void explain(request_rec *r, const stand_in_order_t *order, writer_t *w)
{
    stand_in_t s;
    explain_t x = { .w = w, .decision = "pass" };

    stand_in_make(&s, r, order);
    x.r = s.r;
    guard_request_of(s.r)->is_asked_about = 1;
    write_begin(w, &s);
    explain_all(&x, &s);
    write_end(w, &x, &s);
}
