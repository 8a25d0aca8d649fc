import path from 'node:path'
import serveFiles from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { WebAssets } from '../web-assets.js'

/** Serves the files of the pages' code. Their names hold a hash of what is in them, so that they may be kept for ever. */
export async function registerAssetRoutes(app: FastifyInstance, assets: WebAssets): Promise<void> {
  await app.register(serveFiles, {
    root: path.join(assets.folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    // What lies beside the files that the build lists is nobody's business. Their compressed forms are sent in their
    // place to who can read them, and have no addresses of their own.
    allowedPath: file => assets.files.has(`assets${file}`),
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    setHeaders: reply => {
      reply.setHeader('x-content-type-options', 'nosniff')
      reply.setHeader('vary', 'accept-encoding')
    },
  })
}
