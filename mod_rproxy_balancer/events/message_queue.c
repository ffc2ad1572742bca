/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_queue.c: see message_queue.h.  Layer L0. */
#include "message_queue.h"

#include <string.h>

static const char *const words[] = {
#define X(id, text) text,
    MESSAGES(X)
#undef X
};

message_t *message_queue_place(message_queue_t *q)
{
    message_t *m = &q->message[q->pushed % MESSAGE_ROOM];

    if (q->pushed - q->told >= MESSAGE_ROOM) {
        q->lost++;
        return NULL;
    }
    memset(m, 0, sizeof(*m));
    return m;
}

void message_queue_pushed(message_queue_t *q)
{
    __atomic_store_n(&q->pushed, q->pushed + 1, __ATOMIC_RELEASE);
}

message_t *message_queue_front(message_queue_t *q)
{
    return q->pushed != q->told ? &q->message[q->told % MESSAGE_ROOM] : NULL;
}

void message_queue_pop(message_queue_t *q)
{
    if (q->pushed != q->told) {
        __atomic_store_n(&q->told, q->told + 1, __ATOMIC_RELEASE);
    }
}

static void mend_text(char *text, uint32_t room)
{
    text[room - 1] = '\0';
}

void message_queue_mend(message_queue_t *q)
{
    uint32_t i;

    if (q->pushed - q->told > MESSAGE_ROOM) {
        memset(q, 0, sizeof(*q));
    }
    for (i = 0; i < MESSAGE_ROOM; i++) {
        mend_text(q->message[i].upstream, MESSAGE_UPSTREAM);
        mend_text(q->message[i].member, MESSAGE_MEMBER);
        mend_text(q->message[i].reason, MESSAGE_REASON);
    }
}

void message_copy(char *to, uint32_t room, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    len = len < room ? len : room - 1;
    memcpy(to, text ? text : "", len);
    to[len] = '\0';
}

const char *message_kind_text(message_kind_e kind)
{
    return (unsigned)kind < MESSAGE_COUNT ? words[kind] : "";
}

message_kind_e message_kind_find(const char *word)
{
    int i;

    for (i = 0; i < MESSAGE_COUNT && strcmp(words[i], word) != 0; i++) {
    }
    return (message_kind_e)i;
}
