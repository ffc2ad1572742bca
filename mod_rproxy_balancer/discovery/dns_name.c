/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_name.c: see dns_name.h.  Layer L0. */
#include "dns_name.h"

#include <string.h>

enum {
    LABEL_MAX = 63,
    POINTER = 0xc0
};

static char as_text(unsigned char byte)
{
    if (byte >= 'A' && byte <= 'Z') {
        return (char)(byte | 0x20);
    }
    if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')
        || byte == '-' || byte == '_') {
        return (char)byte;
    }
    return '?';
}

/* Adds a label behind those of before.  @return the new length, 0: too long */
static size_t add_label(char *name, size_t name_len, const unsigned char *label,
                        size_t len)
{
    size_t i;

    if (name_len + (name_len > 0) + len >= DNS_NAME_ROOM) {
        return 0;
    }
    if (name_len) {
        name[name_len++] = '.';
    }
    for (i = 0; i < len; i++) {
        name[name_len++] = as_text(label[i]);
    }
    return name_len;
}

/* Each pointer leads to before the place the last one led to, so there is an
 * end. */
int dns_name_read(const unsigned char *message, size_t len, size_t *at,
                  char name[DNS_NAME_ROOM])
{
    size_t i = *at, first = *at, name_len = 0, behind = 0;

    while (i < len && message[i]) {
        size_t n = message[i];

        if (n >= POINTER) {
            if (len - i < 2) {
                return 0;
            }
            behind = behind ? behind : i + 2;
            i = (n - POINTER) << 8 | message[i + 1];
            if (i >= first) {
                return 0;
            }
            first = i;
            continue;
        }
        if (n > LABEL_MAX || n >= len - i) {
            return 0;
        }
        name_len = add_label(name, name_len, message + i + 1, n);
        if (!name_len) {
            return 0;
        }
        i += n + 1;
    }
    if (i >= len) {
        return 0;
    }
    name[name_len] = '\0';
    *at = behind ? behind : i + 1;
    return 1;
}

int dns_name_is_host(const char *name)
{
    return *name && !strchr(name, '?');
}
