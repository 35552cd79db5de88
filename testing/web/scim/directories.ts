import type { Called } from '../api.ts';
import { type CallScim, patchOf, urn } from './client.ts';

/** What a directory knows of a person. */
export interface DirectoryPerson {
  userName: string;
  externalId: string;
  givenName: string;
  familyName: string;
  email?: string;
  employeeNumber?: string;
  department?: string;
  active?: boolean;
}

/** A directory as it was recorded: which calls it sends for what happens in it. */
export interface Dialect {
  create(call: CallScim, person: DirectoryPerson): Promise<Called>;
  /** `whole` is the person with the new value, for a directory that sends all of it. */
  setActive(call: CallScim, id: string, active: boolean, whole: DirectoryPerson): Promise<Called>;
  setDepartment(call: CallScim, id: string, department: string, whole: DirectoryPerson): Promise<Called>;
}

const entraBody = ({
  userName,
  externalId,
  givenName,
  familyName,
  email,
  employeeNumber,
  department,
  active = true,
}: DirectoryPerson) => ({
  schemas: [urn.user, urn.enterprise],
  externalId,
  userName,
  active,
  displayName: `${givenName} ${familyName}`,
  ...(email && { emails: [{ primary: true, type: 'work', value: email }] }),
  meta: { resourceType: 'User' },
  name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
  [urn.enterprise]: { ...(employeeNumber && { employeeNumber }), ...(department && { department }) },
});

/** Okta finds out whether the person is there before it creates them, and sends a password. */
async function oktaCreate(
  call: CallScim,
  {
    userName,
    externalId,
    givenName,
    familyName,
    email,
    employeeNumber,
    department,
    active = true,
  }: DirectoryPerson,
) {
  await call(
    'GET',
    `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}&startIndex=1&count=100`,
  );
  return call('POST', '/Users', {
    schemas: [urn.user, urn.enterprise],
    userName,
    name: { givenName, familyName },
    ...(email && { emails: [{ primary: true, value: email, type: 'work' }] }),
    displayName: `${givenName} ${familyName}`,
    locale: 'en-US',
    externalId,
    groups: [],
    password: '1mz050nq',
    [urn.enterprise]: { ...(employeeNumber && { employeeNumber }), ...(department && { department }) },
    active,
  });
}

/** Okta's custom apps send everything, without the externalId. */
const oktaWhole = (
  id: string,
  { userName, givenName, familyName, email, employeeNumber, department, active = true }: DirectoryPerson,
) => ({
  schemas: [urn.user, urn.enterprise],
  id,
  userName,
  name: { givenName, familyName },
  ...(email && { emails: [{ primary: true, value: email, type: 'work' }] }),
  displayName: `${givenName} ${familyName}`,
  locale: 'en-US',
  password: '1mz050nq',
  active,
  groups: [],
  [urn.enterprise]: { ...(employeeNumber && { employeeNumber }), ...(department && { department }) },
  meta: { resourceType: 'User' },
});

async function entraCreate(call: CallScim, person: DirectoryPerson) {
  await call('GET', `/Users?filter=${encodeURIComponent(`externalId eq "${person.externalId}"`)}`);
  return call('POST', '/Users', entraBody(person), {
    headers: { 'Content-Type': 'application/scim+json; charset=utf-8' },
  });
}

export const dialects: Record<string, Dialect> = {
  'Entra ID': {
    create: entraCreate,
    setActive: (call, id, active) =>
      call(
        'PATCH',
        `/Users/${id}`,
        patchOf({ op: 'Replace', path: 'active', value: active ? 'True' : 'False' }),
      ),
    setDepartment: (call, id, department) =>
      call(
        'PATCH',
        `/Users/${id}`,
        patchOf({ op: 'Add', path: `${urn.enterprise}:department`, value: department }),
      ),
  },
  'Entra ID with aadOptscim062020': {
    create: entraCreate,
    setActive: (call, id, active) =>
      call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', path: 'active', value: active })),
    setDepartment: (call, id, department, { givenName }) =>
      call(
        'PATCH',
        `/Users/${id}`,
        patchOf({
          op: 'replace',
          value: { 'name.givenName': givenName, [`${urn.enterprise}:department`]: department },
        }),
      ),
  },
  'Okta from the catalogue': {
    create: oktaCreate,
    setActive: (call, id, active) =>
      call('PATCH', `/Users/${id}`, patchOf({ op: 'replace', value: { active } })),
    setDepartment: (call, id, _department, whole) => call('PUT', `/Users/${id}`, oktaWhole(id, whole)),
  },
  'Okta by an app of your own': {
    create: oktaCreate,
    setActive: (call, id, active, whole) => call('PUT', `/Users/${id}`, oktaWhole(id, { ...whole, active })),
    setDepartment: (call, id, _department, whole) => call('PUT', `/Users/${id}`, oktaWhole(id, whole)),
  },
};
