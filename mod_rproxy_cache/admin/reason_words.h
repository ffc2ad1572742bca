/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* reason_words.h: reasons of the cache as sentences.  Layer L0. */
#ifndef RPROXY_CACHE_REASON_WORDS_H
#define RPROXY_CACHE_REASON_WORDS_H

/* What the reason (the word in the log and in Cache-Status) means, and what can
 * be done.  NULL: it speaks for itself. */
const char *reason_sentence(const char *reason);

#endif
