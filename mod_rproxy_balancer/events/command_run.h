/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_run.h: a program run beside this process.  Layer L1 (no APR).
 * It gets a process group of its own, no signals blocked, no descriptor but 0
 * (nothing to read), 1 and 2 (where our own errors go).  posix_spawn leaves the
 * state of our other threads alone, which fork would copy. */
#ifndef RPROXY_COMMAND_RUN_H
#define RPROXY_COMMAND_RUN_H

#include <sys/types.h>

typedef enum {
    COMMAND_RUNS,
    COMMAND_EXITED, /* *value: its status */
    COMMAND_KILLED, /* *value: by this signal */
    COMMAND_UNKNOWN /* it is gone; nobody knows how it ended */
} command_state_e;

/* @param argv  argv[0]: its path; no shell has a look at them
 * @param envp  "NAME=value"; both end with NULL
 * @return 0 and *id, or errno */
int command_start(pid_t *id, char *const argv[], char *const envp[]);

/* Does not wait. */
command_state_e command_look(pid_t id, int *value);

/* With all that it started and that stayed in its group. */
void command_kill(pid_t id);

#endif
