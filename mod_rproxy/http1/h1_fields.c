/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_fields.c: field lines, token lists and the names that never travel on.
 * Layer L0.  RFC 9110 sections 5.5, 5.6 and 7.6.1, RFC 9112 section 5.
 * Sets of names are a switch on the length, then at most a few compares. */
#include "h1_fields.h"
#include "h1_chars.h"

/* clang-format off */
#define C 0  /* control character */
#define S 2  /* HTAB, SP */
#define D 6  /* delimiter: visible, not in a token; also obs-text */
#define T 7  /* tchar */
#define D16 D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D
const unsigned char h1_char_class[256] = {
    C, C, C, C, C, C, C, C, C, S, C, C, C, C, C, C,
    C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
    /*  !  "  #  $  %  &  '  (  )  *  +  ,  -  .  / */
    S, T, D, T, T, T, T, T, D, D, T, T, D, T, T, D,
    /* 0 to 9, then : ; < = > ? */
    T, T, T, T, T, T, T, T, T, T, D, D, D, D, D, D,
    /* @, A to Z, [ \ ] ^ _ */
    D, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
    T, T, T, T, T, T, T, T, T, T, T, D, D, D, T, T,
    /* `, a to z, { | } ~ DEL */
    T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T,
    T, T, T, T, T, T, T, T, T, T, T, D, T, D, T, C,
    D16, D16, D16, D16, D16, D16, D16, D16
};
#undef C
#undef S
#undef D
#undef T
#undef D16
/* clang-format on */

/* name has the length of lower, which is all lower case. */
static int name_is(slice_t name, const char *lower)
{
    size_t i;

    for (i = 0; i < name.len; i++) {
        if (name.p[i] != lower[i]
            && slice_lower((unsigned char)name.p[i])
                   != (unsigned char)lower[i]) {
            return 0;
        }
    }
    return 1;
}

/* Offset of the first comma outside quotes, or the length. */
static size_t element_len(slice_t s)
{
    int quoted = 0;
    size_t i;

    for (i = 0; i < s.len; i++) {
        char c = s.p[i];

        if (quoted && c == '\\') {
            i++;
        }
        else if (c == '"') {
            quoted = !quoted;
        }
        else if (c == ',' && !quoted) {
            return i;
        }
    }
    return s.len;
}

int h1_list_next(slice_t *rest, slice_t *element)
{
    while (rest->len) {
        size_t len = element_len(*rest);
        size_t step = len < rest->len ? len + 1 : len;

        *element = slice_trim(slice_make(rest->p, len));
        rest->p += step;
        rest->len -= step;
        if (element->len) {
            return 1;
        }
    }
    return 0;
}

int h1_list_has(slice_t value, slice_t token)
{
    slice_t element;

    while (h1_list_next(&value, &element)) {
        const char *semicolon = memchr(element.p, ';', element.len);

        if (semicolon) {
            element.len = (size_t)(semicolon - element.p);
            element = slice_trim(element);
        }
        if (slice_eq_nocase(element, token)) {
            return 1;
        }
    }
    return 0;
}

int h1_is_hop_by_hop(slice_t name)
{
    switch (name.len) {
    case 2:
        return name_is(name, "te");
    case 7:
        return name_is(name, "upgrade") || name_is(name, "trailer");
    case 10:
        return name_is(name, "connection") || name_is(name, "keep-alive");
    case 16:
        return name_is(name, "proxy-connection");
    case 17:
        return name_is(name, "transfer-encoding");
    case 18:
        return name_is(name, "proxy-authenticate");
    case 19:
        return name_is(name, "proxy-authorization");
    case 25:
        return name_is(name, "proxy-authentication-info");
    default:
        return 0;
    }
}

static int is_x_forwarded(slice_t name)
{
    slice_t prefix = SLICE_LIT("x-forwarded-");

    return name.len > prefix.len
           && slice_eq_nocase(slice_make(name.p, prefix.len), prefix);
}

int h1_may_be_nominated(slice_t name)
{
    switch (name.len) {
    case 3:
        return !name_is(name, "via");
    case 4:
        return !name_is(name, "host");
    case 9:
        return !name_is(name, "forwarded") && !name_is(name, "x-real-ip");
    case 11:
        return !name_is(name, "traceparent");
    case 12:
        return !name_is(name, "x-request-id");
    case 14:
        return !name_is(name, "content-length") && !is_x_forwarded(name);
    case 17:
        return !name_is(name, "transfer-encoding") && !is_x_forwarded(name);
    default:
        return !is_x_forwarded(name);
    }
}

/* Beside those of h1_is_hop_by_hop and h1_may_be_nominated. */
static int belongs_in_head(slice_t name)
{
    switch (name.len) {
    case 3:
        return name_is(name, "age");
    case 4:
        return name_is(name, "date") || name_is(name, "vary");
    case 5:
        return name_is(name, "range");
    case 6:
        return name_is(name, "cookie") || name_is(name, "expect")
               || name_is(name, "pragma");
    case 7:
        return name_is(name, "expires") || name_is(name, "warning");
    case 8:
        return name_is(name, "if-match") || name_is(name, "if-range")
               || name_is(name, "location");
    case 10:
        return name_is(name, "set-cookie");
    case 11:
        return name_is(name, "retry-after");
    case 12:
        return name_is(name, "content-type") || name_is(name, "max-forwards");
    case 13:
        return name_is(name, "authorization") || name_is(name, "cache-control")
               || name_is(name, "content-range")
               || name_is(name, "if-none-match");
    case 16:
        return name_is(name, "content-encoding")
               || name_is(name, "www-authenticate");
    case 17:
        return name_is(name, "if-modified-since");
    case 19:
        return name_is(name, "if-unmodified-since");
    default:
        return 0;
    }
}

int h1_may_be_trailer(slice_t name)
{
    return !belongs_in_head(name) && !h1_is_hop_by_hop(name)
           && h1_may_be_nominated(name);
}

int h1_is_token(slice_t s)
{
    size_t i;

    for (i = 0; i < s.len; i++) {
        if (!h1_char_is(s.p[i], H1_CHAR_TOKEN)) {
            return 0;
        }
    }
    return s.len > 0;
}

#define EACH_BYTE(n) (UINT64_C(0x0101010101010101) * (n))

/* Has the word at p a byte below 0x20 or a 0x7f?  Each term sets the top bit
 * of a byte that is below n, or zero; a borrow only starts at such a byte. */
static int word_has_control(const char *p)
{
    uint64_t word, del, low;

    memcpy(&word, p, sizeof(word));
    low = (word - EACH_BYTE(0x20)) & ~word;
    del = word ^ EACH_BYTE(0x7f);
    del = (del - EACH_BYTE(1)) & ~del;
    return ((low | del) & EACH_BYTE(0x80)) != 0;
}

static int bytes_are_value(const char *p, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (!h1_char_is(p[i], H1_CHAR_VALUE)) {
            return 0;
        }
    }
    return 1;
}

int h1_is_field_value(slice_t s)
{
    while (s.len >= sizeof(uint64_t)) {
        /* A word with a HTAB comes here too, hence the second look. */
        if (word_has_control(s.p) && !bytes_are_value(s.p, sizeof(uint64_t))) {
            return 0;
        }
        s.p += sizeof(uint64_t);
        s.len -= sizeof(uint64_t);
    }
    return bytes_are_value(s.p, s.len);
}

int h1_parse_length(slice_t s, int64_t *out)
{
    int64_t value = 0;
    size_t i;

    for (i = 0; i < s.len; i++) {
        int digit = s.p[i] - '0';

        if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10) {
            return -1;
        }
        value = value * 10 + digit;
    }
    if (s.len == 0) {
        return -1;
    }
    *out = value;
    return 0;
}
