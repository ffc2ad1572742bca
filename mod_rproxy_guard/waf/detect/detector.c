/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* detector.c: see detector.h.  Layer L1. */
#include "detector.h"

#include <apr_dso.h>
#include <apr_strings.h>

#include "cross_site_script.h"
#include "sql_injection.h"

typedef int sql_fn(const char *text, size_t len, char *fingerprint);
typedef int script_fn(const char *text, size_t len);

static int own_sql(const char *text, size_t len, char *fingerprint)
{
    return sql_injection_found(slice_make(text, len), fingerprint);
}

static int own_script(const char *text, size_t len)
{
    return cross_site_script_found(slice_make(text, len));
}

static struct {
    sql_fn *sql;
    script_fn *script;
} chosen = { own_sql, own_script };

static apr_status_t forget(void *unused)
{
    chosen.sql = own_sql;
    chosen.script = own_script;
    return APR_SUCCESS;
}

const char *detector_use(const char *file, apr_pool_t *pool)
{
    apr_dso_handle_t *library;
    apr_dso_handle_sym_t sql, script;
    char reason[256];

    if (apr_dso_load(&library, file, pool) != APR_SUCCESS) {
        return apr_psprintf(pool, "cannot load %s: %s", file,
                            apr_dso_error(library, reason, sizeof(reason)));
    }
    if (apr_dso_sym(&sql, library, "libinjection_sqli") != APR_SUCCESS
        || apr_dso_sym(&script, library, "libinjection_xss") != APR_SUCCESS) {
        apr_dso_unload(library);
        return apr_psprintf(pool,
                            "%s does not export libinjection_sqli and"
                            " libinjection_xss",
                            file);
    }
    chosen.sql = (sql_fn *)sql;
    chosen.script = (script_fn *)script;
    apr_pool_cleanup_register(pool, NULL, forget, apr_pool_cleanup_null);
    return NULL;
}

int detector_bytes(int is_script, byte_set_t *any)
{
    *any = is_script ? cross_site_script_bytes() : sql_injection_bytes();
    return is_script ? chosen.script == own_script : chosen.sql == own_sql;
}

/* What the library says besides 0 and 1 is an error of its own: the value is
 * taken for an attack then. */
int detector_sql(slice_t value, char fingerprint[DETECTOR_FINGERPRINT])
{
    *fingerprint = 0;
    return chosen.sql(value.p ? value.p : "", value.len, fingerprint) != 0;
}

int detector_script(slice_t value)
{
    return chosen.script(value.p ? value.p : "", value.len) != 0;
}
