import { runScript } from './run-script.ts';

/** How to sign in: with the address and password of the environment, else with a one-time link. */
export async function signInInstructions(
  environment: NodeJS.ProcessEnv,
  stopping: AbortSignal,
): Promise<string> {
  const [withPassword] = await runScript('first-admin', [], environment, stopping);
  if (withPassword) return withPassword;
  const email = environment.LASTDAY_ADMIN_EMAIL || 'admin@lastday.example';
  const printed = await runScript('admin', ['--email', email], environment, stopping);
  return printed.at(-1) ?? '';
}
