import js from '@eslint/js';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['lib', 'node_modules'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'widget/**/*.{ts,tsx}'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['tsconfig.json', 'tsconfig.widget.json'] } },
    rules: {
      eqeqeq: 'error',
      'no-control-regex': 'off', // foreign text is cleaned of them
      '@typescript-eslint/unbound-method': 'off', // a Lumino signal is connected to a method and its object
      // Nothing that comes from outside is ever markup: text goes through the DOM or through preact's escaping.
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Use text.' })),
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Use text.' },
      ],
    },
  },
  { files: ['*.mjs'], languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } } },
);
