/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* entry_json.c: see entry_json.h.  Layer L1. */
#include "entry_json.h"

#ifdef HAVE_JANSSON

#include <string.h>

#include <apr_lib.h>
#include <apr_strings.h>

#define CONNECTIONS_MAX 1000000
#define SLOW_START_MAX_S 31536000

/* As words of directives are. */
static int is_word(const char *text)
{
    while (apr_isalnum(*text) || (*text && strchr("-._", *text))) {
        text++;
    }
    return !*text;
}

static const char *read_word(const json_t *object, const char *name, char *to,
                             apr_pool_t *pool)
{
    const char *text;
    const char *fault = json_read_text(object, name, &text, pool);

    if (fault || !text) {
        return fault;
    }
    if (!is_word(text) || strlen(text) >= ROSTER_NAME) {
        return apr_psprintf(pool,
                            "\"%s\": '%.80s' is wrong: expected at most %d "
                            "letters, digits, '-', '.' and '_'",
                            name, text, ROSTER_NAME - 1);
    }
    apr_cpystrn(to, text, ROSTER_NAME);
    return NULL;
}

static const char *read_number(const json_t *object, const char *name, int most,
                               int *to, apr_pool_t *pool)
{
    int64_t number = *to;
    const char *fault = json_read_number(object, name, 0, most, &number, pool);

    *to = (int)number;
    return fault;
}

const char *entry_json_read(const json_t *object, roster_entry_t *entry,
                            apr_pool_t *pool)
{
    int slow_start_s = 0;
    const char *fault;

    entry->weight = 1;
    fault =
        read_number(object, "weight", MEMBER_WEIGHT_MAX, &entry->weight, pool);
    fault =
        fault ? fault : json_read_flag(object, "backup", &entry->backup, pool);
    fault = fault ? fault
                  : read_number(object, "tier", MEMBER_TIERS - 1, &entry->tier,
                                pool);
    fault = fault ? fault : read_word(object, "zone", entry->zone, pool);
    fault = fault ? fault : read_word(object, "group", entry->group, pool);
    fault = fault ? fault : read_word(object, "route", entry->route, pool);
    fault = fault ? fault
                  : read_number(object, "max_connections", CONNECTIONS_MAX,
                                &entry->max_connections, pool);
    fault = fault ? fault
                  : read_number(object, "slow_start_s", SLOW_START_MAX_S,
                                &slow_start_s, pool);
    entry->slow_start_us = (int64_t)slow_start_s * 1000000;
    return fault;
}

/* It can stand in a line of httpd.conf as it is. */
static int is_plain(const char *text)
{
    while ((unsigned char)*text > ' ' && !strchr("\"'\\\x7f", *text)) {
        text++;
    }
    return !*text;
}

const char *entry_json_url(const json_t *object, roster_entry_t *entry,
                           apr_pool_t *pool)
{
    const char *url;
    const char *fault = json_read_text(object, "url", &url, pool);

    if (fault) {
        return fault;
    }
    if (!url) {
        return "\"url\" is missing: expected one such as "
               "\"http://127.0.0.1:3000\"";
    }
    if (strlen(url) >= ROSTER_URL) {
        return apr_psprintf(pool, "\"url\" is longer than %d characters",
                            ROSTER_URL - 1);
    }
    if (!is_plain(url)) {
        return "\"url\" has a blank, a quote, a backslash or a control "
               "character in it";
    }
    apr_cpystrn(entry->url, url, ROSTER_URL);
    return NULL;
}

static void set_word(json_t *object, const char *name, const char *text)
{
    if (*text) {
        json_object_set_new(object, name, json_string(text));
    }
}

static void set_number(json_t *object, const char *name, int64_t n,
                       int64_t normal)
{
    if (n != normal) {
        json_object_set_new(object, name, json_integer(n));
    }
}

void entry_json_write(json_t *object, const roster_entry_t *entry)
{
    set_number(object, "weight", entry->weight, 1);
    if (entry->backup) {
        json_object_set_new(object, "backup", json_true());
    }
    set_number(object, "tier", entry->tier, 0);
    set_word(object, "zone", entry->zone);
    set_word(object, "group", entry->group);
    set_word(object, "route", entry->route);
    set_number(object, "max_connections", entry->max_connections, 0);
    set_number(object, "slow_start_s",
               (entry->slow_start_us + 999999) / 1000000, 0);
}

#endif
