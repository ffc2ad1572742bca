/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* json_check.h: is a text JSON (RFC 8259)?  For tests of what writes it. */
#ifndef T_UNIT_STATUS_JSON_CHECK_H
#define T_UNIT_STATUS_JSON_CHECK_H

#include <stdbool.h>
#include <string.h>

/* Each takes one thing off the text.  @return false when it is not there */
static bool json_value(const char **p);

static bool json_char(const char **p, char c)
{
    while (**p == ' ' || **p == '\n') {
        (*p)++;
    }
    if (**p != c) {
        return false;
    }
    (*p)++;
    return true;
}

/* @return the length of the character at p, 0 if it may not stand there */
static size_t json_character(const char *p)
{
    static const char hex[] = "0123456789abcdefABCDEF";

    if (*p != '\\') {
        return (unsigned char)*p >= 0x20;
    }
    if (p[1] == 'u') {
        return strspn(p + 2, hex) >= 4 ? 6 : 0;
    }
    return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
}

static bool json_string(const char **p)
{
    size_t n = 1;

    if (!json_char(p, '"')) {
        return false;
    }
    while (**p != '"' && n) {
        n = json_character(*p);
        *p += n;
    }
    *p += n > 0;
    return n > 0;
}

/* A number as the status has it: no exponent. */
static bool json_number(const char **p)
{
    size_t n;

    *p += **p == '-';
    n = strspn(*p, "0123456789");
    if (!n || (n > 1 && **p == '0')) {
        return false;
    }
    *p += n;
    if (**p == '.') {
        n = strspn(*p + 1, "0123456789");
        *p += n + 1;
    }
    return n > 0;
}

static bool json_list(const char **p, char end, bool named)
{
    if (json_char(p, end)) {
        return true;
    }
    do {
        if (named && (!json_string(p) || !json_char(p, ':'))) {
            return false;
        }
        if (!json_value(p)) {
            return false;
        }
    } while (json_char(p, ','));
    return json_char(p, end);
}

static bool json_value(const char **p)
{
    static const char *const words[] = { "true", "false", "null" };
    size_t i;

    if (json_char(p, '{')) {
        return json_list(p, '}', true);
    }
    if (json_char(p, '[')) {
        return json_list(p, ']', false);
    }
    for (i = 0; i < 3; i++) {
        size_t len = strlen(words[i]);

        if (strncmp(*p, words[i], len) == 0) {
            *p += len;
            return true;
        }
    }
    return **p == '"' ? json_string(p) : json_number(p);
}

/* @return where it stops being JSON, NULL when all of it is */
static inline const char *json_error(const char *text)
{
    const char *p = text;

    return json_value(&p) && (json_char(&p, '\0') || !*p) ? NULL : p;
}

#endif
