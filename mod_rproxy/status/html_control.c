/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* html_control.c: see html_control.h.  Layer L1.
 * Who has no script does not see them: see html_style.c. */
#include "html_control.h"

void html_control(writer_t *w, const char *upstream, const char *url)
{
    write_text(w, " <button class=\"control\" type=\"button\" "
                  "data-upstream=\"");
    write_html(w, upstream);
    if (url) {
        write_text(w, "\" data-url=\"");
        write_html(w, url);
    }
    write_text(w, "\">change</button> ");
}
