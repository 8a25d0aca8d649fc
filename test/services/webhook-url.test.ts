import { describe, expect, test } from 'vitest'
import { isPublicAddress, literalAddress, urlFault } from '../../src/services/webhook-url.js'

const PUBLIC = { allowPrivate: false }

test.each([
  'https://example.com/hook',
  'https://example.com:443/hook?tenant=1#part',
  'https://example.com:8443/',
  'https://xn--bcher-kva.example/',
  'https://example.com./',
  'https://93.184.216.34/',
  'https://[2606:4700::6810:84e5]/',
])('%s is taken', url => {
  expect(urlFault(url, PUBLIC)).toBeUndefined()
})

test.each([
  ['http://example.com/', /https/],
  ['ftp://example.com/', /https/],
  ['file:///etc/passwd', /https/],
  ['javascript:alert(1)', /https/],
  ['example.com/hook', /not a URL/],
  ['https://', /not a URL/],
  ['https://exam ple.com/', /visible ASCII/],
  ['https://example.com\\@127.0.0.1/', /visible ASCII/],
  ['https://127.0.0.1\t.example.com/', /visible ASCII/],
  ['https://127。0。0。1/', /visible ASCII/],
  ['https://ⓛocalhost/', /visible ASCII/],
  ['https://user@example.com/', /user/],
  ['https://user:password@example.com/', /user/],
  ['https://example.com:22/', /port/],
  ['https://example.com:25/', /port/],
  ['https://localhost/', /public/],
  ['https://localhost./', /public/],
  ['https://LOCALHOST/', /public/],
  ['https://api.localhost/', /public/],
  ['https://localhost../', /public/],
  ['https://metadata/', /public/],
  ['https://svc/', /public/],
  ['https://svc./', /public/],
  ['https://a..b/', /public/],
  ['https://.example.com/', /public/],
  ['https://example.com../', /public/],
  ['https://printer.local/', /public/],
  ['https://printer.local./', /public/],
  ['https://metadata.google.internal/', /public/],
  ['https://127.0.0.1/', /public/],
  ['https://127.1/', /public/],
  ['https://2130706433/', /public/],
  ['https://0x7f000001/', /public/],
  ['https://0x7f.1/', /public/],
  ['https://0177.0.0.1/', /public/],
  ['https://017700000001/', /public/],
  ['https://127.0.0.1./', /public/],
  ['https://%31%32%37.0.0.1/', /public/],
  ['https://0/', /public/],
  ['https://0.0.0.0/', /public/],
  ['https://10.1.2.3/', /public/],
  ['https://172.31.255.255/', /public/],
  ['https://192.168.1.1/', /public/],
  ['https://169.254.169.254/latest/meta-data/', /public/],
  ['https://2852039166/', /public/],
  ['https://0xa9fea9fe/', /public/],
  ['https://100.100.100.200/', /public/],
  ['https://[::1]/', /public/],
  ['https://[::]/', /public/],
  ['https://[::ffff:127.0.0.1]/', /public/],
  ['https://[::ffff:7f00:1]/', /public/],
  ['https://[fd00:ec2::254]/', /public/],
  ['https://[fe80::1]/', /public/],
])('%s is refused', (url, reason) => {
  expect(urlFault(url, PUBLIC)).toMatch(reason)
})

test('where it is allowed, http and this machine are taken, and everything else is refused as before', () => {
  const anywhere = { allowPrivate: true }
  expect(urlFault('http://localhost:4000/hook', anywhere)).toBeUndefined()
  expect(urlFault('http://127.0.0.1:4000/hook', anywhere)).toBeUndefined()
  expect(urlFault('https://10.0.0.1/', anywhere)).toBeUndefined()
  expect(urlFault('file:///etc/passwd', anywhere)).toMatch(/https/)
  expect(urlFault('http://user@localhost/', anywhere)).toMatch(/user/)
  expect(urlFault('http://localhost:25/', anywhere)).toMatch(/port/)
})

describe('addresses', () => {
  test.each([
    '8.8.8.8',
    '93.184.216.34',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '2606:4700::1',
    '2a00:1450::1',
    '2606:4700::5efe:1:0:1',
  ])('%s is public', address => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test.each([
    ['this network', '0.0.0.0', '0.1.2.3'],
    ['loopback', '127.0.0.1', '127.255.255.254', '::1'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
    ['link-local', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    ['unique-local', 'fc00::1', 'fdff::1'],
    ['site-local', 'fec0::1'],
    ['shared by carriers', '100.64.0.1', '100.127.255.255'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['broadcast and reserved', '255.255.255.255', '240.0.0.1', '192.0.0.1', '192.88.99.1', '198.18.0.1'],
    ['for documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    ['mapped', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '::ffff:0:8.8.8.8', '::8.8.8.8', '::7f00:1'],
    ['6to4', '2002:7f00:1::', '2002:808:808::1'],
    ['NAT64', '64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1'],
    [
      'ISATAP',
      '2606:4700::5efe:10.0.0.1',
      '2606:4700::200:5efe:127.0.0.1',
      '2a00:1450::5efe:808:808',
      '2a00:1450::300:5efe:a9fe:a9fe',
    ],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['discarded', '100::1'],
    ['segment routing', '5f00::1'],
    ['not given out', '4000::1', '::'],
    ['metadata', '169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
    ['no address', '', 'localhost', '1.2.3', '8.8.8.8:443', '[::1]'],
  ])('%s: not public', (_name, ...addresses) => {
    for (const address of addresses) expect(isPublicAddress(address), address).toBe(false)
  })
})

test('an address in the place of a host is found in every spelling', () => {
  expect(literalAddress(new URL('https://0x7f.1/'))).toBe('127.0.0.1')
  expect(literalAddress(new URL('https://[::ffff:127.0.0.1]/'))).toBe('::ffff:7f00:1')
  expect(literalAddress(new URL('https://example.com/'))).toBeUndefined()
})
