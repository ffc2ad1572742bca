/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* agent_list.c: see agent_list.h.  Layer L1. */
#include "agent_list.h"

#include <stdlib.h>

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_strings.h>

#include "agent_match.h"

enum {
    FILE_MAX = 1024 * 1024,
    LOOKED_AT = 1024 /* bytes of a user agent */
};

#define FACTS (APR_FINFO_MTIME | APR_FINFO_SIZE | APR_FINFO_INODE)

typedef struct {
    char *text; /* that the lines are slices of */
    agent_line_t *lines;
    void *memory; /* of match */
    const agent_match_t *match;
    uint32_t count;
} content_t;

struct agent_list_t {
    const char *path;
    struct {
        content_t content;
        uint32_t readers; /* atomic */
    } place[2];
    uint32_t current; /* atomic: a place */
    uint32_t version; /* atomic */
    apr_finfo_t seen;
};

/* ---- making ---- */

static void drop(content_t *content)
{
    free(content->text);
    free(content->lines);
    free(content->memory);
    *content = (content_t){ 0 };
}

static apr_status_t forget(void *data)
{
    agent_list_t *list = data;

    drop(&list->place[0].content);
    drop(&list->place[1].content);
    return APR_SUCCESS;
}

agent_list_t *agent_list_create(apr_pool_t *pool, const char *path)
{
    agent_list_t *list = apr_pcalloc(pool, sizeof(*list));

    list->path = path;
    apr_pool_cleanup_register(pool, list, forget, apr_pool_cleanup_null);
    return list;
}

static const char *make_match(content_t *content)
{
    slice_t *words = malloc(sizeof(*words) * (content->count + 1));
    const char *wrong = NULL;
    size_t room;
    uint32_t i;

    for (i = 0; words && i < content->count; i++) {
        words[i] = content->lines[i].word;
    }
    room = words ? agent_match_room(words, content->count) : 1;
    content->memory = words && room ? malloc(room) : NULL;
    if (!room) {
        wrong = "its words have more than 60000 letters";
    }
    else if (!content->memory) {
        wrong = "there is no memory for it";
    }
    else {
        content->match =
            agent_match_make(content->memory, words, content->count);
    }
    free(words);
    return wrong;
}

/* Takes the text. */
static const char *make_content(content_t *content, char *text, size_t len,
                                apr_pool_t *pool)
{
    slice_t all = slice_make(text, len);
    agent_fault_t fault;

    *content = (content_t){ .text = text };
    content->lines =
        malloc(sizeof(*content->lines) * (agent_lines_count(all) + 1));
    if (!content->lines) {
        return "there is no memory for it";
    }
    content->count = agent_lines_read(all, content->lines, &fault);
    if (fault.line) {
        return apr_psprintf(pool, "line %u: '%.*s': %s", fault.line,
                            (int)fault.text.len, fault.text.p, fault.reason);
    }
    return make_match(content);
}

/* Into the place where nobody looks. */
static void publish(agent_list_t *list, const content_t *content)
{
    uint32_t next = !list->current;

    while (__atomic_load_n(&list->place[next].readers, __ATOMIC_SEQ_CST)) {
        apr_sleep(1000); /* a look takes less */
    }
    drop(&list->place[next].content);
    list->place[next].content = *content;
    __atomic_store_n(&list->current, next, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&list->version, 1, __ATOMIC_SEQ_CST);
}

/* ---- the file ---- */

static const char *read_text(agent_list_t *list, apr_file_t *file, char **text,
                             size_t *len, apr_pool_t *pool)
{
    char reason[120];
    apr_size_t size;
    apr_status_t rv = apr_file_info_get(&list->seen, FACTS, file);

    if (rv == APR_SUCCESS && list->seen.size > FILE_MAX) {
        return "it is larger than 1 MiB";
    }
    size = rv == APR_SUCCESS ? (apr_size_t)list->seen.size : 0;
    *text = malloc(size + 1);
    if (!*text) {
        return "there is no memory for it";
    }
    if (rv == APR_SUCCESS && size) {
        rv = apr_file_read_full(file, *text, size, &size);
    }
    *len = size;
    if (rv == APR_SUCCESS || rv == APR_EOF) {
        return NULL;
    }
    free(*text);
    return apr_pstrdup(pool, apr_strerror(rv, reason, sizeof(reason)));
}

const char *agent_list_load(agent_list_t *list, apr_pool_t *pool)
{
    content_t content = { 0 };
    apr_file_t *file;
    char reason[120], *text;
    const char *wrong;
    size_t len;
    apr_status_t rv =
        apr_file_open(&file, list->path, APR_FOPEN_READ | APR_FOPEN_BINARY,
                      APR_FPROT_OS_DEFAULT, pool);

    if (rv != APR_SUCCESS) {
        return apr_psprintf(pool, "%s cannot be opened: %s", list->path,
                            apr_strerror(rv, reason, sizeof(reason)));
    }
    wrong = read_text(list, file, &text, &len, pool);
    apr_file_close(file);
    if (!wrong) {
        wrong = make_content(&content, text, len, pool);
        if (wrong) {
            drop(&content);
        }
        else {
            publish(list, &content);
        }
    }
    return wrong ? apr_psprintf(pool, "%s: %s", list->path, wrong) : NULL;
}

int agent_list_changed(agent_list_t *list, apr_pool_t *pool)
{
    apr_finfo_t info;

    return apr_stat(&info, list->path, FACTS, pool) == APR_SUCCESS
           && (info.mtime != list->seen.mtime || info.size != list->seen.size
               || info.inode != list->seen.inode);
}

/* ---- looking ---- */

static void copy(char *out, size_t room, slice_t text)
{
    size_t len = text.len < room ? text.len : room - 1;

    if (len) {
        memcpy(out, text.p, len);
    }
    out[len] = '\0';
}

static void look(const content_t *content, slice_t agent, agent_t *found)
{
    uint32_t n = content->match ? agent_match_find(content->match, agent)
                                : AGENT_MATCH_NONE;

    if (n == AGENT_MATCH_NONE) {
        return;
    }
    found->class = content->lines[n].class;
    copy(found->domains, sizeof(found->domains), content->lines[n].domains);
    copy(found->list, sizeof(found->list), content->lines[n].list);
}

void agent_list_find(agent_list_t *list, slice_t agent, agent_t *found)
{
    uint32_t at;

    agent.len = agent.len < LOOKED_AT ? agent.len : LOOKED_AT;
    found->class = BOT_CLASS_COUNT;
    found->domains[0] = found->list[0] = '\0';
    for (;;) {
        at = __atomic_load_n(&list->current, __ATOMIC_SEQ_CST);
        __atomic_fetch_add(&list->place[at].readers, 1, __ATOMIC_SEQ_CST);
        if (at == __atomic_load_n(&list->current, __ATOMIC_SEQ_CST)) {
            break;
        }
        __atomic_fetch_sub(&list->place[at].readers, 1, __ATOMIC_SEQ_CST);
    }
    look(&list->place[at].content, agent, found);
    __atomic_fetch_sub(&list->place[at].readers, 1, __ATOMIC_RELEASE);
}

uint32_t agent_list_version(const agent_list_t *list)
{
    return __atomic_load_n(&list->version, __ATOMIC_SEQ_CST);
}

uint32_t agent_list_count(const agent_list_t *list)
{
    return list->place[list->current].content.count;
}

const char *agent_list_path(const agent_list_t *list)
{
    return list->path;
}
