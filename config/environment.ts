import { z } from 'zod';
import { emailToStore } from '../domain/email.ts';
import { providerProblems, providerVariables } from './identity-provider.ts';

const nonEmpty = (text: string | undefined) => (text === undefined || text === '' ? undefined : text);
const optional = <T extends z.ZodType>(type: T) =>
  z.preprocess((text) => nonEmpty(text as string), type.optional());
const defaulting = <T extends z.ZodType>(type: T, value: z.input<T>) =>
  z.preprocess((text) => nonEmpty(text as string) ?? value, type);

const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'Expected a postgresql:// URL' });
const port = z.coerce.number({ error: 'Expected a port number' }).int().min(0).max(65535);
const secretKey = z
  .string({ error: 'Expected 32 random bytes in base64, to encrypt webhook secrets' })
  .refine((text) => Buffer.from(text, 'base64').length === 32, {
    error: 'Expected 32 random bytes in base64',
  });
const listOfAddresses = z.preprocess(
  (text) =>
    String(text ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  z.array(z.string()),
);

/** `lastday@example.com` or `Lastday <lastday@example.com>`, in one line. */
const sender = z.string().transform((text, context) => {
  const [, name = '', address = ''] =
    /^(?:"?([^"<>\r\n]*?)"?\s*<)?([^<>\s]+@[^<>\s]+?)>?$/.exec(text.trim()) ?? [];
  if (z.email({ pattern: z.regexes.html5Email }).safeParse(address).success) return { name, address };
  context.addIssue({ code: 'custom', message: 'Expected an email such as Lastday <lastday@example.com>' });
  return z.NEVER;
});

const adminEmail = z.string().transform((text, context) => {
  const email = emailToStore(text);
  if ('text' in email) return email.text;
  context.addIssue({ code: 'custom', message: email.problem });
  return z.NEVER;
});

const shape = z.object({
  PORT: defaulting(port, 3000),
  HOST: defaulting(z.string(), '127.0.0.1'),
  /** The application's role. It can read and write, but cannot alter the audit trail. */
  DATABASE_URL: postgresUrl,
  /** The owner's role, which migrates the schema. */
  MIGRATION_DATABASE_URL: optional(postgresUrl),
  TEMPORAL_ADDRESS: defaulting(z.string(), '127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: defaulting(z.string(), 'default'),
  /** 32 bytes in base64. It encrypts webhook secrets and signs session cookies. */
  SECRET_KEY: secretKey,
  /** The address that users open. With https, cookies are Secure and HSTS is on. */
  PUBLIC_URL: optional(z.url({ protocol: /^https?$/, error: 'Expected an http:// or https:// URL' })),
  LASTDAY_ADMIN_EMAIL: optional(adminEmail),
  LASTDAY_ADMIN_PASSWORD: optional(z.string().min(12, { error: 'Expected at least 12 characters' })),
  /** The mail server. Without it, no mail is sent. */
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/, error: 'Expected an smtp:// or smtps:// URL' })),
  /** The sender of mails. */
  MAIL_FROM: optional(sender),
  /** The proxies whose `X-Forwarded-…` headers are trusted: their number or their addresses. */
  TRUST_PROXY: z.preprocess(
    (text) => nonEmpty(text as string) ?? 'loopback',
    z.union([z.stringFormat('count', /^\d$/).transform(Number), listOfAddresses]),
  ),
  /** Private addresses or CIDR ranges that deliveries may reach. */
  WEBHOOK_ALLOW: listOfAddresses,
  /** API calls per minute and token, for each web process. */
  API_RATE_LIMIT: defaulting(z.coerce.number().int().min(1, { error: 'Expected a number of calls' }), 6000),
  /** How long the web process still answers after SIGTERM, while `/ready` already fails. */
  DRAIN_SECONDS: defaulting(
    z.coerce.number().int().min(0).max(60, { error: 'Expected up to 60 seconds' }),
    0,
  ),
  /** Where the process serves its metrics. Without a port, it does not. */
  METRICS_PORT: optional(port),
  METRICS_HOST: defaulting(z.union([z.ipv4(), z.ipv6()], { error: 'Expected an IP address' }), '127.0.0.1'),
  /** Where a worker's Temporal SDK serves its own metrics, at METRICS_HOST. Without a port, it does not. */
  SDK_METRICS_PORT: optional(port),
  /** The OpenID Connect provider that people sign in with. */
  OIDC_ISSUER: optional(providerVariables.issuer),
  OIDC_CLIENT_ID: optional(providerVariables.text),
  OIDC_CLIENT_SECRET: optional(providerVariables.text),
  /** The claim with a person's groups: its name, or a path such as `realm_access.roles`. `scim`: the directory's groups. */
  OIDC_ROLE_CLAIM: optional(providerVariables.text),
  /** The role of each group, as JSON. */
  OIDC_ROLE_MAP: optional(providerVariables.roleMap),
  OIDC_NO_MATCH: defaulting(providerVariables.noMatch, 'refuse'),
  OIDC_LINK_CLAIM: optional(providerVariables.text),
  /** `sso` closes passwords. */
  SIGN_IN: defaulting(providerVariables.signIn, 'both'),
  LOG_LEVEL: defaulting(z.enum(['silent', 'error', 'warn', 'info', 'debug']), 'info'),
});

const complete = shape.superRefine((environment, context) => {
  for (const [variable, message] of providerProblems(environment))
    context.addIssue({ code: 'custom', path: [variable], message });
});

/** The environment variables of the processes. Every value is checked. */
export type Environment = z.infer<typeof shape>;

/**
 * Reads the whole environment. Throws an Error that names every missing or wrong variable and the expected value.
 */
export const readEnvironment = (variables: NodeJS.ProcessEnv = process.env): Environment =>
  checked(complete, variables);

/** The variables of a script that uses only the database. */
export const readDatabaseUrls = (variables: NodeJS.ProcessEnv = process.env) => {
  const urls = shape.pick({ DATABASE_URL: true, MIGRATION_DATABASE_URL: true });
  const { DATABASE_URL, MIGRATION_DATABASE_URL = DATABASE_URL } = checked(urls, variables);
  return { databaseUrl: DATABASE_URL, ownerUrl: MIGRATION_DATABASE_URL };
};

/** The first super-admin of the environment; null without both variables. */
export const readFirstAdmin = (variables: NodeJS.ProcessEnv = process.env) => {
  const admin = checked(shape.pick({ LASTDAY_ADMIN_EMAIL: true, LASTDAY_ADMIN_PASSWORD: true }), variables);
  const { LASTDAY_ADMIN_EMAIL: email, LASTDAY_ADMIN_PASSWORD: password } = admin;
  return email && password ? { email, password } : null;
};

/** The variables of a script that makes links. */
export const readPublicUrl = (variables: NodeJS.ProcessEnv = process.env): string =>
  publicUrl(checked(shape.pick({ PUBLIC_URL: true, HOST: true, PORT: true }), variables));

function checked<T extends z.ZodType>(type: T, variables: NodeJS.ProcessEnv): z.infer<T> {
  const result = type.safeParse(variables);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`These environment variables are missing or wrong:\n${lines.join('\n')}`);
}

/** The sender of mails, for the header From. */
export interface Sender {
  name: string;
  address: string;
}

/** The sender of mails: MAIL_FROM, else `lastday` at the host of the public URL. */
export function mailSender(environment: Environment): Sender {
  const { hostname } = new URL(publicUrl(environment));
  const host = /^[\d.]+$|:/.test(hostname) ? 'localhost' : hostname;
  const { name, address } = environment.MAIL_FROM ?? { name: '', address: `lastday@${host}` };
  return { name: name || 'Lastday', address };
}

/** The address of the console, without a trailing slash. */
export const publicUrl = ({ PUBLIC_URL, HOST, PORT }: Pick<Environment, 'PUBLIC_URL' | 'HOST' | 'PORT'>) =>
  (PUBLIC_URL ?? `http://${HOST}:${PORT}`).replace(/\/$/, '');

/** Whether browsers use https. If so, cookies are Secure. */
export const isHttps = (environment: Parameters<typeof publicUrl>[0]): boolean =>
  publicUrl(environment).startsWith('https:');
