import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.js'

describe('what the environment sets', () => {
  test('without any, everything has a value that is safe', () => {
    expect(readConfig({})).toMatchObject({
      drainSeconds: 0,
      maxLoopDelay: 1_000,
      trustedProxies: 0,
      rateLimits: { perKey: 0, practice: 3_000, failedKeys: 100, perSession: 120, failedSessions: 3_000 },
      metrics: undefined,
      graphqlIntrospection: true,
      frameAncestors: ["'self'"],
    })
  })

  test.each([
    ['a wait for load balancers', { CHAINMARK_DRAIN_SECONDS: '5' }, { drainSeconds: 5 }],
    ['an event loop as late as it will', { CHAINMARK_MAX_LOOP_DELAY: '0' }, { maxLoopDelay: 0 }],
    [
      'no schema to be asked for',
      { CHAINMARK_GRAPHQL_INTROSPECTION: 'false' },
      { graphqlIntrospection: false },
    ],
    [
      'none in production',
      { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x' },
      { graphqlIntrospection: false },
    ],
    [
      'pages in frames of a learning platform',
      { CHAINMARK_FRAME_ANCESTORS: ' self https://lms.example  https://*.school.example:8443 ' },
      { frameAncestors: ["'self'", 'https://lms.example', 'https://*.school.example:8443'] },
    ],
    [
      'pages in frames of a platform that is tried on this machine',
      { CHAINMARK_FRAME_ANCESTORS: 'http://localhost:8080 http://127.0.0.1 https://lms.example:65535' },
      { frameAncestors: ['http://localhost:8080', 'http://127.0.0.1', 'https://lms.example:65535'] },
    ],
    ['pages in no frame', { CHAINMARK_FRAME_ANCESTORS: "'none'" }, { frameAncestors: ["'none'"] }],
    ['one balancer', { TRUST_PROXY: '1' }, { trustedProxies: 1 }],
    ['none', { TRUST_PROXY: '0' }, { trustedProxies: 0 }],
    ['an empty variable, like none', { TRUST_PROXY: '' }, { trustedProxies: 0 }],
    [
      'balancers by address and range',
      { TRUST_PROXY: '10.0.0.0/8, 192.0.2.1,fd00::/8' },
      { trustedProxies: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'] },
    ],
    [
      'limits',
      { RATE_LIMIT_PER_KEY: '600', RATE_LIMIT_PRACTICE: '0', RATE_LIMIT_FAILED_KEYS: '7' },
      { rateLimits: { perKey: 600, practice: 0, failedKeys: 7 } },
    ],
    ['a limit on sessions', { RATE_LIMIT_PER_SESSION: '9' }, { rateLimits: { perSession: 9 } }],
    [
      'a limit on sessions that nobody knows',
      { RATE_LIMIT_FAILED_SESSIONS: '0' },
      { rateLimits: { failedSessions: 0 } },
    ],
    ['no address for browsers but the one they use', {}, { publicUrl: undefined }],
    [
      'one, with a port',
      { CHAINMARK_PUBLIC_URL: 'https://Chainmark.example:8443/' },
      { publicUrl: 'https://chainmark.example:8443' },
    ],
    ['metrics, for this machine', { METRICS_PORT: '9464' }, { metrics: { host: '127.0.0.1', port: 9_464 } }],
    [
      'metrics for others',
      { METRICS_PORT: '9464', METRICS_HOST: '::' },
      { metrics: { host: '::', port: 9_464 } },
    ],
    ['webhooks to networks nearby, for trying it', {}, { privateWebhooks: true }],
    [
      'none in production',
      { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x' },
      { privateWebhooks: false },
    ],
    [
      'and there where it is wanted',
      { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x', CHAINMARK_WEBHOOKS_PRIVATE: 'true' },
      { privateWebhooks: true },
    ],
    ['nowhere else where it is not', { CHAINMARK_WEBHOOKS_PRIVATE: 'false' }, { privateWebhooks: false }],
    ['a host for metrics alone: none', { METRICS_HOST: '::' }, { metrics: undefined }],
  ])('%s', (_name, environment, expected) => {
    expect(readConfig(environment)).toMatchObject(expected)
  })
})

describe('what is refused, by the name of its variable', () => {
  test.each([
    ['a wait without end', { CHAINMARK_DRAIN_SECONDS: 'Infinity' }],
    ['a wait of less than nothing', { CHAINMARK_DRAIN_SECONDS: '-1' }],
    ['a delay that is no number', { CHAINMARK_MAX_LOOP_DELAY: '1s' }],
    ['trust in anyone', { TRUST_PROXY: 'true' }],
    ['an address without http', { CHAINMARK_PUBLIC_URL: 'chainmark.example' }],
    ['an address of another kind', { CHAINMARK_PUBLIC_URL: 'ftp://chainmark.example' }],
    ['an address with a path', { CHAINMARK_PUBLIC_URL: 'https://example.org/chainmark' }],
    ['trust in everyone, by their number', { TRUST_PROXY: '11' }],
    ['trust in a name', { TRUST_PROXY: 'balancer' }],
    ['a range that is too long', { TRUST_PROXY: '10.0.0.0/33' }],
    ['a range of everyone', { TRUST_PROXY: '0.0.0.0/0' }],
    ['a range of nothing', { TRUST_PROXY: '10.0.0.0/' }],
    ['a range of a range', { TRUST_PROXY: '10.0.0.0/8/8' }],
    ['a list that ends in nothing', { TRUST_PROXY: '10.0.0.1,' }],
    ['part of a request', { RATE_LIMIT_PER_KEY: '0.5' }],
    ['fewer than none', { RATE_LIMIT_PRACTICE: '-1' }],
    ['a limit that is no number', { RATE_LIMIT_FAILED_KEYS: 'off' }],
    ['frames of anyone', { CHAINMARK_FRAME_ANCESTORS: '*' }],
    ['frames of a page without TLS', { CHAINMARK_FRAME_ANCESTORS: 'http://lms.example' }],
    [
      'frames of what only looks like this machine',
      { CHAINMARK_FRAME_ANCESTORS: 'http://localhost.example' },
    ],
    ['frames of an address of IPv6, which browsers drop', { CHAINMARK_FRAME_ANCESTORS: 'http://[::1]:8080' }],
    ['frames of a port that there is not', { CHAINMARK_FRAME_ANCESTORS: 'https://lms.example:65536' }],
    ['frames of a path', { CHAINMARK_FRAME_ANCESTORS: 'https://lms.example/course' }],
    ['frames of none and some', { CHAINMARK_FRAME_ANCESTORS: 'none https://lms.example' }],
    ['another directive', { CHAINMARK_FRAME_ANCESTORS: "'self'; script-src *" }],
    ['a port that there is not', { METRICS_PORT: '65536' }],
  ])('%s', (_name, environment) => {
    expect(() => readConfig(environment)).toThrow(Object.keys(environment)[0]!)
  })
})
