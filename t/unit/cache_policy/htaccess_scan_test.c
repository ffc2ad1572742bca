/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* htaccess_scan_test.c: whole .htaccess files, as applications, plugins and
 * administrators write them: "fine", or line, directive and reason. */
#include "unit.h"
#include "guard_page.h"

#include "policy/htaccess_scan.c"
#include "policy/directive_table.c"
#include "policy/directive_args.c"
#include "policy/directive_expression.c"
#include "policy/directive_rewrite.c"

typedef struct {
    const char *name;
    const char *modules; /* NULL: no function; else those that are there */
    const char *text;
    const char *verdict;
} case_t;

#define WORDPRESS                                                     \
    "# BEGIN WordPress\n"                                             \
    "<IfModule mod_rewrite.c>\n"                                      \
    "RewriteEngine On\n"                                              \
    "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n" \
    "RewriteBase /\n"                                                 \
    "RewriteRule ^index\\.php$ - [L]\n"                               \
    "RewriteCond %{REQUEST_FILENAME} !-f\n"                           \
    "RewriteCond %{REQUEST_FILENAME} !-d\n"                           \
    "RewriteRule . /index.php [L]\n"                                  \
    "</IfModule>\n"                                                   \
    "# END WordPress\n"

/* clang-format off */
static const case_t cases[] = {
    { "nothing", NULL, "", "fine" },
    { "comments only", NULL, "# a\n  # b\n\n\t\n", "fine" },
    { "WordPress", NULL, WORDPRESS, "fine" },
    { "WordPress, lines of DOS", NULL,
      "RewriteEngine On\r\nRewriteCond %{REQUEST_FILENAME} !-f\r\n"
      "RewriteRule . /index.php [L]\r\n", "fine" },
    { "no line end at the end", NULL, "Options -Indexes", "fine" },
    { "authorization handed to the application", NULL,
      "RewriteEngine On\n"
      "RewriteCond %{HTTP:Authorization} .\n"
      "RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\n"
      "RewriteCond %{REQUEST_FILENAME} !-d\n"
      "RewriteCond %{REQUEST_URI} (.+)/$\n"
      "RewriteRule ^ %1 [L,R=301]\n"
      "RewriteRule ^ index.php [L]\n", "fine" },
    { "the same, but it also stops", NULL,
      "RewriteCond %{HTTP:Authorization} .\n"
      "RewriteRule .* - [E=A:%{HTTP:Authorization},L]\n",
      "1 RewriteCond condition-on-client" },
    { "a condition on the client counts for its rule only", NULL,
      "RewriteCond %{REQUEST_URI} a\n"
      "RewriteCond %{HTTP_COOKIE} b\n"
      "RewriteRule ^ - [E=C:d]\n"
      "RewriteCond %{HTTP_USER_AGENT} e\n"
      "RewriteRule ^ - [F]\n", "4 RewriteCond condition-on-client" },
    { "a condition on the client without a rule", NULL,
      "RewriteCond %{HTTP_USER_AGENT} e\n",
      "1 RewriteCond condition-on-client" },
    { "what comes first is told", NULL,
      "RewriteCond %{HTTP_USER_AGENT} e\n"
      "RewriteRule ^ - [CO=a:b:c]\n", "1 RewriteCond condition-on-client" },
    { "HTTPS behind a proxy", NULL,
      "RewriteCond %{HTTP:X-Forwarded-Proto} !https\n"
      "RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]\n",
      "1 RewriteCond condition-on-client" },
    { "to HTTPS and to www", NULL,
      "RewriteCond %{HTTPS} off [OR]\n"
      "RewriteCond %{HTTP_HOST} !^www\\. [NC]\n"
      "RewriteRule (.*) https://www.example.org/$1 [R=301,L]\n", "fine" },
    { "files kept from everybody", NULL,
      "<Files wp-config.php>\n"
      "  <IfModule mod_authz_core.c>\n"
      "    Require all denied\n"
      "  </IfModule>\n"
      "  <IfModule !mod_authz_core.c>\n"
      "    Order deny,allow\n"
      "    Deny from all\n"
      "  </IfModule>\n"
      "</Files>\n"
      "<FilesMatch \"^\\.\">\nRequire all denied\n</FilesMatch>\n"
      "ServerSignature Off\nLimitRequestBody 10240000\n" WORDPRESS, "fine" },
    { "the login for one address", NULL,
      "<Files wp-login.php>\n"
      "Require ip 192.0.2.1\n"
      "</Files>\n", "2 Require access-by-client" },
    { "addresses shut out", NULL,
      "<RequireAll>\n"
      "    Require all granted\n"
      "    Require not ip 192.0.2.1\n"
      "</RequireAll>\n", "3 Require access-by-client" },
    { "shut out in the old way", NULL,
      "Order allow,deny\nAllow from all\nDeny from 192.0.2.1\n",
      "3 Deny access-by-client" },
    { "a password", NULL,
      "AuthType Basic\nAuthName x\nRequire valid-user\n",
      "1 AuthType authentication" },
    { "bad robots", NULL,
      "SetEnvIfNoCase User-Agent evil bad\n"
      "Order allow,deny\nAllow from all\nDeny from env=bad\n",
      "4 Deny access-by-client" },
    { "methods of a security plugin", NULL,
      "RewriteCond %{REQUEST_METHOD} ^(HEAD|TRACE|DELETE|TRACK) [NC]\n"
      "RewriteRule ^ - [F]\n", "1 RewriteCond get-and-head-differ" },
    { "strings of an attack in the query", NULL,
      "RewriteCond %{QUERY_STRING} (<|%3C).*script.*(>|%3E) [NC,OR]\n"
      "RewriteCond %{QUERY_STRING} GLOBALS(=|\\[|%[0-9A-Z]{0,2})\n"
      "RewriteRule .* - [F,L]\n", "fine" },
    { "times, types, compression and fields", NULL,
      "<IfModule mod_expires.c>\nExpiresActive on\n"
      "ExpiresByType text/css \"access plus 1 year\"\n</IfModule>\n"
      "<IfModule mod_deflate.c>\n"
      "AddOutputFilterByType DEFLATE text/html text/css\n</IfModule>\n"
      "<IfModule mod_mime.c>\nAddCharset utf-8 .css .js\n"
      "AddType font/woff2 woff2\n</IfModule>\n"
      "AddDefaultCharset utf-8\nFileETag None\nOptions -MultiViews\n"
      "<IfModule mod_headers.c>\n"
      "Header always set X-Frame-Options \"DENY\" "
      "\"expr=%{CONTENT_TYPE} =~ m#text\\/html#i\"\n"
      "Header unset X-Powered-By\n</IfModule>\n"
      "php_value memory_limit 256M\nphp_flag display_errors off\n"
      "ErrorDocument 404 /404.html\nDirectoryIndex index.php\n"
      "Redirect 301 /old /new\nRProxyCacheDefault 60s\n", "fine" },
    { "fields for other origins", NULL,
      "SetEnvIf Origin \":\" IS_CORS\n"
      "Header set Access-Control-Allow-Origin \"*\" env=IS_CORS\n",
      "2 Header condition-on-client" },
    { "pages kept for mobile clients", NULL,
      "RewriteEngine On\n"
      "RewriteCond %{HTTP_USER_AGENT} Mobile\n"
      "RewriteRule ^ /mobile%{REQUEST_URI} [L]\n",
      "2 RewriteCond condition-on-client" },
    { "LiteSpeed's own part is never read", NULL,
      "<IfModule LiteSpeed>\nCacheLookup on\n"
      "RewriteCond %{HTTP_USER_AGENT} Mobile\n"
      "RewriteRule .* - [E=Cache-Control:vary=ismobile]\n"
      "<IfModule x>\nRequire ip ::1\n</IfModule>\n"
      "</IfModule>\n" WORDPRESS, "fine" },
    { "what follows it is", NULL,
      "<IfModule LiteSpeed>\nCacheLookup on\n</IfModule>\nCacheLookup on\n",
      "4 CacheLookup unknown-directive" },
    { "not LiteSpeed", NULL,
      "<IfModule !LiteSpeed>\nRequire ip ::1\n</IfModule>\n",
      "2 Require access-by-client" },
    { "a module that is not there", "mod_rewrite.c",
      "<IfModule mod_x.c>\nRequire ip ::1\n</IfModule>\n"
      "<IfModule !mod_rewrite.c>\nRequire ip ::1\n</IfModule>\n"
      "<IfModule !mod_x.c>\nOptions All\n</IfModule>\n", "fine" },
    { "a module that is", "mod_rewrite.c",
      "<IfModule mod_rewrite.c>\nRequire ip ::1\n</IfModule>\n",
      "2 Require access-by-client" },
    { "no module that is not there", "mod_rewrite.c",
      "<IfModule !mod_x.c>\nRequire ip ::1\n</IfModule>\n",
      "2 Require access-by-client" },
    { "a module nobody can ask for", "mod_rewrite.c",
      "<IfModule ${X}>\nRequire ip ::1\n</IfModule>\n",
      "2 Require access-by-client" },
    { "a section inside that is not read is closed", "mod_rewrite.c",
      "<IfModule mod_x.c>\n<Files a>\n</Files>\nRequire ip ::1\n</IfModule>\n"
      "Require ip ::2\n", "6 Require access-by-client" },
    { "an expression on the client", NULL,
      "<If \"%{HTTP_USER_AGENT} =~ /x/\">\nOptions All\n</If>\n",
      "1 <If condition-on-client" },
    { "an unknown directive", NULL, "Options All\nSecRuleEngine On\n",
      "2 SecRuleEngine unknown-directive" },
    { "an unknown section", NULL, "<Foo a>\n</Foo>\n",
      "1 <Foo unknown-directive" },
    { "a quoted name", NULL, "\"Options\" All\n",
      "1 \"Options\" unknown-directive" },
    { "a name that is a variable", NULL, "${REQUIRE} ip ::1\n",
      "1 ${REQUIRE} unknown-directive" },
    { "a joined line", NULL, "Options \\\n  All\n", "1 - unreadable" },
    { "a joined comment hides the next line", NULL,
      "# a \\\n<IfModule LiteSpeed>\nRequire ip ::1\n</IfModule>\n",
      "1 - unreadable" },
    { "a section without its end", NULL, "<Files a>\nOptions All\n",
      "3 - unreadable" },
    { "an end without its section", NULL, "</Files>\n",
      "1 </Files unreadable" },
    { "a section's line without its bracket", NULL, "<Files a\n</Files>\n",
      "1 <Files unreadable" },
    { "an open quote", NULL, "Header set A \"b\nOptions All\n",
      "1 Header unreadable" },
    { "a byte order mark", NULL, "\xef\xbb\xbfOptions All\n",
      "1 \xef\xbb\xbfOptions unknown-directive" },
    { "in any case", NULL, "OPTIONS all\nrequire IP ::1\n",
      "2 require access-by-client" },
};
/* clang-format on */

static int is_listed(void *context, slice_t name)
{
    return slice_eq(name, slice_str(context));
}

static void check_text(const case_t *c, slice_t text)
{
    htaccess_verdict_t v;
    unit_text_t got = { "", 0 };
    int fine = htaccess_scan(&v, text, c->modules ? is_listed : NULL,
                             (void *)c->modules);

    if (fine) {
        unit_text_add(&got, "fine");
    }
    else {
        unit_text_add(&got, "%u %.*s %s", v.line,
                      v.directive.p ? (int)v.directive.len : 1,
                      v.directive.p ? v.directive.p : "-",
                      directive_reason_name(v.reason));
    }
    assert_string_equal(got.text, c->verdict);
}

static void check_case(void **state)
{
    const case_t *c = *state;
    size_t len = strlen(c->text);
    guard_page_t page;

    guard_page_open(&page, len);
    check_text(c, slice_make(guard_page_put(&page, c->text, len), len));
    guard_page_close(&page);
}

static void check_nul(void **state)
{
    static const case_t c = { "", NULL, "", "1 - unreadable" };

    (void)state;
    check_text(&c, SLICE_LIT("Options All\0Require ip ::1\n"));
}

int main(void)
{
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        unit_add(cases[i].name, check_case, &cases[i]);
    }
    unit_add("a NUL", check_nul, NULL);
    return unit_run("htaccess_scan");
}
