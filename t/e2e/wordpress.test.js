/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * WordPress behind the proxy, over TLS and HTTP/2, used as people do: headless
 * Chromium installs it, writes a post with an image, and looks at the site; a
 * reader with curl comments. The tests are one story: each builds on those
 * before.
 */
'use strict';

const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const browsers = require('./lib/browser');
const curl = require('./lib/curl');
const daemon = require('./lib/daemon');
const lamp = require('./lib/lamp');
const place = require('./lib/place');
const proxies = require('./lib/proxy');
const rules = require('./lib/rules');

const admin = { name: 'editor', password: 'Correct-Horse-Battery-42',
                email: 'editor@blog.localhost' };
const post = { title: 'Hello through the proxy',
               text: 'Smörgåsbord & <tags>: all of it arrives.' };
const comment = { author: 'A. Reader', email: 'reader@blog.localhost',
                  comment: 'I read this in the evening.' };
/* Where the reader's connection comes from. */
const READER_IP = '127.0.0.9';

let origin, proxy, browser, page, faults, image, article;

before(async () => {
    const folder = place.dataFolder('wordpress');
    origin = await lamp.start(folder);
    proxy = await proxies.start(folder, { BLOG: origin.port },
                                rules.withRules());
    await startBrowser([]);
});

after(async () => {
    await browser?.close();
    await daemon.stopAll();
});

/* Fills the fields of a form, by their names, and sends it. */
async function send(fields, button)
{
    for (const [name, value] of Object.entries(fields))
        await page.fill(`[name="${name}"]`, value);
    await Promise.all([page.waitForEvent('load'), page.click(button)]);
}

/*
 * Opens a page and lets it finish: nothing on it may have failed. What the
 * page before had not finished is left behind first.
 */
async function open(target, protocol = 'h2')
{
    await page.goto('about:blank');
    faults.length = 0;
    await page.goto(target, { waitUntil: 'networkidle' });
    assert.deepEqual(faults, [], `faults on ${target}`);
    assert.deepEqual(await browsers.protocols(page), [protocol]);
}

/* The browser that the tests go on with, its cookies empty. */
async function startBrowser(flags)
{
    await browser?.close();
    browser = await browsers.launch(flags);
    ({ page, faults } = await browsers.visit(browser, proxy.blog));
}

async function logIn()
{
    await page.goto('/wp-login.php');
    await send({ log: admin.name, pwd: admin.password }, '#wp-submit');
    assert.equal(new URL(page.url()).pathname, '/wp-admin/');
    await page.waitForLoadState('networkidle');
}

function read(target, ...words)
{
    return curl.request({ certificate: proxy.certificate },
                        [...words, new URL(target, proxy.blog).href]);
}

test('the installer page makes the configuration', async () => {
    const { name, user, password, host } = origin.database;
    await page.goto('/');
    await page.click('text=Let’s go!');
    await send({ dbname: name, uname: user, pwd: password, dbhost: host },
               '[name="submit"]');
    await page.click('text=Run the installation');
    await page.waitForURL('**/wp-admin/install.php*');
});

test('the installer page makes the site', async () => {
    await send({ weblog_title: 'Behind the proxy', user_name: admin.name,
                 admin_password: admin.password, admin_email: admin.email },
               '#submit');
    assert.match(await page.textContent('h1'), /Success!/);
});

test('log in', logIn);

/*
 * Avatars, and the picture in the editor's welcome, come from servers outside:
 * without them, everything that a page asks for is the proxy's.
 */
test('change the settings', async () => {
    await page.goto('/wp-admin/options-discussion.php');
    await page.uncheck('#show_avatars');
    await send({}, '#submit');
    await page.goto('/wp-admin/post-new.php');
    await page.getByRole('button', { name: 'Close dialog' }).click();
    await open('/wp-admin/options-permalink.php');
    await page.check('[name="selection"][value="/%postname%/"]');
    await send({}, '#submit');
    assert.match(await page.textContent('#setting-error-settings_updated'),
                 /Permalink structure updated/);
});

test('the front page', async () => {
    await open('/');
    assert.equal(await page.title(), 'Behind the proxy');
    image = await browsers.screenshot(page, 'front-page-new');
});

test('the editor', async () => {
    await open('/wp-admin/post-new.php');
    await page.getByRole('textbox', { name: 'Add title' }).fill(post.title);
    await page.keyboard.press('Enter');
    await page.keyboard.type(post.text);
    await browsers.screenshot(page, 'editor');
    assert.deepEqual(faults, []);
});

test('upload an image', async () => {
    await page.keyboard.press('Enter');
    await page.keyboard.type('/image');
    await page.getByRole('option', { name: 'Image', exact: true }).click();
    await page.setInputFiles('.block-editor-media-placeholder input[type=file]',
        { name: 'front.png', mimeType: 'image/png', buffer: image });
    await page.waitForSelector('.wp-block-image img[src^="https:"]');
    assert.deepEqual(faults, []);
});

test('publish the post', async () => {
    await page.click('.editor-post-publish-panel__toggle');
    await page.click('.editor-post-publish-panel .editor-post-publish-button');
    article = await page.locator('.post-publish-panel__postpublish-buttons a')
                        .first().getAttribute('href');
    assert.equal(article, `${proxy.blog}/hello-through-the-proxy/`);
    await browsers.screenshot(page, 'published');
    assert.deepEqual(faults, []);
});

test('comment, from another address', async () => {
    const { text } = await read(article);
    const id = /name='comment_post_ID' value='(\d+)'/.exec(text)[1];
    const fields = Object.entries({ ...comment, comment_post_ID: id })
        .flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
    const answer = await read('/wp-comments-post.php', ...fields,
                              '--interface', READER_IP);
    assert.equal(answer.status, 302);
    assert.ok(answer.headers.location.startsWith(`${article}?`));
});

test('approve the comment', async () => {
    await open('/wp-admin/edit-comments.php');
    const row = page.locator('#the-comment-list tr')
                    .filter({ hasText: comment.comment });
    assert.match(await row.textContent(), new RegExp(READER_IP));
    await row.hover();
    await row.locator('.approve a').click();
    await row.locator('.unapprove a').waitFor();
    assert.deepEqual(faults, []);
});

test('read it all back', async () => {
    await open(article);
    await browsers.screenshot(page, 'post', { fullPage: true });
    const text = await page.textContent('main');
    for (const part of [post.title, post.text, comment.author, comment.comment])
        assert.ok(text.includes(part), part);

    const source = /<img[^>]* src="([^"]*front[^"]*)"/.exec(
        (await read(article)).text)[1];
    const original = source.replace(/-\d+x\d+(?=\.png)/, '');
    assert.ok(original.startsWith(`${proxy.blog}/wp-content/uploads/`));
    const answer = await read(original);
    assert.equal(answer.headers['content-type'], 'image/png');
    assert.ok(answer.body.equals(image));
});

test('the front page lists the post', async () => {
    await open('/');
    assert.ok((await page.textContent('main')).includes(post.title));
    await browsers.screenshot(page, 'front-page');
});

test('the media, and the plugins', async () => {
    await open('/wp-admin/upload.php');
    await page.locator('.attachment-preview').first().click();
    await page.fill('#attachment-details-two-column-alt-text',
                    'The front page, as it was new');
    await page.keyboard.press('Tab');
    await page.waitForLoadState('networkidle');
    assert.deepEqual(faults, []);
    await open('/wp-admin/plugins.php');
    const plugin = page.locator('tr[data-plugin^="akismet/"]');
    await Promise.all([page.waitForEvent('load'),
                       plugin.locator('.activate a').click()]);
    await open('/wp-admin/plugins.php');
    await plugin.locator('.deactivate a').waitFor();
});

/* By the rules, of the one that is meant to be one. */
function isOfAttack(line)
{
    return /ModSecurity: .*\[uri "\/"\]/.test(line);
}

test('an attack is refused', { skip: !rules.IS_ON && 'needs the WAF' },
     async () => {
    const answer = await read('/?s=1%27+UNION+SELECT+user_pass+FROM+wp_users--+-');
    assert.equal(answer.status, 403);
    assert.match(proxy.errors().join('\n'),
                 /ModSecurity: Access denied with code 403 \(phase 2\)/);
});

test('pages over HTTP/1.1', async () => {
    await startBrowser(['--disable-http2']);
    await open(article, 'http/1.1');
    await logIn();
    await open('/wp-admin/', 'http/1.1');
});

test('nothing went wrong in the proxy, to its end', async () => {
    assert.equal(await proxy.stop(), 0);
    assert.deepEqual(proxy.errors().filter((line) => !isOfAttack(line)), []);
    const lines = proxy.requests();
    assert.deepEqual(lines.filter((line) => / 5\d\d /.test(line)), []);
});
