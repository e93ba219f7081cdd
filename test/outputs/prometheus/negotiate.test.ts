import { expect, test } from 'vitest'
import { formatFor } from '../../../src/outputs/prometheus/negotiate.ts'

test.each([
  // what Prometheus 2.42, 2.53 and 3.1 send
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'openmetrics',
  ],
  ['text/plain;version=0.0.4', 'text'],
  ['*/*', 'text'],
  ['application/json', 'text'],
  [undefined, 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['Application/OpenMetrics-Text; Version="1.0.0"; Q=0.8, text/plain;q=0.5', 'openmetrics'],
  // plain text weighs more
  ['application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.9', 'text'],
  // only an older version is read there, which is not written here
  ['application/openmetrics-text;version=0.0.1,text/plain;q=0.1', 'text'],
  // not acceptable, by its weight
  ['application/openmetrics-text;q=0', 'text'],
  ['application/openmetrics-text;q=half', 'text'],
])('%s is answered in %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format)
})
