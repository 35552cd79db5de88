import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { afterAll, expect, test } from 'vitest';
import { ChangedMeanwhile, InvalidInput, NotFound, Refusal } from '../../../domain/failures.ts';
import { TooManyTries } from '../../../web/access/sign-in-limits.ts';
import { noteOf } from '../../../web/http/pages/page-note.ts';
import { mount, post } from '../../../web/http/routing.ts';

/** Answers with the note of the page and the id of the record. */
const page: RequestHandler = (request, response) => {
  response.json({ id: request.params.id, ...noteOf(response) });
};
const errorPage: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).json({ errorPage: error.message });
};
const throwing =
  (error: Error): RequestHandler =>
  async () => {
    throw error;
  };

const app = express();
app.use(express.urlencoded());
mount(app, [
  post('/refused/:id', 'anyone', throwing(new Refusal('no', 'A rule forbids this.')), page),
  post('/changed/:id', 'anyone', throwing(new ChangedMeanwhile(['name'])), page),
  post('/invalid/:id', 'anyone', throwing(new InvalidInput({ name: 'Too long.' })), page),
  post('/tries/:id', 'anyone', throwing(new TooManyTries({ email: 'Please wait.' })), page),
  post('/missing/:id', 'anyone', throwing(new NotFound('asset')), page),
  post('/alone/:id', 'anyone', throwing(new Refusal('no', 'A rule forbids this.'))),
]);
app.use(errorPage);
const server = app.listen(0);
afterAll(() => server.close());

async function send(path: string) {
  const { port } = server.address() as { port: number };
  const body = new URLSearchParams({ name: 'Typed' });
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body });
  return { status: answer.status, ...((await answer.json()) as object) };
}

test('a broken rule is shown above the page, which keeps the input', async () => {
  expect(await send('/refused/7')).toEqual({
    status: 409,
    id: '7',
    alert: { tone: 'danger', text: 'A rule forbids this.' },
    values: { name: 'Typed' },
    meanwhile: [],
  });
});

test('fields that somebody else has changed are listed', async () => {
  expect(await send('/changed/7')).toMatchObject({ status: 409, meanwhile: ['name'] });
});

test('invalid input is shown beside its field', async () => {
  expect(await send('/invalid/7')).toEqual({
    status: 422,
    id: '7',
    alert: { tone: 'danger', text: 'Not saved. Check the highlighted fields.' },
    errors: { name: 'Too long.' },
    values: { name: 'Typed' },
  });
});

test('an error can set its own status', async () => {
  expect(await send('/tries/7')).toMatchObject({ status: 429, errors: { email: 'Please wait.' } });
});

test('other errors, and routes without a page, go to the error page', async () => {
  expect(await send('/missing/7')).toEqual({ status: 500, errorPage: "We can't find this asset." });
  expect(await send('/alone/7')).toEqual({ status: 500, errorPage: 'A rule forbids this.' });
});
