/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* fuzz_network.c: addresses and files of networks.  Promises: what is taken as
 * an address the C library takes too, as the same one (it takes more: zeros in
 * front, zones); what is written is read again as the same; a file's networks
 * are found at their first and last address. */
#include "fuzz.h"

#include <arpa/inet.h>

#include "address/address.c"
#include "address/list_lines.c"
#include "address/network_list.c"

static void check_address(slice_t text)
{
    char copy[ADDRESS_TEXT_MAX + 1], again[ADDRESS_TEXT_MAX];
    unsigned char bytes[ADDRESS_BYTES];
    address_t a, b;

    if (!address_parse(&a, text)) {
        return;
    }
    FUZZ_CHECK(text.len <= ADDRESS_TEXT_MAX);
    memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    if (memchr(text.p, ':', text.len)) {
        FUZZ_CHECK(inet_pton(AF_INET6, copy, bytes) == 1);
        FUZZ_CHECK(address_equal(a, address_of_v6(bytes)));
    }
    else {
        FUZZ_CHECK(inet_pton(AF_INET, copy, bytes) == 1);
        FUZZ_CHECK(a.low
                   == (UINT64_C(0xffff) << 32 | (uint32_t)bytes[0] << 24
                       | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8
                       | bytes[3]));
    }
    FUZZ_CHECK(address_format(again, a) < ADDRESS_TEXT_MAX);
    FUZZ_CHECK(address_parse(&b, slice_str(again)) && address_equal(a, b));
}

static void check_file(slice_t text)
{
    uint32_t room = list_lines_count(text), n, i;
    network_entry_t *entries = malloc(sizeof(*entries) * (room + 1));
    network_entry_t *sorted = malloc(sizeof(*sorted) * (room + 1));
    const network_list_t *list;
    list_fault_t fault;
    void *memory;

    n = list_lines_read(text, entries, &fault);
    FUZZ_CHECK(n <= room);
    memcpy(sorted, entries, sizeof(*sorted) * n);
    memory = malloc(network_list_room(sorted, n));
    list = network_list_make(memory, sorted, n);
    for (i = 0; i < n; i++) {
        FUZZ_CHECK(network_list_find(list, entries[i].network.first)
                   != NETWORK_LIST_NONE);
        FUZZ_CHECK(network_list_find(list, network_last(entries[i].network))
                   != NETWORK_LIST_NONE);
    }
    free(memory);
    free(sorted);
    free(entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    slice_t text = slice_make((const char *)data, size);
    network_t network;

    check_address(text);
    network_parse(&network, text);
    check_file(text);
    return 0;
}
