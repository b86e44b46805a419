/** Writes the TypeScript of what goes between page and kernel, from the kernel's own schemas: `node types.mjs [FILE]`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const committed = fileURLToPath(new URL('widget/types.ts', import.meta.url));
const python = process.env.PYTHON ?? 'python3';

const schema = JSON.parse(execFileSync(python, ['-m', 'hfmagic.page.schema'], { cwd: root, encoding: 'utf8' }));
const types = await compile(schema, 'Protocol', {
  additionalProperties: false,
  bannerComment: '/** Generated from hfmagic/page/ by `make types`; do not edit. */',
  format: false,
  ignoreMinAndMaxItems: true, // else a list of at most six is written as seven tuples
  unreachableDefinitions: true,
});
const plain = types
  .replace(/(?: \*\n)? \* This interface was referenced by [^/]*?"\.\n/g, '')
  .replace(/\/\*\*\n \*\/\n/g, '');
const options = { ...(await resolveConfig(committed)), parser: 'typescript' };
writeFileSync(process.argv[2] ?? committed, await format(plain, options));
