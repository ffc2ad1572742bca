/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* address.c: reading, writing and masking addresses.  Layer L0. */
#include "address.h"

address_t address_of_v6(const unsigned char *bytes)
{
    address_t a = { 0, 0 };
    int i;

    for (i = 0; i < 8; i++) {
        a.high = a.high << 8 | bytes[i];
        a.low = a.low << 8 | bytes[i + 8];
    }
    return a;
}

static uint64_t first_bits(uint64_t word, unsigned bits)
{
    return bits == 0 ? 0 : bits >= 64 ? word : word & ~(UINT64_MAX >> bits);
}

address_t address_masked(address_t a, unsigned bits)
{
    address_t out = { first_bits(a.high, bits),
                      bits > 64 ? first_bits(a.low, bits - 64) : 0 };

    return out;
}

address_t network_last(network_t n)
{
    address_t a = n.first;

    if (n.bits < 64) {
        a.high |= UINT64_MAX >> n.bits;
    }
    if (n.bits <= 64) {
        a.low = UINT64_MAX;
    }
    else if (n.bits < 128) {
        a.low |= UINT64_MAX >> (n.bits - 64);
    }
    return a;
}

/* ---- reading ---- */

/* A decimal number without leading zeros; moves text behind it.
 * @return it, or -1 */
static int read_decimal(slice_t *text, int max)
{
    size_t i = 0;
    int n = 0;

    while (i < text->len && text->p[i] >= '0' && text->p[i] <= '9') {
        n = 10 * n + (text->p[i++] - '0');
        if (n > max) {
            return -1;
        }
    }
    if (i == 0 || (i > 1 && text->p[0] == '0')) {
        return -1;
    }
    *text = slice_make(text->p + i, text->len - i);
    return n;
}

static int take_char(slice_t *text, char c)
{
    if (!text->len || text->p[0] != c) {
        return 0;
    }
    *text = slice_make(text->p + 1, text->len - 1);
    return 1;
}

/* All of text.  @return 0: it is not dotted decimal */
static int parse_v4(uint32_t *out, slice_t text)
{
    uint32_t a = 0;
    int i;

    for (i = 0; i < 4; i++) {
        int n = i && !take_char(&text, '.') ? -1 : read_decimal(&text, 255);

        if (n < 0) {
            return 0;
        }
        a = a << 8 | (uint32_t)n;
    }
    *out = a;
    return text.len == 0;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* One to four hexadecimal digits; moves text behind them.  @return -1: none */
static int read_group(slice_t *text)
{
    size_t i;
    int n = 0;

    for (i = 0; i < text->len && hex_value(text->p[i]) >= 0; i++) {
        n = n << 4 | hex_value(text->p[i]);
        if (i == 4) {
            return -1;
        }
    }
    *text = slice_make(text->p + i, text->len - i);
    return i ? n : -1;
}

static int is_dotted(slice_t text)
{
    return text.len && memchr(text.p, '.', text.len) != NULL
           && !memchr(text.p, ':', text.len);
}

/* Groups up to the end or "::".
 * @return how many, -1 where text is wrong; text is what follows "::" then */
static int read_groups(slice_t *text, uint16_t *group, int room, int *gap)
{
    int n = 0;

    *gap = 0;
    while (text->len) {
        uint32_t v4;
        int value;

        if (text->len >= 2 && text->p[0] == ':' && text->p[1] == ':') {
            *text = slice_make(text->p + 2, text->len - 2);
            *gap = 1;
            return n;
        }
        if (n && !take_char(text, ':')) {
            return -1;
        }
        if (is_dotted(*text) && n + 2 <= room && parse_v4(&v4, *text)) {
            group[n++] = (uint16_t)(v4 >> 16);
            group[n++] = (uint16_t)v4;
            text->len = 0;
            return n;
        }
        value = n < room ? read_group(text) : -1;
        if (value < 0) {
            return -1;
        }
        group[n++] = (uint16_t)value;
    }
    return n;
}

static int parse_v6(address_t *out, slice_t text)
{
    uint16_t front[8] = { 0 }, back[8] = { 0 };
    unsigned char bytes[ADDRESS_BYTES] = { 0 };
    int gap, second, i;
    int before = read_groups(&text, front, 8, &gap);
    int after = gap ? read_groups(&text, back, 7 - before, &second) : 0;

    if (before < 0 || after < 0
        || (gap ? second || before == 8 : before != 8)) {
        return 0;
    }
    for (i = 0; i < before; i++) {
        bytes[2 * i] = (unsigned char)(front[i] >> 8);
        bytes[2 * i + 1] = (unsigned char)front[i];
    }
    for (i = 0; i < after; i++) {
        int at = 2 * (8 - after + i);

        bytes[at] = (unsigned char)(back[i] >> 8);
        bytes[at + 1] = (unsigned char)back[i];
    }
    *out = address_of_v6(bytes);
    return 1;
}

int address_parse(address_t *out, slice_t text)
{
    uint32_t v4;

    if (text.len == 0 || text.len >= ADDRESS_TEXT_MAX) {
        return 0;
    }
    if (memchr(text.p, ':', text.len)) {
        return parse_v6(out, text);
    }
    if (!parse_v4(&v4, text)) {
        return 0;
    }
    *out = address_of_v4(v4);
    return 1;
}

const char *network_parse(network_t *out, slice_t text)
{
    const char *slash = text.len ? memchr(text.p, '/', text.len) : NULL;
    slice_t address =
        slash ? slice_make(text.p, (size_t)(slash - text.p)) : text;
    int is_v4 = address.len && !memchr(address.p, ':', address.len);
    int all = is_v4 ? 32 : 128;
    int bits = all;

    if (!address_parse(&out->first, address)) {
        return "no IP address";
    }
    if (slash) {
        slice_t rest = slice_make(slash + 1, text.len - address.len - 1);

        bits = read_decimal(&rest, all);
        if (bits < 0 || rest.len) {
            return is_v4 ? "bits of an IPv4 network are 0 to 32"
                         : "bits of an IPv6 network are 0 to 128";
        }
    }
    out->bits = (uint8_t)(bits + 128 - all);
    if (!address_equal(out->first, address_masked(out->first, out->bits))) {
        return "the address has bits set behind those of the network";
    }
    return NULL;
}

/* ---- writing ---- */

static char *write_decimal(char *p, unsigned n)
{
    if (n >= 100) {
        *p++ = (char)('0' + n / 100);
    }
    if (n >= 10) {
        *p++ = (char)('0' + n / 10 % 10);
    }
    *p++ = (char)('0' + n % 10);
    return p;
}

static char *write_v4(char *p, uint32_t a)
{
    int shift;

    for (shift = 24; shift >= 0; shift -= 8) {
        p = write_decimal(p, a >> shift & 255);
        *p++ = '.';
    }
    return p - 1;
}

static unsigned group_of(address_t a, int i)
{
    uint64_t word = i < 4 ? a.high : a.low;

    return (unsigned)(word >> (48 - 16 * (i & 3))) & 0xffff;
}

static char *write_hex(char *p, unsigned n)
{
    int shift = n >= 0x1000 ? 12 : n >= 0x100 ? 8 : n >= 0x10 ? 4 : 0;

    for (; shift >= 0; shift -= 4) {
        *p++ = "0123456789abcdef"[n >> shift & 15];
    }
    return p;
}

/* The longest run of two or more zero groups, the first of equals. */
static int longest_gap(address_t a, int *len)
{
    int i = 0, at = -1;

    *len = 1;
    while (i < 8) {
        int n = 0;

        while (i + n < 8 && group_of(a, i + n) == 0) {
            n++;
        }
        if (n > *len) {
            at = i;
            *len = n;
        }
        i += n + 1;
    }
    return at;
}

static char *write_v6(char *p, address_t a)
{
    int len, i, gap = longest_gap(a, &len);

    for (i = 0; i < 8; i++) {
        if (i == gap) {
            *p++ = ':';
            *p++ = ':';
            i += len - 1;
            continue;
        }
        if (i && (gap < 0 || i != gap + len)) {
            *p++ = ':';
        }
        p = write_hex(p, group_of(a, i));
    }
    return p;
}

size_t address_format(char *out, address_t a)
{
    char *end =
        address_is_v4(a) ? write_v4(out, (uint32_t)a.low) : write_v6(out, a);

    *end = '\0';
    return (size_t)(end - out);
}

size_t network_format(char *out, network_t n)
{
    size_t len = address_format(out, n.first);
    char *end = out + len;

    if (n.bits < 128) {
        *end++ = '/';
        end = write_decimal(end, address_is_v4(n.first) && n.bits >= 96
                                     ? n.bits - 96u
                                     : n.bits);
        *end = '\0';
    }
    return (size_t)(end - out);
}
