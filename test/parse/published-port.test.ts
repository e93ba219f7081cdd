import { expect, test } from 'vitest'
import { parsePublishedPort } from '../../src/parse/published-port.ts'

const PUBLISHED = {
  hostAddress: '0.0.0.0',
  hostPort: 8000,
  containerAddress: '172.17.0.2',
  containerPort: 80,
}

test.each([
  [
    '/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8000 -container-ip 172.17.0.2 -container-port 80',
    PUBLISHED,
  ],
  [
    'docker-proxy -proto=tcp --host-ip=127.0.0.1 -host-port=8000 -container-ip=172.17.0.2 -container-port=80 -use-listen-fd',
    { ...PUBLISHED, hostAddress: '127.0.0.1' },
  ],
  ['rootlesskit-docker-proxy -host-port 8000 -container-ip 172.17.0.2 -container-port 80', PUBLISHED],
])("a proxy's command line tells which port is published: %s", (command, published) => {
  expect(parsePublishedPort(command.split(' '))).toEqual(published)
})

test.each([
  'docker-proxy -proto udp -host-ip 0.0.0.0 -host-port 8000 -container-ip 172.17.0.2 -container-port 80',
  'docker-proxy -proto sctp -host-port 8000 -container-ip 172.17.0.2 -container-port 80',
  'docker-proxy -host-port 8000 -container-ip 172.17.0.2',
  'docker-proxy -host-port 80000 -container-ip 172.17.0.2 -container-port 80',
  'vim docker-proxy -host-port 8000 -container-ip 172.17.0.2 -container-port 80',
  'docker-proxy',
  '',
])('no TCP port is published by: %j', (command) => {
  expect(parsePublishedPort(command.split(' '))).toBeUndefined()
})
