/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* command_run.c: see command_run.h.  Layer L1 (no APR). */
#include "command_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#define FIRST_OTHER 3

static int set_files(posix_spawn_file_actions_t *files)
{
    int rv =
        posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);

    rv = rv ? rv : posix_spawn_file_actions_adddup2(files, 2, 1);
    return rv ? rv
              : posix_spawn_file_actions_addclosefrom_np(files, FIRST_OTHER);
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    int rv;

    sigemptyset(&none);
    sigfillset(&all);
    rv = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP
                                                  | POSIX_SPAWN_SETSIGMASK
                                                  | POSIX_SPAWN_SETSIGDEF);
    rv = rv ? rv : posix_spawnattr_setpgroup(attributes, 0);
    rv = rv ? rv : posix_spawnattr_setsigmask(attributes, &none);
    return rv ? rv : posix_spawnattr_setsigdefault(attributes, &all);
}

int command_start(pid_t *id, char *const argv[], char *const envp[])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int rv = posix_spawn_file_actions_init(&files);

    if (rv) {
        return rv;
    }
    rv = posix_spawnattr_init(&attributes);
    if (rv == 0) {
        rv = set_files(&files);
        rv = rv ? rv : set_attributes(&attributes);
        rv =
            rv ? rv : posix_spawn(id, argv[0], &files, &attributes, argv, envp);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return rv;
}

command_state_e command_look(pid_t id, int *value)
{
    int status;
    pid_t rv = waitpid(id, &status, WNOHANG);

    *value = 0;
    if (rv == 0) {
        return COMMAND_RUNS;
    }
    if (rv < 0) { /* not a child of this process */
        return errno == EINTR || kill(id, 0) == 0 ? COMMAND_RUNS
                                                  : COMMAND_UNKNOWN;
    }
    if (WIFEXITED(status)) {
        *value = WEXITSTATUS(status);
        return COMMAND_EXITED;
    }
    *value = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return COMMAND_KILLED;
}

void command_kill(pid_t id)
{
    kill(-id, SIGKILL);
}
