/* Licensed under the Apache License, Version 2.0 (see LICENSE). */

/* views.c: what the values that many rules look at have together.  Layer L1.
 *
 * Rules of one kind look at the same values through the same transformations:
 * those are gone through once in a phase, and of most rules a bit then tells
 * that they match nothing. */
#include "inspect_private.h"

enum {
    VIEW_VALUES_WORTH = 2 /* a union of their own, which lasts */
};

static void add_value(inspect_t *inspect, view_t *view, const value_t *value,
                      int chain)
{
    if (!unions_add(inspect, &view->sum, chain, value->text)) {
        view->is_full = 1;
    }
}

static void add_named(inspect_t *inspect, view_t *view,
                      const program_view_part_t *part, int chain)
{
    int count = values_count(inspect->values, part->variable), i;

    for (i = 0; i < count; i++) {
        const value_t *value = values_at(inspect->values, part->variable, i);

        if (!part->name.len || slice_eq_nocase(part->name, value->name)) {
            add_value(inspect, view, value, chain);
        }
    }
}

static void add_part(inspect_t *inspect, view_t *view,
                     const program_view_part_t *part, int chain)
{
    const match_union_t *all;

    if (part->name.len
        || values_count(inspect->values, part->variable) < VIEW_VALUES_WORTH) {
        add_named(inspect, view, part, chain);
        return;
    }
    all = unions_of(inspect, part->variable, chain);
    if (all) {
        match_union_join(&view->sum, all, inspect->strings);
    }
    else {
        view->is_full = 1;
    }
}

static void add_parts(inspect_t *inspect, view_t *view,
                      const program_view_t *of, int chain)
{
    int i;

    for (i = 0; i < of->count; i++) {
        add_part(inspect, view, &of->part[i], chain);
    }
}

static void look(inspect_t *inspect, view_t *view, const program_view_t *of)
{
    const transform_chains_t *chains = inspect->program->plan.chains;
    uint64_t *marks = view->sum.marks;
    int chain;

    memset(view, 0, sizeof(*view));
    if (marks) {
        memset(marks, 0, strings_marks_room(inspect->strings) * sizeof(*marks));
        view->sum.marks = marks;
    }
    view->phase = inspect->run->phase;
    add_parts(inspect, view, of, of->chain);
    for (chain = of->chain; of->has_steps && chain;) {
        chain = transform_chains_node(chains, chain)->parent;
        add_parts(inspect, view, of, chain);
    }
}

const view_t *views_of(inspect_t *inspect, int number)
{
    const program_t *program = inspect->program;
    inspect_run_t *run = inspect->run;

    if (!run->views) {
        run->views =
            apr_pcalloc(inspect->pool,
                        sizeof(*run->views) * (size_t)program->view_count);
    }
    if (run->views[number].phase != run->phase) {
        look(inspect, &run->views[number], &program->view[number]);
    }
    return &run->views[number];
}
