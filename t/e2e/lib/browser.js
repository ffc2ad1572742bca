/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * Headless Chromium, with a record of all that goes wrong on its pages.
 */
'use strict';

const path = require('node:path');
const place = require('./place');

const { chromium } = place.npm('playwright-core');

const FLAGS = [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update',
    '--disable-sync',
    /* No name but those of this machine exists. */
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost',
];
const STEP_MS = 30000;

/* more: further flags of Chromium. */
function launch(more = [])
{
    return chromium.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        args: [...FLAGS, ...more],
    });
}

/* What a page does wrong is put into faults, a line each. */
function record(page, faults)
{
    page.on('requestfailed', (request) => {
        faults.push(`failed: ${request.method()} ${request.url()} `
                    + request.failure().errorText);
    });
    page.on('response', (response) => {
        if (response.status() >= 400)
            faults.push(`${response.status()}: ${response.url()}`);
    });
    page.on('console', (message) => {
        if (message.type() === 'error')
            faults.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => faults.push(`script: ${error.stack}`));
}

/* A visitor with cookies of their own: a page at the site, and its faults.
 * more: further options of the context. */
async function visit(browser, site, more = {})
{
    const context = await browser.newContext({
        baseURL: site, ignoreHTTPSErrors: true, locale: 'en-US',
        viewport: { width: 1280, height: 900 }, ...more,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    const faults = [];
    record(page, faults);
    return { page, faults };
}

/* The protocol of the page and of all that it loaded, each once. */
function protocols(page)
{
    return page.evaluate(() => [...new Set(
        [...performance.getEntriesByType('navigation'),
         ...performance.getEntriesByType('resource')]
            .filter((entry) => entry.name.startsWith('https:'))
            .map((entry) => entry.nextHopProtocol))]);
}

/* Returns the picture, and leaves it as build/e2e/<name>.png. */
function screenshot(page, name, options = {})
{
    return page.screenshot({
        path: path.join(place.results, `${name}.png`), ...options,
    });
}

module.exports = { launch, visit, protocols, screenshot };
