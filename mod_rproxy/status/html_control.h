/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_control.h: the buttons of the status page that open its dialog of
 * orders (html_dialog.c).  Layer L1. */
#ifndef RPROXY_HTML_CONTROL_H
#define RPROXY_HTML_CONTROL_H

#include "status_write.h"

/* @param url  of the member it is about; NULL: the whole upstream */
void html_control(writer_t *w, const char *upstream, const char *url);

#endif
