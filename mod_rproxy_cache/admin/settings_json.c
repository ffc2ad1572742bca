/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* settings_json.c: see settings_json.h.  Layer L2. */
#include "settings_json.h"

void settings_json_rule(writer_t *w, const char *text, const char *where)
{
    write_text(w, "{\"rule\": ");
    write_json(w, text);
    write_text(w, ", \"where\": ");
    write_json(w, where);
    write_text(w, "}");
}

static void write_rules(writer_t *w, const char *name,
                        const apr_array_header_t *rules)
{
    int i;

    write_format(w, ", \"%s\": [", name);
    for (i = 0; rules && i < rules->nelts; i++) {
        const cache_rule_t *rule = &APR_ARRAY_IDX(rules, i, cache_rule_t);
        write_text(w, i ? ", " : "");
        settings_json_rule(w, rule->text, rule->where);
    }
    write_text(w, "]");
}

/* Of those numbers that a line of the configuration has set. */
static void write_where(writer_t *w, const cache_settings_t *s)
{
    static const char *const names[] = {
#define X(field) #field,
        CACHE_SETTINGS_NUMBERS(X)
#undef X
    };
    const char *comma = "";
    int i;

    write_text(w, ", \"where\": {");
    for (i = 0; i < CACHE_NUMBERS; i++) {
        if (s->where[i]) {
            write_format(w, "%s\"%s\": ", comma, names[i]);
            write_json(w, s->where[i]);
            comma = ", ";
        }
    }
    write_text(w, "}");
}

void settings_json(writer_t *w, const cache_request_t *q, settings_of_e of)
{
    static const char *const names[] = {
        "virtual host", "<Location>", "<Directory>, <Files>, <If> or .htaccess"
    };
    const cache_settings_t *s = q->settings;

    write_format(w, ", \"settings\": {\"of\": \"%s\"", names[of]);
#define X(field)                         \
    write_text(w, ", \"" #field "\": "); \
    write_number(w, CACHE_SETTING(s, field));
    CACHE_SETTINGS_NUMBERS(X)
#undef X
    write_rules(w, "bypass", s->bypass);
    write_rules(w, "no_store", s->no_store);
    write_rules(w, "key_parts", s->key_parts);
    write_where(w, s);
    write_text(w, "}");
}

static const char *first_of(const apr_array_header_t *rules,
                            const apr_array_header_t *of_host)
{
    return rules && rules != of_host && rules->nelts
               ? APR_ARRAY_IDX(rules, 0, cache_rule_t).where
               : NULL;
}

const char *settings_json_section(const cache_request_t *q)
{
    const cache_settings_t *host = cache_settings_of_server(q->r->server);
    const cache_settings_t *s = q->settings;
    const char *where = NULL;
    int i;

    for (i = 0; i < CACHE_NUMBERS && !where; i++) {
        where = s->where[i] != host->where[i] ? s->where[i] : NULL;
    }
    where = where ? where : first_of(s->bypass, host->bypass);
    where = where ? where : first_of(s->no_store, host->no_store);
    return where ? where : first_of(s->key_parts, host->key_parts);
}
