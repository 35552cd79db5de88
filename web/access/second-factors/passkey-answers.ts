import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]*$/);

const credential = {
  id: base64url(2000),
  rawId: base64url(2000),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional().catch(undefined),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional(),
};

const added = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(8000),
    attestationObject: base64url(20_000),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});

const used = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(8000),
    authenticatorData: base64url(8000),
    signature: base64url(8000),
    userHandle: base64url(200).nullish(),
  }),
});

/** What a browser answers when it has made a passkey; null for anything else. */
export const addedPasskeyIn = (text: unknown): RegistrationResponseJSON | null =>
  parsed(added, text) as RegistrationResponseJSON | null;

/** What a browser answers when a passkey was used; null for anything else. */
export const usedPasskeyIn = (text: unknown): AuthenticationResponseJSON | null =>
  parsed(used, text) as AuthenticationResponseJSON | null;

function parsed<T extends z.ZodType<{ clientExtensionResults?: unknown }>>(schema: T, text: unknown) {
  try {
    const answer = schema.parse(JSON.parse(z.string().max(60_000).parse(text)));
    return { clientExtensionResults: {}, ...answer };
  } catch {
    return null;
  }
}
