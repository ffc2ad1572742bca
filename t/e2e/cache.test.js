/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * A WordPress with a shop behind the cache, by one line of a preset: what is
 * everybody's comes from the cache, what is somebody's never does, and what the
 * editor saves is seen with the next request. Told once for each way of
 * lib/cached.js.
 */
'use strict';

const assert = require('node:assert/strict');
const { test, before, after } = require('node:test');
const browsers = require('./lib/browser');
const cached = require('./lib/cached');
const daemon = require('./lib/daemon');
const place = require('./lib/place');
const { Visitor, reader } = require('./lib/visitor');
const saves = require('./lib/saves');

/* Each address, and a text that no other page has. */
const month = new Date().toISOString().slice(0, 7).replace('-', '/');
const pages = {
    '/': '<body class="home blog ',
    '/first-story/': '<title>First story &#8211; A cached site</title>',
    '/second-story/': '<title>Second story &#8211; A cached site</title>',
    '/imprint/': '<title>Imprint &#8211; A cached site</title>',
    '/category/uncategorized/': '<body class="archive category ',
    [`/${month}/`]: '<body class="archive date ',
    '/author/editor/': '<body class="archive author ',
    '/product/teapot/': '<title>Teapot &#8211; A cached site</title>',
    '/shop/': '<body class="archive post-type-archive ',
    '/feed/': 'xmlns:slash=',
    '/comments/feed/': '/comments/feed/" rel="self"',
};

let site, browser;

before(async () => {
    site = await cached.start(place.dataFolder('cache'));
    browser = await browsers.launch();
});

after(async () => {
    await browser?.close();
    await daemon.stopAll();
});

/* ---- what is everybody's -------------------------------------------------- */

async function everybodys(way)
{
    for (const [target, text] of Object.entries(pages)) {
        const first = await way.reader.fresh(target);
        const second = await way.reader.stored(target);
        assert.equal(first.status, 200, target);
        assert.equal(second.text, first.text, target);
        for (const [other, mark] of Object.entries(pages)) {
            assert.equal(second.text.includes(mark), mark === text,
                         `${target} is not ${other}`);
        }
        for (const name of Object.keys(second.headers))
            assert.doesNotMatch(name, /^(x-litespeed|set-cookie)/);
    }

    const anybody = await Visitor.come(browser, way.url);
    for (const target of ['/', '/first-story/', '/product/teapot/'])
        assert.equal((await anybody.openAll(target)).hit, true, target);
    await browsers.screenshot(anybody.page, `cache-${way.number}-anybody`);
}

/* ---- what is somebody's --------------------------------------------------- */

/* The editor comes before anybody else: nothing of theirs may be left. */
async function editors(way)
{
    await way.editor.logIn(cached.editor);
    for (const target of ['/unseen/', '/']) {
        const own = await way.editor.open(target);
        assert.equal(own.hit, false);
        assert.match(own.text, /id="wpadminbar"/);
    }
    await browsers.screenshot(way.editor.page, `cache-${way.number}-editor`);

    assert.doesNotMatch((await way.reader.fresh('/unseen/')).text,
                        /wpadminbar/);
    assert.doesNotMatch((await way.reader.stored('/')).text, /wpadminbar/);
    assert.doesNotMatch((await way.reader.stored('/unseen/')).text,
                        /wpadminbar/);
    assert.match((await way.editor.open('/unseen/')).text, /id="wpadminbar"/);
}

/* A customer puts a product into the cart, and sees nothing but that there. */
async function shopping(customer, target, product)
{
    assert.equal((await customer.open(target)).hit, true);
    await Promise.all([customer.page.waitForURL('**add-to-cart=*'),
                       customer.page.click('text=Add to cart')]);
    const again = await customer.open(target);
    assert.equal(again.hit, false);
    assert.match(again.text, />1 in the basket</);
    await customer.open('/cart/');
    assert.equal(await customer.page.textContent('#cart'),
                 `In your cart: ${product}.`);
    assert.equal((await customer.fetch('/?wc-ajax=get_refreshed_fragments'))
                     .text, JSON.stringify({ cart: [product] }));
}

async function carts(way)
{
    const [one, two] = [await Visitor.come(browser, way.url),
                        await Visitor.come(browser, way.url)];
    await way.reader.stored('/product/kettle/');
    await shopping(one, '/product/teapot/', 'Teapot');
    await shopping(two, '/product/kettle/', 'Kettle');
    await one.open('/cart/');
    assert.equal(await one.page.textContent('#cart'), 'In your cart: Teapot.');
    await browsers.screenshot(one.page, `cache-${way.number}-cart`);

    for (const target of ['/cart/', '/?wc-ajax=get_refreshed_fragments'])
        assert.doesNotMatch((await way.reader.fresh(target)).text,
                            /Teapot|Kettle/);
    for (const target of ['/product/teapot/', '/product/kettle/'])
        assert.match((await way.reader.stored(target)).text,
                     />0 in the basket</);
    /* Everybody who follows such a link gets a cart. */
    for (let i = 0; i < 2; i++) {
        const link = await way.reader.fresh('/product/teapot/?add-to-cart=10');
        assert.match(link.headers['set-cookie'], /woocommerce/);
    }
    /* Whoever has taken all out gets the pages of all again. */
    await one.open('/cart/?remove_item=x');
    await one.page.context().clearCookies({ name: /^wp_woocommerce/ });
    assert.equal((await one.open('/product/teapot/')).hit, true);
}

/* Two who comment: one is remembered by a cookie, one gets a link. */
async function comments(way)
{
    const [one, two] = [await Visitor.come(browser, way.url),
                        await Visitor.come(browser, way.url)];
    const texts = [`By cookie, ${way.name}`, `By link, ${way.name}`];
    await way.reader.stored('/discussed/');
    await way.reader.stored('/comments/feed/');

    await one.open('/discussed/');
    await one.page.check('[name="wp-comment-cookies-consent"]');
    await one.send({ author: 'One', email: `one@way${way.number}.localhost`,
                     comment: texts[0] }, '#submit');
    await two.open('/discussed/');
    await two.send({ author: 'Two', email: `two@way${way.number}.localhost`,
                     comment: texts[1] }, '#submit');
    assert.match(two.page.url(), /unapproved=/);
    assert.ok((await two.page.textContent('main')).includes(texts[1]));
    const own = await one.open('/discussed/');
    assert.equal(own.hit, false);
    assert.ok((await one.page.textContent('main')).includes(texts[0]));
    assert.match(await one.page.textContent('main'), /awaiting moderation/);
    await browsers.screenshot(one.page, `cache-${way.number}-comment`,
                              { fullPage: true });
    const others = await way.reader.stored('/discussed/');
    for (const text of texts)
        assert.ok(!others.text.includes(text), text);

    await saves.approve(way.editor, texts[0]);
    for (const target of ['/discussed/', '/comments/feed/']) {
        const page = await way.reader.get(target);
        assert.ok(page.text.includes(texts[0]), target);
        assert.ok(!page.text.includes(texts[1]), target);
    }
}

async function passwords(way)
{
    const secret = /xyzzy/;
    const friend = await Visitor.come(browser, way.url);
    assert.doesNotMatch((await friend.open('/locked/')).text, secret);
    await friend.send({ post_password: 'sesame' }, '[name="Submit"]');
    assert.match(await friend.page.textContent('main'), secret);
    const opened = await friend.open('/locked/');
    assert.match(opened.text, secret);
    assert.equal(opened.hit, false);
    for (let i = 0; i < 2; i++) {
        const closed = await way.reader.get('/locked/');
        assert.doesNotMatch(closed.text, secret);
        assert.match(closed.text, /post_password/);
    }
}

/* ---- what the editor saves ------------------------------------------------ */

/*
 * Pages that list posts are in the cache; the first request after the save has
 * the news all the same. Returns the address of what was published.
 */
async function published(way, title, publish)
{
    const lists = ['/', '/feed/', '/category/uncategorized/', `/${month}/`,
                   '/author/editor/'];
    for (const target of lists)
        await way.reader.stored(target);
    const link = await publish(title);
    for (const target of lists) {
        const page = await way.reader.get(target);
        assert.ok(page.text.includes(title), `${target} has ${title}`);
    }
    assert.match(link, new RegExp(`^${way.url}/[\\w-]+/$`));
    return link;
}

async function newPosts(way)
{
    const { editor } = way;
    const kinds = { editor: saves.publishInEditor, REST: saves.publishByRest,
                    form: saves.publishByForm };
    way.posts = {};
    for (const [kind, publish] of Object.entries(kinds)) {
        way.posts[kind] = await published(way, `By ${kind}, ${way.name}`,
                                          (title) => publish(editor, title));
    }
    await browsers.screenshot(editor.page, `cache-${way.number}-form`);
}

async function edits(way)
{
    const seen = async (target, text) => assert.ok(
        (await way.reader.get(target)).text.includes(text),
        `${target} has ${text}`);
    const { editor, posts } = way;
    const titles = [`Form again, ${way.name}`, `Quick, ${way.name}`];

    await way.reader.stored(posts.REST);
    await way.reader.stored('/');
    await saves.editByForm(editor, posts.REST, titles[0]);
    await seen(posts.REST, titles[0]);
    await seen('/', titles[0]);

    await way.reader.stored(posts.REST);
    await way.reader.stored('/');
    await saves.editInList(editor, titles[0], titles[1]);
    await seen(posts.REST, titles[1]);
    await seen('/', titles[1]);

    await way.reader.stored(posts.REST);
    await way.reader.stored('/');
    await saves.trash(editor, titles[1]);
    assert.equal((await way.reader.get(posts.REST)).status, 404);
    assert.ok(!(await way.reader.get('/')).text.includes(titles[1]));

    await way.reader.stored('/second-story/');
    await saves.renameSite(editor, `Renamed, ${way.name}`);
    await seen('/second-story/', `Renamed, ${way.name}`);
    await saves.renameSite(editor, 'A cached site');
}

/* What others get at the address of a preview is what they got before. */
async function previews(way)
{
    const title = `Only a draft, ${way.name}`;
    const target = await saves.previewOf(way.editor, way.posts.form, title);
    assert.ok((await way.editor.open(target)).text.includes(title));
    for (let i = 0; i < 2; i++) {
        for (const one of [target, way.posts.form, '/'])
            assert.ok(!(await way.reader.get(one)).text.includes(title), one);
    }
}

/* ---- what only a plugin can say ------------------------------------------- */

async function plugins(way)
{
    const inCurrency = (name) => way.reader.get(
        '/product/teapot/', '--cookie', `currency=${name}`);
    for (const name of ['USD', 'CHF']) {
        assert.equal((await inCurrency(name)).hit, false);
        const page = await inCurrency(name);
        assert.equal(page.hit, true);
        assert.match(page.text, new RegExp(`Prices in ${name}`));
    }
    assert.match((await way.reader.stored('/product/teapot/')).text,
                 /Prices in EUR/);
    /* What WordPress would let be stored. */
    assert.equal((await way.reader.get('/?never')).hit, false);
    assert.equal((await way.reader.get('/?never')).hit, false);
}

/* ---- once for each way ---------------------------------------------------- */

const WAYS = ['shop, PHP inside', 'shop, RProxyPass',
              'litespeed, PHP inside', 'litespeed, RProxyPass'];

WAYS.forEach((name, number) => {
    const way = { name, number };
    const tell = (what, story) => test(`${name}: ${what}`, () => story(way));

    test(`${name}: people come`, async () => {
        Object.assign(way, site.ways.find((one) => one.name === name));
        way.reader = reader(way.url, site.certificate);
        way.editor = await Visitor.come(browser, way.url);
    });
    tell('pages of all are from the cache, each its own', everybodys);
    tell('an editor neither gets nor leaves them', editors);
    tell('carts', carts);
    tell('comments', comments);
    tell('a page with a password', passwords);
    tell('new posts are seen at once', newPosts);
    tell('changes are seen at once', edits);
    tell('previews', previews);
    if (name.startsWith('litespeed'))
        tell('what only the plugin can say', plugins);
});

/* ---- what the logs say ---------------------------------------------------- */

test('no page of somebody was ever from the cache', () => {
    const cookie = new RegExp('wordpress_logged_in_|comment_author_'
                              + '|wp-postpass_|woocommerce_items_in_cart');
    const requests = site.requests();
    assert.deepEqual(requests.filter((one) => cookie.test(one.cookies)
                                              && !['bypass', 'invalidated']
                                                  .includes(one.cache))
                             .map((one) => one.line), []);
    assert.ok(requests.some((one) => cookie.test(one.cookies)));
    assert.ok(requests.some((one) => one.cache === 'hit'));
});

test('nothing went wrong', () => {
    assert.deepEqual(site.errors(), []);
    assert.deepEqual(site.requests().filter((one) => /^5/.test(one.status))
                                    .map((one) => one.line), []);
});
