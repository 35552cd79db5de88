import type { oas31 } from 'zod-openapi';
import type { ApiDocument } from './openapi.ts';

/** A part of a text: plain, `code`, or a link to a `schema`. */
interface Piece {
  text: string;
  code?: boolean;
  schema?: string;
}

/** A field of a body, or a parameter. */
interface DescribedField {
  name: string;
  /** Where a parameter is sent: path, query or header. */
  place?: string;
  type: Piece[];
  required: boolean;
  words: Piece[];
}

/** An endpoint or a webhook event, as the page shows it. */
interface DescribedOperation {
  id: string;
  method: string;
  address: string;
  summary: string;
  paragraphs: Piece[][];
  parameters: DescribedField[];
  body: { type: Piece[]; fields: DescribedField[] } | null;
  answers: { status: string; type: Piece[]; words: Piece[] }[];
}

/** The data of the page that shows the API's documentation. */
export interface DocumentPage {
  paragraphs: Piece[][];
  operations: DescribedOperation[];
  events: DescribedOperation[];
  schemas: { name: string; words: Piece[]; fields: DescribedField[] }[];
}

type Schema = oas31.SchemaObject & { $ref?: string };
type Fields = Record<string, Schema>;

/** Makes the page's data from the OpenAPI document, so that the page always agrees with it. */
export function documentPage({ info, paths = {}, webhooks = {}, components }: ApiDocument): DocumentPage {
  return {
    paragraphs: paragraphsOf(info.description),
    operations: Object.entries(paths).flatMap(([address, item]) => operationsOf(address, item)),
    events: Object.entries(webhooks).flatMap(([type, item]) => operationsOf(type, item)),
    schemas: Object.entries((components?.schemas ?? {}) as Fields)
      .filter(([, schema]) => schema.properties !== undefined)
      .map(([name, schema]) => ({ name, words: wordsOf(schema.description), fields: fieldsOf(schema) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

const methods = ['get', 'put', 'patch', 'post'] as const;

const operationsOf = (address: string, item: object): DescribedOperation[] =>
  methods.flatMap((method) => {
    const operation = (item as Record<string, oas31.OperationObject | undefined>)[method];
    return operation === undefined ? [] : [operationOf(address, method, operation)];
  });

function operationOf(address: string, method: string, operation: oas31.OperationObject): DescribedOperation {
  const { operationId, summary = '', description, requestBody, responses = {} } = operation;
  const parameters = (operation.parameters ?? []) as oas31.ParameterObject[];
  return {
    id: operationId!,
    method: method.toUpperCase(),
    address,
    summary,
    paragraphs: paragraphsOf(description),
    parameters: parameters.map(({ name, in: place, required = false, schema = {}, description: words }) => ({
      name,
      place,
      type: typeOf(schema as Schema),
      required,
      words: wordsOf(words),
    })),
    body: bodyOf(requestBody as oas31.RequestBodyObject | undefined),
    answers: Object.entries(responses as Record<string, oas31.ResponseObject>).map(([status, answer]) => ({
      status,
      type: contentOf(answer.content).type,
      words: wordsOf(answer.description),
    })),
  };
}

function bodyOf(body: oas31.RequestBodyObject | undefined): DescribedOperation['body'] {
  if (body === undefined) return null;
  const { type, schema } = contentOf(body.content);
  return { type, fields: fieldsOf(schema) };
}

function contentOf(content: oas31.ContentObject = {}): { type: Piece[]; schema: Schema } {
  const [[media, { schema = {} }] = ['', {}]] = Object.entries(content);
  const isJson = /[/+]json$/.test(media);
  return {
    type: isJson ? typeOf(schema as Schema) : [{ text: media, code: true }],
    schema: schema as Schema,
  };
}

const fieldsOf = ({ properties = {}, required = [] }: Schema): DescribedField[] =>
  Object.entries(properties as Fields).flatMap(([name, schema]) => [
    { name, type: typeOf(schema), required: required.includes(name), words: wordsOf(schema.description) },
    ...fieldsOf(insideOf(schema)).map((field) => ({ ...field, name: `${name}.${field.name}` })),
  ]);

/** The schema of a list's items, of the object among alternatives, or the schema itself. */
const insideOf = (schema: Schema): Schema =>
  (schema.items as Schema | undefined) ??
  (schema.anyOf as Schema[] | undefined)?.find((one) => one.properties !== undefined) ??
  schema;

/** The type of a value in a few words, such as `list of` a schema. */
function typeOf(schema: Schema): Piece[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    return [{ text: name, schema: name }];
  }
  if (schema.anyOf !== undefined) return alternatives((schema.anyOf as Schema[]).map(typeOf));
  if (schema.const !== undefined) return [{ text: JSON.stringify(schema.const), code: true }];
  if (schema.enum !== undefined)
    return alternatives(schema.enum.map((value) => [{ text: String(value), code: true }]));
  if (schema.type === 'array') return [{ text: 'list of ' }, ...typeOf((schema.items ?? {}) as Schema)];
  const types = [schema.type ?? []].flat();
  return alternatives(types.map((type) => [{ text: wordOf(type, schema.format) }]));
}

const wordOf = (type: string, format: string | undefined) =>
  ({ integer: 'whole number', string: format === undefined ? 'text' : format.replace('-time', ' and time') })[
    type
  ] ?? type;

const alternatives = (types: Piece[][]): Piece[] =>
  types.flatMap((type, index) => (index === 0 ? type : [{ text: ' or ' }, ...type]));

const paragraphsOf = (markdown: string | undefined): Piece[][] =>
  (markdown ?? '')
    .split(/\n\n+/)
    .filter((paragraph) => paragraph !== '')
    .map(wordsOf);

/** Parses the only Markdown that our descriptions use: code between backquotes. */
const wordsOf = (markdown: string | undefined): Piece[] =>
  (markdown ?? '')
    .split('`')
    .map((text, index) => ({ text, code: index % 2 === 1 }))
    .filter(({ text }) => text !== '');
