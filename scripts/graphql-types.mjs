// src/graphql/schema.graphql → src/graphql/generated.ts, its types for TypeScript. With --check nothing is written: it
// fails where the file is not what would be.
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { codegen } from '@graphql-codegen/core'
import * as typescript from '@graphql-codegen/typescript'
import * as resolvers from '@graphql-codegen/typescript-resolvers'
import { buildSchema, isEnumType, parse } from 'graphql'
import { format, resolveConfig } from 'prettier'

const SCHEMA = 'src/graphql/schema.graphql'
const TYPES = 'src/graphql/generated.ts'

/** Enumerated values as they stand inside: as in REST, but for orders, which REST has not. */
function enumValues(schema) {
  const enums = Object.values(schema.getTypeMap()).filter(
    type => isEnumType(type) && !type.name.startsWith('__'),
  )
  return Object.fromEntries(
    enums
      .filter(({ name }) => name !== 'LearnerOrder')
      .map(type => [
        type.name,
        Object.fromEntries(
          type.getValues().map(({ name }) => [name, name.toLowerCase().replaceAll('_', '-')]),
        ),
      ]),
  )
}

const text = readFileSync(SCHEMA, 'utf8')
const generated = await codegen({
  filename: TYPES,
  schema: parse(text),
  documents: [],
  // To the resolvers' plugin, values that differ would be the business of resolvers.
  plugins: [{ typescript: { enumValues: enumValues(buildSchema(text)) } }, { resolvers: {} }],
  pluginMap: { typescript, resolvers },
  config: {
    useTypeImports: true,
    enumType: 'string-literal',
    enumsAsTypes: true,
    scalars: { JSON: 'unknown', DateTime: 'string', ID: 'string' },
    immutableTypes: true,
    onlyResolveTypeForInterfaces: true,
    avoidOptionals: { resolvers: false, field: true, object: true, inputValue: false },
    contextType: './context.js#RequestContext',
    mappers: {
      Graph: '../contracts/graph.js#GraphView',
      Course: './nodes.js#CourseNode',
      CourseProgress: './nodes.js#CourseNode',
      Assignment: './nodes.js#AssignmentNode',
      Learner: './nodes.js#LearnerNode',
      LearnerConnection: './nodes.js#LearnersNode',
      Attempt: './nodes.js#AttemptNode',
      SubmittedAttempt: '../contracts/attempt.js#AttemptAnswer',
      Job: '../contracts/job.js#JobView',
      Box: './nodes.js#BoxNode',
      Warning: './nodes.js#WarningNode',
      GradedBox: './nodes.js#GradedBoxNode',
    },
  },
})
const header = '/* eslint-disable -- made from schema.graphql by scripts/graphql-types.mjs: do not edit */\n'
const types = await format(header + generated, { ...(await resolveConfig(TYPES)), parser: 'typescript' })

if (!process.argv.includes('--check')) writeFileSync(TYPES, types)
else if (readFileSync(TYPES, 'utf8') !== types) {
  process.stderr.write(`${TYPES} is not what ${SCHEMA} makes: run "npm run graphql".\n`)
  process.exitCode = 1
}
