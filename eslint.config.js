import tseslint from 'typescript-eslint'

/** Files outside the TypeScript project, linted without types. */
const PLAIN = ['*.js', '*.cjs', 'scripts/**/*.mjs']

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'src/database/generated/', '.chainmark/', '.dist-*/'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // process.env is read in one place, with brackets as the compiler asks for.
      '@typescript-eslint/dot-notation': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'The environment is read in src/config.ts alone.' },
      ],
      // `as T` with a reason is how an index known to be in range is read; `!` is not used at all.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      'no-console': 'error',
      'no-eval': 'error',
      '@typescript-eslint/no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
      'no-control-regex': 'error',
    },
  },
  {
    files: ['src/config.ts', 'prisma.config.ts', 'test/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Merging into a library's interface is the one thing that a type alias cannot do.
    files: ['src/http/authentication.ts', 'src/http/json-body.ts'],
    rules: { '@typescript-eslint/consistent-type-definitions': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // vitest's asymmetric matchers are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': 'off',
    },
  },
  {
    files: PLAIN,
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
