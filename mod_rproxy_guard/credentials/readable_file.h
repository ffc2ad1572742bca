/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* readable_file.h: can httpd's children read a file?  Layer L2. */
#ifndef RPROXY_GUARD_READABLE_FILE_H
#define RPROXY_GUARD_READABLE_FILE_H

/* While a configuration is checked, with no thread beside: a process of the
 * children's user and group tries.
 * @return 0, also where it cannot be tried; or an errno, why they cannot */
int readable_file_check(const char *path);

#endif
