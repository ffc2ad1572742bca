/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* matcher_address.c: @ipMatch, @ipMatchF and @ipMatchFromFile.  Layer L1. */
#include "matcher_private.h"

#include <apr_strings.h>

#include "operators.h"
#include "waf/request/waf_line.h"
#include "waf/transform/char_kind.h"

static match_e address_run(const matcher_t *matcher, const matcher_run_t *on)
{
    address_t address;
    int i;

    if (!address_parse(&address, on->value)) {
        return MATCH_NO;
    }
    for (i = 0; i < matcher->network_count; i++) {
        const network_t *network = &matcher->network[i];

        if (address_is_v4(address) == address_is_v4(network->first)
            && address_equal(address_masked(address, network->bits),
                             network->first)) {
            return MATCH_YES;
        }
    }
    return MATCH_NO;
}

static const char *address_tell(const matcher_t *matcher, slice_t value,
                                slice_t argument, slice_t target,
                                apr_pool_t *pool)
{
    (void)argument;
    return apr_psprintf(pool, "%s: \"%s\" matched at %.*s.",
                        matcher->op.kind == OPERATOR_IP_MATCH
                            ? "IPmatch"
                            : "IPmatchFromFile",
                        waf_line_escape(value, pool), (int)target.len,
                        target.p);
}

static const matcher_kind_t address_kind = { address_run, address_tell };

/* As ModSecurity, unlike network_parse, it does not mind bits behind the
 * network's. */
static int read_network(slice_t text, network_t *network)
{
    const char *slash = memchr(text.p, '/', text.len);
    slice_t address = text;
    int bits, most;

    if (slash) {
        address.len = (size_t)(slash - text.p);
    }
    if (!address_parse(&network->first, address)) {
        return 0;
    }
    most = address_is_v4(network->first) ? 32 : 128;
    bits = most;
    if (slash) {
        slice_t number = slice_make(slash + 1, text.len - address.len - 1);

        bits = operator_number(number);
        if (!number.len || !char_is_digit((unsigned char)*number.p)
            || bits > most) {
            return 0;
        }
    }
    network->bits = (uint8_t)(128 - most + bits);
    network->first = address_masked(network->first, network->bits);
    return 1;
}

/* Networks with commas, blanks or line ends between them.  Behind a "#" what is
 * for people. */
static const char *read_networks(slice_t text, apr_array_header_t *networks,
                                 apr_pool_t *pool)
{
    const char *p = text.p, *end = p + text.len, *from;
    network_t network;

    while (p < end) {
        if (char_is_space((unsigned char)*p) || *p == ',') {
            p++;
            continue;
        }
        for (from = p; p < end && *from == '#' && *p != '\n'; p++) {
        }
        for (; p < end && *from != '#' && !char_is_space((unsigned char)*p)
               && *p != ',';
             p++) {
        }
        if (*from == '#') {
            continue;
        }
        if (!read_network(slice_make(from, (size_t)(p - from)), &network)) {
            return apr_psprintf(pool,
                                "\"%.*s\" is neither an address nor a network "
                                "as 192.0.2.0/24",
                                (int)(p - from), from);
        }
        APR_ARRAY_PUSH(networks, network_t) = network;
    }
    return NULL;
}

const char *matcher_address_make(matcher_maker_t *maker, matcher_t *matcher,
                                 const char *folder)
{
    apr_array_header_t *networks =
        apr_array_make(maker->pool, 8, sizeof(network_t));
    slice_t text = matcher->op.argument;
    const char *wrong = NULL;

    matcher->kind = &address_kind;
    if (matcher->op.kind != OPERATOR_IP_MATCH) {
        wrong = matcher_read_file(folder, text, &text, maker->pool);
    }
    if (!wrong) {
        wrong = read_networks(text, networks, maker->pool);
    }
    matcher->network = (const network_t *)networks->elts;
    matcher->network_count = networks->nelts;
    return wrong;
}
