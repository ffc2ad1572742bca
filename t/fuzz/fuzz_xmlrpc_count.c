/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_xmlrpc_count.c: calls and answers of XML-RPC.  Byte 0: how the body is
 * cut.  Promises: in pieces the same count as in one; what goes on counts no
 * less but for a name that says there is only one; no more structs than there
 * are "<struct". */
#include "fuzz.h"

#include "login/xmlrpc_count.c"

static uint32_t words(slice_t body, const char *word)
{
    size_t len = strlen(word), i;
    uint32_t n = 0;

    for (i = 0; i + len <= body.len; i++) {
        n += memcmp(body.p + i, word, len) == 0;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xmlrpc_count_t whole = { 0 }, pieces = { 0 };
    xmlrpc_faults_t answer = { 0 }, cut = { 0 };
    uint32_t structs = 0;
    size_t at, piece;
    slice_t body;

    if (size < 1) {
        return 0;
    }
    body = slice_make((const char *)data + 1, size - 1);
    xmlrpc_count_add(&whole, body);
    xmlrpc_faults_add(&answer, body);
    for (at = 0; at < body.len; at += piece) {
        char *copy;

        piece = fuzz_piece(data[0], at, body.len - at);
        copy = fuzz_copy(body.p + at, piece);
        xmlrpc_count_add(&pieces, slice_make(copy, piece));
        xmlrpc_faults_add(&cut, slice_make(copy, piece));
        FUZZ_CHECK(pieces.structs >= structs);
        structs = pieces.structs;
        free(copy);
    }
    FUZZ_CHECK(whole.structs == pieces.structs && whole.kind == pieces.kind
               && whole.odd == pieces.odd);
    FUZZ_CHECK(whole.structs <= words(body, "<struct"));
    FUZZ_CHECK(answer.wrong == cut.wrong
               && answer.wrong <= words(body, "faultCode</name>"));
    return 0;
}
