/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* message_queue_test.c: first in, first out, and what does not fit is counted;
 * a command that is run, ends, and is ended. */
#include "unit.h"

#include <poll.h>
#include <unistd.h>

#include "events/command_run.c"
#include "events/message_queue.c"

static message_queue_t queue;

static int push(int64_t time_s)
{
    message_t *m = message_queue_place(&queue);

    if (!m) {
        return 0;
    }
    m->time_s = time_s;
    message_queue_pushed(&queue);
    return 1;
}

static void check_order(void **state)
{
    int i, k;

    memset(&queue, 0, sizeof(queue));
    assert_null(message_queue_front(&queue));
    message_queue_pop(&queue);                  /* of none */
    for (i = 0; i < 3 * MESSAGE_ROOM; i += 3) { /* round the ring */
        for (k = 0; k < 3; k++) {
            assert_true(push(i + k));
        }
        for (k = 0; k < 3; k++) {
            assert_int_equal(message_queue_front(&queue)->time_s, i + k);
            message_queue_pop(&queue);
        }
    }
    assert_null(message_queue_front(&queue));
}

static void check_full(void **state)
{
    int i;

    memset(&queue, 0, sizeof(queue));
    for (i = 0; i < MESSAGE_ROOM; i++) {
        assert_true(push(i));
    }
    assert_false(push(100));
    assert_false(push(101));
    assert_int_equal(queue.lost, 2);
    assert_int_equal(message_queue_front(&queue)->time_s, 0);
    message_queue_pop(&queue);
    assert_true(push(102));
}

/* One that was cut off is not there, and leaves nothing behind. */
static void check_cut_off(void **state)
{
    message_t *m;

    memset(&queue, 0, sizeof(queue));
    m = message_queue_place(&queue);
    m->command = 7;
    assert_null(message_queue_front(&queue));
    m = message_queue_place(&queue);
    assert_int_equal(m->command, 0);
}

/* Whoever is killed within leaves the queue of before or the one after. */
static void check_pop_is_one_write(void **state)
{
    const uint32_t *now = (const uint32_t *)(const void *)&queue;
    static message_queue_t copy;
    const uint32_t *before = (const uint32_t *)(const void *)&copy;
    size_t i, changed = 0;

    memset(&queue, 0, sizeof(queue));
    push(1);
    push(2);
    copy = queue;
    message_queue_pop(&queue);
    for (i = 0; i < sizeof(queue) / sizeof(*now); i++) {
        changed += now[i] != before[i];
    }
    assert_int_equal(changed, 1);
    assert_int_equal(message_queue_front(&queue)->time_s, 2);
}

static void check_mended(void **state)
{
    memset(&queue, 0xff, sizeof(queue));
    queue.told = 3;
    message_queue_mend(&queue);
    assert_null(message_queue_front(&queue));
    push(1);
    memset(queue.message[0].reason, 'x', MESSAGE_REASON);
    message_queue_mend(&queue);
    assert_int_equal(message_queue_front(&queue)->time_s, 1);
    assert_int_equal(strlen(queue.message[0].reason), MESSAGE_REASON - 1);
}

static void check_words(void **state)
{
    char text[5];
    int i;

    for (i = 0; i < MESSAGE_COUNT; i++) {
        assert_int_equal(message_kind_find(
                             message_kind_text((message_kind_e)i)),
                         i);
    }
    assert_int_equal(message_kind_find("member"), MESSAGE_COUNT);
    assert_string_equal(message_kind_text(MESSAGE_COUNT), "");
    message_copy(text, sizeof(text), "abcdefg");
    assert_string_equal(text, "abcd");
    message_copy(text, sizeof(text), NULL);
    assert_string_equal(text, "");
}

/* ---- commands ---- */

static char *const environment[] = { "WORD=five", NULL };

/* @return how it ended; *value as of command_look */
static command_state_e await_end(pid_t id, int *value)
{
    command_state_e state;

    while ((state = command_look(id, value)) == COMMAND_RUNS) {
        poll(NULL, 0, 5);
    }
    return state;
}

static void check_exit(void **state)
{
    char *const argv[] = {
        "/bin/sh", "-c",  "test \"$WORD:$1\" = 'five:a b' && exit 3",
        "sh",      "a b", NULL
    };
    pid_t id;
    int value;

    assert_int_equal(command_start(&id, argv, environment), 0);
    assert_int_equal(await_end(id, &value), COMMAND_EXITED);
    assert_int_equal(value, 3);
    assert_int_equal(command_look(id, &value), COMMAND_UNKNOWN); /* gone */
}

static void check_missing(void **state)
{
    char *const argv[] = { "/nowhere/at/all", NULL };
    pid_t id;

    assert_int_equal(command_start(&id, argv, environment), ENOENT);
}

/* With what it started itself. */
static void check_kill(void **state)
{
    char *const argv[] = { "/bin/sh", "-c", "sleep 60 & wait", NULL };
    pid_t id;
    int value;

    assert_int_equal(command_start(&id, argv, environment), 0);
    assert_int_equal(command_look(id, &value), COMMAND_RUNS);
    command_kill(id);
    assert_int_equal(await_end(id, &value), COMMAND_KILLED);
    assert_int_equal(value, SIGKILL);
}

/* Whatever is open here is none of its business. */
static void check_descriptors(void **state)
{
    char *const argv[] = { "/bin/sh", "-c",
                           "for i in 3 4 5 6 7 8 9; do "
                           "test ! -e /proc/self/fd/$i || exit 1; done",
                           NULL };
    int value, fd = dup(2);
    pid_t id;

    assert_true(fd > 2);
    assert_int_equal(command_start(&id, argv, environment), 0);
    assert_int_equal(await_end(id, &value), COMMAND_EXITED);
    assert_int_equal(value, 0);
    close(fd);
}

int main(void)
{
    unit_add("first in, first out", check_order, NULL);
    unit_add("what does not fit is counted", check_full, NULL);
    unit_add("a push that was cut off is none", check_cut_off, NULL);
    unit_add("one is told by one write", check_pop_is_one_write, NULL);
    unit_add("whatever was left there is mended", check_mended, NULL);
    unit_add("words", check_words, NULL);
    unit_add("a command gets words and variables", check_exit, NULL);
    unit_add("a command that is missing", check_missing, NULL);
    unit_add("a command is ended with its own", check_kill, NULL);
    unit_add("a command gets no descriptors", check_descriptors, NULL);
    return unit_run("message_queue");
}
