/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * What an editor does in WordPress, with a browser: each is done once it
 * returns, because WordPress has answered.
 */
'use strict';

const assert = require('node:assert/strict');

/* The address of a post, as the page that has been reached links to it. */
function linked(page, selector)
{
    return page.locator(selector).first().getAttribute('href');
}

/* ---- new posts ------------------------------------------------------------ */

async function publishInEditor(editor, title)
{
    const { page } = editor;
    await editor.open('/wp-admin/post-new.php');
    /* WordPress welcomes each new editor once. */
    await page.evaluate(() => wp.data.dispatch('core/preferences')
        .set('core/edit-post', 'welcomeGuide', false));
    await page.getByRole('textbox', { name: 'Add title' }).fill(title);
    await page.keyboard.press('Enter');
    await page.keyboard.type('Written in blocks.');
    await page.click('.editor-post-publish-panel__toggle');
    await page.click('.editor-post-publish-panel .editor-post-publish-button');
    return linked(page, '.post-publish-panel__postpublish-buttons a');
}

async function publishByRest(editor, title)
{
    await editor.open('/wp-admin/index.php');
    const nonce = await editor.fetch('/wp-admin/admin-ajax.php?action='
                                     + 'rest-nonce');
    const answer = await editor.fetch('/wp-json/wp/v2/posts', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json',
                   'X-WP-Nonce': nonce.text },
        body: JSON.stringify({ title, content: 'By a program.',
                               status: 'publish' }),
    });
    assert.equal(answer.status, 201, answer.text);
    return JSON.parse(answer.text).link;
}

async function publishByForm(editor, title)
{
    const { page } = editor;
    await editor.open('/wp-admin/post-new.php?classic');
    await page.fill('#title', title);
    await Promise.all([page.waitForURL('**message=6*'),
                       page.click('#publish')]);
    return linked(page, '#message a');
}

/* ---- posts that are there ------------------------------------------------- */

/* The form of a post, by the link in the bar above its page. */
async function openForm(editor, link)
{
    await editor.open(link);
    const form = await linked(editor.page, '#wp-admin-bar-edit a');
    await editor.open(`${form}&classic`);
}

async function editByForm(editor, link, title)
{
    const { page } = editor;
    await openForm(editor, link);
    await page.fill('#title', title);
    await Promise.all([page.waitForURL('**message=1*'),
                       page.click('#publish')]);
}

/* The row of the list that has a title. */
async function rowOf(editor, title)
{
    await editor.open('/wp-admin/edit.php');
    const row = editor.page.locator('#the-list tr').filter({ hasText: title });
    await row.hover();
    return row;
}

async function editInList(editor, title, changed)
{
    const { page } = editor;
    await (await rowOf(editor, title)).locator('.editinline').click();
    await page.fill('.inline-editor [name="post_title"]', changed);
    await Promise.all([editor.answer('/wp-admin/admin-ajax.php',
                                     'action=inline-save'),
                       page.click('.inline-editor .save')]);
}

async function trash(editor, title)
{
    const row = await rowOf(editor, title);
    await Promise.all([editor.page.waitForURL('**trashed=1*'),
                       row.locator('.submitdelete').click()]);
}

/* Changes the title and looks before saving. Returns the preview's address. */
async function previewOf(editor, link, title)
{
    const { page } = editor;
    await openForm(editor, link);
    await page.fill('#title', title);
    const [preview] = await Promise.all([
        page.context().waitForEvent('page'), page.click('#post-preview'),
    ]);
    await preview.waitForURL('**preview=true*');
    const address = preview.url();
    await preview.close();
    return address;
}

/* ---- other things --------------------------------------------------------- */

async function approve(editor, text)
{
    const { page } = editor;
    await editor.open('/wp-admin/edit-comments.php');
    const row = page.locator('#the-comment-list tr').filter({ hasText: text });
    await row.hover();
    await Promise.all([editor.answer('/wp-admin/admin-ajax.php',
                                     'action=dim-comment'),
                       row.locator('.approve a').click()]);
}

async function renameSite(editor, name)
{
    await editor.open('/wp-admin/options-general.php');
    await editor.send({ blogname: name }, '#submit');
}

module.exports = {
    publishInEditor, publishByRest, publishByForm,
    editByForm, editInList, trash, previewOf, approve, renameSite,
};
