import { describe, expect, it } from 'vitest';
import { allowedRanges, endpointUrlProblem, mayReach } from '../../database/webhook-address.ts';

const nothing = allowedRanges([]);

describe('an address a delivery may connect to', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(mayReach(address, nothing)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.9.10',
    '169.254.169.254',
    '172.16.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '192.88.99.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '100::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '5f00::1',
    'example.com',
    '',
  ])('%s is not', (address) => {
    expect(mayReach(address, nothing)).toBe(false);
  });

  it('is a private one when a range names it, and no other', () => {
    const allowed = allowedRanges(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    expect(mayReach('127.0.0.1', allowed)).toBe(true);
    expect(mayReach('::ffff:10.9.8.7', allowed)).toBe(true);
    expect(mayReach('fd12::1', allowed)).toBe(true);
    expect(mayReach('127.0.0.2', allowed)).toBe(false);
    expect(mayReach('192.168.0.1', allowed)).toBe(false);
  });

  it('is refused with its name when the allowance is no address', () => {
    expect(() => allowedRanges(['intranet'])).toThrow('intranet');
  });
});

describe('the web address of an endpoint', () => {
  it.each(['https://example.com/hooks', 'https://hooks.example.com:8443/a?b=c', 'https://8.8.8.8/'])(
    '%s will do',
    (url) => {
      expect(endpointUrlProblem(url, nothing)).toBeNull();
    },
  );

  it.each([
    'hooks.example.com',
    'http://example.com/hooks',
    'ftp://example.com',
    'javascript:alert(1)',
    'https://',
    'https://me:secret@example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://１２７.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::127.0.0.1]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://169.254.169.254/latest/meta-data',
  ])('%s will not', (url) => {
    expect(endpointUrlProblem(url, nothing)).toEqual(expect.any(String));
  });

  it('may be plain http to an address that is allowed by name, and only there', () => {
    const allowed = allowedRanges(['127.0.0.1/32']);
    expect(endpointUrlProblem('http://127.0.0.1:9000/hooks', allowed)).toBeNull();
    expect(endpointUrlProblem('http://localhost:9000/hooks', allowed)).toBeNull();
    expect(endpointUrlProblem('http://8.8.8.8/hooks', allowed)).toEqual(expect.any(String));
    expect(endpointUrlProblem('http://example.com/hooks', allowed)).toEqual(expect.any(String));
  });
});
