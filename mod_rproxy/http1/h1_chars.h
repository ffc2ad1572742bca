/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* h1_chars.h: which byte may stand where in an HTTP/1.1 head, by one table
 * look-up.  Layer L0.  RFC 9110 sections 5.5 and 5.6.2, RFC 9112 section 3. */
#ifndef RPROXY_H1_CHARS_H
#define RPROXY_H1_CHARS_H

enum {
    H1_CHAR_TOKEN = 1, /* tchar */
    H1_CHAR_VALUE = 2, /* HTAB, SP, visible ASCII, obs-text */
    H1_CHAR_TARGET = 4 /* visible ASCII, bytes from 0x80 */
};

/* Bits of H1_CHAR_*, by byte.  In h1_fields.c. */
extern const unsigned char h1_char_class[256];

static inline int h1_char_is(char c, int bits)
{
    return h1_char_class[(unsigned char)c] & bits;
}

#endif
