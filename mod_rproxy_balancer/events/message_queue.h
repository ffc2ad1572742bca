/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_queue.h: what has happened and is still to be told, oldest first.
 * Layer L0; lies in shared memory.  Whoever calls holds its lock.
 *
 * A message stays at the front while it is being told, with the id of the
 * command as soon as there is one.  So whoever comes after a killed process
 * sees how far that had come.  A push and a pop are one write each: what was
 * cut off did not happen. */
#ifndef RPROXY_MESSAGE_QUEUE_H
#define RPROXY_MESSAGE_QUEUE_H

#include <stdint.h>

/* clang-format off */
#define MESSAGES(X)                                                           \
    X(MESSAGE_MEMBER_DOWN,    "member-down")                                  \
    X(MESSAGE_MEMBER_UP,      "member-up")                                    \
    X(MESSAGE_MEMBER_EJECTED, "member-ejected")                               \
    X(MESSAGE_POOL_PANIC,     "pool-panic")                                   \
    X(MESSAGE_POOL_RECOVERED, "pool-recovered")                               \
    X(MESSAGE_ROLL_DONE,      "roll-done")                                    \
    X(MESSAGE_ROLL_FAILED,    "roll-failed")                                  \
    X(MESSAGE_CANARY_STEP,    "canary-step")                                  \
    X(MESSAGE_ATTACK_BEGUN,   "attack-begun")                                 \
    X(MESSAGE_ATTACK_OVER,    "attack-over")
/* clang-format on */

typedef enum {
#define X(id, text) id,
    MESSAGES(X)
#undef X
    MESSAGE_COUNT
} message_kind_e;

enum {
    MESSAGE_ROOM = 64,      /* a power of two */
    MESSAGE_UPSTREAM = 128, /* bytes with the NUL; more is cut off */
    MESSAGE_MEMBER = 384,
    MESSAGE_REASON = 192
};

typedef struct {
    int64_t time_s;  /* Unix time */
    int32_t command; /* id of the command; 0: not started */
    message_kind_e kind;
    char upstream[MESSAGE_UPSTREAM];
    char member[MESSAGE_MEMBER]; /* or "" */
    char reason[MESSAGE_REASON];
} message_t;

/* All zero at first. */
typedef struct {
    uint32_t told, pushed; /* so many were; both only count up */
    uint64_t lost;         /* there was no room for */
    message_t message[MESSAGE_ROOM];
} message_queue_t;

/* @return the place to fill in, or NULL: it is full, and one more is lost.
 *         message_queue_pushed makes it one of the queue */
message_t *message_queue_place(message_queue_t *queue);
void message_queue_pushed(message_queue_t *queue);

/* The oldest, or NULL. */
message_t *message_queue_front(message_queue_t *queue);

/* The oldest is told. */
void message_queue_pop(message_queue_t *queue);

/* Of a queue whose owner died: empties what cannot be one. */
void message_queue_mend(message_queue_t *queue);

/* Copies as much as there is room for; text may be NULL. */
void message_copy(char *to, uint32_t room, const char *text);

/* "member-down" ...; for a kind that is none "". */
const char *message_kind_text(message_kind_e kind);

/* @return MESSAGE_COUNT: there is no such word */
message_kind_e message_kind_find(const char *word);

#endif
