/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* config_option.h: key=value arguments of directives, and the sentences about
 * those that are wrong.  Layer L2; used while the configuration is read.
 *
 * Each error text names the directive, repeats the value and says what would
 * be right; httpd puts file and line before it. */
#ifndef RPROXY_CONFIG_OPTION_H
#define RPROXY_CONFIG_OPTION_H

#include <stddef.h>

#include <httpd.h>
#include <http_config.h>

typedef enum {
    OPTION_INT,  /* int: decimal digits */
    OPTION_SIZE, /* apr_off_t: bytes, or with k, m, g */
    OPTION_TIME, /* apr_interval_time_t: seconds, or with ms, s, mi(n), h */
    OPTION_FLAG, /* int: on or off */
    OPTION_WORD, /* const char *: letters, digits, '-', '.' and '_' */
    OPTION_TEXT  /* const char *: at least a character */
} option_kind_e;

/* One key of a directive.  A table of them ends with a NULL key. */
typedef struct {
    const char *key;
    option_kind_e kind;
    size_t offset;        /* of the field in the target struct */
    apr_int64_t min, max; /* whole seconds with OPTION_TIME */
} option_t;

#define OPTION_YEAR_S 31536000 /* no time or age longer than that */

/* Sets the field that argument ("key=value") names.
 * @return NULL or the error text */
const char *config_option_set(cmd_parms *cmd, const option_t *options,
                              void *target, const char *argument);

/* Sets one field from a value without a key. */
const char *config_option_value(cmd_parms *cmd, const option_t *option,
                                void *target, const char *value);

/* Is argument "key=value" with a key of lower-case letters and "-"?
 * @return 1 and both parts, the value without quotes around it */
int config_option_split(apr_pool_t *pool, const char *argument,
                        const char **key, const char **value);

/* "RProxyX: unknown key 'conect', did you mean 'connect'? Keys: ..."
 * @param kind what the word is: "key", "field", ...
 * @param words all that would be right, ending with NULL */
const char *config_option_unknown(cmd_parms *cmd, const char *kind,
                                  const char *word, const char *const *words);

/* The word that the given one was probably meant to be, or NULL. */
const char *config_option_nearest(const char *const *words, const char *word);

/* The position of word in words (without case), or -1. */
int config_option_find(const char *const *words, const char *word);

/* "RProxyX: 'value' is wrong: expected ..." */
const char *config_option_expected(cmd_parms *cmd, const char *value,
                                   const char *expected);

/* On or Off, in any case.  @return NULL and *flag, or the error text */
const char *config_option_flag(cmd_parms *cmd, const char *value, int *flag);

/* "file:line" of the directive being read. */
const char *config_option_where(cmd_parms *cmd);

#endif
