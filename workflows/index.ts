export { bulkAction } from './bulk-action.ts';
export { csvImport } from './csv-import.ts';
export { mail } from './mail.ts';
export { offboarding } from './offboarding.ts';
export { webhook } from './webhook.ts';
