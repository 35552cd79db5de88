import { ApiToken, OneTimeLink, Session } from './access.ts';
import { Asset, Assignment } from './asset.ts';
import { BulkAction, BulkItem } from './bulk.ts';
import { ColumnMapping } from './column-mapping.ts';
import {
  DirectoryAccount,
  DirectoryGroup,
  DirectoryGroupMember,
  DirectoryQuestion,
  HeldDeactivation,
} from './directory.ts';
import { IdempotencyKey } from './idempotency-key.ts';
import { Identity } from './identity.ts';
import { Import, ImportRow } from './import.ts';
import { LeaverNote } from './leaver-note.ts';
import { License, Seat } from './license.ts';
import { Mail } from './mail.ts';
import { Offboarding, Reminder } from './offboarding.ts';
import { ProviderAccount, ProviderAnswer, SignInRefusal } from './provider.ts';
import { AuditEntry, Notification, Outbox } from './record.ts';
import { RecoveryCorrection } from './recovery-correction.ts';
import { ReminderByHand } from './reminder-by-hand.ts';
import { Request } from './request.ts';
import { RefusedRemoval, TokenRemoval } from './token-removal.ts';
import { User } from './user.ts';
import { WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent } from './webhook.ts';
import { Heartbeat, Workspace } from './workspace.ts';

/** Every table Lastday owns. */
export const entities = [
  User,
  Identity,
  DirectoryAccount,
  HeldDeactivation,
  DirectoryQuestion,
  DirectoryGroup,
  DirectoryGroupMember,
  Offboarding,
  Reminder,
  LeaverNote,
  ReminderByHand,
  Asset,
  Assignment,
  RecoveryCorrection,
  License,
  Seat,
  Request,
  AuditEntry,
  Outbox,
  Notification,
  Mail,
  WebhookEndpoint,
  WebhookEvent,
  WebhookDelivery,
  WebhookAttempt,
  ApiToken,
  TokenRemoval,
  RefusedRemoval,
  OneTimeLink,
  Session,
  ProviderAccount,
  ProviderAnswer,
  SignInRefusal,
  IdempotencyKey,
  Workspace,
  Heartbeat,
  Import,
  ImportRow,
  ColumnMapping,
  BulkAction,
  BulkItem,
];

export {
  ApiToken,
  Asset,
  Assignment,
  AuditEntry,
  BulkAction,
  BulkItem,
  ColumnMapping,
  DirectoryAccount,
  DirectoryQuestion,
  HeldDeactivation,
  IdempotencyKey,
  Import,
  ImportRow,
  LeaverNote,
  License,
  Mail,
  Notification,
  Offboarding,
  OneTimeLink,
  Outbox,
  ProviderAccount,
  RecoveryCorrection,
  RefusedRemoval,
  Reminder,
  ReminderByHand,
  Request,
  Seat,
  Session,
  SignInRefusal,
  TokenRemoval,
  User,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
  Workspace,
};
