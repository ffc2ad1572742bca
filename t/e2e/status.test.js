/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * The status page as a browser shows it: up to date without being loaded again,
 * in light and dark, on a phone, and with nothing that its policy forbids.
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { once } = require('node:events');
const { test, before, after } = require('node:test');
const browsers = require('./lib/browser');
const daemon = require('./lib/daemon');
const httpd = require('./lib/httpd');
const place = require('./lib/place');

const MODULES = ['mpm_event', 'authz_core', 'unixd', 'log_config'];
/* The page tells where a pool is configured: a name that has to be broken. */
const LONG_NAME = 'configuration'.repeat(6);
const PHONE = { width: 360, height: 740 };
/* So long that another member is asked as well. */
const SLOW_MS = 300;
const TOKEN = 'deadbeef-0123456789';
/* A page that has not changed by then does not change. */
const LIVE_MS = 5000;

let browser, folder, server, port, workerPort;
const members = {};

/* ---- the site ---- */

/* Answers /NNN with that status, /slow late and all else with 200. */
async function startMember(name, at)
{
    const member = http.createServer((request, response) => {
        const [, status] = /^\/(\d{3})$/.exec(request.url) || [];
        response.statusCode = Number(status) || 200;
        setTimeout(() => response.end(`${name}\n`),
                   request.url === '/slow' ? SLOW_MS : 0);
    });
    member.listen(at, '127.0.0.1');
    await once(member, 'listening');
    members[name] = member;
}

async function stopMember(name)
{
    members[name].closeAllConnections();
    members[name].close();
    await once(members[name], 'close');
}

async function ask(target)
{
    const answer = await fetch(`http://127.0.0.1:${port}${target}`);
    await answer.text();
    return answer.status;
}

async function askMany(targets)
{
    for (const target of targets)
        await ask(target);
}

before(async () => {
    folder = path.join(place.dataFolder('status'), LONG_NAME);
    port = await place.freePort();
    workerPort = await place.freePort();
    const values = { PORT: port, WORKER_PORT: workerPort };
    for (const name of ['a', 'b', 'c']) {
        const at = await place.freePort();
        values[`MEMBER_${name.toUpperCase()}`] = at;
        await startMember(name, at);
    }
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'tokens'), `${TOKEN}\n`, { mode: 0o600 });
    server = await httpd.start({
        name: 'httpd', templates: ['status.conf.in'], folder, port, values,
        modules: MODULES,
    });
    browser = await browsers.launch();
    await askMany(Array(40).fill('/').concat(Array(6).fill('/404'),
                                             Array(3).fill('/500'), ['/slow']));
});

after(async () => {
    await browser?.close();
    for (const name of Object.keys(members)) {
        members[name].closeAllConnections();
        members[name].close();
    }
    await daemon.stopAll();
});

/* ---- the page ---- */

async function open({ at = port, viewport, scheme = 'light', query = '' } = {})
{
    const visitor = await browsers.visit(browser, `http://status.localhost:${at}`);
    if (viewport)
        await visitor.page.setViewportSize(viewport);
    await visitor.page.emulateMedia({ colorScheme: scheme });
    await visitor.page.goto(`/status${query}`);
    return visitor;
}

function row(page, name)
{
    return page.locator('table.pool tbody tr').nth('abc'.indexOf(name));
}

async function isLive(page)
{
    await page.locator('#live.live').waitFor({ timeout: LIVE_MS });
}

/* Neither the page nor one of its elements is wider than the screen. */
async function fits(page)
{
    const { wide, width } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        width: document.documentElement.clientWidth,
    }));
    assert.ok(wide <= width, `${wide} pixels wide on ${width}`);
}

function brightness(page)
{
    return page.evaluate(() => {
        const color = getComputedStyle(document.body).backgroundColor;
        return color.match(/\d+/g).slice(0, 3).map(Number)
            .reduce((sum, n) => sum + n) / 3;
    });
}

/* ---- tests ---- */

/* A member goes and comes back while the page stays where it is. */
async function lives(at)
{
    const { page, faults } = await open({ at });
    await page.evaluate(() => { window.stays = true; });
    await isLive(page);
    const a = row(page, 'a'), state = a.locator('.state');
    assert.equal(await state.textContent(), 'up');
    const port = members.a.address().port;

    await stopMember('a');
    await a.locator('.state.bad', { hasText: 'down' })
        .waitFor({ timeout: LIVE_MS });
    assert.match(await a.textContent(), /probes failed/);
    assert.match(await a.textContent(), /no connection/);
    await page.locator('h3 .state.bad', { hasText: '1 down' }).waitFor();
    if (at !== workerPort)
        await browsers.screenshot(page, 'status-down', { fullPage: true });

    await startMember('a', port);
    await a.locator('.state.good', { hasText: 'up' })
        .waitFor({ timeout: LIVE_MS });
    assert.equal(await page.evaluate(() => window.stays), true);
    assert.deepEqual(faults, []);
    await page.context().close();
}

test('live by events, without being loaded again', () => lives(port));

test('live by asking, where there are no events', () => lives(workerPort));

test('who waits, and second requests', async () => {
    const { page, faults } = await open();
    const fact = (name) => page.locator('.facts div', { hasText: name })
        .locator('dd').textContent();
    assert.equal(await fact('waiting'), '0');
    assert.match(await fact('second requests'), /^[1-9]/);
    assert.deepEqual(faults, []);
    await page.context().close();
});

test('numbers go up while it is looked at', async () => {
    const { page, faults } = await open();
    await isLive(page);
    const tile = page.locator('.tiles dd').first();
    const before = parseInt(await tile.textContent(), 10);
    await askMany(['/', '/', '/404']);
    await page.waitForFunction((n) => parseInt(
        document.querySelector('.tiles dd').textContent, 10) >= n, before + 3);
    assert.deepEqual(faults, []);
    await page.context().close();
});

test('paused by its button, and live again', async () => {
    const { page, faults } = await open();
    await isLive(page);
    await page.click('#live');
    assert.equal(await page.textContent('#live'), 'paused');
    await page.click('#live');
    await isLive(page);
    assert.equal(faults.length, 1);
    assert.match(faults[0], /format=events net::ERR_ABORTED$/);
    await page.context().close();
});

for (const scheme of ['light', 'dark']) {
    test(`${scheme}, on a screen and on a phone`, async () => {
        for (const viewport of [undefined, PHONE]) {
            const { page, faults } = await open({ viewport, scheme });
            await isLive(page);
            const bright = await brightness(page);
            assert.ok(scheme === 'dark' ? bright < 60 : bright > 200);
            await fits(page);
            await browsers.screenshot(
                page, `status-${scheme}-${viewport ? 'phone' : 'screen'}`,
                { fullPage: true });
            assert.deepEqual(faults, []);
            await page.context().close();
        }
    });
}

test('all of it without a script', async () => {
    const context = await browser.newContext({
        baseURL: `http://status.localhost:${port}`, javaScriptEnabled: false,
    });
    const page = await context.newPage();
    await page.goto('/status');
    assert.equal(await row(page, 'b').locator('.state').textContent(), 'up');
    assert.equal(await page.locator('#live').isVisible(), false);
    assert.equal(await row(page, 'b').locator('button').isVisible(), false);
    await context.close();
});

/* ---- orders ---- */

/* The dialog of the member with this name; its buttons are told by value. */
async function openDialog(page, name)
{
    await row(page, name).locator('button.control').click();
    return page.locator('#control');
}

function press(dialog, verb)
{
    return dialog.locator(`button[value="${verb}"]`).click();
}

/* The dialog's answer, once it has one. */
async function answer(dialog, kind)
{
    const output = dialog.locator(`output.${kind}`);
    await output.waitFor({ timeout: LIVE_MS });
    return output.textContent();
}

/* From now on; returns the list of what was asked, which grows. */
function answerPrompts(page, ...texts)
{
    const asked = [];
    page.on('dialog', (prompt) => {
        asked.push(prompt.message());
        const text = texts.shift();
        return text ? prompt.accept(text) : prompt.dismiss();
    });
    return asked;
}

function url(name)
{
    return `http://127.0.0.1:${members[name].address().port}`;
}

async function order(verb, body)
{
    const reply = await fetch(`http://127.0.0.1:${port}/rproxy-admin/balancer/${verb}`, {
        method: 'POST', body: JSON.stringify({ upstream: 'shop', ...body }),
        headers: { 'Content-Type': 'application/json',
                   Authorization: `Bearer ${TOKEN}` },
    });
    assert.equal(reply.status, 200, await reply.text());
}

test('a click drains a member, and another makes it ready', async () => {
    const { page, faults } = await open();
    const asked = answerPrompts(page, TOKEN);
    await isLive(page);
    const dialog = await openDialog(page, 'b');
    assert.equal(await dialog.locator('h3').textContent(), `shop: ${url('b')}`);
    await dialog.locator('[name=for]').fill('60');
    await press(dialog, 'drain');
    assert.match(await answer(dialog, 'good'), /^drain done: drain, weight 2$/);
    await row(page, 'b').locator('.state.warn', { hasText: 'drain' })
        .waitFor({ timeout: LIVE_MS });
    assert.equal(await dialog.isVisible(), true);
    await browsers.screenshot(page, 'status-control');
    await press(dialog, 'ready');
    await row(page, 'b').locator('.state.good', { hasText: 'up' })
        .waitFor({ timeout: LIVE_MS });
    await press(dialog, '');
    assert.equal(await dialog.isVisible(), false);
    assert.equal(asked.length, 1);
    assert.match(faults.shift(), /^401: /);
    assert.match(faults.join(), /^console: [^,]*401[^,]*$/);
    await page.context().close();
});

test('what is refused is told, and a wrong token not kept', async () => {
    const { page } = await open();
    const asked = answerPrompts(page, 'wrong-0123456789', '', TOKEN);
    const dialog = await openDialog(page, 'a');
    await press(dialog, 'drain');
    assert.match(await answer(dialog, 'bad'), /this token is not in the file/);
    await press(dialog, 'maintenance');
    await dialog.locator('output.bad', { hasText: 'must be' }).waitFor();
    await dialog.locator('[name=weight]').fill('many');
    await press(dialog, 'weight');
    await dialog.locator('output.bad', { hasText: '"weight"' }).waitFor();
    assert.equal(asked.length, 3);
    assert.equal(await row(page, 'a').locator('.state').textContent(), 'up');
    await page.context().close();
});

/* The row that was clicked is another member's by then. */
test('an order is for whom the click was, whatever rows do', async () => {
    const { page } = await open();
    answerPrompts(page, TOKEN);
    await isLive(page);
    const dialog = await openDialog(page, 'b');
    const rows = page.locator('table.pool tbody tr');
    await order('remove', { url: url('a') });
    await page.waitForFunction(() => document
        .querySelectorAll('table.pool tbody tr').length === 2);
    await press(dialog, 'maintenance');
    await answer(dialog, 'good');
    await rows.filter({ hasText: url('b') })
        .locator('.state', { hasText: 'maintenance' }).waitFor();
    assert.equal(await rows.filter({ hasText: url('c') }).locator('.state')
        .textContent(), 'up');
    await press(dialog, '');
    await page.locator('h3 button.control').click();
    await press(dialog, 'reset');
    await answer(dialog, 'good');
    await page.waitForFunction(() => document
        .querySelectorAll('table.pool tbody .state.good').length === 3);
    await page.context().close();
});

test('the policy lets nothing else run', async () => {
    const { page, faults } = await open();
    await isLive(page);
    await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.foreign = true';
        document.body.append(script);
    });
    assert.equal(await page.evaluate(() => window.foreign), undefined);
    assert.match(faults.join(), /Content Security Policy/);
    await page.context().close();
});

test('a graceful restart ends the events, and they begin again', async () => {
    const { page, faults } = await open();
    await isLive(page);
    process.kill(server.pid, 'SIGUSR1');
    await page.locator('#live.lost').waitFor({ timeout: LIVE_MS });
    await isLive(page);
    assert.deepEqual(httpd.errors(folder), []);
    await page.context().close();
});
