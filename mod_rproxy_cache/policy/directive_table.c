/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* directive_table.c: the table of directives, and what their arguments tell.
 * Layer L0.  Names are httpd 2.4's, with those of PHP and of the modules of
 * this project that may stand in an .htaccess file. */
#include "directive_table.h"
#include "directive_args.h"

typedef enum {
    IS_STATIC,
    IS_PLACE, /* a section with settings of its own */
    IS_GROUP, /* a section without */
    IS_MODULE_TEST,
    IS_IF, /* an expression decides */
    IS_CONDITION,
    IS_RULE,
    IS_HEADER,
    IS_TEXT, /* may hold %{...} */
    IS_REQUIRE,
    IS_ALLOW,
    IS_LOGIN,       /* unless "None" */
    IS_CERTIFICATE, /* unless "none" */
    IS_SSL_OPTIONS,
    IS_CLIENT, /* whatever it says */
    IS_COOKIE, /* unless "Off" */
    IS_SESSION /* unless "Off" */
} directive_kind_e;

typedef struct {
    const char *name; /* "*" at the end: all that begin so */
    directive_kind_e kind;
} directive_entry_t;

/* clang-format off */
/* The first entry that fits counts: exceptions stand before their "*". */
static const directive_entry_t entries[] = {
    { "RewriteCond", IS_CONDITION }, { "RewriteRule", IS_RULE },
    { "RewriteEngine", IS_STATIC }, { "RewriteBase", IS_STATIC },
    { "RewriteOptions", IS_STATIC },

    { "<IfModule", IS_MODULE_TEST }, { "<IfDefine", IS_GROUP },
    { "<IfVersion", IS_GROUP }, { "<IfFile", IS_GROUP },
    { "<IfDirective", IS_GROUP }, { "<IfSection", IS_GROUP },
    { "<Files", IS_PLACE }, { "<FilesMatch", IS_PLACE },
    { "<Limit", IS_GROUP }, { "<LimitExcept", IS_GROUP },
    { "<RequireAll", IS_GROUP }, { "<RequireAny", IS_GROUP },
    { "<RequireNone", IS_GROUP },
    { "<VirtualHost", IS_PLACE }, { "<Directory", IS_PLACE },
    { "<DirectoryMatch", IS_PLACE },
    { "<Location", IS_PLACE }, { "<LocationMatch", IS_PLACE },
    { "<Proxy", IS_PLACE }, { "<ProxyMatch", IS_PLACE },
    { "<If", IS_IF }, { "<ElseIf", IS_IF }, { "<Else", IS_PLACE },

    { "Require", IS_REQUIRE }, { "Allow", IS_ALLOW }, { "Deny", IS_ALLOW },
    { "Order", IS_STATIC }, { "Satisfy", IS_STATIC },
    { "AuthMerging", IS_STATIC }, { "AuthType", IS_LOGIN },
    { "Auth*", IS_LOGIN }, { "Anonymous*", IS_LOGIN },
    { "SSLRequireSSL", IS_STATIC }, { "SSLRequire", IS_CLIENT },
    { "RProxyGuardRequire", IS_LOGIN },
    { "RProxyGuard*", IS_CLIENT }, { "<RProxyGuard*", IS_CLIENT },
    { "SSLVerifyClient", IS_CERTIFICATE }, { "SSLVerifyDepth", IS_STATIC },
    { "SSLUserName", IS_CERTIFICATE }, { "SSLOptions", IS_SSL_OPTIONS },
    { "CookieTracking", IS_COOKIE }, { "Session*", IS_SESSION },

    { "Header", IS_HEADER }, { "RequestHeader", IS_HEADER },
    { "Redirect", IS_TEXT }, { "RedirectMatch", IS_TEXT },
    { "RedirectPermanent", IS_TEXT }, { "RedirectTemp", IS_TEXT },
    { "RedirectRelative", IS_STATIC }, { "ErrorDocument", IS_TEXT },
    { "SetHandler", IS_TEXT }, { "ForceType", IS_TEXT },
    { "FilterProvider", IS_TEXT },

    { "SetEnv", IS_STATIC }, { "UnsetEnv", IS_STATIC },
    { "PassEnv", IS_STATIC }, { "SetEnvIf", IS_STATIC },
    { "SetEnvIfNoCase", IS_STATIC }, { "SetEnvIfExpr", IS_STATIC },
    { "BrowserMatch", IS_STATIC }, { "BrowserMatchNoCase", IS_STATIC },

    { "Expires*", IS_STATIC }, { "Deflate*", IS_STATIC },
    { "Brotli*", IS_STATIC }, { "FileETag", IS_STATIC },
    { "AddType", IS_STATIC }, { "RemoveType", IS_STATIC },
    { "AddDefaultCharset", IS_STATIC }, { "DefaultType", IS_STATIC },
    { "AddCharset", IS_STATIC }, { "RemoveCharset", IS_STATIC },
    { "AddEncoding", IS_STATIC }, { "RemoveEncoding", IS_STATIC },
    { "AddLanguage", IS_STATIC }, { "RemoveLanguage", IS_STATIC },
    { "DefaultLanguage", IS_STATIC }, { "LanguagePriority", IS_STATIC },
    { "ForceLanguagePriority", IS_STATIC }, { "MultiviewsMatch", IS_STATIC },
    { "AddHandler", IS_STATIC }, { "RemoveHandler", IS_STATIC },
    { "Action", IS_STATIC }, { "AddOutputFilter", IS_STATIC },
    { "AddOutputFilterByType", IS_STATIC }, { "SetOutputFilter", IS_STATIC },
    { "RemoveOutputFilter", IS_STATIC }, { "AddInputFilter", IS_STATIC },
    { "SetInputFilter", IS_STATIC }, { "RemoveInputFilter", IS_STATIC },
    { "FilterDeclare", IS_STATIC }, { "FilterChain", IS_STATIC },
    { "FilterProtocol", IS_STATIC }, { "ModMimeUsePathInfo", IS_STATIC },

    { "Options", IS_STATIC }, { "DirectoryIndex", IS_STATIC },
    { "DirectoryIndexRedirect", IS_STATIC }, { "DirectorySlash", IS_STATIC },
    { "DirectoryCheckHandler", IS_STATIC }, { "FallbackResource", IS_STATIC },
    { "Index*", IS_STATIC }, { "HeaderName", IS_STATIC },
    { "ReadmeName", IS_STATIC }, { "AddDescription", IS_STATIC },
    { "AddIcon*", IS_STATIC }, { "AddAlt*", IS_STATIC },
    { "DefaultIcon", IS_STATIC }, { "CheckSpelling", IS_STATIC },
    { "CheckCaseOnly", IS_STATIC }, { "AcceptPathInfo", IS_STATIC },
    { "ServerSignature", IS_STATIC }, { "ContentDigest", IS_STATIC },
    { "EnableMMAP", IS_STATIC }, { "EnableSendfile", IS_STATIC },
    { "LimitRequestBody", IS_STATIC }, { "LimitXMLRequestBody", IS_STATIC },
    { "XBitHack", IS_STATIC }, { "SSI*", IS_STATIC },
    { "Substitute*", IS_STATIC }, { "CGIPassAuth", IS_STATIC },
    { "CGIVar", IS_STATIC }, { "QualifyRedirectURL", IS_STATIC },
    { "php_value", IS_STATIC }, { "php_flag", IS_STATIC },
    { "php_admin_value", IS_STATIC }, { "php_admin_flag", IS_STATIC },
    { "RProxyCache*", IS_STATIC }
};
/* clang-format on */

static const char *const reason_names[] = {
#define X(id, name) name,
    DIRECTIVE_REASONS(X)
#undef X
};

const char *directive_reason_name(directive_reason_e reason)
{
    return reason_names[reason];
}

static int name_fits(slice_t name, const char *entry)
{
    size_t len = strlen(entry);

    if (entry[len - 1] == '*') {
        len--;
        return name.len >= len
               && slice_eq_nocase(slice_make(name.p, len),
                                  slice_make(entry, len));
    }
    return slice_eq_nocase(name, slice_make(entry, len));
}

static const directive_entry_t *entry_of(slice_t name)
{
    size_t i;

    for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        if (name_fits(name, entries[i].name)) {
            return &entries[i];
        }
    }
    return NULL;
}

static directive_reason_e read_args(directive_t *out, directive_kind_e kind,
                                    slice_t args)
{
    int only_sets_env = 0;

    switch (kind) {
    case IS_CONDITION:
        return directive_condition(args);
    case IS_RULE:
        out->reason = directive_rule(args, &only_sets_env);
        out->only_sets_env = only_sets_env != 0;
        return out->reason;
    case IS_IF:
        return directive_if(args);
    case IS_HEADER:
        return directive_header(args);
    case IS_TEXT:
        return directive_text(args);
    case IS_REQUIRE:
        return directive_require(args);
    case IS_ALLOW:
        return directive_allow(args);
    case IS_LOGIN:
        return directive_unless_word(args, "None", DIRECTIVE_LOGIN);
    case IS_CERTIFICATE:
        return directive_unless_word(args, "none", DIRECTIVE_CERTIFICATE);
    case IS_SSL_OPTIONS:
        return directive_ssl_options(args);
    case IS_COOKIE:
        return directive_unless_word(args, "Off", DIRECTIVE_COOKIE);
    case IS_SESSION:
        return directive_unless_word(args, "Off", DIRECTIVE_SESSION);
    case IS_CLIENT:
        return DIRECTIVE_CONDITION;
    default:
        return DIRECTIVE_FINE;
    }
}

void directive_read(directive_t *out, slice_t name, slice_t args)
{
    const directive_entry_t *entry = entry_of(name);

    memset(out, 0, sizeof(*out));
    if (!entry) {
        out->reason = DIRECTIVE_UNKNOWN;
        out->is_container = name.len && name.p[0] == '<';
        return;
    }
    out->is_known = 1;
    out->is_container = entry->name[0] == '<';
    out->has_settings = entry->kind == IS_PLACE || entry->kind == IS_IF;
    out->is_module_test = entry->kind == IS_MODULE_TEST;
    out->is_condition = entry->kind == IS_CONDITION;
    out->is_rule = entry->kind == IS_RULE;
    out->reason = read_args(out, entry->kind, args);
}
