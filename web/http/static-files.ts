import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import { MethodNotAllowed } from './method-not-allowed.ts';
import { readStyleSheet } from './style-sheet.ts';

const publicFolder = fileURLToPath(new URL('../public', import.meta.url));

/** The files served from npm packages, by their name below `/vendor/`. */
const vendorFiles: Record<string, string> = {
  'htmx.js': path.join(packageFolder('htmx.org'), 'dist/htmx.min.js'),
};

const aYear = { maxAge: '365d', immutable: true };

const styleSheet = '/public/app.css';
const styles = readStyleSheet(path.join(publicFolder, 'app.css'));

/** Serves `/public` and `/vendor`. Browsers cache the files for a year, because their addresses carry a hash. */
export function serveStaticFiles(app: Express): void {
  app.use(styleSheet, ({ method }, response, next) => {
    if (method !== 'GET' && method !== 'HEAD') return next();
    response.set('Cache-Control', 'public, max-age=31536000, immutable').type('css').send(styles);
  });
  app.use('/public', express.static(publicFolder, { ...aYear, index: false }));
  app.get('/vendor/:file', (request, response, next) => {
    const file = Object.hasOwn(vendorFiles, request.params.file) ? vendorFiles[request.params.file]! : null;
    if (file === null) return next();
    response.sendFile(path.basename(file), { root: path.dirname(file), ...aYear });
  });
}

/** The addresses below which there are only files. */
export const fileAddresses = ['/public', '/vendor'];

/** Refuses to do anything but read a file. Throws MethodNotAllowed. */
export const onlyReading: RequestHandler = ({ method }, _response, next) => {
  if (method !== 'GET' && method !== 'HEAD') throw new MethodNotAllowed('GET');
  next();
};

const addresses = new Map<string, string>();

/** The address of a static file with a hash of its content, such as `/public/app.css?v=3f2a…`. */
export function staticFile(address: string): string {
  let hashed = addresses.get(address);
  if (hashed === undefined) {
    const file = address.startsWith('/vendor/')
      ? vendorFiles[address.slice('/vendor/'.length)]!
      : path.join(publicFolder, address.slice('/public/'.length));
    const content = address === styleSheet ? styles : readFileSync(file);
    hashed = `${address}?v=${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
    addresses.set(address, hashed);
  }
  return hashed;
}

const icons = new Map<string, string>();

/** A Tabler icon as SVG markup, by its name. It is decoration, so it is hidden from screen readers. */
export function icon(name: string): string {
  let svg = icons.get(name);
  if (svg === undefined) {
    const file = path.join(packageFolder('@tabler/icons'), 'icons/outline', `${name}.svg`);
    svg = readFileSync(file, 'utf8')
      .replace(/<!--[\s\S]*?-->/g, '')
      .replace('<svg', '<svg class="icon" aria-hidden="true" focusable="false"')
      .replace(/\s+/g, ' ')
      .trim();
    icons.set(name, svg);
  }
  return svg;
}

function packageFolder(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
}
