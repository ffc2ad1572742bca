/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* section_scan_test.c: single directives: the same for every client or not. */
#include "unit.h"

#include "policy/section_scan.c"
#include "policy/directive_table.c"
#include "policy/directive_args.c"
#include "policy/directive_expression.c"
#include "policy/directive_rewrite.c"

typedef struct {
    const char *name;
    const char *args;
    const char *verdict; /* "static", "container", "group", or the reason */
} case_t;

/* clang-format off */
static const case_t cases[] = {
    /* access */
    { "Require", "all granted", "static" },
    { "require", "ALL Denied", "static" },
    { "Require", "all", "access-by-client" },
    { "Require", "all granted extra", "access-by-client" },
    { "Require", "not all granted", "access-by-client" },
    { "Require", "ip 10.0.0.0/8", "access-by-client" },
    { "Require", "host example.org", "access-by-client" },
    { "Require", "local", "access-by-client" },
    { "Require", "env allowed", "access-by-client" },
    { "Require", "expr %{HTTP_USER_AGENT} != 'x'", "access-by-client" },
    { "Require", "valid-user", "authentication" },
    { "Require", "user ann", "authentication" },
    { "Require", "all ${WHO}", "access-by-client" },
    { "Require", "", "access-by-client" },
    { "Allow", "from all", "static" },
    { "Deny", "from all", "static" },
    { "Deny", "from 10.0.0.1", "access-by-client" },
    { "Allow", "from all 10.0.0.1", "access-by-client" },
    { "Allow", "from env=let_me_in", "access-by-client" },
    { "Order", "deny,allow", "static" },
    { "Satisfy", "any", "static" },
    { "AuthType", "Basic", "authentication" },
    { "AuthType", "None", "static" },
    { "AuthUserFile", "/etc/users", "authentication" },
    { "AuthBasicProvider", "file", "authentication" },
    { "AuthMerging", "Or", "static" },
    { "Session", "On", "session" },
    { "Session", "Off", "static" },
    { "CookieTracking", "on", "sets-cookie" },

    /* sections */
    { "<RequireAny>", "", "group" },
    { "<RequireAll", ">", "group" },
    { "<LocationMatch", "\"^/x\">", "container" },
    { "<Directory", "\"/srv\">", "container" },
    { "<Proxy", "*>", "container" },
    { "<Files", "\"wp-login.php\">", "container" },
    { "<Location", "/x>", "container" },
    { "<VirtualHost", "*:80>", "container" },
    { "<Limit", "GET POST>", "group" },
    { "<AuthnProviderAlias", "file one>", "group" },
    { "<MyModuleSection", "x>", "group" },
    { "<If", "\"%{HTTP_USER_AGENT} =~ /bot/\">", "condition-on-client" },
    { "<If", "\"req('Cookie') =~ /x/\">", "condition-on-client" },
    { "<If", "\"req ('Cookie') =~ /x/\">", "condition-on-client" },
    { "<If", "\"-R '10.0.0.0/8'\">", "condition-on-client" },
    { "<If", "\"%{REMOTE_ADDR} -ipmatch '10.0.0.0/8'\">",
      "condition-on-client" },
    { "<If", "\"-U %{REQUEST_URI}\">", "condition-on-client" },
    { "<If", "\"%{REQUEST_METHOD} == 'GET'\">", "condition-on-client" },
    { "<If", "\"%{TIME_HOUR} -gt 5\">", "condition-on-client" },
    { "<If", "\"%{HTTP:X-A} == 'b'\">", "condition-on-client" },
    { "<If", "\"${ANY}\">", "condition-on-client" },
    { "<If", "\"%{REQUEST_URI\">", "condition-on-client" },
    { "<If", "\"%{REQUEST_URI} =~ m#^/(a|b)#\">", "container" },
    { "<ElseIf", "\"%{HTTPS} == 'on'\">", "container" },
    { "<Else>", "", "container" },

    /* TLS */
    { "SSLRequireSSL", "", "static" },
    { "SSLRequire", "%{SSL_CLIENT_S_DN_O} eq \"x\"", "condition-on-client" },
    { "RProxyGuardRequire", "none", "static" },
    { "RProxyGuardRequire", "key scope=read", "authentication" },
    { "RProxyGuardDeny", "drop", "condition-on-client" },
    { "<RProxyGuardLimit", "few>", "condition-on-client" },
    { "SSLVerifyClient", "none", "static" },
    { "SSLVerifyClient", "optional", "client-certificate" },
    { "SSLOptions", "+StdEnvVars", "static" },
    { "SSLOptions", "+StdEnvVars +FakeBasicAuth", "client-certificate" },

    /* fields */
    { "Header", "set X-A \"b c\"", "static" },
    { "Header", "always set X-A 100%%", "static" },
    { "Header", "unset ETag", "static" },
    { "Header", "edit Set-Cookie ^(.*)$ $1;Secure", "static" },
    { "Header", "set X-A %{REMOTE_ADDR}s", "value-from-client" },
    { "Header", "set X-A %t", "value-from-client" },
    { "Header", "set X-A %", "value-from-client" },
    { "Header", "set X-A \"expr=%{REMOTE_ADDR}\"", "condition-on-client" },
    { "Header", "set X-A b \"expr=%{HTTPS} == 'on'\"", "static" },
    { "Header", "set X-A b \"expr=%{CONTENT_TYPE} =~ m#text\\/html|xml#i\"",
      "static" },
    { "Header", "set X-A b env=IS_CORS", "condition-on-client" },
    { "Header", "set X-A b early", "value-from-client" },
    { "Header", "echo X-A", "value-from-client" },
    { "Header", "set X-A ${VALUE}", "value-from-client" },
    { "Header", "set X-A \"b", "unreadable" },
    { "RequestHeader", "unset Proxy", "static" },
    { "RequestHeader", "set X-User %{REMOTE_USER}s", "value-from-client" },
    { "Redirect", "301 /a https://example.org/b", "static" },
    { "Redirect", "301 https://example.org/%{HTTP_COOKIE}",
      "value-from-client" },
    { "ErrorDocument", "404 /404.html", "static" },
    { "ErrorDocument", "404 \"%{HTTP_HOST} has no %{REQUEST_URI}\"",
      "static" },
    { "ErrorDocument", "404 \"hello %{REMOTE_ADDR}\"", "value-from-client" },
    { "ErrorDocument", "404 \"%{escape:%{REQUEST_URI}}\"",
      "value-from-client" },
    { "SetHandler", "\"proxy:unix:/run/php.sock|fcgi://x/\"", "static" },
    { "SetHandler", "\"expr=%{REMOTE_USER}\"", "value-from-client" },
    { "SetHandler", "\"expr=req('X')\"", "value-from-client" },
    { "SetEnvIf", "User-Agent bot is_bot", "static" },
    { "BrowserMatch", "MSIE no-gzip", "static" },
    { "ExpiresByType", "text/css \"access plus 1 year\"", "static" },

    /* rewriting */
    { "RewriteCond", "%{REQUEST_FILENAME} !-f", "static" },
    { "RewriteCond", "\"%{DOCUMENT_ROOT}/c/%{HTTP_HOST}/%1$1\" -f", "static" },
    { "RewriteCond", "%{QUERY_STRING} ^p=\\d+$ [NC,OR]", "static" },
    { "RewriteCond", "%{ENV:REDIRECT_STATUS} ^$", "static" },
    { "RewriteCond", "%{HTTPS} !=on", "static" },
    { "RewriteCond", "%{REMOTE_ADDR} !^10\\.", "condition-on-client" },
    { "RewriteCond", "%{HTTP_USER_AGENT} bot", "condition-on-client" },
    { "RewriteCond", "%{HTTP_COOKIE} logged", "condition-on-client" },
    { "RewriteCond", "%{HTTP_REFERER} !example", "condition-on-client" },
    { "RewriteCond", "%{HTTP:X-Forwarded-Proto} !https",
      "condition-on-client" },
    { "RewriteCond", "%{ENV:HTTPS} !on", "condition-on-client" },
    { "RewriteCond", "%{TIME_HOUR} >5", "condition-on-client" },
    { "RewriteCond", "%{LA-U:REMOTE_USER} x", "condition-on-client" },
    { "RewriteCond", "%{SSL:SSL_CLIENT_VERIFY} x", "condition-on-client" },
    { "RewriteCond", "%{SERVER_PROTOCOL} 1.0", "condition-on-client" },
    { "RewriteCond", "%{REQUEST_URI}%{REMOTE_HOST} x", "condition-on-client" },
    { "RewriteCond", "${map:%{REQUEST_URI}} x", "condition-on-client" },
    { "RewriteCond", "%{REQUEST_FILENAME} -F", "condition-on-client" },
    { "RewriteCond", "%{REQUEST_URI} !-U", "condition-on-client" },
    { "RewriteCond", "expr \"%{REQUEST_URI} =~ /x/\"", "static" },
    { "RewriteCond", "expr \"-R '10.0.0.0/8'\"", "condition-on-client" },
    { "RewriteCond", "%{REQUEST_URI}", "unreadable" },
    { "RewriteCond", "\"%{REQUEST_URI} x", "unreadable" },
    { "RewriteCond", "%{REQUEST_METHOD} !=POST", "static" },
    { "RewriteCond", "%{REQUEST_METHOD} ^(TRACE|TRACK) [NC]", "static" },
    { "RewriteCond", "%{REQUEST_METHOD} !^(GET|HEAD)$", "static" },
    { "RewriteCond", "%{REQUEST_METHOD} ^(HEAD|TRACE|DELETE)",
      "get-and-head-differ" },
    { "RewriteCond", "%{REQUEST_METHOD} =get", "get-and-head-differ" },
    { "RewriteCond", "%{REQUEST_METHOD} ^G", "get-and-head-differ" },
    { "RewriteCond", "%{REQUEST_METHOD} ^...$", "get-and-head-differ" },
    { "RewriteCond", "%{THE_REQUEST} ^[A-Z]{3,9}\\ /index\\.php\\ HTTP/",
      "static" },
    { "RewriteCond", "%{THE_REQUEST} \\s/+index\\.php", "static" },
    { "RewriteCond", "%{THE_REQUEST} ^[A-Z]{3}\\ /", "get-and-head-differ" },
    { "RewriteCond", "%{THE_REQUEST} ^GET\\ /", "get-and-head-differ" },
    { "RewriteCond", "%{THE_REQUEST} HTTP/1\\.0$", "get-and-head-differ" },
    { "RewriteRule", "^index\\.php$ - [L]", "static" },
    { "RewriteRule", ". /index.php [L]", "static" },
    { "RewriteRule", "^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L,NE]",
      "static" },
    { "RewriteRule", "^x - [F]", "static" },
    { "RewriteRule", ".* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]",
      "static" },
    { "RewriteRule", ".* - [E=\"Cache-Vary:a,b\"]", "static" },
    { "RewriteRule", "^a$ /b?ip=%{REMOTE_ADDR}", "value-from-client" },
    { "RewriteRule", "^a$ ${map:$1}", "value-from-client" },
    { "RewriteRule", "^a$ /b [CO=n:v:example.org]", "sets-cookie" },
    { "RewriteRule", "^a$ /b [T=%{HTTP:X}]", "value-from-client" },
    { "RewriteRule", "^a$ /b [ZZ]", "unreadable" },
    { "RewriteRule", "^a$ /b [L", "unreadable" },
    { "RewriteRule", "^a$", "unreadable" },

    /* of modules not known here */
    { "MyModuleThing", "%{REMOTE_ADDR}", "static" },
    { "RProxyPass", "/ http://127.0.0.1:3000", "static" },
};
/* clang-format on */

static void check_case(void **state)
{
    const case_t *c = *state;
    directive_reason_e reason;
    section_scan_e verdict =
        section_scan(slice_str(c->name), slice_str(c->args), &reason);
    const char *got = directive_reason_name(reason);

    if (verdict == SECTION_CONTAINER) {
        got = "container";
    }
    else if (verdict == SECTION_GROUP) {
        got = "group";
    }
    assert_string_equal(got, c->verdict);
    assert_int_equal(verdict == SECTION_CLIENT, reason != DIRECTIVE_FINE);
}

static void check_without_reason(void **state)
{
    (void)state;
    assert_int_equal(section_scan(SLICE_LIT("Require"), SLICE_LIT("ip ::1"),
                                  NULL),
                     SECTION_CLIENT);
}

/* What httpd does with quotes is not what mod_rewrite does. */
static void check_words(void **state)
{
    slice_t rest = SLICE_LIT(" a \"b \\\" c\"d 'e'\tf\\ "), word;
    unit_text_t text = { "", 0 };

    (void)state;
    while (directive_word_next(&rest, &word) == 1) {
        unit_text_add(&text, "[%.*s]", (int)word.len, word.p);
    }
    assert_string_equal(text.text, "[a][b \\\" c][d][e][f\\]");
    rest = SLICE_LIT("'a b");
    assert_int_equal(directive_word_next(&rest, &word), -1);
}

int main(void)
{
    static char names[UNIT_COUNT(cases)][128];
    size_t i;

    for (i = 0; i < UNIT_COUNT(cases); i++) {
        snprintf(names[i], sizeof(names[i]), "%s %s", cases[i].name,
                 cases[i].args);
        unit_add(names[i], check_case, &cases[i]);
    }
    unit_add("no reason wanted", check_without_reason, NULL);
    unit_add("words", check_words, NULL);
    return unit_run("section_scan");
}
