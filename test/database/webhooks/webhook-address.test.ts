import { describe, expect, test } from 'vitest';
import { allowedRanges, endpointUrlProblem, mayReach } from '../../../database/webhooks/address.ts';
import { forbiddenAddresses, writingsOfThisMachine } from '../../../testing/outside/addresses.ts';

const nothing = allowedRanges([]);

describe('an address a delivery may connect to', () => {
  test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(mayReach(address, nothing)).toBe(true);
  });

  test.each(forbiddenAddresses)('%s is not: %s', (address) => {
    expect(mayReach(address, nothing)).toBe(false);
  });

  test.each(['example.com', '', '127.0.0.1.', 'fe80::1%eth0', '1'])(
    '%j is not, because it is no address',
    (text) => {
      expect(mayReach(text, nothing)).toBe(false);
    },
  );

  test('may be private only if an allowed range contains it', () => {
    const allowed = allowedRanges(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    expect(mayReach('127.0.0.1', allowed)).toBe(true);
    expect(mayReach('::ffff:10.9.8.7', allowed)).toBe(true);
    expect(mayReach('fd12::1', allowed)).toBe(true);
    expect(mayReach('127.0.0.2', allowed)).toBe(false);
    expect(mayReach('192.168.0.1', allowed)).toBe(false);
  });

  test('cannot be allowed by a text that is no address range', () => {
    expect(() => allowedRanges(['intranet'])).toThrow('intranet');
  });
});

describe('the web address of an endpoint', () => {
  test.each(['https://example.com/hooks', 'https://hooks.example.com:8443/a?b=c', 'https://8.8.8.8/'])(
    '%s is valid',
    (url) => {
      expect(endpointUrlProblem(url, nothing)).toBeNull();
    },
  );

  test.each([
    'hooks.example.com',
    'http://example.com/hooks',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://',
    'https://me:secret@example.com/',
    'https://169.254.169.254/latest/meta-data',
  ])('%s will not', (url) => {
    expect(endpointUrlProblem(url, nothing)).toEqual(expect.any(String));
  });

  describe.each(['http', 'https'])('with the scheme %s', (scheme) => {
    test.each(writingsOfThisMachine)('%s is invalid, because it is this machine', (host) => {
      expect(endpointUrlProblem(`${scheme}://${host}/`, nothing)).toMatch(
        /^Private IP addresses aren't allowed/,
      );
    });

    test.each(forbiddenAddresses)('%s will not', (address) => {
      const host = address.includes(':') ? `[${address}]` : address;
      expect(endpointUrlProblem(`${scheme}://${host}/`, nothing)).toMatch(
        /^Private IP addresses aren't allowed/,
      );
    });
  });

  test('may use plain http only to an allowed address', () => {
    const allowed = allowedRanges(['127.0.0.1/32']);
    expect(endpointUrlProblem('http://127.0.0.1:9000/hooks', allowed)).toBeNull();
    expect(endpointUrlProblem('http://localhost:9000/hooks', allowed)).toBeNull();
    expect(endpointUrlProblem('http://8.8.8.8/hooks', allowed)).toEqual(expect.any(String));
    expect(endpointUrlProblem('http://example.com/hooks', allowed)).toEqual(expect.any(String));
  });
});
