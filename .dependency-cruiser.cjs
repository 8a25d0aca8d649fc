/**
 * Who may import whom: the directions of src/README.md. Imports run one way,
 * {server, cli} → app → {http, graphql} → services → database; services also import grading and figure, which import engine.
 */
const within = (...folders) => `^src/(${folders.join('|')})`

/** A module may import only itself, packages and what is listed. */
const only = (name, from, ...allowed) => ({
  name: `${name}-imports-only-its-own`,
  severity: 'error',
  comment: `src/README.md says what ${name} may import`,
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
})

module.exports = {
  forbidden: [
    only('engine', within('engine/')),
    only('grading', within('grading/'), within('engine/')),
    only('figure', within('figure/'), within('engine/')),
    only('contracts', within('contracts/')),
    only('database', within('database/')),
    only('errors', within('errors\\.ts'), within('grading/', 'figure/')),
    only('config', within('config\\.ts')),
    only(
      'services',
      within('services/'),
      within('database/', 'grading/', 'figure/', 'engine/', 'contracts/', 'errors\\.ts'),
    ),
    // What both server and browser say; the codes that it says something of are types of grading.
    only('strings', within('strings/'), within('grading/', 'contracts/')),
    only('pages', within('pages/'), within('strings/', 'contracts/')),
    only('web', within('web/'), within('strings/', 'contracts/', 'figure/', 'engine/', 'grading/')),
    {
      name: 'strings-and-web-import-types-only',
      severity: 'error',
      comment: 'Nothing that grades, no schema and no figure goes to the browser.',
      from: { path: within('strings/', 'web/') },
      to: {
        path: within('contracts/', 'figure/', 'engine/', 'grading/'),
        pathNot: within('contracts/languages\\.ts'),
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pages-know-no-world',
      severity: 'error',
      comment: 'pages take values and return HTML.',
      from: { path: within('pages/', 'strings/') },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    only(
      'http',
      within('http/'),
      within('services/', 'contracts/', 'pages/', 'strings/', 'errors\\.ts', 'database/writer-observer\\.ts'),
    ),
    only('outbound', within('outbound/'), within('services/')),
    only(
      'graphql',
      within('graphql/'),
      within(
        'services/',
        'contracts/',
        'errors\\.ts',
        'http/(authentication|form-faults|json-body|problems|rate-limits|upgrades)\\.ts',
      ),
    ),
    only('app', within('app\\.ts'), within('http/', 'graphql/', 'services/', 'contracts/', 'errors\\.ts')),
    {
      name: 'services-see-repositories-as-types',
      severity: 'error',
      comment: 'Repositories come as arguments; src/compose.ts makes them.',
      from: { path: within('services/') },
      to: { path: within('database/'), dependencyTypesNot: ['type-only'] },
    },
    only('compose', within('compose\.ts'), within('database/', 'services/')),
    only('runtime', within('runtime\.ts'), within('compose\.ts', 'config\.ts', 'database/', 'services/')),
    {
      name: 'nothing-imports-the-process',
      severity: 'error',
      comment: 'Configuration and what is made of it belong to the process alone.',
      from: { path: '^src/', pathNot: within('server\.ts', 'cli\.ts', 'runtime\.ts') },
      to: { path: within('server\.ts', 'cli\.ts', 'runtime\.ts', 'config\.ts') },
    },
    {
      name: 'errors-import-types-only',
      severity: 'error',
      comment: 'The registry names codes of the engine and of grading; it runs nothing of theirs.',
      from: { path: within('errors\\.ts') },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-folders-know-no-world',
      severity: 'error',
      comment: 'engine and grading take values and return values.',
      from: { path: within('engine/', 'grading/') },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'figure-imports-its-typesetter-and-layout-only',
      severity: 'error',
      comment: 'figure takes graphs and returns pictures; MathJax and ELK are all it needs.',
      from: { path: within('figure/') },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: ['node_modules/@mathjax/', 'node_modules/elkjs/'],
      },
    },
    {
      name: 'figure-knows-no-answer',
      severity: 'error',
      comment: 'What no drawing code can compute, no drawing can give away.',
      from: { path: within('figure/') },
      to: { path: within('engine/(evaluate|differences|cascade|symbolic|derive|explain)') },
    },
    {
      name: 'contracts-import-zod-only',
      severity: 'error',
      from: { path: within('contracts/') },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/zod/' },
    },
    {
      name: 'prisma-stays-in-the-database',
      severity: 'error',
      from: { path: '^src/', pathNot: within('database/') },
      to: { path: ['node_modules/@prisma/', 'node_modules/pg/', within('database/generated/')] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-dev-dependencies-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-simulated-class-knows-no-grader',
      severity: 'error',
      comment: 'It checks the grader by rules of its own; only the marking of its work imports both.',
      from: { path: '^test/support/simulated-', pathNot: 'simulated-marks' },
      to: { path: ['^src/grading/', '^test/support/grading'] },
    },
    { name: 'nothing-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'product-imports-no-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'src/database/generated'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
