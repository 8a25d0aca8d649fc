/** The metrics, on a port of their own: they are for operators, need no key, and are answered however busy the API is. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type MetricsServer = { readonly port: number; readonly close: () => Promise<void> }

/** Serves GET /metrics. Rejects when the port cannot be had. */
export async function serveMetrics(
  metrics: { readonly contentType: string; readonly text: () => Promise<string> },
  {
    host,
    port,
    onError,
  }: { readonly host: string; readonly port: number; readonly onError: (error: unknown) => void },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    request.resume()
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics
      .text()
      .then(text => {
        response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
      })
      .catch((error: unknown) => {
        onError(error)
        response.writeHead(500).end()
      })
  })
  await listen(server, host, port)
  server.on('error', onError)
  return {
    port: (server.address() as AddressInfo).port, // It listens, and at a port.
    close: async () => {
      const closed = new Promise<void>(resolve => {
        server.close(() => {
          resolve()
        })
      })
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
