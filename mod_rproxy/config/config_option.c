/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_option.c: values with units, keys with suggestions.  Layer L2. */
#include "config_option.h"

#include <apr_lib.h>
#include <apr_strings.h>

#define MAX_WORD 32 /* longer words are compared by their begin */

const char *config_option_where(cmd_parms *cmd)
{
    return apr_psprintf(cmd->pool, "%s:%d", cmd->directive->filename,
                        cmd->directive->line_num);
}

const char *config_option_expected(cmd_parms *cmd, const char *value,
                                   const char *expected)
{
    return apr_psprintf(cmd->pool, "%s: '%s' is wrong: expected %s",
                        cmd->cmd->name, value, expected);
}

int config_option_find(const char *const *words, const char *word)
{
    int i;

    for (i = 0; words[i]; i++) {
        if (ap_cstr_casecmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

/* Levenshtein's distance, one row at a time. */
static int distance(const char *a, const char *b)
{
    int row[MAX_WORD + 1];
    int i, j, len_b = (int)strlen(b);

    len_b = len_b < MAX_WORD ? len_b : MAX_WORD;
    for (j = 0; j <= len_b; j++) {
        row[j] = j;
    }
    for (i = 0; i < MAX_WORD && a[i]; i++) {
        int diagonal = row[0];

        row[0] = i + 1;
        for (j = 1; j <= len_b; j++) {
            int replaced =
                diagonal + (apr_tolower(a[i]) != apr_tolower(b[j - 1]));
            int shifted = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);

            diagonal = row[j];
            row[j] = replaced < shifted ? replaced : shifted;
        }
    }
    return row[len_b];
}

const char *config_option_nearest(const char *const *words, const char *word)
{
    const char *best = NULL;
    int best_distance = (int)strlen(word) / 2 + 1;

    for (; *words; words++) {
        int d = distance(word, *words);

        if (d < best_distance) {
            best_distance = d;
            best = *words;
        }
    }
    return best;
}

static const char *join(apr_pool_t *pool, const char *const *words)
{
    const char *list = *words;

    while (*++words) {
        list = apr_pstrcat(pool, list, ", ", *words, NULL);
    }
    return list;
}

const char *config_option_unknown(cmd_parms *cmd, const char *kind,
                                  const char *word, const char *const *words)
{
    const char *best = config_option_nearest(words, word);

    return apr_psprintf(cmd->pool, "%s: unknown %s '%s'%s%s%s (known: %s)",
                        cmd->cmd->name, kind, word,
                        best ? ", did you mean '" : "", best ? best : "",
                        best ? "'?" : "", join(cmd->pool, words));
}

/* httpd takes quotes off a whole argument only. */
static const char *without_quotes(apr_pool_t *pool, const char *value)
{
    apr_size_t len = strlen(value);

    return len >= 2 && value[0] == '"' && value[len - 1] == '"'
               ? apr_pstrmemdup(pool, value + 1, len - 2)
               : value;
}

int config_option_split(apr_pool_t *pool, const char *argument,
                        const char **key, const char **value)
{
    const char *c = argument;

    while (apr_islower(*c) || (*c == '-' && c > argument)) {
        c++;
    }
    if (c == argument || *c != '=') {
        return 0;
    }
    *key = apr_pstrmemdup(pool, argument, (apr_size_t)(c - argument));
    *value = without_quotes(pool, c + 1);
    return 1;
}

const char *config_option_flag(cmd_parms *cmd, const char *value, int *flag)
{
    static const char *const words[] = { "off", "on", NULL };
    int found = config_option_find(words, value);

    if (found < 0) {
        return config_option_expected(cmd, value, "On or Off");
    }
    *flag = found;
    return NULL;
}

static const char *set_text(cmd_parms *cmd, const char *value,
                            const char **field)
{
    if (!*value) {
        return config_option_expected(cmd, value, "some text");
    }
    *field = apr_pstrdup(cmd->pool, value);
    return NULL;
}

static const char *set_word(cmd_parms *cmd, const char *value,
                            const char **field)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-._"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    if (!*value || value[strspn(value, allowed)]) {
        return config_option_expected(cmd, value,
                                      "a word of letters, digits, '-', '.' "
                                      "and '_'");
    }
    *field = apr_pstrdup(cmd->pool, value);
    return NULL;
}

/* Digits, then an optional unit where that is allowed.  @return 1 when good */
static int parse_number(const char *value, int with_unit, apr_int64_t *out)
{
    static const char units[] = "kmg";
    apr_int64_t number;
    const char *unit;
    char *end;
    int shift = 0;

    if (!apr_isdigit(*value)) {
        return 0;
    }
    errno = 0;
    number = apr_strtoi64(value, &end, 10);
    if (errno) {
        return 0;
    }
    if (with_unit && *end && (unit = strchr(units, apr_tolower(*end)))) {
        shift = 10 * (int)(unit - units + 1);
        end++;
    }
    if (*end || number > (APR_INT64_MAX >> shift)) {
        return 0;
    }
    *out = number << shift;
    return 1;
}

static int parse_time(const char *value, apr_int64_t *out)
{
    apr_interval_time_t time;

    if (!apr_isdigit(*value)
        || ap_timeout_parameter_parse(value, &time, "s") != APR_SUCCESS) {
        return 0;
    }
    *out = time;
    return 1;
}

static const char *out_of_range(cmd_parms *cmd, const option_t *option,
                                const char *value)
{
    static const char *const what[] = { "a whole number", "a size in bytes",
                                        "a time in seconds", "on or off" };
    static const char *const example[] = {
        "", " (or with k, m or g, like 64k)",
        " (or with a unit, like 500ms, 30s, 5min or 1h)", ""
    };

    return apr_psprintf(cmd->pool,
                        "%s: '%s%s%s' is wrong: expected %s from "
                        "%" APR_INT64_T_FMT " to %" APR_INT64_T_FMT "%s",
                        cmd->cmd->name, option->key ? option->key : "",
                        option->key ? "=" : "", value, what[option->kind],
                        option->min, option->max, example[option->kind]);
}

const char *config_option_value(cmd_parms *cmd, const option_t *option,
                                void *target, const char *value)
{
    void *field = (char *)target + option->offset;
    apr_int64_t number = 0;
    apr_int64_t scale = option->kind == OPTION_TIME ? APR_USEC_PER_SEC : 1;
    int good;

    if (option->kind == OPTION_FLAG) {
        return config_option_flag(cmd, value, field);
    }
    if (option->kind == OPTION_WORD) {
        return set_word(cmd, value, field);
    }
    if (option->kind == OPTION_TEXT) {
        return set_text(cmd, value, field);
    }
    good = option->kind == OPTION_TIME
               ? parse_time(value, &number)
               : parse_number(value, option->kind == OPTION_SIZE, &number);
    if (!good || number < option->min * scale || number > option->max * scale) {
        return out_of_range(cmd, option, value);
    }
    if (option->kind == OPTION_INT) {
        *(int *)field = (int)number;
    }
    else if (option->kind == OPTION_SIZE) {
        *(apr_off_t *)field = (apr_off_t)number;
    }
    else {
        *(apr_interval_time_t *)field = (apr_interval_time_t)number;
    }
    return NULL;
}

const char *config_option_set(cmd_parms *cmd, const option_t *options,
                              void *target, const char *argument)
{
    apr_array_header_t *names = apr_array_make(cmd->pool, 8, sizeof(char *));
    const char *key, *value;
    const option_t *o;

    if (!config_option_split(cmd->pool, argument, &key, &value)) {
        return config_option_expected(cmd, argument, "key=value");
    }
    for (o = options; o->key; o++) {
        if (strcmp(o->key, key) == 0) {
            return config_option_value(cmd, o, target, value);
        }
        APR_ARRAY_PUSH(names, const char *) = o->key;
    }
    APR_ARRAY_PUSH(names, const char *) = NULL;
    return config_option_unknown(cmd, "key", key,
                                 (const char *const *)names->elts);
}
