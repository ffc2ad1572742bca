/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * People at a site behind the cache: those with a browser, each with cookies of
 * their own, and the reader, who has none and asks with curl.
 */
'use strict';

const assert = require('node:assert/strict');
const browsers = require('./browser');
const curl = require('./curl');

/* What Cache-Status (RFC 9211) says. */
function isHit(headers)
{
    return /^rproxy; hit/.test(headers['cache-status'] || '');
}

/* A reader: get(target) gives status, text, headers, and whether it was hit. */
function reader(site, certificate)
{
    const options = {
        certificate, protocol: site.startsWith('https:') ? 'http2' : 'http1.1',
    };

    async function get(target, ...words)
    {
        const answer = await curl.request(
            options, [...words, new URL(target, site).href]);
        return { ...answer, hit: isHit(answer.headers) };
    }

    /* A page that must be there and not be from the cache. */
    async function fresh(target)
    {
        const page = await get(target);
        assert.equal(page.hit, false, `${target} is not from the cache`);
        return page;
    }

    /* A page that is in the cache from now on, if it was not before. */
    async function stored(target)
    {
        await get(target);
        const page = await get(target);
        assert.equal(page.hit, true,
                     `${target} is from the cache, not `
                     + page.headers['cache-status']);
        return page;
    }
    return { get, fresh, stored };
}

class Visitor {
    static async come(browser, site)
    {
        const self = new Visitor();
        Object.assign(self, await browsers.visit(browser, site));
        return self;
    }

    /* Opens a page as somebody does who types its address. */
    async open(target)
    {
        await this.page.goto('about:blank');
        this.faults.length = 0;
        const answer = await this.page.goto(target);
        return { status: answer.status(), hit: isHit(answer.headers()),
                 text: await this.page.content() };
    }

    /* Opens a page on which nothing may fail, whatever it loads. */
    async openAll(target)
    {
        const got = await this.open(target);
        await this.page.waitForLoadState('networkidle');
        assert.deepEqual(this.faults, [], `faults on ${target}`);
        return got;
    }

    /* Fills the fields of a form, by their names, and sends it. */
    async send(fields, button)
    {
        for (const [name, value] of Object.entries(fields))
            await this.page.fill(`[name="${name}"]`, value);
        await Promise.all([this.page.waitForEvent('load'),
                           this.page.click(button)]);
    }

    async logIn({ name, password })
    {
        await this.open('/wp-login.php');
        await this.send({ log: name, pwd: password }, '#wp-submit');
        assert.equal(new URL(this.page.url()).pathname, '/wp-admin/');
    }

    /* What a script of the page gets; words: fetch's options. */
    fetch(target, words = {})
    {
        return this.page.evaluate(async ([url, options]) => {
            const answer = await fetch(url, options);
            return { status: answer.status, text: await answer.text(),
                     headers: Object.fromEntries(answer.headers) };
        }, [target, words]);
    }

    /* An answer to a request of the page that is about to be sent with this in
       its body: pages send others from time to time. */
    answer(part, posted)
    {
        return this.page.waitForResponse((response) =>
            response.url().includes(part)
            && (response.request().postData() ?? '').includes(posted));
    }
}

module.exports = { Visitor, reader };
