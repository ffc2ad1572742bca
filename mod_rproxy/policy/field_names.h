/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* field_names.h: the field names a proxy has to know.  Layer L0.
 *
 * Says of a name what kind of treatment it needs, and gives a static spelling,
 * so that common names are never copied.  RFC 9110 sections 7.6 and 16.3. */
#ifndef RPROXY_FIELD_NAMES_H
#define RPROXY_FIELD_NAMES_H

#include "../http1/h1_slice.h"

typedef enum {
    FIELD_KIND_REGULAR,   /* end to end, nothing special */
    FIELD_KIND_HOP,       /* of one connection only, never sent on */
    FIELD_KIND_FRAME,     /* frames or routes; written anew for each hop */
    FIELD_KIND_FORWARD,   /* tells the origin about the client */
    FIELD_KIND_REFERENCE, /* a response's names and paths of the origin */
    FIELD_KIND_REVEAL     /* tells what software the origin runs */
} field_kind_e;

/* id, kind, name, and three characters that tell names of one length apart:
 * the first, the one at length / 2, the last but one; lower case.  Two names
 * in one slot of the table are a compiler's error (initialised twice).
 * FIELD_FORWARD_* stand in the order of the settings. */
/* clang-format off */
#define FIELD_NAMES(X)                                                        \
    X(FIELD_CONNECTION, FIELD_KIND_HOP, "Connection", 'c','c','o')            \
    X(FIELD_KEEP_ALIVE, FIELD_KIND_HOP, "Keep-Alive", 'k','a','v')            \
    X(FIELD_PROXY_CONNECTION, FIELD_KIND_HOP,                                 \
      "Proxy-Connection", 'p','n','o')                                        \
    X(FIELD_PROXY_AUTHENTICATE, FIELD_KIND_HOP,                               \
      "Proxy-Authenticate", 'p','h','t')                                      \
    X(FIELD_PROXY_AUTHORIZATION, FIELD_KIND_HOP,                              \
      "Proxy-Authorization", 'p','h','o')                                     \
    X(FIELD_PROXY_AUTHENTICATION_INFO, FIELD_KIND_HOP,                        \
      "Proxy-Authentication-Info", 'p','t','f')                               \
    X(FIELD_TE, FIELD_KIND_HOP, "TE", 't','e','t')                            \
    X(FIELD_TRAILER, FIELD_KIND_HOP, "Trailer", 't','i','e')                  \
    X(FIELD_UPGRADE, FIELD_KIND_HOP, "Upgrade", 'u','r','d')                  \
    X(FIELD_HTTP2_SETTINGS, FIELD_KIND_HOP, "HTTP2-Settings", 'h','e','g')    \
    X(FIELD_PROXY, FIELD_KIND_HOP, "Proxy", 'p','o','x')                      \
    X(FIELD_TRANSFER_ENCODING, FIELD_KIND_FRAME,                              \
      "Transfer-Encoding", 't','-','n')                                       \
    X(FIELD_CONTENT_LENGTH, FIELD_KIND_FRAME, "Content-Length", 'c','-','t')  \
    X(FIELD_HOST, FIELD_KIND_FRAME, "Host", 'h','s','s')                      \
    X(FIELD_EXPECT, FIELD_KIND_FRAME, "Expect", 'e','e','c')                  \
    X(FIELD_FORWARD_FOR, FIELD_KIND_FORWARD, "X-Forwarded-For", 'x','r','o')  \
    X(FIELD_FORWARD_PROTO, FIELD_KIND_FORWARD,                                \
      "X-Forwarded-Proto", 'x','d','t')                                       \
    X(FIELD_FORWARD_HOST, FIELD_KIND_FORWARD,                                 \
      "X-Forwarded-Host", 'x','d','s')                                        \
    X(FIELD_FORWARD_PORT, FIELD_KIND_FORWARD,                                 \
      "X-Forwarded-Port", 'x','d','r')                                        \
    X(FIELD_FORWARD_REAL_IP, FIELD_KIND_FORWARD, "X-Real-IP", 'x','a','i')    \
    X(FIELD_FORWARD_RFC7239, FIELD_KIND_FORWARD, "Forwarded", 'f','a','e')    \
    X(FIELD_FORWARD_VIA, FIELD_KIND_FORWARD, "Via", 'v','i','i')              \
    X(FIELD_FORWARD_REQUEST_ID, FIELD_KIND_FORWARD,                           \
      "X-Request-ID", 'x','e','i')                                            \
    X(FIELD_FORWARD_TRACEPARENT, FIELD_KIND_FORWARD,                          \
      "traceparent", 't','p','n')                                             \
    X(FIELD_TRACESTATE, FIELD_KIND_FORWARD, "tracestate", 't','s','t')        \
    X(FIELD_LOCATION, FIELD_KIND_REFERENCE, "Location", 'l','t','o')          \
    X(FIELD_CONTENT_LOCATION, FIELD_KIND_REFERENCE,                           \
      "Content-Location", 'c','l','o')                                        \
    X(FIELD_REFRESH, FIELD_KIND_REFERENCE, "Refresh", 'r','r','s')            \
    X(FIELD_LINK, FIELD_KIND_REFERENCE, "Link", 'l','n','n')                  \
    X(FIELD_SET_COOKIE, FIELD_KIND_REFERENCE, "Set-Cookie", 's','o','i')      \
    X(FIELD_SERVER, FIELD_KIND_REVEAL, "Server", 's','v','e')                 \
    X(FIELD_X_POWERED_BY, FIELD_KIND_REVEAL, "X-Powered-By", 'x','r','b')     \
    X(FIELD_X_ASPNET_VERSION, FIELD_KIND_REVEAL,                              \
      "X-AspNet-Version", 'x','-','o')                                        \
    X(FIELD_X_ASPNETMVC_VERSION, FIELD_KIND_REVEAL,                           \
      "X-AspNetMvc-Version", 'x','v','o')                                     \
    X(FIELD_CONTENT_TYPE, FIELD_KIND_REGULAR, "Content-Type", 'c','t','p')    \
    X(FIELD_CONTENT_ENCODING, FIELD_KIND_REGULAR,                             \
      "Content-Encoding", 'c','e','n')                                        \
    X(FIELD_CONTENT_LANGUAGE, FIELD_KIND_REGULAR,                             \
      "Content-Language", 'c','l','g')                                        \
    X(FIELD_CONTENT_RANGE, FIELD_KIND_REGULAR, "Content-Range", 'c','t','g')  \
    X(FIELD_CONTENT_DISPOSITION, FIELD_KIND_REGULAR,                          \
      "Content-Disposition", 'c','i','o')                                     \
    X(FIELD_CONTENT_SECURITY_POLICY, FIELD_KIND_REGULAR,                      \
      "Content-Security-Policy", 'c','u','c')                                 \
    X(FIELD_DATE, FIELD_KIND_REGULAR, "Date", 'd','t','t')                    \
    X(FIELD_ETAG, FIELD_KIND_REGULAR, "ETag", 'e','a','a')                    \
    X(FIELD_LAST_MODIFIED, FIELD_KIND_REGULAR, "Last-Modified", 'l','o','e')  \
    X(FIELD_CACHE_CONTROL, FIELD_KIND_REGULAR, "Cache-Control", 'c','c','o')  \
    X(FIELD_EXPIRES, FIELD_KIND_REGULAR, "Expires", 'e','i','e')              \
    X(FIELD_VARY, FIELD_KIND_REGULAR, "Vary", 'v','r','r')                    \
    X(FIELD_AGE, FIELD_KIND_REGULAR, "Age", 'a','g','g')                      \
    X(FIELD_PRAGMA, FIELD_KIND_REGULAR, "Pragma", 'p','g','m')                \
    X(FIELD_ALLOW, FIELD_KIND_REGULAR, "Allow", 'a','l','o')                  \
    X(FIELD_RETRY_AFTER, FIELD_KIND_REGULAR, "Retry-After", 'r','-','e')      \
    X(FIELD_ACCEPT_RANGES, FIELD_KIND_REGULAR, "Accept-Ranges", 'a','-','e')  \
    X(FIELD_WWW_AUTHENTICATE, FIELD_KIND_REGULAR,                             \
      "WWW-Authenticate", 'w','e','t')                                        \
    X(FIELD_STRICT_TRANSPORT_SECURITY, FIELD_KIND_REGULAR,                    \
      "Strict-Transport-Security", 's','p','t')                               \
    X(FIELD_X_CONTENT_TYPE_OPTIONS, FIELD_KIND_REGULAR,                       \
      "X-Content-Type-Options", 'x','y','n')                                  \
    X(FIELD_X_FRAME_OPTIONS, FIELD_KIND_REGULAR,                              \
      "X-Frame-Options", 'x','-','n')                                         \
    X(FIELD_X_XSS_PROTECTION, FIELD_KIND_REGULAR,                             \
      "X-XSS-Protection", 'x','o','o')                                        \
    X(FIELD_REFERRER_POLICY, FIELD_KIND_REGULAR,                              \
      "Referrer-Policy", 'r','r','c')                                         \
    X(FIELD_PERMISSIONS_POLICY, FIELD_KIND_REGULAR,                           \
      "Permissions-Policy", 'p','n','c')                                      \
    X(FIELD_ALLOW_ORIGIN, FIELD_KIND_REGULAR,                                 \
      "Access-Control-Allow-Origin", 'a','l','i')                             \
    X(FIELD_ALLOW_METHODS, FIELD_KIND_REGULAR,                                \
      "Access-Control-Allow-Methods", 'a','-','d')                            \
    X(FIELD_ALLOW_HEADERS, FIELD_KIND_REGULAR,                                \
      "Access-Control-Allow-Headers", 'a','-','r')                            \
    X(FIELD_ALLOW_CREDENTIALS, FIELD_KIND_REGULAR,                            \
      "Access-Control-Allow-Credentials", 'a','l','l')                        \
    X(FIELD_ALT_SVC, FIELD_KIND_REGULAR, "Alt-Svc", 'a','-','v')
/* clang-format on */

typedef enum {
    FIELD_OTHER,
#define X(id, kind, name, first, middle, penult) id,
    FIELD_NAMES(X)
#undef X
    FIELD_X_FORWARDED_OTHER, /* any other X-Forwarded-* */
    FIELD_ID_COUNT
} field_id_e;

/* Which name is it?  Compares without case, and takes "_" for "-": origins
 * that turn names into variables (CGI, WSGI) cannot tell the two apart.
 * @param folded out: 1 if the name matches only with "_" read as "-" */
field_id_e field_names_find(slice_t name, int *folded);

/* FIELD_KIND_REGULAR for FIELD_OTHER. */
field_kind_e field_names_kind(field_id_e id);

/* The usual spelling, NUL-terminated and static; NULL for the two OTHER. */
const char *field_names_text(field_id_e id);

#endif
