/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* readable_file.c: see readable_file.h.  Layer L2. */
#include "guard_private.h"
#include "readable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <unixd.h>

static int try(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int wrong = 0;
    char byte;

    if (fd < 0) {
        return errno;
    }
    if (read(fd, &byte, 1) < 0) {
        wrong = errno;
    }
    close(fd);
    return wrong;
}

/* As mod_unixd does it for children.  @return 0: there is no User yet */
static int become_child(void)
{
    return setgid(ap_unixd_config.group_id) == 0
           && initgroups(ap_unixd_config.user_name, ap_unixd_config.group_id)
                  == 0
           && setuid(ap_unixd_config.user_id) == 0;
}

int readable_file_check(const char *path)
{
    int status = 0;
    pid_t child;

    if (geteuid() != 0) {
        return try(path);
    }
    child = fork();
    if (child == 0) {
        _exit(become_child() ? try(path) & 0xff : 0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
