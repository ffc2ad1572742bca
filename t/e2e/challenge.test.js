/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * The guard's challenge in a browser: it works for a moment, gets a cookie and
 * the page; who has no such cookie, or somebody else's, gets the challenge.
 */
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { once } = require('node:events');
const { test, before, after } = require('node:test');
const browsers = require('./lib/browser');
const daemon = require('./lib/daemon');
const httpd = require('./lib/httpd');
const place = require('./lib/place');

const MODULES = ['mpm_event', 'authz_core', 'unixd', 'log_config'];
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0';
const PATH = '/.well-known/rproxy-guard';

let browser, folder, port, workerPort, origin;
const seen = []; /* what the application was asked */

before(async () => {
    folder = place.dataFolder('challenge');
    port = await place.freePort();
    workerPort = await place.freePort();
    const originPort = await place.freePort();
    origin = http.createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request)
            body += chunk;
        seen.push({ method: request.method, url: request.url, body,
                    cookie: request.headers.cookie });
        response.setHeader('Content-Type', 'text/html');
        response.setHeader('Set-Cookie', 'session=mine');
        response.end(`<!DOCTYPE html><title>The site</title>
            <h1>${request.method} ${request.url}</h1>
            <form method="post" action="/form">
            <input name="word" value="kept"><button>Send</button></form>`);
    });
    origin.listen(originPort, '127.0.0.1');
    await once(origin, 'listening');
    await httpd.start({
        name: 'httpd', templates: ['challenge.conf.in'], folder, port,
        values: { PORT: port, WORKER_PORT: workerPort, ORIGIN: originPort },
        modules: MODULES,
    });
    browser = await browsers.launch();
});

after(async () => {
    await browser?.close();
    origin.closeAllConnections();
    origin.close();
    await daemon.stopAll();
});

/* ---- programs ---- */

function ask(path, { headers = {}, from = '127.0.0.1', method = 'GET' } = {})
{
    return new Promise((resolve, reject) => {
        const request = http.request({
            host: '127.0.0.1', port, path, method, localAddress: from,
            headers: { 'User-Agent': AGENT, ...headers },
        }, async (response) => {
            let text = '';
            for await (const chunk of response)
                text += chunk;
            resolve({ status: response.statusCode, text,
                      headers: response.headers });
        });
        request.on('error', reject);
        request.end();
    });
}

async function open(at = port)
{
    /* headless it calls itself a tool */
    const visitor = await browsers.visit(
        browser, `http://site.localhost:${at}`, { userAgent: AGENT });
    visitor.page.setDefaultTimeout(10000);
    return visitor;
}

async function passOf(page)
{
    const all = await page.context().cookies();
    return all.find((one) => one.name === 'rproxy_pass');
}

/* ---- tests ---- */

async function passes(at)
{
    const { page, faults } = await open(at);
    seen.length = 0;
    const answer = await page.goto('/a?b=c', { waitUntil: 'commit' });
    assert.equal(answer.status(), 403);
    assert.match(answer.headers()['cache-control'], /no-store/);
    assert.match(answer.headers()['content-security-policy'],
                 /default-src 'none'/);
    await page.locator('h1', { hasText: 'GET /a?b=c' }).waitFor();
    assert.equal(await page.title(), 'The site');
    const pass = await passOf(page);
    assert.equal(pass.httpOnly, true);
    assert.equal(pass.sameSite, 'Lax');
    await page.goto('/again');
    const asked = seen.filter(({ url }) => url !== '/favicon.ico');
    assert.deepEqual(asked.map(({ url }) => url), ['/a?b=c', '/again']);
    assert.deepEqual(asked.map(({ cookie }) => cookie),
                     [undefined, 'session=mine']);
    assert.deepEqual(faults.filter((line) => !/^console: .*403/.test(line)
                                   && !/favicon/.test(line)),
                     [`403: http://site.localhost:${at}/a?b=c`]);
    await page.context().close();
}

test('a browser works and gets the page', () => passes(port));

test('the same on worker threads', () => passes(workerPort));

test('what a person sees and hears', async () => {
    const { page } = await open();
    await page.route(`**${PATH}**`, () => {}); /* never answered */
    await page.goto('/');
    assert.equal(await page.locator('[role=status]').textContent(),
                 'Checking your browser. This takes a moment.');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.match(await page.textContent('main'), /need not do anything/);
    assert.match(await page.textContent('small'), /^Number: [0-9a-z]{12}$/);
    await browsers.screenshot(page, 'challenge');
    await page.context().close();
});

test('a check that fails says what to do', async () => {
    const { page } = await open();
    await page.route(`**${PATH}**`, (route) => route.fulfill({ status: 403 }));
    await page.goto('/');
    const alert = page.locator('[role=alert]');
    await alert.waitFor();
    assert.match(await alert.textContent(), /load this page again/);
    await page.context().close();
});

test('without a script it says what is needed', async () => {
    const context = await browser.newContext({
        baseURL: `http://site.localhost:${port}`, javaScriptEnabled: false,
        userAgent: AGENT,
    });
    const page = await context.newPage();
    await page.goto('/');
    assert.match(await page.locator('noscript').innerText(), /needs JavaScript/);
    await context.close();
});

test('a form that comes without a cookie can be sent again', async () => {
    const { page } = await open();
    await page.goto('/start', { waitUntil: 'commit' });
    await page.locator('h1', { hasText: '/start' }).waitFor();
    await page.fill('[name=word]', 'typed');
    await page.context().clearCookies();
    seen.length = 0;
    await page.click('text=Send');
    await page.locator('[role=status]', { hasText: 'go back' }).waitFor();
    assert.equal(seen.filter(({ method }) => method === 'POST').length, 0);
    await page.click('#back');
    await page.locator('h1', { hasText: '/start' }).waitFor();
    assert.equal(await page.inputValue('[name=word]'), 'typed');
    await page.click('text=Send');
    await page.locator('h1', { hasText: 'POST /form' }).waitFor();
    assert.deepEqual(seen.filter(({ method }) => method === 'POST')
        .map(({ body }) => body), ['word=typed']);
    await page.context().close();
});

test('a cookie is good for one network, and not when changed', async () => {
    const { page } = await open();
    await page.goto('/', { waitUntil: 'commit' });
    await page.locator('h1', { hasText: 'GET /' }).waitFor();
    const { value } = await passOf(page);
    const status = async (cookie, from) => (await ask('/', {
        headers: { Cookie: `a=b; rproxy_pass=${cookie}` }, from,
    })).status;

    assert.equal(await status(value), 200);
    assert.equal(await status(value, '127.0.0.9'), 200);
    assert.equal(await status(value, '127.0.9.1'), 403);
    const last = value.at(-1) === '0' ? '1' : '0';
    assert.equal(await status(value.slice(0, -1) + last), 403);
    assert.equal(await status(value.replace('.c.', '.e.')), 403);
    assert.equal(await status(value.replace('p.', 'q.')), 403);
    assert.equal(await status(''), 403);
    await page.context().close();
});

test('an easy cookie does not pass what is harder', async () => {
    const { page } = await open();
    await page.goto('/', { waitUntil: 'commit' });
    await page.locator('h1', { hasText: 'GET /' }).waitFor();
    const easy = (await passOf(page)).value;
    const answer = await page.goto('/harder', { waitUntil: 'commit' });
    assert.equal(answer.status(), 403);
    await page.locator('h1', { hasText: 'GET /harder' }).waitFor();
    assert.notEqual((await passOf(page)).value, easy);
    await page.context().close();
});

test('programs get JSON, guesses nothing, allowed networks all', async () => {
    const json = await ask('/', { headers: { Accept: 'application/json' } });
    assert.equal(json.status, 403);
    assert.match(json.headers['content-type'], /^application\/json/);
    const told = JSON.parse(json.text);
    assert.equal(told.error, 'challenge');
    assert.equal(told.difficulty, 12);

    for (const query of ['', '?', '?a&1', `?${told.question}`,
                         `?${told.question}&x`, `?${told.question}&`]) {
        const answer = await ask(PATH + query);
        assert.equal(answer.status, 403, query);
        assert.equal(answer.headers['set-cookie'], undefined);
    }
    assert.equal((await ask('/', { from: '127.0.7.1' })).status, 200);
    assert.deepEqual(httpd.errors(folder), []);
});
