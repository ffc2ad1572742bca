/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reason_words.c: see reason_words.h.  Layer L0. */
#include "reason_words.h"

#include <stddef.h>
#include <string.h>

typedef struct {
    const char *reason, *sentence;
} row_t;

/* clang-format off */
static const row_t rows[] = {
    /* requests */
    { "method", "only GET and HEAD are answered from the cache" },
    { "request-body", "a GET with a body is never answered from the cache" },
    { "if-match", "If-Match and If-Unmodified-Since are the origin's to "
      "decide on" },
    { "method-override", "a field such as X-HTTP-Method-Override makes another "
      "method of it" },
    { "upgrade", "it asks for another protocol" },
    { "key-too-long", "the URL cannot be a key of the cache, or is too long "
      "for one" },
    { "range", "it asks for a part, or the response is one that does not fit "
      "what is stored" },
    { "request", "the request's own fields ask for the origin's answer" },

    /* responses */
    { "status", "responses of this status are stored only with an explicit "
      "lifetime (RProxyCacheErrors gives errors one)" },
    { "no-store", "the response says Cache-Control: no-store "
      "(RProxyCacheIgnore no-store would overrule it)" },
    { "request-no-store", "the request said Cache-Control: no-store "
      "(RProxyCacheIgnore request would overrule it)" },
    { "private", "the response says Cache-Control: private "
      "(RProxyCacheIgnore private would overrule it)" },
    { "authorization", "the request had an Authorization field, and the "
      "response does not say that it may be shared (public, s-maxage)" },
    { "user", "a user had logged in, and the response does not say that it "
      "may be shared (public, s-maxage)" },
    { "set-cookie", "the response sets a cookie (RProxyCacheIgnore set-cookie "
      "would store it without)" },
    { "vary-any", "the response says Vary: *" },
    { "vary", "its Vary names too many fields, or there was no room to note "
      "them" },
    { "no-lifetime", "the response says neither how long it holds (max-age, "
      "Expires) nor when it was changed (RProxyCacheDefault gives such "
      "responses a lifetime)" },
    { "already-stale", "it was older than its lifetime when it came" },
    { "coding", "its Content-Encoding is one that the cache does not know" },
    { "no-room", "its body is larger than RProxyCacheMaxObject, its head than "
      "64 KiB, or there is no memory for it now" },
    { "cut-short", "the response broke off before its end" },
    { "length", "its body was not as long as its head said" },
    { "purged-meanwhile", "a purge came while it was fetched" },
    { "too-many-tags", "it has more tags than an object can keep, so that "
      "purges of some would miss it" },
    { "surrogate-control", "the response says Surrogate-Control: no-store" },
    { "litespeed-vary", "X-LiteSpeed-Vary asks for more than the cache can "
      "tell apart" },
};
/* clang-format on */

const char *reason_sentence(const char *reason)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].reason, reason) == 0) {
            return rows[i].sentence;
        }
    }
    return NULL;
}
