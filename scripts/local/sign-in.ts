import { runScript } from './run-script.ts';

/** How to sign in: with the address and password of the environment, else with a one-time link. */
export async function signInInstructions(
  environment: NodeJS.ProcessEnv,
  stopping: AbortSignal,
): Promise<string> {
  const { LASTDAY_ADMIN_EMAIL: email, LASTDAY_ADMIN_PASSWORD: password } = environment;
  if (email && password) return `${email} with the password from LASTDAY_ADMIN_PASSWORD`;
  const printed = await runScript(
    'admin',
    ['--email', email || 'admin@lastday.example'],
    environment,
    stopping,
  );
  return printed.at(-1) ?? '';
}
