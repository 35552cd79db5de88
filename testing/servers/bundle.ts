import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflows } from '../../worker/workers.ts';

/** Bundles the workflows once per run into `folder`; returns the path for `workflowBundle: { codePath }`. */
export async function prepareBundle(folder: string): Promise<string> {
  const { code } = await bundleWorkflows();
  const file = join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}
