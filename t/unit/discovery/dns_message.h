/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_message.h: writes DNS messages for tests. */
#ifndef T_UNIT_DNS_MESSAGE_H
#define T_UNIT_DNS_MESSAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    unsigned char bytes[65536];
    size_t len;
} dns_message_t;

static inline void dns_put(dns_message_t *m, const void *bytes, size_t len)
{
    if (len > sizeof(m->bytes) - m->len) {
        abort();
    }
    memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

static inline void dns_put_two(dns_message_t *m, unsigned n)
{
    unsigned char two[2] = { (unsigned char)(n >> 8), (unsigned char)n };

    dns_put(m, two, 2);
}

/* "a.b" as labels; "" is the root; "@N" a pointer to N. */
static inline void dns_put_name(dns_message_t *m, const char *name)
{
    if (*name == '@') {
        dns_put_two(m, 0xc000u | (unsigned)atoi(name + 1));
        return;
    }
    while (*name) {
        size_t len = strcspn(name, ".");
        unsigned char size = (unsigned char)len;

        dns_put(m, &size, 1);
        dns_put(m, name, len);
        name += len + (name[len] == '.');
    }
    dns_put(m, "", 1);
}

/* The head and the question; the name stands at 12. */
static inline void dns_begin(dns_message_t *m, unsigned rcode, unsigned answers,
                             const char *name, unsigned type)
{
    m->len = 0;
    dns_put_two(m, 0x1234);
    dns_put_two(m, 0x8180 | rcode);
    dns_put_two(m, 1);
    dns_put_two(m, answers);
    dns_put_two(m, 0);
    dns_put_two(m, 0);
    dns_put_name(m, name);
    dns_put_two(m, type);
    dns_put_two(m, 1);
}

static inline void dns_put_row(dns_message_t *m, const char *owner,
                               unsigned type, unsigned ttl, const void *data,
                               size_t len)
{
    dns_put_name(m, owner);
    dns_put_two(m, type);
    dns_put_two(m, 1);
    dns_put_two(m, ttl >> 16);
    dns_put_two(m, ttl & 0xffff);
    dns_put_two(m, (unsigned)len);
    dns_put(m, data, len);
}

static inline void dns_put_a(dns_message_t *m, const char *owner, unsigned ttl,
                             unsigned last_byte)
{
    unsigned char address[4] = { 10, 0, 0, (unsigned char)last_byte };

    dns_put_row(m, owner, 1, ttl, address, 4);
}

static inline void dns_put_alias(dns_message_t *m, const char *owner,
                                 unsigned ttl, const char *to)
{
    dns_message_t data = { .len = 0 };

    dns_put_name(&data, to);
    dns_put_row(m, owner, 5, ttl, data.bytes, data.len);
}

static inline void dns_put_srv(dns_message_t *m, const char *owner,
                               unsigned ttl, unsigned priority, unsigned weight,
                               unsigned port, const char *target)
{
    dns_message_t data = { .len = 0 };

    dns_put_two(&data, priority);
    dns_put_two(&data, weight);
    dns_put_two(&data, port);
    dns_put_name(&data, target);
    dns_put_row(m, owner, 33, ttl, data.bytes, data.len);
}

#endif
