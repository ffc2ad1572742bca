/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* route_table_build.c: makes a route table from the configured paths.
 * Layer L0.
 *
 * The entries are sorted, runs of one path become groups, and the nodes are
 * made level by level: each stands for a range of sorted groups with a common
 * beginning, and its children are the parts of that range that go on with the
 * same byte. */
#include "route_table.h"
#include "route_table_tree.h"

/* What is known of a node besides what it keeps. */
typedef struct {
    uint32_t low, high; /* groups below it, without its own */
    uint32_t depth;     /* bytes of their paths that lead to it */
    uint32_t nearest;   /* group of this node, or of the closest above */
} span_t;

typedef struct {
    const route_entry_t *entries;
    uint32_t *order; /* indices of entries, sorted */
    uint32_t entry_count;
    uint32_t group_count;
    uint32_t node_count;
    uint32_t text_len;
    span_t *spans; /* one per node */
    route_table_t tree;
} build_t;

static int compare_entries(const build_t *b, uint32_t left, uint32_t right)
{
    const route_entry_t *l = &b->entries[left], *r = &b->entries[right];
    size_t len = l->path.len < r->path.len ? l->path.len : r->path.len;
    int diff = memcmp(l->path.p, r->path.p, len);

    if (diff != 0) {
        return diff;
    }
    if (l->path.len != r->path.len) {
        return l->path.len < r->path.len ? -1 : 1;
    }
    if (l->kind != r->kind) {
        return l->kind == ROUTE_EXACT ? -1 : 1;
    }
    return left < right ? -1 : left > right;
}

/* Lets the element at root sink to its place in a heap of count elements. */
static void sift_down(const build_t *b, uint32_t root, uint32_t count)
{
    uint32_t *order = b->order, sinking = order[root], child;

    while ((child = 2 * root + 1) < count) {
        if (child + 1 < count
            && compare_entries(b, order[child], order[child + 1]) < 0) {
            child++;
        }
        if (compare_entries(b, sinking, order[child]) >= 0) {
            break;
        }
        order[root] = order[child];
        root = child;
    }
    order[root] = sinking;
}

/* Heap sort: no memory, no recursion, no bad case. */
static void sort_order(build_t *b)
{
    uint32_t i;

    for (i = 0; i < b->entry_count; i++) {
        b->order[i] = i;
    }
    for (i = b->entry_count / 2; i-- > 0;) {
        sift_down(b, i, b->entry_count);
    }
    for (i = b->entry_count; i-- > 1;) {
        uint32_t largest = b->order[0];

        b->order[0] = b->order[i];
        b->order[i] = largest;
        sift_down(b, 0, i);
    }
}

static const route_entry_t *sorted_entry(const build_t *b, uint32_t i)
{
    return &b->entries[b->order[i]];
}

static int same_path_as_before(const build_t *b, uint32_t i)
{
    return i > 0
           && slice_eq(sorted_entry(b, i)->path, sorted_entry(b, i - 1)->path);
}

static slice_t group_path(const build_t *b, uint32_t group)
{
    return sorted_entry(b, b->tree.groups[group].exact)->path;
}

/* Fills routes, and groups but for their way up. */
static void make_groups(build_t *b)
{
    route_group_t *groups = b->tree.groups;
    uint32_t i;

    for (i = 0; i < b->entry_count; i++) {
        const route_entry_t *entry = sorted_entry(b, i);

        if (!same_path_as_before(b, i)) {
            route_group_t *group = &groups[b->group_count++];

            group->exact = group->prefix = i;
            group->length = (uint32_t)entry->path.len;
            group->up = ROUTE_NONE;
        }
        if (entry->kind == ROUTE_EXACT) {
            groups[b->group_count - 1].prefix = i + 1;
        }
        b->tree.routes[i] = entry->route;
    }
    memset(&groups[b->group_count], 0, sizeof(*groups));
    groups[b->group_count].exact = b->entry_count;
}

/* The group to go on with after this one.  above is the closest group whose
 * path is a beginning of this path.  If above itself cannot be it, then its
 * own way up is: what decides on a shorter path is the byte behind it, which
 * is the same in both paths. */
static uint32_t group_up(const build_t *b, uint32_t group, uint32_t above)
{
    const route_group_t *candidate;
    slice_t path = group_path(b, group);

    if (above == ROUTE_NONE) {
        return ROUTE_NONE;
    }
    candidate = &b->tree.groups[above];
    if (path.p[candidate->length - 1] == '/'
        || path.p[candidate->length] == '/') {
        return above;
    }
    return candidate->up;
}

/* Appends a node for groups [low, high), whose paths agree up to and including
 * the byte at depth.  Paths are sorted: what first and last have in common,
 * all have. */
static void add_node(build_t *b, uint32_t low, uint32_t high, uint32_t depth,
                     uint32_t above)
{
    route_node_t *node = &b->tree.nodes[b->node_count];
    span_t *span = &b->spans[b->node_count];
    slice_t a = group_path(b, low), z = group_path(b, high - 1);
    uint32_t end = depth + 1;

    while (end < a.len && end < z.len && a.p[end] == z.p[end]) {
        end++;
    }
    memset(node, 0, sizeof(*node));
    node->label = b->text_len;
    node->label_len = (uint16_t)(end - depth - 1);
    memcpy(b->tree.text + b->text_len, a.p + depth + 1, node->label_len);
    b->text_len += node->label_len;
    b->tree.first[b->node_count++] = (unsigned char)a.p[depth];

    node->group = ROUTE_NONE;
    span->nearest = above;
    if (a.len == end) {
        node->group = span->nearest = low;
        b->tree.groups[low].up = group_up(b, low, above);
        low++;
    }
    span->low = low;
    span->high = high;
    span->depth = end;
}

static void add_children(build_t *b, uint32_t index)
{
    span_t span = b->spans[index];
    uint32_t low = span.low, high;

    b->tree.nodes[index].children = b->node_count;
    while (low < span.high) {
        char byte = group_path(b, low).p[span.depth];

        for (high = low + 1; high < span.high; high++) {
            if (group_path(b, high).p[span.depth] != byte) {
                break;
            }
        }
        add_node(b, low, high, span.depth, span.nearest);
        b->tree.nodes[index].child_count++;
        low = high;
    }
}

static void make_nodes(build_t *b)
{
    uint32_t i;

    add_node(b, 0, b->group_count, 0, ROUTE_NONE);
    for (i = 0; i < b->node_count; i++) {
        add_children(b, i);
    }
}

static route_build_e check_entries(const route_entry_t *entries, size_t count)
{
    size_t i;
    uint64_t text = 0;

    if (count > ROUTE_ENTRIES_MAX) {
        return ROUTE_BUILD_TOO_MANY;
    }
    for (i = 0; i < count; i++) {
        slice_t path = entries[i].path;

        if (path.len == 0 || path.p[0] != '/' || path.len > ROUTE_PATH_MAX) {
            return ROUTE_BUILD_BAD_PATH;
        }
        text += path.len;
    }
    return text < UINT32_MAX ? ROUTE_BUILD_OK : ROUTE_BUILD_TOO_MANY;
}

/* Checks and sorts; what both public functions begin with. */
static route_build_e build_begin(build_t *b, const route_entry_t *entries,
                                 size_t count, route_memory_t scratch)
{
    route_build_e status = check_entries(entries, count);

    memset(b, 0, sizeof(*b));
    if (status != ROUTE_BUILD_OK || count == 0) {
        return status;
    }
    b->entries = entries;
    b->entry_count = (uint32_t)count;
    b->order = scratch.alloc(scratch.ctx, count * sizeof(*b->order));
    if (!b->order) {
        return ROUTE_BUILD_NO_MEMORY;
    }
    sort_order(b);
    return ROUTE_BUILD_OK;
}

/* Lays a table of the given sizes into one piece of memory. */
static int table_alloc(route_table_t *table, route_memory_t memory,
                       size_t routes, size_t groups, size_t nodes, size_t text,
                       route_table_t **whole)
{
    size_t bytes = sizeof(**whole) + routes * sizeof(*table->routes)
                   + groups * sizeof(*table->groups)
                   + nodes * sizeof(*table->nodes) + nodes + text;

    *whole = memory.alloc(memory.ctx, bytes);
    if (!*whole) {
        return 0;
    }
    table->routes = (void **)(*whole + 1);
    table->groups = (route_group_t *)(table->routes + routes);
    table->nodes = (route_node_t *)(table->groups + groups);
    table->first = (unsigned char *)(table->nodes + nodes);
    table->text = (char *)(table->first + nodes);
    table->bytes = bytes;
    return 1;
}

/* The tree is made in scratch memory as large as it may get: a node has a
 * group or two children, so there are less than twice as many as groups. */
static int scratch_alloc(build_t *b, route_memory_t scratch)
{
    size_t groups = 0, text = 0;
    uint32_t i;
    route_table_t *unused;

    for (i = 0; i < b->entry_count; i++) {
        if (!same_path_as_before(b, i)) {
            groups++;
            text += sorted_entry(b, i)->path.len;
        }
    }
    b->spans = scratch.alloc(scratch.ctx, 2 * groups * sizeof(*b->spans));
    return b->spans
           && table_alloc(&b->tree, scratch, b->entry_count, groups + 1,
                          2 * groups, text, &unused);
}

route_build_e route_table_build(const route_entry_t *entries, size_t count,
                                route_memory_t keep, route_memory_t scratch,
                                route_table_t **table)
{
    build_t b;
    route_table_t kept, *whole;
    route_build_e status = build_begin(&b, entries, count, scratch);

    if (status != ROUTE_BUILD_OK || count == 0) {
        if (status == ROUTE_BUILD_OK) {
            *table = NULL;
        }
        return status;
    }
    if (!scratch_alloc(&b, scratch)) {
        return ROUTE_BUILD_NO_MEMORY;
    }
    make_groups(&b);
    make_nodes(&b);
    if (!table_alloc(&kept, keep, b.entry_count, b.group_count + 1,
                     b.node_count, b.text_len, &whole)) {
        return ROUTE_BUILD_NO_MEMORY;
    }
    *whole = kept;
    memcpy(kept.routes, b.tree.routes, b.entry_count * sizeof(void *));
    memcpy(kept.groups, b.tree.groups,
           (b.group_count + 1) * sizeof(route_group_t));
    memcpy(kept.nodes, b.tree.nodes, b.node_count * sizeof(route_node_t));
    memcpy(kept.first, b.tree.first, b.node_count);
    memcpy(kept.text, b.tree.text, b.text_len);
    *table = whole;
    return ROUTE_BUILD_OK;
}

route_build_e route_table_hidden(const route_entry_t *entries, size_t count,
                                 route_memory_t scratch, uint32_t *hidden_by)
{
    build_t b;
    uint32_t i, always = ROUTE_NOT_HIDDEN;
    route_build_e status = build_begin(&b, entries, count, scratch);

    if (status != ROUTE_BUILD_OK) {
        return status;
    }
    for (i = 0; i < b.entry_count; i++) {
        const route_entry_t *entry = sorted_entry(&b, i);

        if (!same_path_as_before(&b, i)
            || entry->kind != sorted_entry(&b, i - 1)->kind) {
            always = ROUTE_NOT_HIDDEN;
        }
        hidden_by[b.order[i]] = always;
        if (!entry->conditional && always == ROUTE_NOT_HIDDEN) {
            always = b.order[i];
        }
    }
    return ROUTE_BUILD_OK;
}
