/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* dns_answer_test.c: names and answers, good and malformed ones.  RFC 1035. */
#include "unit.h"
#include "guard_page.h"

#include "discovery/dns_name.c"
#include "discovery/dns_answer.c"
#include "dns_message.h"

/* ---- names ---- */

#define L63 "123456789012345678901234567890123456789012345678901234567890123"

typedef struct {
    const char *name;
    const char *bytes;
    size_t len, at;
    const char *expect; /* NULL: refused */
    size_t behind;
} name_case_t;

#define BYTES(s) (s), sizeof(s) - 1

static const name_case_t name_cases[] = {
    { "labels", BYTES("\3www\2ex\0"), 0, "www.ex", 8 },
    { "in lower case", BYTES("\3WwW\0"), 0, "www", 5 },
    { "the root", BYTES("\0"), 0, "", 1 },
    { "what no host has", BYTES("\3a.b\2\xff*\0"), 0, "a?b.??", 8 },
    { "a pointer behind a label", BYTES("\2ex\0\3www\xc0\0"), 4, "www.ex", 10 },
    { "two pointers", BYTES("\1a\0\1b\xc0\0\xc0\3"), 7, "b.a", 9 },
    { "a pointer to itself", BYTES("\xc0\0"), 0, NULL, 0 },
    { "a pointer forward", BYTES("\xc0\2\1a\0"), 0, NULL, 0 },
    { "pointers in a circle", BYTES("\1a\xc0\4\1b\xc0\0"), 4, NULL, 0 },
    { "half a pointer", BYTES("\1a\xc0"), 0, NULL, 0 },
    { "a label that leaves the message", BYTES("\3ab"), 0, NULL, 0 },
    { "no end", BYTES("\1a"), 0, NULL, 0 },
    { "nothing at all", BYTES(""), 0, NULL, 0 },
    { "a label of 64", BYTES("\x40" L63 "4\0"), 0, NULL, 0 },
};

static void check_name(void **state)
{
    const name_case_t *row = *state;
    char name[DNS_NAME_ROOM];
    size_t at = row->at;
    guard_page_t guard;
    int good;

    guard_page_open(&guard, row->len);
    good = dns_name_read((unsigned char *)guard_page_put(&guard, row->bytes,
                                                         row->len),
                         row->len, &at, name);
    assert_int_equal(good, row->expect != NULL);
    if (good) {
        assert_string_equal(name, row->expect);
        assert_int_equal(at, row->behind);
    }
    guard_page_close(&guard);
}

static void check_longest_name(void **state)
{
    unsigned char message[300];
    char name[DNS_NAME_ROOM];
    size_t at = 0;
    int i;

    for (i = 0; i < 254; i += 2) { /* 127 labels of a byte: 253 as text */
        message[i] = 1;
        message[i + 1] = 'a';
    }
    message[254] = 0;
    assert_true(dns_name_read(message, 255, &at, name));
    assert_int_equal(strlen(name), 253);
    message[254] = 1;
    message[255] = 'a';
    message[256] = 0;
    at = 0;
    assert_false(dns_name_read(message, 257, &at, name));
}

static void check_hosts(void **state)
{
    assert_true(dns_name_is_host("a-1.b_c"));
    assert_false(dns_name_is_host(""));
    assert_false(dns_name_is_host("a?b"));
}

/* ---- answers ---- */

static void note(void *ctx, const dns_record_t *record)
{
    unit_text_t *seen = ctx;

    if (record->port) {
        unit_text_add(seen, "%u/%u/%u/%s ", record->priority, record->weight,
                      record->port, record->target);
    }
    else {
        unit_text_add(seen, "%u ", record->address[3]);
    }
}

static dns_answer_e read_it(const dns_message_t *m, unsigned type,
                            unit_text_t *seen, uint32_t *ttl)
{
    guard_page_t guard;
    dns_answer_e result;

    *ttl = 1000000;
    seen->len = 0;
    seen->text[0] = '\0';
    guard_page_open(&guard, m->len);
    result = dns_answer_read((unsigned char *)guard_page_put(&guard, m->bytes,
                                                             m->len),
                             m->len, (uint16_t)type, note, seen, ttl);
    guard_page_close(&guard);
    return result;
}

static void check_addresses(void **state)
{
    dns_message_t m;
    unit_text_t seen;
    uint32_t ttl;

    dns_begin(&m, 0, 4, "app.example", DNS_TYPE_A);
    dns_put_a(&m, "@12", 60, 1);
    dns_put_a(&m, "APP.example", 30, 2);
    dns_put_a(&m, "other.example", 1, 3);
    dns_put_row(&m, "@12", DNS_TYPE_AAAA, 1, "0123456789abcdef", 16);
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_FOUND);
    assert_string_equal(seen.text, "1 2 ");
    assert_int_equal(ttl, 30);
    assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_EMPTY);
    assert_int_equal(ttl, 1000000);
}

static void check_services(void **state)
{
    dns_message_t m;
    unit_text_t seen;
    uint32_t ttl;

    dns_begin(&m, 0, 2, "_http._tcp.app.example", DNS_TYPE_SRV);
    dns_put_srv(&m, "@12", 5, 10, 3, 8080, "a.example");
    dns_put_srv(&m, "@12", 0x80000001, 20, 65535, 65535, "");
    assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_FOUND);
    assert_string_equal(seen.text, "10/3/8080/a.example 20/65535/65535/ ");
    assert_int_equal(ttl, 0);
}

static void check_aliases(void **state)
{
    dns_message_t m;
    unit_text_t seen;
    uint32_t ttl;

    dns_begin(&m, 0, 4, "app.example", DNS_TYPE_A);
    dns_put_a(&m, "c.example", 60, 1); /* order means nothing */
    dns_put_alias(&m, "b.example", 50, "c.example");
    dns_put_alias(&m, "@12", 20, "b.example");
    dns_put_alias(&m, "@12", 1, "elsewhere.example");
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_FOUND);
    assert_string_equal(seen.text, "1 ");
    assert_int_equal(ttl, 20);

    dns_begin(&m, 0, 1, "app.example", DNS_TYPE_A);
    dns_put_alias(&m, "@12", 20, "b.example");
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_EMPTY);

    dns_begin(&m, 0, 2, "app.example", DNS_TYPE_A);
    dns_put_alias(&m, "@12", 20, "b.example");
    dns_put_alias(&m, "b.example", 20, "@12");
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_LOOP);
}

/* As many aliases as are followed, and one more. */
static void check_many_aliases(void **state)
{
    int n, i;

    for (n = DNS_ALIASES_MAX; n <= DNS_ALIASES_MAX + 1; n++) {
        char from[16], to[16];
        dns_message_t m;
        unit_text_t seen;
        uint32_t ttl;

        dns_begin(&m, 0, (unsigned)n + 1, "n0", DNS_TYPE_A);
        for (i = 0; i < n; i++) {
            snprintf(from, sizeof(from), "n%d", i);
            snprintf(to, sizeof(to), "n%d", i + 1);
            dns_put_alias(&m, from, 9, to);
        }
        dns_put_a(&m, to, 9, 7);
        assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl),
                         n == DNS_ALIASES_MAX ? DNS_FOUND : DNS_LOOP);
    }
}

static void check_codes(void **state)
{
    static const dns_answer_e expect[] = { DNS_EMPTY,   DNS_REFUSED,
                                           DNS_REFUSED, DNS_NO_NAME,
                                           DNS_REFUSED, DNS_REFUSED };
    unit_text_t seen;
    dns_message_t m;
    uint32_t ttl;
    unsigned i;

    for (i = 0; i < UNIT_COUNT(expect); i++) {
        dns_begin(&m, i, 0, "app.example", DNS_TYPE_A);
        assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), expect[i]);
    }
}

/* Every beginning of a good answer is malformed, with no byte read behind. */
static void check_cut(void **state)
{
    dns_message_t m;
    unit_text_t seen;
    uint32_t ttl;
    size_t whole;

    dns_begin(&m, 0, 3, "app.example", DNS_TYPE_SRV);
    dns_put_alias(&m, "@12", 20, "b.example");
    dns_put_a(&m, "b.example", 60, 1);
    dns_put_srv(&m, "b.example", 5, 10, 3, 8080, "a.example");
    whole = m.len;
    assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_FOUND);
    for (m.len = 0; m.len < whole; m.len++) {
        assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_BROKEN);
    }
}

static void check_sizes(void **state)
{
    dns_message_t m;
    unit_text_t seen;
    uint32_t ttl;

    dns_begin(&m, 0, 1, "app.example", DNS_TYPE_A);
    dns_put_row(&m, "@12", DNS_TYPE_A, 1, "12345", 5);
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_BROKEN);
    dns_begin(&m, 0, 1, "app.example", DNS_TYPE_AAAA);
    dns_put_row(&m, "@12", DNS_TYPE_AAAA, 1, "1234", 4);
    assert_int_equal(read_it(&m, DNS_TYPE_AAAA, &seen, &ttl), DNS_BROKEN);
    dns_begin(&m, 0, 1, "app.example", DNS_TYPE_SRV);
    dns_put_row(&m, "@12", DNS_TYPE_SRV, 1, "123456", 6);
    assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_BROKEN);
    dns_begin(&m, 0, 1, "app.example", DNS_TYPE_SRV);
    dns_put_row(&m, "@12", DNS_TYPE_SRV, 1, "123456\1a\0x", 10);
    assert_int_equal(read_it(&m, DNS_TYPE_SRV, &seen, &ttl), DNS_BROKEN);
    dns_begin(&m, 0, 0, "app.example", DNS_TYPE_A);
    m.bytes[5] = 2; /* two questions */
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_BROKEN);
    dns_begin(&m, 0, 65535, "app.example", DNS_TYPE_A); /* and no record */
    assert_int_equal(read_it(&m, DNS_TYPE_A, &seen, &ttl), DNS_BROKEN);
}

static void count(void *ctx, const dns_record_t *record)
{
    ++*(int *)ctx;
}

/* As many as a message can hold. */
static void check_full(void **state)
{
    static dns_message_t m;
    unsigned rows = 0;
    uint32_t ttl = 9;
    int n = 0;

    dns_begin(&m, 0, 0, "", DNS_TYPE_A);
    while (m.len + 15 <= 65535) {
        dns_put_a(&m, "", 5, rows++);
    }
    m.bytes[6] = (unsigned char)(rows >> 8);
    m.bytes[7] = (unsigned char)rows;
    assert_int_equal(dns_answer_read(m.bytes, m.len, DNS_TYPE_A, count, &n,
                                     &ttl),
                     DNS_FOUND);
    assert_int_equal(n, rows);
    assert_true(n > 4000);
}

static void check_texts(void **state)
{
    assert_string_equal(dns_answer_text(DNS_FOUND), "an answer");
    assert_string_equal(dns_answer_text(DNS_BROKEN), "the answer is malformed");
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(name_cases); i++) {
        unit_add(name_cases[i].name, check_name, &name_cases[i]);
    }
    unit_add("the longest name", check_longest_name, NULL);
    unit_add("names of hosts", check_hosts, NULL);
    unit_add("addresses, their least time", check_addresses, NULL);
    unit_add("services", check_services, NULL);
    unit_add("aliases", check_aliases, NULL);
    unit_add("aliases without an end", check_many_aliases, NULL);
    unit_add("codes of errors", check_codes, NULL);
    unit_add("cut anywhere", check_cut, NULL);
    unit_add("sizes that are none", check_sizes, NULL);
    unit_add("a full message", check_full, NULL);
    unit_add("texts", check_texts, NULL);
    return unit_run("dns_answer");
}
