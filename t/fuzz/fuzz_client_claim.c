/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_client_claim.c: the client as proxies tell it.  Promises: what stands
 * left of the client changes nothing; without trusted proxies it is the last
 * one; a found one is told alone as well. */
#include "fuzz.h"

#include "address/address.c"
#include "address/client_claim.c"

static int is_trusted(void *ctx, address_t a)
{
    return ctx && (a.low & 1);
}

static void check_left(slice_t text, int trusts, address_t client)
{
    char *more = malloc(text.len + 2);
    address_t again;

    more[0] = '?';
    more[1] = ',';
    memcpy(more + 2, text.p, text.len);
    if (!trusts || !(client.low & 1)) {
        FUZZ_CHECK(client_claim_find(slice_make(more, text.len + 2), is_trusted,
                                     trusts ? more : NULL, &again)
                   == CLIENT_CLAIM_FOUND);
        FUZZ_CHECK(address_equal(again, client));
    }
    free(more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int trusts = size && data[0] & 1;
    char *copy = size > 1 ? fuzz_copy(data + 1, size - 1) : NULL;
    slice_t text = slice_make(copy, copy ? size - 1 : 0);
    char alone[ADDRESS_TEXT_MAX];
    address_t client, again;

    if (copy
        && client_claim_find(text, is_trusted, trusts ? copy : NULL, &client)
               == CLIENT_CLAIM_FOUND) {
        check_left(text, trusts, client);
        address_format(alone, client);
        FUZZ_CHECK(client_claim_find(slice_str(alone), is_trusted, NULL, &again)
                   == CLIENT_CLAIM_FOUND);
        FUZZ_CHECK(address_equal(again, client));
    }
    free(copy);
    return 0;
}
