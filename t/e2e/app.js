/* Licensed under the Apache License, Version 2.0 (see LICENSE). */
/*
 * An application as people write them with Express: a JSON API, an upload, a
 * download and server-sent events. Started as: node app.js PORT
 */
'use strict';

const place = require('./lib/place');
const pattern = require('./lib/pattern');

const express = place.npm('express');

const app = express();
app.set('trust proxy', 'loopback');

/* ---- notes: create, read, update, delete -------------------------------- */

const notes = new Map();
const api = express.Router();
api.use(express.json());

function find(req, res, next)
{
    req.note = notes.get(Number(req.params.id));
    if (!req.note)
        return res.status(404).json({ error: 'no such note' });
    return next();
}

api.get('/', (req, res) => res.json([...notes.values()]));
api.post('/', (req, res) => {
    const note = { id: notes.size + 1, text: req.body.text };
    notes.set(note.id, note);
    res.status(201).location(`/notes/${note.id}`).json(note);
});
api.get('/:id', find, (req, res) => res.json(req.note));
api.patch('/:id', find, (req, res) => {
    req.note.text = req.body.text;
    res.json(req.note);
});
api.delete('/:id', find, (req, res) => {
    notes.delete(req.note.id);
    res.status(204).end();
});
app.use('/notes', api);

/* ---- what the application knows of its client ---------------------------- */

app.get('/client', (req, res) => res.json({
    ip: req.ip, protocol: req.protocol, host: req.host,
}));

/* A redirect to the place that the application believes to be at. */
app.get('/old', (req, res) => {
    res.redirect(301, `${req.protocol}://${req.host}/notes`);
});

app.get('/broken', () => { throw new Error('broken on purpose'); });

/* ---- large bodies -------------------------------------------------------- */

app.put('/upload', async (req, res) => {
    res.json(await pattern.digest(req));
});

/* ?chunked leaves the length out. */
app.get('/download', (req, res) => {
    const count = Number(req.query.mib);
    res.type('application/octet-stream');
    if (!('chunked' in req.query))
        res.set('Content-Length', String(count * pattern.BLOCK));
    pattern.stream(count).pipe(res);
});

/* ---- server-sent events -------------------------------------------------- */

/* One listener: each POST sends it the next event, so that nothing hurries. */
let listener = null;

app.get('/events', (req, res) => {
    res.type('text/event-stream').set('Cache-Control', 'no-store');
    res.write('data: hello\n\n');
    listener = res;
});
app.post('/events/:word', (req, res) => {
    listener.write(`data: ${req.params.word}\n\n`);
    if (req.params.word === 'end')
        listener.end();
    res.status(204).end();
});

app.listen(Number(process.argv[2]), '127.0.0.1');
