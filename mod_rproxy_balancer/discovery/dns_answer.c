/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_answer.c: see dns_answer.h.  Layer L0. */
#include "dns_answer.h"

#include <string.h>

enum {
    HEAD_SIZE = 12,
    QUESTION_SIZE = 4, /* behind its name */
    RECORD_SIZE = 10,  /* between its name and its data */
    SRV_SIZE = 6,      /* before its target */
    RCODE_NO_NAME = 3,
    TTL_MAX = 0x7fffffff /* RFC 2181, section 8: more is none */
};

typedef struct {
    const unsigned char *message;
    size_t len;
    size_t first; /* where its records begin */
    unsigned count;
} answer_t;

typedef struct {
    char owner[DNS_NAME_ROOM];
    unsigned type;
    uint32_t ttl_s;
    size_t data, data_len;
} row_t;

static unsigned two(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t ttl_of(const unsigned char *p)
{
    uint32_t ttl = (uint32_t)two(p) << 16 | two(p + 2);

    return ttl > TTL_MAX ? 0 : ttl;
}

/* @return 0: malformed */
static int read_row(const answer_t *a, size_t *at, row_t *row)
{
    const unsigned char *p;

    if (!dns_name_read(a->message, a->len, at, row->owner)
        || a->len - *at < RECORD_SIZE) {
        return 0;
    }
    p = a->message + *at;
    row->type = two(p) | (two(p + 2) == 1 ? 0 : 0x10000); /* class: Internet */
    row->ttl_s = ttl_of(p + 4);
    row->data = *at + RECORD_SIZE;
    row->data_len = two(p + 8);
    if (row->data_len > a->len - row->data) {
        return 0;
    }
    *at = row->data + row->data_len;
    return 1;
}

/* @return 0: malformed */
static int read_record(const answer_t *a, const row_t *row,
                       dns_record_t *record)
{
    const unsigned char *p = a->message + row->data;
    size_t size = row->type == DNS_TYPE_A ? 4 : 16;
    size_t at = row->data + SRV_SIZE;

    if (row->type != DNS_TYPE_SRV) {
        memcpy(record->address, p, row->data_len == size ? size : 0);
        return row->data_len == size;
    }
    if (row->data_len <= SRV_SIZE) {
        return 0;
    }
    record->priority = (uint16_t)two(p);
    record->weight = (uint16_t)two(p + 2);
    record->port = (uint16_t)two(p + 4);
    return dns_name_read(a->message, a->len, &at, record->target)
           && at == row->data + row->data_len;
}

static void use_ttl(uint32_t *ttl_s, uint32_t of_row)
{
    *ttl_s = of_row < *ttl_s ? of_row : *ttl_s;
}

/* One pass: the records of that owner, or where its alias leads, in name.
 * @return DNS_EMPTY: neither; DNS_LOOP: an alias */
static dns_answer_e look(const answer_t *a, unsigned type,
                         char name[DNS_NAME_ROOM], dns_take_fn *take, void *ctx,
                         uint32_t *ttl_s)
{
    char alias[DNS_NAME_ROOM];
    dns_answer_e result = DNS_EMPTY;
    size_t at = a->first;
    dns_record_t record;
    unsigned i;
    row_t row;

    memset(&record, 0, sizeof(record));
    for (i = 0; i < a->count; i++) {
        if (!read_row(a, &at, &row)) {
            return DNS_BROKEN;
        }
        if (strcmp(row.owner, name) != 0) {
            continue;
        }
        if (row.type == type) {
            if (!read_record(a, &row, &record)) {
                return DNS_BROKEN;
            }
            take(ctx, &record);
            use_ttl(ttl_s, row.ttl_s);
            result = DNS_FOUND;
        }
        else if (row.type == DNS_TYPE_CNAME && result == DNS_EMPTY) {
            if (!dns_name_read(a->message, a->len, &row.data, alias)) {
                return DNS_BROKEN;
            }
            use_ttl(ttl_s, row.ttl_s);
            result = DNS_LOOP;
        }
    }
    if (result == DNS_LOOP) {
        memcpy(name, alias, sizeof(alias));
    }
    return result;
}

/* The question's name.  @return 0: it has not exactly one */
static int open_answer(const unsigned char *message, size_t len, answer_t *a,
                       char name[DNS_NAME_ROOM])
{
    size_t at = HEAD_SIZE;

    if (len < HEAD_SIZE || two(message + 4) != 1
        || !dns_name_read(message, len, &at, name)
        || len - at < QUESTION_SIZE) {
        return 0;
    }
    a->message = message;
    a->len = len;
    a->first = at + QUESTION_SIZE;
    a->count = two(message + 6);
    return 1;
}

dns_answer_e dns_answer_read(const unsigned char *message, size_t len,
                             uint16_t type, dns_take_fn *take, void *ctx,
                             uint32_t *ttl_s)
{
    char name[DNS_NAME_ROOM];
    dns_answer_e result = DNS_LOOP;
    answer_t a;
    unsigned rcode;
    int i;

    if (!open_answer(message, len, &a, name)) {
        return DNS_BROKEN;
    }
    rcode = message[3] & 0x0f;
    if (rcode) {
        return rcode == RCODE_NO_NAME ? DNS_NO_NAME : DNS_REFUSED;
    }
    for (i = 0; i <= DNS_ALIASES_MAX && result == DNS_LOOP; i++) {
        result = look(&a, type, name, take, ctx, ttl_s);
    }
    return result;
}

const char *dns_answer_text(dns_answer_e answer)
{
    static const char *const texts[] = {
#define X(id, text) text,
        DNS_ANSWERS(X)
#undef X
    };
    return texts[answer];
}
